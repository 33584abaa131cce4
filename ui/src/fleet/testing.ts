/** Made-up agents and answers for tests. */

import type { Agent, Alerts, Evidence, Page, Summary, TimelineEntry } from "../api/types";
import { countVerdicts } from "./verdict";

export const T0 = "2026-05-04T14:00:00.000Z";

export function anAgent(agent: string, over: Partial<Agent> = {}): Agent {
  return {
    namespace: "default",
    agent,
    kind: "worker",
    verdict: "working",
    health: "healthy",
    since: T0,
    evidence: [],
    status: null,
    first_seen_at: T0,
    last_contact_at: T0,
    last_progress_at: T0,
    interval_s: 10,
    interval_source: "declared",
    deadline_s: 30,
    host: null,
    pid: null,
    instance: null,
    sandbox: null,
    task: null,
    open_tasks: 0,
    open_calls: 0,
    restarts: 0,
    flapping: false,
    clock_skew_s: null,
    lost_reports: 0,
    response_time_ms: null,
    success_ratio: null,
    error_ratio: null,
    process: null,
    metrics: {},
    attributes: {},
    aliases: [],
    ...over,
  };
}

export function someEvidence(text: string): Evidence {
  return { claim: "contact", text, class: 2, strength: "process-bound life", at: T0, age_s: 0, record: null };
}

export function aSummary(over: Partial<Summary> = {}): Summary {
  return {
    sentence: "",
    agents: 0,
    expected: 0,
    available: 0,
    active: 0,
    idle: 0,
    verdicts: countVerdicts([]),
    tasks_in_progress: 0,
    sandboxes_running: 0,
    monitor_blind: null,
    alerts_active: 0,
    own: { version: "0.1.0", started_at: T0, journal_offset: 0, history_lag_s: 0, drops: {} },
    timestamp: T0,
    ...over,
  };
}

export function page<T>(items: T[], next: string | null = null): Page<T> {
  return { items, next };
}

export const NO_ALERTS: Alerts = { active: [], history: [], count: 0, next: null, timestamp: T0 };

export const NO_TIMELINE: Page<TimelineEntry> = page([]);
