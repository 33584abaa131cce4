import { expect, test } from "vitest";
import { place, roundStep, timeTicks, valueTicks } from "./scale";

const MIB = 1_048_576;
const HOUR = 3_600_000;

test("a value lies where its share of the span is", () => {
  expect(place(5, { from: 0, to: 10 }, 200)).toBe(100);
  expect(place(7, { from: 7, to: 7 }, 200)).toBe(100);
});

test.each([
  [0.3, "ratio", 0.5],
  [0.3, "count", 1],
  [3, "count", 5],
  [12, "per_minute", 20],
  [30 * MIB, "bytes", 50 * MIB],
  [600 * MIB, "bytes", 1024 * MIB],
  [1.5 * 1024, "bytes_per_hour", 2048],
])("at least %d of %s is a step of %d", (least, unit, step) =>
  expect(roundStep(least, unit)).toBeCloseTo(step),
);

test("ticks are round, inside the span and few", () => {
  expect(valueTicks({ from: 0, to: 10 }, "count", 4)).toEqual([0, 5, 10]);
  expect(valueTicks({ from: 210 * MIB, to: 450 * MIB }, "bytes", 4).map((tick) => tick / MIB)).toEqual([
    300, 400,
  ]);
  expect(valueTicks({ from: 3, to: 3 }, "count", 4)).toEqual([3]);
  for (const to of [0.02, 1, 7, 99, 12_345, 5e9]) {
    const ticks = valueTicks({ from: 0, to }, "ratio", 4);
    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThan(6);
    expect(ticks.every((tick) => tick >= 0 && tick <= to * 1.000_001)).toBe(true);
  }
});

test("times are round on the wall's clock, whatever the zone", () => {
  const from = Date.parse("2026-05-04T10:47:00.000Z");
  const ticks = timeTicks({ from, to: from + 3 * HOUR }, 4, () => 0);
  expect(ticks.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(["11:00", "12:00", "13:00"]);
  // Half past five ahead of UTC, as in India.
  const there = timeTicks({ from, to: from + 3 * HOUR }, 4, () => -330);
  expect(there.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(["11:30", "12:30", "13:30"]);
  const days = timeTicks({ from, to: from + 40 * 24 * HOUR }, 4, () => 0);
  expect(days.length).toBeLessThan(5);
  expect(days.every((at) => at % (24 * HOUR) === 0)).toBe(true);
});
