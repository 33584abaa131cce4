import { expect, test } from "vitest";
import type { Notification } from "../api/types";
import { heldBack } from "./held-back";
import { channelWords, nobodyWords, outcomeOf, toldWords, troubleWords } from "./notification";
import { anAlert } from "./testing";

function told(over: Partial<Notification> = {}): Notification {
  const alert = {
    id: "a",
    name: "host_down",
    severity: "critical",
    state: "firing",
    message: "",
    symptoms: 0,
  };
  return {
    id: "0-1-0",
    at: "",
    receiver: "ops",
    channel: "slack/0",
    reason: "fired",
    state: "firing",
    alerts: [alert],
    firing: 1,
    resolved: 0,
    outcome: "delivered",
    attempts: 1,
    error: null,
    settled_at: null,
    ...over,
  };
}

test("what was told is its first alert, and how many more", () => {
  expect(toldWords(told())).toBe("Host down, fired");
  expect(toldWords(told({ firing: 2, resolved: 1, reason: "repeated" }))).toBe(
    "Host down and 2 more, repeated",
  );
  expect(toldWords(told({ alerts: [], reason: "test" }))).toBe("a test");
});

test("trouble is said where there was some", () => {
  expect(troubleWords(told())).toBe("");
  expect(troubleWords(told({ attempts: 12, error: "it answered 503" }))).toBe("it answered 503, 12 attempts");
  expect(troubleWords(told({ attempts: null, error: null }))).toBe("");
});

test("an outcome that is not known is none that went well", () => {
  expect(outcomeOf("dead")).toBe("dead");
  expect(outcomeOf("mislaid")).toBe("unknown");
});

test("a channel says what waits and what was given up, if anything", () => {
  const channel = { name: "slack/0", send_resolved: true, failed: 0, retried: 0, last_error: null };
  expect(channelWords({ ...channel, sent: 41, waiting: 0, dead: 0 })).toBe("41 delivered");
  expect(channelWords({ ...channel, sent: 1, waiting: 2, dead: 3 })).toBe(
    "1 delivered, 2 waiting, 3 given up",
  );
});

test("why nobody was told is said as it is", () => {
  const channel = {
    name: "slack/0",
    send_resolved: true,
    sent: 0,
    failed: 0,
    retried: 0,
    dead: 0,
    waiting: 0,
  };
  const known = [
    { name: "default", channels: [] },
    { name: "ops", channels: [{ ...channel, last_error: null }] },
  ];
  const of = (over: Partial<Parameters<typeof anAlert>[1]>) => {
    const alert = anAlert("a", { receivers: ["ops"], ...over });
    return nobodyWords(alert, heldBack(alert), known);
  };
  expect(of({})).toBe("Nobody yet. ops is told with others of its group, in a moment.");
  expect(of({ state: "pending" })).toBe("Nobody yet. If it lasts, ops is told.");
  expect(of({ receivers: ["default"] })).toBe("Nobody: the receiver default has no channel.");
  expect(of({ receivers: ["default", "ops"] })).toMatch(/^Nobody yet/);
  expect(of({ receivers: ["not-known-here"] })).toMatch(/^Nobody yet/);
  expect(of({ receivers: [] })).toBe("Nobody: no route leads to a receiver.");
  expect(of({ silenced_by: ["s"] })).toBe("Nobody: it is silenced.");
  expect(of({ cause: "host" })).toBe("Nobody: it follows from another, which is told.");
  expect(of({ inhibited_by: ["b"] })).toBe("Nobody: it is held back by another.");
  expect(of({ muted_by: ["nights"] })).toBe("Nobody yet. ops is told when the quiet time is over.");
  expect(of({ state: "resolved", silenced_by: ["s"] })).toBe("Nobody was told.");
});
