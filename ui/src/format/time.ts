/** Times as people say them: how long ago, and exactly when. */

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Seconds as a person says them: `4 s`, `2 min`, `1 h 30 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const total = Math.max(0, seconds);
  if (total < 2 * MINUTE) return `${Math.floor(total / SECOND)} s`;
  if (total < HOUR) return `${Math.floor(total / MINUTE)} min`;
  if (total < DAY) return pair(total, HOUR, "h", MINUTE, "min");
  return pair(total, DAY, "d", HOUR, "h");
}

/** A setting in seconds, to a tenth where it is small: `0.5 s`, `30 s`, `5 min`. */
export function setting(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${Number(seconds.toFixed(1))} s`;
  return duration(Math.round(seconds));
}

/** Seconds from `at` to `now`; a time ahead of ours counts as now. */
export function secondsSince(at: string, now: number): number {
  const then = Date.parse(at);
  return Number.isNaN(then) ? 0 : Math.max(0, (now - then) / 1000);
}

/** The hour and minute and second of a moment, local: `14:02:11`. */
export function clockTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/** The exact local time with its offset: `2026-05-04 14:02:11.120 +02:00`. */
export function exactTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${day} ${clockTime(date.getTime())}.${String(date.getMilliseconds()).padStart(3, "0")} ${zone}`;
}

/** For a list: the time alone where it is of the same local day as `now`, else the day before it. */
export function listTime(at: string, now: number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const today = new Date(now).toDateString() === date.toDateString();
  const time = clockTime(date.getTime());
  return today ? time : `${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

function pair(total: number, large: number, largeName: string, small: number, smallName: string): string {
  const whole = Math.floor(total / large);
  const rest = Math.floor((total % large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
