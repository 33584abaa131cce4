// Serves ui/dist with the server's content security policy, a made-up fleet behind the same routes, and a control
// under /__mock that moves it step by step. Nothing here happens by a timer.
//
//   node dev/mock-server.mjs [PORT]                       then open http://127.0.0.1:9871/
//   curl -X POST 127.0.0.1:9871/__mock/agent -d '{"agent":"coder-02","verdict":"down"}'

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import * as alertFixtures from "./alert-fixtures.mjs";
import * as fixtures from "./fixtures.mjs";
import { Desk } from "./mock-desk.mjs";

const DIST = new URL("../dist/", import.meta.url);
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const world = {
  agents: [],
  alerts: [],
  findings: [],
  blind: null,
  nowMs: fixtures.NOW_MS,
  refusing: false,
  requests: 0,
  eventId: 0,
};
const streams = new Set();
const desk = new Desk(world, publish);

function reset({ fleet = "small", count = 0, tokens = {}, ...amounts } = {}) {
  world.agents =
    fleet === "empty" ? [] : fleet === "large" ? fixtures.largeFleet(count) : fixtures.smallFleet();
  world.alerts = fleet === "small" ? alertFixtures.alerts() : [];
  world.findings = [];
  world.blind = null;
  world.nowMs = fixtures.NOW_MS;
  world.refusing = false;
  desk.reset(fleet === "small" ? amounts : { silences: 0, past: 0 }, tokens);
}

function summary() {
  return fixtures.summary(world.agents, world.alerts, world.blind, world.nowMs);
}

function publish(topic, data) {
  world.eventId += 1;
  const id = topic === "summary" ? "" : `id: 0-${world.eventId}\n`;
  for (const stream of streams) stream.write(`${id}event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`);
}

function find(name, namespace = "default") {
  return world.agents.findIndex((one) => one.agent === name && one.namespace === namespace);
}

/** The steps; each takes the request's JSON. */
const CONTROLS = {
  reset,
  // Sets an agent's fields, or adds it, and says so on the stream.
  agent(change) {
    const place = find(change.agent, change.namespace);
    const nowIso = new Date(world.nowMs).toISOString();
    const old = place >= 0 ? world.agents[place] : fixtures.agent(change.agent, "starting", 0, []);
    const moved = change.verdict !== undefined && change.verdict !== old.verdict;
    const next = { ...old, ...(moved ? { since: nowIso } : {}), ...change };
    if (place >= 0) world.agents[place] = next;
    else world.agents.push(next);
    publish("verdicts", next);
    publish("summary", summary());
  },
  // Changes the figures of an agent's process; only an answer will tell.
  figures({ agent, process }) {
    const place = find(agent);
    world.agents[place] = { ...world.agents[place], process: { ...world.agents[place].process, ...process } };
  },
  forget({ agent }) {
    world.agents.splice(find(agent), 1);
    publish("summary", summary());
  },
  alert(changed) {
    const one = { ...alertFixtures.UNTOUCHED_ALERT, ...changed };
    world.alerts = world.alerts.filter((known) => known.id !== one.id);
    if (one.state === "firing") world.alerts.push(one);
    else desk.past.unshift(one);
    publish("alerts", one);
  },
  // Lets detectors say all that they know here; with `only`, one finding by its id; with `end`, it is over.
  findings({ only, end } = {}) {
    world.findings = fixtures.findings().filter((one) => only === undefined || one.id === only);
    if (end)
      for (const one of world.findings) Object.assign(one, { state: "ended", ended_at: one.last_seen_at });
  },
  blind(blindness) {
    world.blind = blindness;
    publish("summary", summary());
  },
  advance({ seconds }) {
    world.nowMs += seconds * 1000;
    publish("summary", summary());
  },
  // Cuts the streams; with `refuse`, answers nothing but 503 until `accept`.
  drop({ refuse = false } = {}) {
    world.refusing = refuse;
    for (const stream of streams) stream.destroy();
    streams.clear();
  },
  accept() {
    world.refusing = false;
  },
};

