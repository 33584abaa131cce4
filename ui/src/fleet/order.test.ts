import { expect, test } from "vitest";
import type { Verdict } from "../api/types";
import { bySeverity } from "./order";
import { anAgent } from "./testing";

const names = (agents: { agent: string }[]) => agents.map((one) => one.agent);

test("the worst verdict comes first", () => {
  const healthyFirst: Verdict[] = [
    "stopped",
    "idle",
    "working",
    "starting",
    "waiting",
    "backing_off",
    "silent",
    "unknown",
    "stuck",
    "down",
  ];
  const agents = healthyFirst.map((verdict) => anAgent(verdict, { verdict }));
  expect(names(agents.sort(bySeverity))).toEqual([...healthyFirst].reverse());
});

test("of those that are down the newest comes first", () => {
  const old = anAgent("a", { verdict: "down", since: "2026-05-04T13:00:00.000Z" });
  const fresh = anAgent("b", { verdict: "down", since: "2026-05-04T14:00:00.000Z" });
  expect(names([old, fresh].sort(bySeverity))).toEqual(["b", "a"]);
});

test("the healthy stand by name, whenever they changed", () => {
  const b = anAgent("b", { since: "2026-05-04T14:00:00.000Z" });
  const a = anAgent("a", { since: "2026-05-04T13:00:00.000Z" });
  const other = anAgent("a", { namespace: "acme" });
  const sorted = [b, a, other].sort(bySeverity);
  expect(sorted.map((one) => `${one.namespace}/${one.agent}`)).toEqual(["acme/a", "default/a", "default/b"]);
});

test("a verdict of a later release stands with unknown", () => {
  const strange = anAgent("a", { verdict: "asleep" as Verdict });
  const sorted = [anAgent("b", { verdict: "silent" }), strange, anAgent("c", { verdict: "stuck" })].sort(
    bySeverity,
  );
  expect(names(sorted)).toEqual(["c", "a", "b"]);
});
