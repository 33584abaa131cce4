import { afterEach, beforeEach, expect, test, vi } from "vitest";

// `sessionStorage` is a browser's: here it is a map, or denied.
let stored: Map<string, string>;

beforeEach(() => {
  vi.resetModules();
  stored = new Map();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});

afterEach(() => vi.unstubAllGlobals());

test("a token is carried by every request and by no address", async () => {
  const asked: [string, RequestInit][] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push([path, init]);
    return new Response("{}");
  });
  const { holdToken } = await import("./token");
  const { httpApi, request } = await import("./client");
  await httpApi.summary();
  holdToken("swp_1");
  await httpApi.agents(5, null);
  await request("/api/v1/silences", { method: "POST", headers: { "content-type": "application/json" } });
  const sent = asked.map(([, init]) => new Headers(init.headers).get("authorization"));
  expect(sent).toEqual([null, "Bearer swp_1", "Bearer swp_1"]);
  expect(new Headers(asked[2]?.[1].headers).get("content-type")).toBe("application/json");
  expect(asked.some(([path]) => path.includes("swp_"))).toBe(false);
});

test("it is kept for the tab, and forgotten when told so", async () => {
  const { heldToken, holdToken, tokenHeader } = await import("./token");
  expect([heldToken(), tokenHeader()]).toEqual([null, {}]);
  holdToken("swp_1");
  expect([...stored.values()]).toEqual(["swp_1"]);
  vi.resetModules();
  expect((await import("./token")).heldToken()).toBe("swp_1");
  holdToken(null);
  expect([heldToken(), stored.size]).toEqual([null, 0]);
});

test("where storage is denied it lasts as long as the page", async () => {
  vi.stubGlobal("sessionStorage", undefined);
  const { heldToken, holdToken } = await import("./token");
  expect(heldToken()).toBeNull();
  holdToken("swp_1");
  expect(heldToken()).toBe("swp_1");
});
