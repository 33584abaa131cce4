import { expect, test } from "vitest";
import { alertHash, parseAlertHash } from "./address";
import { alertWords, heldBack, matchersOf, told } from "./held-back";
import { anAlert } from "./testing";

test("an alert's address holds its id, slashes and all", () => {
  const id = "agent_down/default/agent/a b/1";
  expect(parseAlertHash(alertHash(id))).toBe(id);
  expect(parseAlertHash("#/alerts/")).toBeNull();
  expect(parseAlertHash("#/alerts/%E0%A4%A")).toBeNull();
  expect(parseAlertHash("#/agents/default/a1")).toBeNull();
});

test("what follows from another, is silenced or held back is not shown as news", () => {
  const alerts = [
    anAlert("told"),
    anAlert("in hand", { acknowledged: { by: "ann", comment: "", at: "", until: null } }),
    anAlert("symptom", { cause: "told" }),
    anAlert("silenced", { silenced_by: ["s1"] }),
    anAlert("both", { cause: "told", silenced_by: ["s1"] }),
    anAlert("inhibited", { inhibited_by: ["told"] }),
  ];
  expect(alerts.map(heldBack)).toEqual([
    null,
    null,
    "follows from another",
    "silenced",
    "follows from another",
    "held back by another",
  ]);
  const { shown, silenced } = told(alerts);
  expect(shown.map((one) => one.id)).toEqual(["told", "in hand"]);
  expect(silenced).toBe(1);
});

test("a silence of one alert names its labels, but not how grave it is", () => {
  const labels = { alertname: "agent_down", agent: "a1", namespace: "default", severity: "critical" };
  expect(matchersOf(anAlert("x", { labels })).map(({ name, op, value }) => name + op + value)).toEqual([
    "alertname=agent_down",
    "agent=a1",
    "namespace=default",
  ]);
  // Without its name it would hold back every other alert of the agent, too.
  expect(matchersOf(anAlert("x", { labels: { agent: "a1" } }))[0]).toEqual({
    name: "alertname",
    op: "=",
    value: "agent_down",
  });
});

test("names of conditions are said in words, those of rules as they are", () => {
  expect(alertWords("host_down")).toBe("Host down");
  expect(alertWords("HighErrorRate")).toBe("HighErrorRate");
});
