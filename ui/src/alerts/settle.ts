/** Which lines of a list are shown: while someone reads it nothing is put between, what is new waits. */

export interface Settled<T> {
  lines: readonly T[];
  /** New ones that are not shown yet. */
  waiting: number;
}

/** What is shown after `before` (ids), when the list is `now`. Lines behind the last one known are no disturbance. */
export function settle<T extends { id: string }>(
  before: readonly string[],
  now: readonly T[],
  held: boolean,
): Settled<T> {
  if (!held) return { lines: now, waiting: 0 };
  const places = new Map(now.map((line, place) => [line.id, place]));
  const kept = before.flatMap((id) => places.get(id) ?? []);
  if (kept.length === 0) return { lines: now, waiting: 0 };
  const known = new Set(before);
  const last = kept.reduce((most, place) => Math.max(most, place), 0);
  const waiting = now.slice(0, last).filter((line) => !known.has(line.id)).length;
  const later = now.slice(last + 1).filter((line) => !known.has(line.id));
  return { lines: [...kept.flatMap((place) => now[place] ?? []), ...later], waiting };
}
