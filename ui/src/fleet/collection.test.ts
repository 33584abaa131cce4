import { expect, test } from "vitest";
import { keyOf } from "./agent-key";
import { AgentCollection } from "./collection";
import { anAgent } from "./testing";

test("an answer that the stream has overtaken is ignored", () => {
  const agents = new AgentCollection(10);
  const mark = agents.mark();
  agents.stream(anAgent("a", { verdict: "down" }));
  agents.answer([anAgent("a", { verdict: "working" }), anAgent("b")], mark);
  expect(agents.get(keyOf(anAgent("a")))?.verdict).toBe("down");
  expect(agents.size).toBe(2);
});

test("an answer to a later request is taken", () => {
  const agents = new AgentCollection(10);
  agents.stream(anAgent("a", { verdict: "down" }));
  agents.answer([anAgent("a", { verdict: "working" })], agents.mark());
  expect(agents.get(keyOf(anAgent("a")))?.verdict).toBe("working");
});

test("a whole list forgets what it does not name, but not what came meanwhile", () => {
  const agents = new AgentCollection(10);
  agents.answer([anAgent("old"), anAgent("kept")], agents.mark());
  const mark = agents.mark();
  agents.stream(anAgent("new"));
  agents.keepOnly(new Set([keyOf(anAgent("kept"))]), mark);
  expect([...agents.values()].map((one) => one.agent)).toEqual(["kept", "new"]);
});

test("agents of one name in two namespaces are two", () => {
  const agents = new AgentCollection(10);
  agents.stream(anAgent("a"));
  agents.stream(anAgent("a", { namespace: "acme" }));
  expect(agents.size).toBe(2);
});

test("beyond the limit the least severe are let go, and counted", () => {
  const agents = new AgentCollection(10);
  for (let n = 0; n < 10; n += 1) agents.stream(anAgent(`idle-${n}`, { verdict: "idle" }));
  agents.stream(anAgent("dead", { verdict: "down" }));
  expect(agents.size).toBe(9);
  expect(agents.evicted).toBe(2);
  expect(agents.has(keyOf(anAgent("dead")))).toBe(true);
});
