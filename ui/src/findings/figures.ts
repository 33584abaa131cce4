/** Figures of findings as words: names without their units, values with them. */

import type { FindingFigure } from "../api/types";
import { bytes, count, percent, type Quantity, significant } from "../format/quantity";
import { duration, setting } from "../format/time";

/** How names end that tell their unit: then the value says it. */
const ENDS: Record<string, readonly string[]> = {
  bytes: ["_bytes"],
  bytes_per_hour: ["_bytes_per_hour"],
  seconds: ["_seconds", "_s"],
  ratio: ["_ratio"],
  per_minute: ["_per_minute"],
  per_hour: ["_per_hour"],
  count: ["_count", "_total"],
};

/** `rate_bytes_per_hour` is `Rate`, `time_to_limit_s` is `Time to limit`. */
export function figureName(name: string, unit: string): string {
  const end = ENDS[unit]?.find((one) => name.endsWith(one) && name.length > one.length);
  const words = (end === undefined ? name : name.slice(0, -end.length)).replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value with its unit, as the sentences of findings write it. */
export function amount(value: number, unit: string): Quantity {
  switch (unit) {
    case "bytes":
      return signed(value, bytes);
    case "bytes_per_hour": {
      const quantity = signed(value, bytes);
      return { value: quantity.value, unit: `${quantity.unit}/h` };
    }
    case "seconds":
      return seconds(value);
    case "ratio":
      return signed(value, percent);
    case "per_minute":
      return { value: significant(value), unit: "/min" };
    case "per_hour":
      return { value: significant(value), unit: "/h" };
    default:
      return { value: Number.isInteger(value) ? count(value) : significant(value), unit: "" };
  }
}

/** A value on one line. */
export function amountText(value: number, unit: string): string {
  const quantity = amount(value, unit);
  if (quantity.unit === "") return quantity.value;
  return quantity.unit.startsWith("/")
    ? `${quantity.value}${quantity.unit}`
    : `${quantity.value} ${quantity.unit}`;
}

/** The interval of a figure in brackets; nothing where none is known. */
export function intervalText(figure: FindingFigure): string {
  const { low, high, unit } = figure;
  if (low === null && high === null) return "";
  if (low === null || high === null) {
    return high === null ? `at least ${amountText(low ?? 0, unit)}` : `at most ${amountText(high, unit)}`;
  }
  const [from, to] = [amount(low, unit), amount(high, unit)];
  // An interval that rounding hides says nothing that the value does not.
  if (from.value === to.value && from.unit === to.unit) return "";
  return `${from.unit === to.unit ? from.value : amountText(low, unit)} to ${amountText(high, unit)}`;
}

/** How sure a detector is, never rounded up to all. */
export function confidence(ratio: number): Quantity {
  const value = ratio > 0.99 ? Math.floor(ratio * 1000) / 10 : Math.floor(ratio * 100);
  return { value: String(value), unit: "%" };
}

function signed(value: number, of: (value: number) => Quantity): Quantity {
  if (value >= 0) return of(value);
  const quantity = of(-value);
  return { value: `−${quantity.value}`, unit: quantity.unit };
}

function seconds(value: number): Quantity {
  if (value < 0) return { value: `−${setting(-value)}`, unit: "" };
  if (value > 0 && value < 1) return { value: significant(value * 1000), unit: "ms" };
  if (value < 10) return { value: significant(value), unit: "s" };
  return { value: duration(value), unit: "" };
}
