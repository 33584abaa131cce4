import { expect, test } from "vitest";
import { anAlert } from "../alerts/testing";
import type { Alert } from "../api/types";
import { agentHash, keyOf, nameOf, parseAgentHash } from "./agent-key";
import { alertAgent, orderAlerts } from "./alerts";
import { connectionOf, knownUntil, STALE_AFTER_MS } from "./connection";
import { fleetSentence, pageTitle, strongest } from "./sentence";
import { ServerClock } from "./server-clock";
import { aSummary, someEvidence, T0 } from "./testing";
import { countVerdicts } from "./verdict";
import { mostRows, rowsBetween, scrollToShow } from "./viewport";

test("the server's sentence is the page's", () => {
  expect(fleetSentence(aSummary({ sentence: "All 3 agents available." }), null)).toBe(
    "All 3 agents available.",
  );
});

test("without a sentence the counts make one", () => {
  const counts = countVerdicts(["working", "idle", "down", "down", "stuck", "stopped"]);
  expect(fleetSentence(null, counts)).toBe("2 of 5 agents available. 2 down, 1 stuck.");
  expect(fleetSentence(aSummary({ verdicts: countVerdicts(["silent"]) }), null)).toBe(
    "1 of 1 agents available.",
  );
  expect(fleetSentence(null, countVerdicts([]))).toBe("No agents yet.");
  expect(fleetSentence(null, countVerdicts(["stopped", "stopped"]))).toBe("All 2 agents have stopped.");
  expect(fleetSentence(null, null)).toBe("Looking for the fleet");
});

test("the tab says first that it may be old", () => {
  expect(pageTitle("All well.", true)).toBe("All well.");
  expect(pageTitle("All well.", false)).toBe("Not connected. All well.");
});

test("the strongest evidence is a sentence, and its lack is said", () => {
  expect(strongest([someEvidence("process 7 is gone"), someEvidence("x")])).toEqual({
    text: "Process 7 is gone",
    at: T0,
  });
  expect(strongest([])).toEqual({ text: "No evidence came with this verdict", at: null });
});

test("any agent's name survives its address", () => {
  const name = { namespace: "a/b", agent: "ünï/code %2F #1" };
  expect(parseAgentHash(agentHash(name))).toEqual(name);
  expect(nameOf(keyOf(name))).toEqual(name);
  for (const hash of ["", "#/", "#/agents/x", "#/agents/a/b/c", "#/agents/a/%zz"])
    expect(parseAgentHash(hash)).toBeNull();
});

test("the server's clock is counted on, by the answer that was fastest", () => {
  const clock = new ServerClock();
  const local = 1_000_000;
  expect(clock.at(local)).toBe(local);
  clock.observe(new Date(local + 3_600_000 - 400).toISOString(), local);
  clock.observe(new Date(local + 3_600_000 - 20).toISOString(), local);
  clock.observe("not a time", local);
  expect(clock.at(local)).toBe(local + 3_600_000 - 20);
});

test("ages stand still when nothing is heard", () => {
  const contact = { pausedAt: null, streamOpen: true, lostAt: null, lastHeard: 1_000 };
  const late = 1_000 + STALE_AFTER_MS + 1;
  expect(connectionOf(contact, 2_000)).toEqual({ state: "live" });
  expect(knownUntil(contact, 2_000)).toBe(2_000);
  expect(connectionOf(contact, late)).toEqual({ state: "stale", since: 1_000 });
  expect(knownUntil(contact, late)).toBe(1_000);
  const lost = { ...contact, streamOpen: false, lostAt: 1_500 };
  expect(connectionOf(lost, 9_000)).toEqual({ state: "reconnecting", since: 1_500 });
  expect(knownUntil(lost, 9_000)).toBe(1_000);
  expect(connectionOf({ ...lost, pausedAt: 1_700 }, 9_000)).toEqual({ state: "paused", since: 1_700 });
  expect(knownUntil({ ...lost, pausedAt: 1_700 }, 9_000)).toBe(1_700);
  expect(connectionOf({ ...lost, lostAt: null }, 9_000)).toEqual({ state: "connecting" });
});

test("only the rows on screen are made, and a few beside them", () => {
  // Wherever the list stands, its rows have a slot each.
  for (let top = 0; top < 200; top += 1) {
    const { first, end } = rowsBetween(10_000 + top, 10_000 + top + 283, 28, 100_000, 8);
    expect(end - first).toBeLessThanOrEqual(mostRows(283, 28, 8));
  }
  expect(rowsBetween(0, 280, 28, 100_000, 0)).toEqual({ first: 0, end: 10 });
  expect(rowsBetween(2_800, 3_080, 28, 100_000, 8)).toEqual({ first: 92, end: 118 });
  expect(rowsBetween(-500, 280, 28, 5, 8)).toEqual({ first: 0, end: 5 });
  expect(rowsBetween(9_999, 10_500, 28, 5, 0)).toEqual({ first: 5, end: 5 });
});

test("a row is brought on screen by the shortest way", () => {
  expect(scrollToShow(5, 28, 0, 280)).toBe(0);
  expect(scrollToShow(10, 28, 0, 280)).toBe(28);
  expect(scrollToShow(0, 28, 100, 380)).toBe(-100);
});

test("the gravest alert comes first, the newest of one severity; blindness has its own banner", () => {
  const alert = (id: string, severity: string, startedAt: string, over: Partial<Alert> = {}): Alert =>
    anAlert(id, { severity, started_at: startedAt, ...over });
  const alerts = [
    alert("info", "info", "2026-05-04T14:09:00.000Z"),
    alert("old", "critical", "2026-05-04T14:00:00.000Z"),
    alert("new", "critical", "2026-05-04T14:05:00.000Z"),
    alert("blind", "critical", "2026-05-04T14:05:00.000Z", { name: "monitor_blind" }),
    alert("over", "critical", "2026-05-04T14:05:00.000Z", { state: "resolved" }),
  ];
  expect(orderAlerts(alerts).map((one) => one.id)).toEqual(["new", "old", "info"]);
  expect(alertAgent(alert("x", "info", T0, { labels: { namespace: "acme" } }))).toEqual({
    namespace: "acme",
    agent: "a1",
  });
  expect(alertAgent(alert("x", "info", T0, { subject_kind: "host" }))).toBeNull();
});
