// Made-up alerts and objectives for the mock server.
import { ago } from "./fixtures.mjs";

export function alerts() {
  return [
    {
      ...alert(
        "host_down/default/host/gpu-3",
        "host_down",
        "critical",
        "host",
        "gpu-3",
        "2 of 3 agents on host gpu-3 fell silent within 4 s",
        53,
      ),
      origin: "cause",
      symptoms: 2,
      receivers: ["on-call", "team-chat"],
    },
    alert(
      "agent_stuck/default/agent/scraper-eu-4",
      "agent_stuck",
      "warning",
      "agent",
      "scraper-eu-4",
      "task crawl-2291 shows no progress for 21 min, limit 15 min",
      360,
    ),
  ];
}

export function alert(id, name, severity, subjectKind, subject, message, ageSeconds) {
  const priority = { critical: "P1", warning: "P2", info: "P3" }[severity];
  return {
    id,
    name,
    severity,
    priority,
    state: "firing",
    subject_kind: subjectKind,
    subject,
    message,
    started_at: ago(ageSeconds),
    resolved_at: null,
    labels: { alertname: name, severity, namespace: "default", [subjectKind]: subject },
    ...UNTOUCHED_ALERT,
  };
}

/** What an alert has that nobody has touched and no rule has raised. */
export const UNTOUCHED_ALERT = {
  namespace: "default",
  annotations: {},
  origin: "condition",
  group: null,
  value: null,
  flapping: false,
  cause: null,
  symptoms: 0,
  silenced_by: [],
  inhibited_by: [],
  muted_by: [],
  acknowledged: null,
  receivers: [],
  links: {},
};

/** An alert with what happened to it. */
export function alertDetail(one) {
  const symptom = (agent, ageSeconds) => ({
    id: `agent_down/default/agent/${agent}`,
    name: "agent_down",
    subject_kind: "agent",
    subject: agent,
    severity: "critical",
    started_at: ago(ageSeconds),
  });
  const firing = { state: "firing", severity: one.severity, by: null, cause: null };
  return {
    ...one,
    transitions: [{ ...firing, at: one.started_at, message: one.message }],
    followed_by: one.symptoms > 0 ? [symptom("planner-2", 51), symptom("embedder-1", 53)] : [],
    notifications: one.receivers.map((receiver, n) => ({
      id: `0-118204-${n}`,
      at: ago(23),
      receiver,
      channel: n === 0 ? "pagerduty/0" : "slack/0",
      reason: "fired",
      outcome: n === 0 ? "delivered" : "waiting",
      error: n === 0 ? null : "hooks.slack.com answered 503",
    })),
  };
}

/** Objectives in every state. */
export function objectives() {
  const one = (name, title, state, sentence, over) => ({
    name,
    title,
    service: "agents",
    description: "",
    state,
    sentence,
    promise: "",
    objective: 0.9,
    sli: null,
    window: { kind: "rolling", text: "30d", length_s: 2_592_000 },
    error_budget: null,
    burn_rate: { now: null, hour: null, six_hours: null },
    forecast: null,
    error: null,
    labels: {},
    file: "shipped/agents",
    links: {},
    ...over,
  });
  const items = [
    one(
      "agents-active",
      "Enough agents are active",
      "meeting",
      "At least 8 agents were active in 97.2 % of the last 30 days; 90 % is promised.",
      {
        sli: 0.972,
        error_budget: { ratio: 0.1, remaining_ratio: 0.72 },
        burn_rate: { now: 0, hour: 0.1, six_hours: 0.3 },
      },
    ),
    one(
      "agents-completion",
      "Tasks are completed",
      "violating",
      "84.1 % of tasks were completed; 90 % is promised.",
      {
        sli: 0.841,
        error_budget: { ratio: 0.1, remaining_ratio: -0.59 },
        burn_rate: { now: 2.1, hour: 1.9, six_hours: 1.6 },
      },
    ),
    one(
      "messaging-latency",
      "Messages are quick",
      "no_data",
      "There is no data of it: swarmpulse_message_seconds is not reported.",
      { service: "messaging", objective: 0.99 },
    ),
  ];
  return { at: ago(0), meeting: 1, violating: 1, no_data: 1, items };
}
