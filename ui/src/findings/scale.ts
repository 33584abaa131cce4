/** Scales of charts: spans, ticks at round values and at round times. */

export interface Span {
  from: number;
  to: number;
}

const KIB = 1024;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances between ticks of time, in milliseconds. */
const TIME_STEPS = [
  5_000,
  15_000,
  30_000,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
];

/** Where a value lies in a span that is so many pixels long. */
export function place(value: number, span: Span, pixels: number): number {
  const length = span.to - span.from;
  return length === 0 ? pixels / 2 : ((value - span.from) / length) * pixels;
}

/** Round values that cover a span, at most about so many of them. */
export function valueTicks(span: Span, unit: string, most: number): number[] {
  const length = span.to - span.from;
  if (!(length > 0)) return [span.from];
  const step = roundStep(length / Math.max(1, most), unit);
  const first = Math.ceil(span.from / step - 1e-9);
  const last = Math.floor(span.to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => (first + n) * step);
}

/** The next round step: of bytes in the unit they are written in. */
export function roundStep(least: number, unit: string): number {
  const inBytes = unit === "bytes" || unit === "bytes_per_hour";
  let base = 1;
  while (inBytes && least / base >= KIB) base *= KIB;
  const wanted = least / base;
  const whole = inBytes || unit === "count" ? 1 : 0;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wanted * (1 - 1e-9)) ?? 10;
  // Ticks of plain counts are whole, and so are those of bytes in their unit.
  const step = Math.max(factor * power, whole);
  // 1,000 MiB are no round number, 1 GiB is.
  return inBytes && step >= 1000 ? KIB * base : step * base;
}

/** Times at which a clock on the wall is round, at most about so many of them. */
export function timeTicks(span: Span, most: number, offsetMinutes: (at: number) => number): number[] {
  const length = span.to - span.from;
  if (!(length > 0)) return [span.from];
  const least = length / Math.max(1, most);
  const step = TIME_STEPS.find((one) => one >= least) ?? Math.ceil(least / DAY) * DAY;
  const shift = offsetMinutes(span.from) * MINUTE;
  const first = Math.ceil((span.from - shift) / step);
  const ticks: number[] = [];
  for (let n = first; n * step + shift <= span.to; n += 1) ticks.push(n * step + shift);
  return ticks;
}
