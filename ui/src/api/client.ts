/** Requests to the HTTP API: one function a route, errors as sentences. */

import { tokenHeader } from "./token";
import type { Agent, Alerts, Finding, FindingDetail, Page, Problem, Summary, TimelineEntry } from "./types";

/** Longer than any answer over loopback takes; then the server is taken as unreachable. */
const TIMEOUT_MS = 10_000;

/** A request that was answered with an error, or not at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;

  constructor(status: number, title: string, detail: string) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.title = title;
  }
}

/** What the page asks of a server; a test gives its own. */
export interface Api {
  summary(): Promise<Summary>;
  agents(limit: number, cursor: string | null): Promise<Page<Agent>>;
  agent(namespace: string, agent: string): Promise<Agent>;
  timeline(namespace: string, agent: string, cursor: string | null): Promise<Page<TimelineEntry>>;
  alerts(): Promise<Alerts>;
  findings(limit: number): Promise<Page<Finding>>;
  finding(id: string): Promise<FindingDetail>;
}

/** The server that served this page. */
export const httpApi: Api = {
  summary: () => get("/api/v1/summary", {}),
  agents: (limit, cursor) => get("/api/v1/agents", { limit: String(limit), order: "severity", cursor }),
  agent: (namespace, agent) => get(`/api/v1/agents/${encodeURIComponent(agent)}`, { namespace }),
  timeline: (namespace, agent, cursor) =>
    get(`/api/v1/agents/${encodeURIComponent(agent)}/timeline`, { namespace, limit: "50", cursor }),
  alerts: () => get("/api/observability/alerts", {}),
  findings: (limit) => get("/api/v1/findings", { limit: String(limit) }),
  finding: (id) => get(`/api/v1/findings/${encodeURIComponent(id)}`, {}),
};

/** Where the raw record behind a piece of evidence is shown. */
export function recordUrl(record: string): string {
  return `/api/v1/records/${encodeURIComponent(record)}`;
}

/** Any thrown value as an error with a title and a sentence. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(0, "The page failed", reason);
}

/** Reads from a path, with those parameters that are not null. */
export async function get<T>(path: string, query: Record<string, string | null>): Promise<T> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null) parameters.set(name, value);
  return request(parameters.size > 0 ? `${path}?${parameters}` : path, {});
}

/** Any request that is answered with JSON, or with nothing. */
export async function request<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      headers: { accept: "application/json", ...tokenHeader(), ...init.headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new ApiError(
      0,
      "The server does not answer",
      "Check that `swarmpulse serve` runs. This page tries again by itself.",
    );
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError(
      response.status,
      "The answer is not JSON",
      `${path} answered something this page cannot read.`,
    );
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status} ${response.statusText}`.trim();
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return new ApiError(response.status, problem.title ?? fallback, problem.detail ?? "");
  } catch {
    return new ApiError(response.status, fallback, "");
  }
}
