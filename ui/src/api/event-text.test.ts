import { expect, test } from "vitest";
import { type EventMessage, EventText } from "./event-text";

const STREAM =
  'retry: 2000\n\n: alive\n\nid: 0-7\nevent: verdicts\ndata: {"agent":"ä1"}\n\nevent: summary\ndata: a\ndata: b\n\ndata:x\r\n\r\n';

const EXPECTED: EventMessage[] = [
  { type: "verdicts", data: '{"agent":"ä1"}', lastEventId: "0-7" },
  { type: "summary", data: "a\nb", lastEventId: "0-7" },
  { type: "message", data: "x", lastEventId: "0-7" },
];

test("events are the same however the stream was cut", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const text = new EventText();
    const found: EventMessage[] = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...text.push(STREAM.slice(at, at + size)));
    expect(found, `pieces of ${size}`).toEqual(EXPECTED);
  }
});

test("an event that has not ended is none yet", () => {
  const text = new EventText();
  expect(text.push("event: alerts\ndata: {}")).toEqual([]);
  expect(text.push("\n")).toEqual([]);
  expect(text.push("\n")).toEqual([{ type: "alerts", data: "{}", lastEventId: "" }]);
});
