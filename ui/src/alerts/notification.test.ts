import { expect, test } from "vitest";
import type { Notification } from "../api/types";
import { channelWords, outcomeOf, toldWords, troubleWords } from "./notification";

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
