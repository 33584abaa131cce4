import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Api, ApiError } from "../api/client";
import type { Agent, Finding } from "../api/types";
import { aFinding } from "../findings/testing";
import { keyOf } from "./agent-key";
import { FleetController, STEP } from "./controller";
import { PAGE_SIZE, REFRESH_LIMIT } from "./loader";
import { anAgent, aSummary, NO_ALERTS, NO_TIMELINE, page, T0 } from "./testing";

let fleet: Agent[];
let emit: (type: string, data?: unknown, id?: string) => void;
let controller: FleetController;
let hidden: boolean;
let findings: Finding[];
let moreFindings: string | null;

const api = {
  summary: vi.fn(async () => aSummary({ agents: fleet.length })),
  agents: vi.fn(async (limit: number, cursor: string | null) => {
    const from = Number(cursor ?? 0);
    const end = from + limit;
    return page(fleet.slice(from, end), end < fleet.length ? String(end) : null);
  }),
  agent: vi.fn(async (namespace: string, name: string) => {
    const found = fleet.find((one) => one.agent === name && one.namespace === namespace);
    if (found === undefined) throw new ApiError(404, "Not found", "");
    return found;
  }),
  timeline: vi.fn(async () => NO_TIMELINE),
  alerts: vi.fn(async () => NO_ALERTS),
  findings: vi.fn(async (_limit: number) => page(findings, moreFindings)),
  finding: vi.fn(async (id: string) => ({ ...aFinding(id), charts: [] })),
} satisfies Api;

const settle = () => vi.advanceTimersByTimeAsync(0);
const held = () => [...controller.current().agents.values()].map((one) => one.agent);
const many = (count: number) => Array.from({ length: count }, (_, n) => anAgent(`a${n}`));

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(T0) });
  vi.clearAllMocks();
  hidden = false;
  findings = [];
  moreFindings = null;
  fleet = [anAgent("a"), anAgent("b")];
  controller = new FleetController(
    api,
    () => {
      const listeners = new Map<string, (event: MessageEvent) => void>();
      emit = (type, data, id = "") =>
        listeners.get(type)?.({ data: JSON.stringify(data), lastEventId: id } as MessageEvent);
      return { addEventListener: (type, listener) => listeners.set(type, listener), close: () => {} };
    },
    () => hidden,
  );
});

afterEach(() => {
  controller.stop();
  vi.useRealTimers();
});

async function started(): Promise<void> {
  controller.start();
  emit("open");
  await settle();
}

test("it loads the fleet and follows the stream", async () => {
  await started();
  expect(held()).toEqual(["a", "b"]);
  expect(controller.connection()).toEqual({ state: "live" });
  const { version } = controller.current();
  emit("verdicts", anAgent("b", { verdict: "down" }));
  emit("verdicts", anAgent("c"));
  await vi.advanceTimersByTimeAsync(200);
  expect(controller.current().version).toBe(version + 1);
  expect(controller.current().agents.get(keyOf(anAgent("b")))?.verdict).toBe("down");
  expect(held()).toEqual(["a", "b", "c"]);
});

test("a failed start says why, and is tried again", async () => {
  api.summary.mockRejectedValueOnce(new ApiError(503, "The server is starting", "Try again."));
  await started();
  expect(controller.current().phase).toBe("failed");
  expect(controller.current().problem?.title).toBe("The server is starting");
  await vi.advanceTimersByTimeAsync(5_000);
  expect(controller.current().phase).toBe("ready");
  expect(controller.current().problem).toBeNull();
});

test("of a large fleet it reads the worst, and more on request", async () => {
  fleet = many(STEP + 1_500);
  await started();
  expect(controller.current().agents.size).toBe(STEP);
  expect(controller.current().complete).toBe(false);
  expect(api.agents).toHaveBeenCalledTimes(STEP / PAGE_SIZE);
  controller.loadMore();
  await settle();
  expect(controller.current().agents.size).toBe(STEP + 1_500);
  expect(controller.current().complete).toBe(true);
});

