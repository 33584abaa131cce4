import { expect, test } from "vitest";
import { keyOf, nameOf } from "./agent-key";
import { AgentCollection } from "./collection";
import { arrange, NO_ROWS, type Rows } from "./rows";
import { anAgent } from "./testing";

const all = () => true;
const names = (rows: Rows) => rows.keys.map((key) => nameOf(key).agent);

function fleet(...agents: string[]): AgentCollection {
  const collection = new AgentCollection(100);
  for (const agent of agents) collection.stream(anAgent(agent));
  return collection;
}

test("held rows keep their places when verdicts change, and new ones wait", () => {
  const agents = fleet("a", "b", "c");
  const before = arrange(NO_ROWS, agents, all, "", false);
  agents.stream(anAgent("c", { verdict: "down" }));
  agents.stream(anAgent("d", { verdict: "down" }));
  const held = arrange(before, agents, all, "", true);
  expect(names(held)).toEqual(["a", "b", "c"]);
  expect(held.waiting).toBe(1);
  const free = arrange(held, agents, all, "", false);
  expect(names(free)).toEqual(["c", "d", "a", "b"]);
  expect(free.waiting).toBe(0);
});

test("a row that no longer matches stays while it is held", () => {
  const agents = fleet("a", "b");
  const working = (one: { verdict: string }) => one.verdict === "working";
  const before = arrange(NO_ROWS, agents, working, "working", false);
  agents.stream(anAgent("a", { verdict: "idle" }));
  expect(names(arrange(before, agents, working, "working", true))).toEqual(["a", "b"]);
  expect(names(arrange(before, agents, working, "working", false))).toEqual(["b"]);
});

test("an agent that has gone leaves even while rows are held", () => {
  const agents = fleet("a", "b");
  const before = arrange(NO_ROWS, agents, all, "", false);
  agents.gone(keyOf(anAgent("a")), agents.mark());
  expect(names(arrange(before, agents, all, "", true))).toEqual(["b"]);
});

test("another wish sets held rows out anew", () => {
  const agents = fleet("a");
  const before = arrange(NO_ROWS, agents, all, "", false);
  agents.stream(anAgent("b", { verdict: "down" }));
  expect(names(arrange(before, agents, all, "1", true))).toEqual(["b", "a"]);
});

test("an empty list holds nothing back", () => {
  const empty = arrange(NO_ROWS, fleet(), all, "", true);
  expect(names(arrange(empty, fleet("a"), all, "", true))).toEqual(["a"]);
});
