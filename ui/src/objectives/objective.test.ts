import { expect, test } from "vitest";
import type { Slo } from "../api/types";
import { budgetLeft, burnText, ofSeveral, orderObjectives, sentenceOf, stateOf, whose } from "./objective";

function anObjective(title: string, state: string, remaining: number | null): Slo {
  return {
    name: title,
    namespace: "default",
    title,
    service: "agents",
    description: "",
    state,
    sentence: "",
    promise: "",
    objective: 0.9,
    sli: null,
    window: { text: "30d" },
    error_budget: remaining === null ? null : { ratio: 0.1, remaining_ratio: remaining },
    burn_rate: { now: null, hour: null, six_hours: null },
    forecast: null,
    error: null,
  };
}

test("what is violated comes first, then what is nearly spent; without data nothing is judged", () => {
  const slos = [
    anObjective("b", "meeting", 0.9),
    anObjective("nothing", "no_data", null),
    anObjective("a", "meeting", 0.9),
    anObjective("spent", "meeting", 0.1),
    anObjective("over", "violating", -0.4),
  ];
  expect(orderObjectives(slos).map((slo) => slo.title)).toEqual(["over", "spent", "a", "b", "nothing"]);
});

test("each says whose it is where there are several namespaces", () => {
  const ours = anObjective("a", "meeting", 1);
  const theirs = { ...ours, namespace: "team" };
  const all = { ...ours, namespace: "*" };
  expect(ofSeveral([ours])).toBe(false);
  expect(ofSeveral([ours, theirs])).toBe(true);
  expect([ours, theirs, all].map((slo) => whose(slo, true))).toEqual(["default", "team", "all namespaces"]);
  expect(whose(ours, false)).toBeNull();
  expect(orderObjectives([theirs, ours]).map((slo) => slo.namespace)).toEqual(["default", "team"]);
});

test("a state that is not known is no data, never met", () => {
  expect(stateOf(anObjective("x", "whatever", 1))).toBe("no_data");
});

test("what is left of a budget", () => {
  expect(budgetLeft(anObjective("x", "meeting", 0.625))).toEqual({ width: 0.625, words: "63 % left" });
  expect(budgetLeft(anObjective("x", "violating", -0.4))).toEqual({ width: 0, words: "overdrawn by 40 %" });
  expect(budgetLeft(anObjective("x", "no_data", null))).toBeNull();
  expect(burnText(14.44)).toBe("14×");
  expect(burnText(null)).toBeNull();
});

test("the state is not said twice", () => {
  const slo = { ...anObjective("x", "meeting", 1), sentence: "MEETING: 100% was good" };
  expect(sentenceOf(slo)).toBe("100% was good");
  expect(sentenceOf({ ...slo, sentence: "NO DATA: nothing was measured" })).toBe("Nothing was measured");
});
