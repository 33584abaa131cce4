/** Figures with units: three significant digits, the unit apart so that it can stand small and dim. */

export interface Quantity {
  value: string;
  unit: string;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function bytes(count: number): Quantity {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return {
    value: unit === 0 ? String(Math.round(value)) : significant(value),
    unit: BYTE_UNITS[unit] ?? "B",
  };
}

/** A ratio as per cent; of a core for processors, so it may exceed 100. */
export function percent(ratio: number): Quantity {
  const value = ratio * 100;
  return { value: value > 0 && value < 0.1 ? "<0.1" : significant(value, 2), unit: "%" };
}

export function milliseconds(value: number): Quantity {
  return value < 1000
    ? { value: significant(value), unit: "ms" }
    : { value: significant(value / 1000), unit: "s" };
}

/** A count with thin spaces between thousands: `100 000` reads better in tables than commas do. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009");
}

/** Any number, to so many significant digits, never in exponents below a thousand million. */
export function significant(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const whole = Math.floor(Math.log10(Math.abs(value))) + 1;
  if (whole >= digits) return String(Math.round(value));
  return String(Number(value.toFixed(Math.max(0, digits - whole))));
}

/** A value that someone else named, as text on one line. */
export function plain(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : significant(value, 4);
  return JSON.stringify(value) ?? "";
}

/** A count and what is counted: `1 task`, `12 tasks`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