test("a small fleet's figures are refreshed in one request, and the forgotten leave", async () => {
  await started();
  api.agents.mockClear();
  fleet = [anAgent("b", { open_calls: 7 })];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(api.agents).toHaveBeenCalledOnce();
  expect(held()).toEqual(["b"]);
  expect(controller.current().agents.get(keyOf(anAgent("b")))?.open_calls).toBe(7);
});

test("of a larger one only the agents on screen are, and not too many", async () => {
  fleet = many(500);
  await started();
  api.agents.mockClear();
  controller.watch(fleet.map(keyOf));
  fleet = fleet.slice(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(api.agents).not.toHaveBeenCalled();
  expect(api.agent).toHaveBeenCalledTimes(REFRESH_LIMIT);
  expect(controller.current().agents.size).toBe(499);
});

test("nothing is refreshed while the tab is hidden or the page paused", async () => {
  await started();
  api.agents.mockClear();
  hidden = true;
  await vi.advanceTimersByTimeAsync(5_000);
  hidden = false;
  controller.pause();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(api.agents).not.toHaveBeenCalled();
  expect(controller.connection()).toEqual({ state: "paused", since: Date.parse(T0) + 5_000 });
});

test("paused, time stands still; going on reads what happened meanwhile", async () => {
  await started();
  controller.pause();
  const then = controller.now();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(controller.now()).toBe(then);
  fleet = [anAgent("z")];
  controller.resume();
  emit("open");
  await settle();
  expect(held()).toEqual(["z"]);
  expect(controller.connection()).toEqual({ state: "live" });
});

test("a lost stream is said, and once it is back everything is read anew", async () => {
  await started();
  const lostAt = Date.now();
  emit("error");
  expect(controller.connection()).toEqual({ state: "reconnecting", since: lostAt });
  fleet = [anAgent("a", { verdict: "down" })];
  await vi.advanceTimersByTimeAsync(1_000);
  emit("open");
  await settle();
  expect(held()).toEqual(["a"]);
  expect(controller.connection()).toEqual({ state: "live" });
});

test("alerts come and go with the stream", async () => {
  await started();
  const alert = { id: "x", state: "firing", severity: "critical" };
  emit("alerts", alert);
  await vi.advanceTimersByTimeAsync(200);
  expect(controller.current().alerts).toEqual([alert]);
  emit("alerts", { ...alert, state: "resolved" });
  await vi.advanceTimersByTimeAsync(200);
  expect(controller.current().alerts).toEqual([]);
});

test("findings are read at first, every third round, and sooner where an alert came", async () => {
  findings = [aFinding("leak-1")];
  await started();
  const ids = () => controller.current().findings.map((finding) => finding.id);
  expect(ids()).toEqual(["leak-1"]);
  expect(controller.current().moreFindings).toBe(false);
  findings = [aFinding("leak-2"), aFinding("leak-1")];
  moreFindings = "find-1";
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ids()).toEqual(["leak-1"]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ids()).toEqual(["leak-2", "leak-1"]);
  expect(controller.current().moreFindings).toBe(true);
  findings = [];
  emit("alerts", { id: "x", state: "resolved", severity: "warning" });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(ids()).toEqual([]);
});

test("ages are counted on the server's clock", async () => {
  api.summary.mockResolvedValueOnce(aSummary({ timestamp: "2026-05-04T17:00:00.000Z" }));
  await started();
  expect(controller.now()).toBe(Date.parse("2026-05-04T17:00:00.000Z"));
});

test("without a token that is taken, the page asks no more until it has another", async () => {
  api.summary.mockRejectedValue(new ApiError(401, "Unauthorized", "this server needs a token"));
  controller.start();
  await settle();
  expect(controller.current().problem?.status).toBe(401);
  const asked = api.summary.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(api.summary).toHaveBeenCalledTimes(asked);
  api.summary.mockImplementation(async () => aSummary({ agents: fleet.length }));
});

test("a token that is taken away later is told at the next refresh", async () => {
  controller.start();
  emit("open");
  await settle();
  expect(controller.current().problem).toBeNull();
  api.agents.mockRejectedValueOnce(new ApiError(401, "Unauthorized", "the token is not known here"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(controller.current().problem?.status).toBe(401);
});
