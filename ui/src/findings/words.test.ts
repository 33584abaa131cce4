import { expect, test } from "vitest";
import type { Alert, Finding } from "../api/types";
import { findingHash, parseFindingHash } from "./address";
import { amountText, confidence, figureName, intervalText } from "./figures";
import {
  alertsBeside,
  codeParts,
  conditionWords,
  findingsOf,
  sentenceOf,
  severityOf,
  subjectHash,
} from "./list";
import { aFinding } from "./testing";

test.each([
  ["rate_bytes_per_hour", "bytes_per_hour", "Rate"],
  ["time_to_limit_s", "seconds", "Time to limit"],
  ["used_ratio", "ratio", "Used"],
  ["branching_ratio", "count", "Branching ratio"],
  ["failures_per_minute", "per_minute", "Failures"],
  ["p95_seconds", "seconds", "P95"],
  ["agents", "count", "Agents"],
  ["_s", "seconds", " s"],
  ["odd", "furlongs", "Odd"],
])("%s of %s is named %s", (name, unit, words) => expect(figureName(name, unit)).toBe(words));

test.each([
  [15_518_924.8, "bytes_per_hour", "14.8 MiB/h"],
  [-1024, "bytes", "−1 KiB"],
  [0.125, "ratio", "13 %"],
  [34_200, "seconds", "9 h 30 min"],
  [0.25, "seconds", "250 ms"],
  [2.5, "seconds", "2.5 s"],
  [-30, "seconds", "−30 s"],
  [12.25, "per_minute", "12.3/min"],
  [1234, "count", "1\u2009234"],
  [1.75, "count", "1.75"],
  [3, "furlongs", "3"],
])("%d of %s reads %s", (value, unit, text) => expect(amountText(value, unit)).toBe(text));

test("intervals say what is known of them", () => {
  const figure = { name: "x", value: 2, unit: "count" };
  expect(intervalText({ ...figure, low: null, high: null })).toBe("");
  expect(intervalText({ ...figure, low: 1, high: 3 })).toBe("1 to 3");
  expect(intervalText({ ...figure, low: 1, high: null })).toBe("at least 1");
  expect(intervalText({ ...figure, low: null, high: 3 })).toBe("at most 3");
  expect(intervalText({ ...figure, low: 2.0001, high: 2.0002 })).toBe("");
  const bytes = { name: "x", value: 2, unit: "bytes" };
  expect(intervalText({ ...bytes, low: 1536, high: 3072 })).toBe("1.5 to 3 KiB");
  expect(intervalText({ ...bytes, low: 512, high: 3072 })).toBe("512 B to 3 KiB");
});

test.each([
  [1, "100"],
  [0.9999, "99.9"],
  [0.995, "99.5"],
  [0.979, "97"],
  [0, "0"],
])("a confidence of %d reads %s per cent", (ratio, value) => expect(confidence(ratio).value).toBe(value));

test("a sentence begins with a capital, a name as it is", () => {
  const said = (sentence: string, subject = "bot-7") => sentenceOf(aFinding("1", { sentence, subject }));
  expect(said("failures feed themselves")).toBe("Failures feed themselves");
  expect(said("bot-7 grows")).toBe("bot-7 grows");
  expect(said("queue_depth is 41")).toBe("queue_depth is 41");
  expect(said("worker grows", "worker")).toBe("worker grows");
  expect(said("Already so")).toBe("Already so");
  expect(codeParts("run `ls -l`, then")).toEqual(["run ", "ls -l", ", then"]);
  expect(codeParts("a ` alone")).toEqual(["a ` alone"]);
});

test("an alert that a finding tells is not told twice", () => {
  const alert = (id: string) => ({ id }) as Alert;
  const alerts = [alert("memory_leak/default/agent/bot-7"), alert("agent_down/default/agent/bot-7")];
  const left = alertsBeside(alerts, [aFinding("leak-1")]);
  expect(left.map((one) => one.id)).toEqual(["agent_down/default/agent/bot-7"]);
  expect(alertsBeside(alerts, [])).toBe(alerts);
});

test("words of conditions, severities and addresses", () => {
  expect(conditionWords("memory_leak")).toBe("Memory leak");
  expect(conditionWords("fd_exhaustion")).toBe("File descriptor exhaustion");
  expect(["critical", "warning", "info", "odd"].map(severityOf)).toEqual([
    "critical",
    "warning",
    "info",
    "info",
  ]);
  expect(parseFindingHash(findingHash("leak-1_b"))).toBe("leak-1_b");
  for (const other of ["", "#/", "#/agents/default/a", "#/findings/", "#/findings/a/b", "#/findings/%"])
    expect(parseFindingHash(other)).toBeNull();
  expect(subjectHash({ namespace: "team a", kind: "agent", id: "x/y" })).toBe("#/agents/team%20a/x%2Fy");
  expect(subjectHash({ namespace: "default", kind: "host", id: "h1" })).toBeNull();
});

test("an agent's findings are those about it", () => {
  const findings: Finding[] = [
    aFinding("1"),
    aFinding("2", { subject: "bot-8" }),
    aFinding("3", { subject_kind: "service" }),
    aFinding("4", { namespace: "team" }),
  ];
  expect(findingsOf(findings, "default", "bot-7").map((finding) => finding.id)).toEqual(["1"]);
});
