import { expect, test } from "vitest";
import { bytes, count, counted, milliseconds, percent, plain, significant } from "./quantity";
import { clockTime, duration, exactTime, listTime, secondsSince, setting } from "./time";

test.each([
  [-3, "0 s"],
  [0, "0 s"],
  [59.9, "59 s"],
  [119, "119 s"],
  [120, "2 min"],
  [3_599, "59 min"],
  [3_600, "1 h"],
  [5_400, "1 h 30 min"],
  [86_399, "23 h 59 min"],
  [273_600, "3 d 4 h"],
])("%d seconds read %s", (seconds, words) => expect(duration(seconds)).toBe(words));

test("settings keep a tenth where they are small", () => {
  expect(setting(0.5)).toBe("0.5 s");
  expect(setting(30)).toBe("30 s");
  expect(setting(300)).toBe("5 min");
});

test("a moment ahead of us is now, and a bad one is too", () => {
  const now = Date.parse("2026-05-04T14:00:00.000Z");
  expect(secondsSince("2026-05-04T13:59:48.500Z", now)).toBe(11.5);
  expect(secondsSince("2026-05-04T14:00:09.000Z", now)).toBe(0);
  expect(secondsSince("soon", now)).toBe(0);
});

test("exact times carry milliseconds and offset", () => {
  expect(exactTime("2026-05-04T14:02:11.120Z")).toBe("2026-05-04 14:02:11.120 +00:00");
  expect(exactTime("soon")).toBe("soon");
  expect(clockTime(Date.parse("2026-05-04T04:02:01.000Z"))).toBe("04:02:01");
});

test("a list names the day only where it is another", () => {
  const now = Date.parse("2026-05-04T14:00:00.000Z");
  expect(listTime("2026-05-04T09:30:00.000Z", now)).toBe("09:30:00");
  expect(listTime("2026-05-03T09:30:00.000Z", now)).toBe("05-03 09:30:00");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "0.977 KiB"],
  [1_048_576, "1 MiB"],
  [432_013_312, "412 MiB"],
  [2_321_547_264, "2.16 GiB"],
])("%d bytes read %s", (value, words) => {
  const quantity = bytes(value);
  expect(`${quantity.value} ${quantity.unit}`).toBe(words);
});

test("ratios read as per cent, to what matters", () => {
  expect(percent(0).value).toBe("0");
  expect(percent(0.0004).value).toBe("<0.1");
  expect(percent(0.0362).value).toBe("3.6");
  expect(percent(0.98).value).toBe("98");
  expect(percent(3.217).value).toBe("322");
});

test("figures keep three digits that mean something", () => {
  expect(significant(0)).toBe("0");
  expect(significant(0.012345)).toBe("0.0123");
  expect(significant(61.25)).toBe("61.3");
  expect(significant(18_204.4)).toBe("18204");
  expect(significant(-2.5)).toBe("-2.5");
  expect(milliseconds(12.34)).toEqual({ value: "12.3", unit: "ms" });
  expect(milliseconds(1_840)).toEqual({ value: "1.84", unit: "s" });
});

test("counts are grouped, and their nouns agree", () => {
  expect(count(100_000)).toBe("100\u2009000");
  expect(count(999)).toBe("999");
  expect(counted(1, "sandbox", "sandboxes")).toBe("1 sandbox");
  expect(counted(2, "task")).toBe("2 tasks");
});

test("what others named is shown as it is", () => {
  expect(plain("x")).toBe("x");
  expect(plain(3)).toBe("3");
  expect(plain(0.123456)).toBe("0.1235");
  expect(plain({ a: [1] })).toBe('{"a":[1]}');
  expect(plain(null)).toBe("null");
});
