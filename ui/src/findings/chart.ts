/** A chart of a finding as places and paths: what is drawn, without drawing it. */

import type { FindingChart } from "../api/types";
import { amountText } from "./figures";
import { place, type Span, timeTicks, valueTicks } from "./scale";

export interface Size {
  width: number;
  height: number;
}

export interface Drawn {
  /** The part of the picture where lines are. */
  plot: { left: number; right: number; top: number; bottom: number };
  times: Span;
  values: Span;
  lines: { name: string; path: string; role: Role; label: Label }[];
  valueTicks: { at: number; text: string }[];
  timeTicks: { at: number; text: string }[];
  marks: { at: number; label: string; time: number }[];
  /** The limit in the picture, or that it lies above it. */
  limit: { at: number; text: string; above: boolean } | null;
}

/** What was measured, what was expected, and whatever else stands beside it. */
export type Role = "measured" | "expected" | "further";

/** The words at a line's end; `y` is the middle of the first of them. */
export interface Label {
  words: string[];
  x: number;
  y: number;
}

/** A line that stands at the end of the chart as text takes so much room at most. */
const LABEL_MAX_PX = 92;
const CHARACTER_PX = 6.2;
/** From a line of text to the next. */
export const LINE_PX = 13;
const LABEL_LINES = 3;
const TOP_PX = 10;
const AXIS_PX = 20;
const ROLES: readonly Role[] = ["measured", "expected"];
/** The values of these begin at zero. */
const FROM_ZERO = ["count", "ratio", "per_minute", "per_hour", "seconds"];

/** Lays a chart out; null where it has nothing to draw. */
export function draw(chart: FindingChart, size: Size, offsetMinutes = localOffset): Drawn | null {
  const lines = chart.lines.map((line) => ({
    label: line.label,
    points: line.points.map((point) => ({ at: Date.parse(point.at), value: point.value })),
  }));
  const points = lines.flatMap((line) => line.points).filter((point) => !Number.isNaN(point.at));
  const known = points.map((point) => point.value).filter((value) => value !== null);
  if (known.length === 0) return null;
  const times = { from: least(points.map((point) => point.at)), to: most(points.map((point) => point.at)) };
  const values = valueSpan(known, chart.limit, chart.unit);
  const ticks = valueTicks(values, chart.unit, 4);
  const tickTexts = ticks.map((value) => amountText(value, chart.unit));
  const plot = {
    left: Math.ceil(most(tickTexts.map((text) => text.length)) * CHARACTER_PX) + 10,
    right: size.width - labelRoom(lines.map((line) => wrapped(line.label))),
    top: TOP_PX,
    bottom: size.height - AXIS_PX,
  };
  const x = (at: number) => plot.left + place(at, times, plot.right - plot.left);
  const y = (value: number) => plot.bottom - place(value, values, plot.bottom - plot.top);
  const drawnLines = lines
    .map((line, number) => {
      const last = line.points.findLast((point) => point.value !== null);
      return {
        name: line.label,
        path: pathOf(line.points.map(({ at, value }) => (value === null ? null : [x(at), y(value)]))),
        role: ROLES[number] ?? "further",
        label: {
          words: wrapped(line.label),
          x: x(last?.at ?? times.to) + 6,
          y: y(last?.value ?? values.from),
        },
      };
    })
    .filter((line) => line.path !== "");
  placeLabels(
    drawnLines.map((line) => line.label),
    plot,
  );
  const room = Math.max(2, Math.floor((plot.right - plot.left) / 80));
  const atTimes = timeTicks(times, room, offsetMinutes);
  return {
    plot,
    times,
    values,
    lines: drawnLines,
    valueTicks: ticks.map((value, number) => ({ at: y(value), text: tickTexts[number] ?? "" })),
    timeTicks: atTimes.map((at) => ({ at: x(at), text: timeText(at, times, offsetMinutes) })),
    marks: chart.marks
      .map((mark) => ({ at: x(Date.parse(mark.at)), label: mark.label, time: Date.parse(mark.at) }))
      .filter((mark) => mark.time >= times.from && mark.time <= times.to),
    limit: limitOf(chart, values, y),
  };
}

/** What a chart shows, for those who do not see it: each line from where to where, and the limit. */
export function described(chart: FindingChart): string {
  const parts = chart.lines.flatMap((line) => {
    const known = line.points.flatMap((point) => (point.value === null ? [] : [point.value]));
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [`${line.label} from ${amountText(first, chart.unit)} to ${amountText(last, chart.unit)}`];
  });
  if (chart.limit !== null) parts.push(`limit ${amountText(chart.limit, chart.unit)}`);
  return parts.length === 0 ? chart.title : `${chart.title}: ${parts.join(", ")}`;
}

