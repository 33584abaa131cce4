// Made-up silences, past alerts, receivers and notifications for the mock server.
import { alert } from "./alert-fixtures.mjs";
import { NOW_MS } from "./fixtures.mjs";

const at = (seconds) => new Date(NOW_MS + seconds * 1000).toISOString();

export function silence(id, matchers, over = {}) {
  const one = {
    id,
    state: "active",
    purpose: "silence",
    namespace: null,
    matchers,
    text: `{${matchers.map(({ name, op, value }) => `${name}${op}"${value}"`).join(",")}}`,
    starts_at: at(-3_600),
    ends_at: at(9_000),
    author: "ann",
    comment: "the card is being replaced",
    updated_at: at(-3_600),
    alerts: 0,
    links: {},
    ...over,
  };
  return one;
}

export function silences() {
  return [
    silence("s-host", [{ name: "host", op: "=", value: "gpu-7" }]),
    silence("s-night", [{ name: "alertname", op: "=~", value: "agent_.*" }], {
      purpose: "maintenance",
      state: "pending",
      starts_at: at(7_200),
      ends_at: at(21_600),
      author: "admin-12ab34cd",
      comment: "database upgrade, every agent stops for it",
    }),
    silence("s-old", [{ name: "service", op: "=", value: "orchestrator" }], {
      state: "expired",
      starts_at: at(-9_000),
      ends_at: at(-1_800),
      author: "bo",
      comment: "deploy",
    }),
  ];
}

/** Silences in any number, the most of them in force. */
export function manySilences(count) {
  return Array.from({ length: count }, (_, n) =>
    silence(`s-${n}`, [{ name: "agent", op: "=", value: `bot-${n}` }], {
      ends_at: at(600 + n * 60),
      comment: `silence number ${n}`,
    }),
  );
}

const NAMES = ["agent_down", "agent_stuck", "HighErrorRate", "memory_leak"];
const SEVERITIES = ["critical", "warning", "warning", "info"];

/** Alerts that are over, the last first. */
export function pastAlerts(count) {
  return Array.from({ length: count }, (_, n) => {
    const name = NAMES[n % 4];
    const one = alert(
      `${name}/default/agent/old-${n}`,
      name,
      SEVERITIES[n % 4],
      "agent",
      `old-${n}`,
      n % 4 === 1 ? "task crawl-1 shows no progress for 16 min, limit 15 min" : "it reports again",
      600 + n * 90,
    );
    return {
      ...one,
      state: "resolved",
      resolved_at: at(-300 - n * 90),
      flapping: n % 7 === 3,
      namespace: n % 5 === 4 ? "lab" : "default",
    };
  });
}

export function receivers() {
  const channel = (name, over) => ({
    name,
    send_resolved: true,
    sent: 0,
    failed: 0,
    retried: 0,
    dead: 0,
    waiting: 0,
    last_error: null,
    ...over,
  });
  return [
    { name: "on-call", channels: [channel("pagerduty/0", { sent: 41 })] },
    {
      name: "team-chat",
      channels: [
        channel("slack/0", {
          sent: 212,
          failed: 9,
          waiting: 1,
          dead: 1,
          last_error: "hooks.slack.com answered 503",
        }),
        channel("email/0", { sent: 17 }),
      ],
    },
  ];
}

/** A server that was given no file of receivers: there is one, which has no channel. */
export function noReceivers() {
  return [{ name: "default", channels: [] }];
}

const told = (id, ageSeconds, receiver, channel, outcome, over = {}) => ({
  id,
  at: at(-ageSeconds),
  receiver,
  channel,
  reason: "fired",
  state: "firing",
  group_key: "{}",
  group_labels: {},
  alerts: [
    {
      id: "host_down/default/host/gpu-3",
      name: "host_down",
      severity: "critical",
      state: "firing",
      message: "2 of 3 agents on host gpu-3 fell silent within 4 s",
      symptoms: 2,
    },
  ],
  firing: 1,
  resolved: 0,
  outcome,
  attempts: outcome === "waiting" ? null : 1,
  error: null,
  settled_at: null,
  ...over,
});

/** Notifications in any number, the last first; every fifth was given up. */
export function manyNotifications(count) {
  return Array.from({ length: count }, (_, n) =>
    n % 5 === 4
      ? told(`0-${900_000 - n}-0`, n * 40, "team-chat", "slack/0", "dead", {
          attempts: 12,
          error: "hooks.slack.com answered 503",
        })
      : told(`0-${900_000 - n}-0`, n * 40, "on-call", "pagerduty/0", "delivered"),
  );
}

export function notifications() {
  return [
    told("0-118204-1", 23, "team-chat", "slack/0", "waiting"),
    told("0-118204-0", 23, "on-call", "pagerduty/0", "delivered"),
    told("0-117001-0", 4_000, "team-chat", "slack/0", "dead", {
      attempts: 12,
      error: "hooks.slack.com answered 503",
      firing: 3,
    }),
    told("0-116200-0", 9_000, "team-chat", "email/0", "delivered", { reason: "resolved", state: "resolved" }),
  ];
}