function listAgents(query) {
  const limit = Number(query.get("limit") ?? 100);
  const from = Number(query.get("cursor") ?? 0);
  const end = from + limit;
  return { items: world.agents.slice(from, end), next: end < world.agents.length ? String(end) : null };
}

function api(path, query) {
  const ofDesk = desk.read(path, query);
  if (ofDesk !== undefined) return ofDesk;
  if (path === "/api/v1/summary") return summary();
  if (path === "/api/v1/agents") return listAgents(query);
  if (path === "/api/observability/alerts") {
    const timestamp = new Date(world.nowMs).toISOString();
    return { active: world.alerts, history: [], count: world.alerts.length, next: null, timestamp };
  }
  if (path === "/api/v1/slos") return alertFixtures.objectives();
  if (path === "/api/v1/findings") {
    const active = world.findings.filter((one) => one.state === "active");
    return { items: active.map(({ charts, ...one }) => one), next: null };
  }
  const finding = /^\/api\/v1\/findings\/([^/]+)$/.exec(path);
  if (finding) return world.findings.find((one) => one.id === decodeURIComponent(finding[1])) ?? null;
  const parts = /^\/api\/v1\/agents\/([^/]+)(\/timeline)?$/.exec(path);
  const one = parts && world.agents[find(decodeURIComponent(parts[1]), query.get("namespace") ?? "default")];
  if (!one) return null;
  return parts[2] ? { items: fixtures.timeline(one), next: null } : one;
}

function problem(response, status, title, detail) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "urn:swarmpulse:mock", title, status, detail, request_id: "mock" }));
}

function openStream(request, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(":\n\n");
  streams.add(response);
  request.on("close", () => streams.delete(response));
}

async function serveFile(path, response) {
  const name = path === "/" ? "index.html" : normalize(path).replace(/^[/.]+/, "");
  const file = await readFile(fileURLToPath(new URL(name, DIST)));
  response.writeHead(200, {
    "content-type": TYPES[extname(name)] ?? "application/octet-stream",
    "content-security-policy":
      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  });
  response.end(file);
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? undefined : JSON.parse(text);
}

async function answer(request, response) {
  const url = new URL(request.url, "http://mock");
  if (url.pathname.startsWith("/__mock/")) {
    const control = CONTROLS[url.pathname.slice("/__mock/".length)];
    if (control === undefined)
      return problem(response, 404, "No such control", Object.keys(CONTROLS).join(", "));
    control(await body(request));
    return response.writeHead(204).end();
  }
  if (!url.pathname.startsWith("/api/")) return serveFile(url.pathname, response);
  if (world.refusing)
    return problem(response, 503, "The server is starting", "It reads its journal; try again in a moment.");
  const refused = desk.refusal(request);
  if (refused !== null) return problem(response, ...refused);
  if (url.pathname === "/api/v1/stream") return openStream(request, response);
  const found =
    request.method === "GET"
      ? api(url.pathname, url.searchParams)
      : desk.act(request.method, url.pathname, await body(request));
  if (found?.refused) return problem(response, ...found.refused);
  if (found === null)
    return problem(response, 404, "Not found", `${url.pathname} names nothing that is known.`);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(found));
}

/** Starts it; 0 takes any free port. Resolves with the address and a way to stop it. */
export function startMock(port = 0) {
  reset();
  const server = createServer((request, response) => {
    world.requests += 1;
    answer(request, response).catch((error) => problem(response, 404, "Not found", error.message));
  });
  return new Promise((resolve) => {
    server.listen(port, "127.0.0.1", () => {
      const stop = () => {
        for (const stream of streams) stream.destroy();
        server.closeAllConnections();
        server.close();
      };
      resolve({ url: `http://127.0.0.1:${server.address().port}`, stop });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startMock(Number(process.argv[2] ?? 9871));
  console.log(`mock server on ${url}/`);
}