/** What each line says nearest to a place across the picture; null where it is outside. */
export function readAt(chart: FindingChart, drawn: Drawn, x: number): { at: number; words: string[] } | null {
  const { plot, times } = drawn;
  if (x < plot.left - 4 || x > plot.right + 4) return null;
  const wanted =
    times.from + ((x - plot.left) / Math.max(1, plot.right - plot.left)) * (times.to - times.from);
  let at: number | null = null;
  for (const line of chart.lines)
    for (const point of line.points) {
      const time = Date.parse(point.at);
      if (at === null || Math.abs(time - wanted) < Math.abs(at - wanted)) at = time;
    }
  if (at === null) return null;
  const words = chart.lines.flatMap((line) => {
    const point = line.points.find((one) => Date.parse(one.at) === at);
    return point?.value == null ? [] : [`${line.label} ${amountText(point.value, chart.unit)}`];
  });
  return { at, words };
}

function valueSpan(known: readonly number[], limit: number | null, unit: string): Span {
  let from = least(known);
  let to = most(known);
  if (limit !== null && isNear(limit, from, to)) to = Math.max(to, limit);
  if (from > 0 && (FROM_ZERO.includes(unit) || from < 0.5 * to)) from = 0;
  if (from === to) to = from === 0 ? 1 : from + Math.abs(from) * 0.1;
  const air = (to - from) * 0.06;
  return { from: from === 0 ? 0 : from - air, to: to + air };
}

/** A limit so near that lines are still to be told apart beside it. */
function isNear(limit: number, from: number, to: number): boolean {
  return limit <= to || limit <= 2 * to || limit - to <= 1.5 * (to - from);
}

function limitOf(chart: FindingChart, values: Span, y: (value: number) => number): Drawn["limit"] {
  if (chart.limit === null) return null;
  const above = chart.limit > values.to;
  const text = `limit ${amountText(chart.limit, chart.unit)}`;
  return { at: above ? TOP_PX : y(chart.limit), text, above };
}

/** A path with a gap wherever a value is not known; a value alone between gaps is a short stroke. */
function pathOf(points: readonly (readonly [number, number] | null)[]): string {
  let path = "";
  let drawing = false;
  points.forEach((point, number) => {
    if (point === null) {
      drawing = false;
      return;
    }
    const [x, y] = point;
    path += `${drawing ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    if (!drawing && points[number + 1] == null) path += "h0.1";
    drawing = true;
  });
  return path;
}

/** Moves labels to where they can be read: those at the right edge apart, those of lines that end before it below them. */
function placeLabels(labels: readonly Label[], plot: Drawn["plot"]): void {
  const atEdge: Label[] = [];
  for (const label of labels) {
    const width = longest(label.words) * CHARACTER_PX;
    if (label.x + width > plot.right) {
      label.x = plot.right + 6;
      atEdge.push(label);
    } else {
      const below = label.y + LINE_PX;
      label.y = below + label.words.length * LINE_PX > plot.bottom ? label.y - LINE_PX : below;
    }
  }
  const places = spread(
    atEdge.map((label) => ({ at: label.y, lines: label.words.length })),
    plot.top,
    plot.bottom,
  );
  atEdge.forEach((label, number) => {
    label.y = places[number] ?? label.y;
  });
}

/** Places of the first lines of texts near those wanted, apart, within the plot. */
export function spread(
  wanted: readonly { at: number; lines: number }[],
  top: number,
  bottom: number,
): number[] {
  const texts = wanted.map((text, number) => ({ ...text, number })).sort((a, b) => a.at - b.at);
  let next = top;
  for (const text of texts) {
    text.at = Math.max(text.at, next);
    next = text.at + text.lines * LINE_PX;
  }
  next = bottom + LINE_PX;
  for (const text of texts.toReversed()) {
    text.at = Math.min(text.at, next - text.lines * LINE_PX);
    next = text.at;
  }
  return texts.sort((a, b) => a.number - b.number).map((text) => text.at);
}

function labelRoom(labels: readonly string[][]): number {
  return Math.ceil(most(labels.map(longest)) * CHARACTER_PX) + 10;
}

function longest(words: readonly string[]): number {
  return words.reduce((longest, line) => Math.max(longest, line.length), 0);
}

/** A text in lines that fit beside a chart; the last line says by `…` that there is more. */
export function wrapped(text: string): string[] {
  const room = Math.floor(LABEL_MAX_PX / CHARACTER_PX);
  const cut = (line: string) => (line.length <= room ? line : `${line.slice(0, room - 1)}…`);
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  if (lines.length <= LABEL_LINES) return lines.map(cut);
  return [...lines.slice(0, LABEL_LINES - 1), lines.slice(LABEL_LINES - 1).join(" ")].map(cut);
}

/** The clock's time, or the day where the chart spans several; seconds where it spans minutes. */
function timeText(at: number, times: Span, offsetMinutes: (at: number) => number): string {
  const iso = new Date(at - offsetMinutes(at) * 60_000).toISOString();
  const length = times.to - times.from;
  if (length <= 5 * 60_000) return iso.slice(11, 19);
  if (length > 3 * 86_400_000) return iso.slice(5, 10);
  return iso.slice(11, 16) === "00:00" ? iso.slice(5, 10) : iso.slice(11, 16);
}

function localOffset(at: number): number {
  return new Date(at).getTimezoneOffset();
}

// Spread arguments of a long list would not fit the stack of a call.
function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function most(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}
