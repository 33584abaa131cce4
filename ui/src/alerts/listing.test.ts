import { expect, test } from "vitest";
import { alertLines, episodeId, heldSeconds, reasonOf, safeUrl, senderWords, tagsOf } from "./listing";
import { anAlert } from "./testing";

const NOTHING_MORE = { open: false, past: false };

test("what fires stands before what is held back, pending and over, and empty sections are left out", () => {
  const open = [
    anAlert("silenced", { silenced_by: ["s1"] }),
    anAlert("told"),
    anAlert("pending", { state: "pending" }),
    anAlert("symptom", { cause: "told" }),
  ];
  const past = [anAlert("old", { state: "resolved", resolved_at: "2026-05-04T14:01:00.000Z" })];
  const words = alertLines(open, past, { open: false, past: true }).map((line) =>
    line.kind === "head" ? `${line.words} ${line.count}${line.more ? "+" : ""}` : line.alert.id,
  );
  expect(words).toEqual([
    "Firing 1",
    "told",
    "Held back 2",
    "silenced",
    "symptom",
    "Pending 1",
    "pending",
    "Over 1+",
    "old",
  ]);
  expect(alertLines([], [], NOTHING_MORE)).toEqual([]);
});

test("an alert that came twice has a line for each time", () => {
  const earlier = anAlert("a", { state: "resolved", started_at: "2026-05-04T12:00:00.000Z" });
  expect(episodeId(earlier)).not.toBe(episodeId(anAlert("a")));
  const ids = alertLines([anAlert("a")], [earlier], NOTHING_MORE).map((line) => line.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("tags say what is to be known beside the sentence", () => {
  expect(tagsOf(anAlert("a"))).toEqual([]);
  const acknowledged = { by: "ann", comment: "", at: "", until: null };
  expect(
    tagsOf(anAlert("a", { silenced_by: ["s"], flapping: true, acknowledged, origin: "external" })),
  ).toEqual(["silenced", "flapping", "ann has it in hand"]);
  // What is over is held back from nobody any more.
  expect(tagsOf(anAlert("a", { state: "resolved", silenced_by: ["s"] }))).toEqual([]);
});

test("the subject is not said twice", () => {
  const of = (message: string) => reasonOf(anAlert("a", { message }));
  expect(of("agent a1: no contact within 30 s")).toBe("no contact within 30 s");
  expect(of("a1 grows by 14 MiB/h")).toBe("a1 grows by 14 MiB/h");
});

test("an alert is as long as it held, and one that holds as long as until now", () => {
  const now = Date.parse("2026-05-04T14:05:00.000Z");
  expect(heldSeconds(anAlert("a"), now)).toBe(300);
  expect(heldSeconds(anAlert("a", { resolved_at: "2026-05-04T14:01:00.000Z" }), now)).toBe(60);
  expect(heldSeconds(anAlert("a", { started_at: "2026-05-04T15:00:00.000Z" }), now)).toBe(0);
});

test.each([
  ["https://prom.example/graph?g0.expr=up", "https://prom.example/graph?g0.expr=up"],
  ["http://10.0.0.1:9090/a b", "http://10.0.0.1:9090/a%20b"],
  ["javascript:alert(1)", null],
  ["data:text/html,x", null],
  ["//prom.example/", null],
  ["prom.example", null],
  ["", null],
  [undefined, null],
])("of links that others gave, pages alone are followed: %s", (text, expected) => {
  expect(safeUrl(text)).toBe(expected);
});

test("who sent an alert is the host of its link", () => {
  expect(senderWords("http://prom-1:9090/graph?g0.expr=up")).toBe(" from prom-1:9090");
  expect(senderWords("javascript:alert(1)")).toBe("");
  expect(senderWords(undefined)).toBe("");
});
