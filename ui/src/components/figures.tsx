/** Small words that stand everywhere: ages, moments, figures with units. */

import type { Quantity } from "../format/quantity";
import { duration, exactTime, secondsSince } from "../format/time";

/** How long since `at`; exactly when on hover. */
export function Age({ at, now, suffix = "" }: { at: string; now: number; suffix?: string }) {
  return (
    <time dateTime={at} title={exactTime(at)}>
      {duration(secondsSince(at, now))}
      {suffix}
    </time>
  );
}

/** A figure, its unit small and dim after it. */
export function Figure({ quantity }: { quantity: Quantity }) {
  return (
    <>
      {quantity.value}
      <span className="unit">{quantity.unit}</span>
    </>
  );
}
