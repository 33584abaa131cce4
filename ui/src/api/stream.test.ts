import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LiveStream, type Source, type StreamListener } from "./stream";

class FakeSource implements Source {
  closed = false;
  private readonly listeners = new Map<string, (event: MessageEvent) => void>();

  constructor(readonly url: string) {}

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.closed = true;
  }

  emit(type: string, data = "", lastEventId = ""): void {
    this.listeners.get(type)?.({ data, lastEventId } as MessageEvent);
  }
}

const listener = {
  opened: vi.fn(),
  lost: vi.fn(),
  agent: vi.fn(),
  alert: vi.fn(),
  summary: vi.fn(),
  unreadable: vi.fn(),
} satisfies StreamListener;

let sources: FakeSource[];
let stream: LiveStream;

const last = () => sources.at(-1) as FakeSource;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  sources = [];
  stream = new LiveStream(listener, (url) => {
    const source = new FakeSource(url);
    sources.push(source);
    return source;
  });
  stream.start();
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

test("each topic goes to its reader", () => {
  last().emit("open");
  last().emit("verdicts", '{"agent":"a1"}', "0-7");
  last().emit("alerts", '{"id":"x"}', "0-8");
  last().emit("summary", '{"agents":3}');
  expect(listener.opened).toHaveBeenCalledOnce();
  expect(listener.agent).toHaveBeenCalledWith({ agent: "a1" });
  expect(listener.alert).toHaveBeenCalledWith({ id: "x" });
  expect(listener.summary).toHaveBeenCalledWith({ agents: 3 });
});

test("after a loss it resumes behind the last event it read, with growing pauses", () => {
  last().emit("open");
  last().emit("verdicts", "{}", "0-7");
  last().emit("summary", "{}");
  last().emit("error");
  expect(listener.lost).toHaveBeenCalledOnce();
  expect(last().closed).toBe(true);
  vi.advanceTimersByTime(999);
  expect(sources).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(last().url).toContain("last_event_id=0-7");
  last().emit("error");
  vi.advanceTimersByTime(1_999);
  expect(sources).toHaveLength(2);
  vi.advanceTimersByTime(1);
  expect(sources).toHaveLength(3);
  last().emit("open");
  last().emit("error");
  vi.advanceTimersByTime(1_000);
  expect(sources).toHaveLength(4);
});

test("an event that cannot be read is told, and does not end the stream", () => {
  last().emit("verdicts", "{", "0-9");
  expect(listener.unreadable).toHaveBeenCalledOnce();
  expect(last().closed).toBe(false);
});

test("stopped, it stays so", () => {
  last().emit("error");
  stream.stop();
  vi.advanceTimersByTime(60_000);
  expect(sources).toHaveLength(1);
});

test("a reset reads everything anew and is not resumed from before", () => {
  last().emit("verdicts", '{"agent":"a1"}', "0-7");
  last().emit("reset", "{}", "0-90");
  expect(listener.unreadable).toHaveBeenCalledOnce();
  last().emit("error");
  vi.advanceTimersByTime(1_000);
  expect(last().url).toContain("last_event_id=0-90");
});
