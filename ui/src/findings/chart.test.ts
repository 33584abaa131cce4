import { expect, test } from "vitest";
import type { FindingChart } from "../api/types";
import { described, draw, readAt, spread, wrapped } from "./chart";

const MIB = 1_048_576;
const SIZE = { width: 400, height: 168 };
const START = Date.parse("2026-05-04T10:00:00.000Z");

function minutes(values: (number | null)[]) {
  return values.map((value, n) => ({ at: new Date(START + n * 60_000).toISOString(), value }));
}

function aChart(over: Partial<FindingChart> = {}): FindingChart {
  return {
    title: "Memory",
    unit: "bytes",
    lines: [
      { label: "measured", points: minutes([200, 210, null, 230, 240].map((v) => v && v * MIB)) },
      { label: "fitted", points: minutes([200 * MIB, null, null, null, 240 * MIB]) },
    ],
    marks: [{ at: "2026-05-04T10:01:00.000Z", label: "growth began" }],
    limit: 512 * MIB,
    ...over,
  };
}

test("lines run from left to right within the plot, and gaps are gaps", () => {
  const drawn = draw(aChart(), SIZE, () => 0);
  const path = drawn?.lines[0]?.path ?? "";
  expect(path.match(/M/g)).toHaveLength(2);
  const places = [...path.matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(places).toHaveLength(4);
  for (const [x = 0, y = 0] of places) {
    expect(x).toBeGreaterThanOrEqual(drawn?.plot.left ?? 0);
    expect(x).toBeLessThanOrEqual((drawn?.plot.right ?? 0) + 0.1);
    expect(y).toBeGreaterThanOrEqual(drawn?.plot.top ?? 0);
    expect(y).toBeLessThanOrEqual(drawn?.plot.bottom ?? 0);
  }
  // Higher values stand higher.
  expect(places[3]?.[1]).toBeLessThan(places[0]?.[1] ?? 0);
  expect(drawn?.lines.map((line) => line.role)).toEqual(["measured", "expected"]);
});

test("a value alone between gaps is still seen", () => {
  const drawn = draw(aChart({ lines: [{ label: "x", points: minutes([1, null, 3, null, 5, 6]) }] }), SIZE);
  expect(drawn?.lines[0]?.path.match(/h0\.1/g)).toHaveLength(2);
});

test("a near limit is a line, a far one is told above", () => {
  // 512 MiB is not twice of 240 MiB away, but more than that and beyond the lines.
  const far = draw(aChart({ limit: 8192 * MIB }), SIZE);
  expect(far?.limit).toMatchObject({ above: true, text: "limit 8 GiB" });
  const near = draw(aChart({ limit: 300 * MIB }), SIZE);
  expect(near?.limit?.above).toBe(false);
  expect(near?.limit?.at).toBeGreaterThanOrEqual(near?.plot.top ?? 0);
  const none = draw(aChart({ limit: null }), SIZE);
  expect(none?.limit).toBeNull();
});

test("counts and ratios begin at zero, memory where it is", () => {
  const of = (unit: string) =>
    draw(aChart({ unit, limit: null, lines: [{ label: "x", points: minutes([80, 90]) }] }), SIZE)?.values
      .from;
  expect(of("count")).toBe(0);
  expect(of("ratio")).toBe(0);
  expect(of("bytes")).toBeGreaterThan(70);
});

test("what has no values is not drawn, one value is", () => {
  expect(draw(aChart({ lines: [] }), SIZE)).toBeNull();
  expect(draw(aChart({ lines: [{ label: "x", points: minutes([null]) }] }), SIZE)).toBeNull();
  const one = draw(aChart({ lines: [{ label: "x", points: minutes([0]) }], limit: null }), SIZE);
  expect(one?.lines[0]?.path).toMatch(/^M[\d.]+ [\d.]+h0\.1$/);
});

test("marks beside the lines are left out, times are written by the clock", () => {
  const drawn = draw(
    aChart({
      marks: [
        { at: "2026-05-04T10:01:00.000Z", label: "in" },
        { at: "2026-05-04T09:00:00.000Z", label: "before" },
      ],
    }),
    SIZE,
    () => -120,
  );
  expect(drawn?.marks.map((mark) => mark.label)).toEqual(["in"]);
  expect(drawn?.timeTicks[0]?.text).toBe("12:00:00");
});

test("labels at the ends stand apart and stay inside", () => {
  const one = (at: number, lines = 1) => ({ at, lines });
  expect(spread([one(50), one(52), one(120)], 10, 148)).toEqual([50, 63, 120]);
  expect(spread([one(147), one(148), one(146)], 10, 148)).toEqual([135, 148, 122]);
  expect(spread([one(148, 3), one(50, 2), one(51)], 10, 148)).toEqual([122, 50, 76]);
  expect(spread([], 10, 148)).toEqual([]);
});

test("those who do not see a chart are told what it shows", () => {
  expect(described(aChart())).toBe(
    "Memory: measured from 200 MiB to 240 MiB, fitted from 200 MiB to 240 MiB, limit 512 MiB",
  );
  expect(described(aChart({ lines: [], limit: null }))).toBe("Memory");
});

test("long labels take several lines", () => {
  expect(wrapped("measured")).toEqual(["measured"]);
  expect(wrapped("growth that goes on")).toEqual(["growth that", "goes on"]);
  expect(wrapped("averyveryverylongword")).toEqual(["averyveryvery…"]);
  expect(wrapped("the usual range of the last four weeks of it")).toEqual([
    "the usual",
    "range of the",
    "last four wee…",
  ]);
});

test("a line that ends before the others is named at its end", () => {
  const forecast = minutes([200, 210, 220, 230, 240, 250, 260, 270, 280, 290].map((v) => v * MIB));
  const lines = [
    { label: "measured", points: minutes([200 * MIB, 205 * MIB]) },
    { label: "growth that goes on", points: forecast },
  ];
  const drawn = draw(aChart({ lines, limit: null }), SIZE);
  const [measured, expected] = drawn?.lines ?? [];
  expect(measured?.label.x).toBeLessThan((drawn?.plot.right ?? 0) / 2);
  expect(expected?.label.x).toBe((drawn?.plot.right ?? 0) + 6);
});

test("the pointer reads what stands nearest", () => {
  const chart = aChart();
  const drawn = draw(chart, SIZE, () => 0);
  if (drawn === null) throw new Error("it is drawn");
  const reading = readAt(chart, drawn, drawn.plot.left);
  expect(reading).toEqual({ at: START, words: ["measured 200 MiB", "fitted 200 MiB"] });
  const third = drawn.plot.left + (drawn.plot.right - drawn.plot.left) / 2;
  expect(readAt(chart, drawn, third)?.words).toEqual([]);
  expect(readAt(chart, drawn, 0)).toBeNull();
});
