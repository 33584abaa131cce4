import { expect, test } from "vitest";
import { ApiError } from "../api/client";
import type { Silence } from "../api/types";
import { newSilenceHash, parseSilenceHash, silenceHash } from "./address";
import {
  draftOf,
  filledMatchers,
  NEW_DRAFT,
  orderSilences,
  refusalOf,
  stateAt,
  wantedOf,
  whenOf,
} from "./silence";

const NOW = Date.parse("2026-05-04T14:00:00.000Z");

function aSilence(id: string, startsIn: number, endsIn: number, over: Partial<Silence> = {}): Silence {
  const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
  return {
    id,
    state: "active",
    purpose: "silence",
    namespace: null,
    matchers: [],
    text: "{}",
    starts_at: at(startsIn),
    ends_at: at(endsIn),
    author: "ann",
    comment: "",
    updated_at: at(startsIn),
    alerts: 0,
    ...over,
  };
}

test("a silence is what it is at the moment, however old the list", () => {
  expect(stateAt(aSilence("a", -60, 60), NOW)).toBe("active");
  expect(stateAt(aSilence("a", -60, 60), NOW + 60_000)).toBe("expired");
  expect(stateAt(aSilence("a", 60, 120, { state: "pending" }), NOW)).toBe("pending");
  expect(stateAt(aSilence("a", 60, 120, { state: "pending" }), NOW + 61_000)).toBe("active");
  expect(stateAt(aSilence("a", -60, 60, { state: "expired" }), NOW)).toBe("expired");
});

test("its end is told from now on, its beginning before that", () => {
  expect(whenOf(aSilence("a", -60, 5_400), NOW).words).toBe("ends in 1 h 30 min");
  expect(whenOf(aSilence("a", 60, 5_400), NOW).words).toBe("begins in 60 s");
  expect(whenOf(aSilence("a", -9_000, -3_600), NOW).words).toBe("ended 1 h ago");
});

test("those in force come first, those over last, each in the order of the server", () => {
  const all = [
    aSilence("over", -60, -1),
    aSilence("later", 60, 90),
    aSilence("b", -1, 60),
    aSilence("a", -1, 90),
  ];
  expect(orderSilences(all, NOW).map((one) => one.id)).toEqual(["b", "a", "later", "over"]);
});

test("rows of matchers that were left empty are none; a value without a label is kept to be refused", () => {
  const matchers = [
    { name: " agent ", op: "=", value: "a1" },
    { name: " ", op: "=", value: "" },
    { name: "", op: "=", value: "x" },
    { name: "job", op: "=", value: "" },
  ];
  expect(filledMatchers({ ...NEW_DRAFT, matchers }).map(({ name, value }) => `${name}=${value}`)).toEqual([
    "agent=a1",
    "=x",
    "job=",
  ]);
});

test("one like another is for the same namespace; one that is changed keeps its end, too", () => {
  const matchers = [{ name: "agent", op: "=", value: "a1" }];
  const of = aSilence("a", -60, 90, { matchers, namespace: "lab", comment: "why", purpose: "maintenance" });
  const like = { matchers, comment: "why", purpose: "maintenance", namespace: "lab" };
  expect(draftOf(of, false)).toEqual(like);
  expect(draftOf(of, true)).toEqual({ ...like, ends: of.ends_at });
  // What is left empty is not sent: the server keeps the beginning, and names the author by the token.
  expect(wantedOf({ ...NEW_DRAFT, ...draftOf(of, true) })).toEqual({ ...like, ends_at: of.ends_at });
  expect(wantedOf({ ...NEW_DRAFT, starts: " 30m", author: " bo " })).toMatchObject({
    starts_at: "30m",
    author: "bo",
  });
  expect(wantedOf(NEW_DRAFT)).not.toHaveProperty("namespace");
});

test("a refusal stands at the field that the server names", () => {
  const of = (detail: string) => refusalOf(new ApiError(422, "Unprocessable Entity", detail));
  expect(of("`ends_at`: is over already")).toEqual({ field: "ends_at", words: "is over already" });
  expect(of("`matchers`: `op` of the label `a`: expected\none of =").field).toBe("matchers");
  expect(of("`colour`: no such field")).toEqual({ field: null, words: "`colour`: no such field" });
  expect(of("")).toEqual({ field: null, words: "Unprocessable Entity." });
});

test("the address of a new silence names what fills it in", () => {
  const id = "agent_down/default/agent/a b&c/1";
  const hash = newSilenceHash({ alert: id });
  const made = parseSilenceHash(hash) ?? "";
  expect(new URLSearchParams(made.slice("new".length)).get("alert")).toBe(id);
  expect(parseSilenceHash(newSilenceHash({ change: "0b9f-1" }))).toBe("new?change=0b9f-1");
  expect(parseSilenceHash(newSilenceHash())).toBe("new");
  expect(parseSilenceHash(silenceHash("0b9f-1"))).toBe("0b9f-1");
  expect(parseSilenceHash("#/silences")).toBeNull();
  expect(parseSilenceHash("#/silences/%E0%A4%A")).toBeNull();
});
