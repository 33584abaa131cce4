import { expect, test } from "vitest";
import { compile, isFiltering, NO_FILTER, toggleVerdict } from "./filter";
import { anAgent, someEvidence } from "./testing";

const typed = (text: string) => compile({ ...NO_FILTER, text });

const scraper = anAgent("scraper-eu-4", {
  kind: "scraper",
  host: "edge-2",
  pid: 7719,
  verdict: "backing_off",
  evidence: [someEvidence("anthropic answered 529")],
  aliases: ["session 6f1c"],
});

test("every term must be found, in any field and any case", () => {
  expect(typed("EDGE scraper")(scraper)).toBe(true);
  expect(typed("edge coder")(scraper)).toBe(false);
  expect(typed("529")(scraper)).toBe(true);
  expect(typed("6f1c")(scraper)).toBe(true);
  expect(typed("  ")(scraper)).toBe(true);
});

test("a verdict is found by its word and by its name", () => {
  expect(typed("backing off")(scraper)).toBe(true);
  expect(typed("verdict:backing_off")(scraper)).toBe(true);
});

test("a term that names a field looks there only", () => {
  expect(typed("host:edge")(scraper)).toBe(true);
  expect(typed("host:scraper")(scraper)).toBe(false);
  expect(typed("pid:771")(scraper)).toBe(true);
  expect(typed("sandbox:x")(scraper)).toBe(false);
});

test("a colon that names no field is text like any other", () => {
  const odd = anAgent("urn:bot:1");
  expect(typed("urn:bot")(odd)).toBe(true);
});

test("verdicts are taken in and out", () => {
  const chosen = toggleVerdict(NO_FILTER, "down");
  expect(compile(chosen)(scraper)).toBe(false);
  expect(compile(toggleVerdict(chosen, "backing_off"))(scraper)).toBe(true);
  expect(isFiltering(chosen)).toBe(true);
  expect(isFiltering(toggleVerdict(chosen, "down"))).toBe(false);
});
