/** Pages of a long list put together, the newest first, each thing once and no more than can be held. */

import type { Page } from "../api/types";

/** No more are ever held of one list. */
export const HELD_MOST = 10_000;

export interface Pages<T> {
  items: readonly T[];
  /** Where the next page begins; null at the end. */
  next: string | null;
}

export const NO_PAGES: Pages<never> = { items: [], next: null };

/** The list with one more page behind it. */
export function behind<T>(held: Pages<T>, page: Page<T>, idOf: (item: T) => string): Pages<T> {
  const known = new Set(held.items.map(idOf));
  const added = page.items.filter((item) => !known.has(idOf(item)));
  return { items: [...held.items, ...added].slice(0, HELD_MOST), next: page.next };
}

/**
 * The list with its first page read anew: what is new stands in front, what changed is replaced in its place. If nothing
 * of the page is known, there is a gap, and the list begins with it.
 */
export function inFront<T>(held: Pages<T>, page: Page<T>, idOf: (item: T) => string): Pages<T> {
  const fresh = new Map(page.items.map((item) => [idOf(item), item]));
  const known = new Set(held.items.map(idOf));
  if (!page.items.some((item) => known.has(idOf(item)))) return { items: page.items, next: page.next };
  const added = page.items.filter((item) => !known.has(idOf(item)));
  const kept = held.items.map((item) => fresh.get(idOf(item)) ?? item);
  return { items: [...added, ...kept].slice(0, HELD_MOST), next: held.next };
}
