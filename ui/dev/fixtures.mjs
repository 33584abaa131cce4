// A small fleet in every verdict, and large ones by formula: the same at every run.

export const NOW_MS = Date.parse("2026-05-04T14:03:00.000Z");

const AVAILABLE = ["starting", "working", "idle", "waiting", "backing_off", "silent"];
const ACTIVE = ["working", "silent"];
export const VERDICTS = [...AVAILABLE, "stuck", "unknown", "down", "stopped"];
const CLASSES = { 1: "positive death", 2: "process-bound life", 3: "claimed life", 4: "silence" };

export function ago(seconds) {
  return new Date(NOW_MS - seconds * 1000).toISOString();
}

let offset = 48_200;

export function evidence(kind, claim, text, ageSeconds, recorded = true) {
  offset += 7;
  const record = recorded ? `0-${offset}` : null;
  return {
    claim,
    text,
    class: kind,
    strength: CLASSES[kind],
    at: ago(ageSeconds),
    age_s: ageSeconds,
    record,
  };
}

export function agent(name, verdict, sinceSeconds, pieces, rest = {}) {
  const health = verdict === "down" || verdict === "stopped" ? "down" : "healthy";
  return {
    namespace: "default",
    agent: name,
    kind: "worker",
    verdict,
    health: ["silent", "stuck", "unknown"].includes(verdict) ? "stale" : health,
    since: ago(sinceSeconds),
    evidence: pieces,
    status: null,
    first_seen_at: ago(6 * 86_400),
    last_contact_at: ago(Math.min(sinceSeconds, 4)),
    last_progress_at: ago(Math.min(sinceSeconds, 6)),
    interval_s: 10,
    interval_source: "declared",
    deadline_s: 30,
    host: "build-7",
    pid: null,
    instance: "1",
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
    ...rest,
  };
}

export function proc(pid, cpuRatio, rssMib, openFds, rest = {}) {
  return {
    pid,
    started_at: ago(9_000),
    origin: "watched",
    state: "sleeping",
    command: "python my_bot.py --queue=default",
    seen_at: ago(2),
    cpu_ratio: cpuRatio,
    cpu_seconds: 812.4,
    rss_bytes: rssMib * 1_048_576,
    vms_bytes: rssMib * 4 * 1_048_576,
    memory_ratio: rssMib / 16_384,
    memory_limit_bytes: null,
    cgroup_memory_bytes: null,
    open_fds: openFds,
    fd_limit: 1024,
    threads: 14,
    thread_limit: 4096,
    connections: 6,
    pss_bytes: Math.round(rssMib * 0.92 * 1_048_576),
    major_faults: 12,
    read_bytes: 48_234_496,
    write_bytes: 9_437_184,
    memory_pressure_ratio: 0.004,
    children: 2,
    zombie_children: 0,
    ...rest,
  };
}

export function smallFleet() {
  offset = 48_200;
  return [...troubled(), ...wellKnown(), ...workers()];
}

function troubled() {
  return [
    agent(
      "planner-2",
      "down",
      53,
      [
        evidence(1, "process_exited", "process 40922 was ended by signal 9 (SIGKILL)", 53),
        evidence(2, "restarted", "it restarted 3 times", 610),
        evidence(4, "no_contact", "no contact within 30 s", 21, false),
      ],
      {
        kind: "planner",
        host: "gpu-3",
        pid: 40922,
        instance: "40922@2026-05-04T13:52:50Z",
        restarts: 3,
        task: "plan-8841",
        open_tasks: 1,
        success_ratio: 0.964,
        error_ratio: 0.036,
        response_time_ms: 1840,
        clock_skew_s: -3605.2,
        lost_reports: 2,
        status: "planning",
        process: proc(40922, 0, 3912, 988, { state: "exited", command: "python planner.py --model=large" }),
        metrics: { queue_depth: 14, tokens_per_second: 61.25 },
        attributes: { region: "eu-west-1", release: "2026.5.1", team: "routing" },
        aliases: ["session 6f1c2a", "pid 40922"],
      },
    ),
    agent("embedder-1", "down", 58, [evidence(4, "no_contact", "no contact within 30 s", 28, false)], {
      kind: "embedder",
      host: "gpu-3",
      pid: 40310,
    }),
    agent(
      "scraper-eu-4",
      "stuck",
      1_260,
      [
        evidence(4, "no_progress", "task crawl-2291 shows no progress within 15 min", 360, false),
        evidence(2, "process_alive", "process 7719 is there, sleeping", 1),
        evidence(3, "open_task", "task crawl-2291 is open, limit 15 min", 1_260),
        evidence(2, "contact", "last contact by heartbeat", 4),
      ],
      {
        kind: "scraper",
        host: "edge-2",
        pid: 7719,
        task: "crawl-2291",
        open_tasks: 1,
        open_calls: 1,
        status: "crawling",
        process: proc(7719, 0.002, 841, 971, {
          cgroup_memory_bytes: 880 * 1_048_576,
          memory_limit_bytes: 1024 * 1_048_576,
          command: "node scrape.js --region eu --depth 4",
        }),
        metrics: { pages: 18_204, queue_depth: 3 },
      },
    ),
    agent(
      "reviewer-9",
      "unknown",
      40,
      [evidence(4, "probe_failed", "the probe could not look: permission denied reading /proc/5521/io", 3)],
      {
        kind: "claude",
        host: "dev-laptop",
        pid: 5521,
      },
    ),
    agent(
      "nightly-etl",
      "silent",
      300,
      [
        evidence(2, "process_progress", "process 3120 is busy at 98 % of a core", 1),
        evidence(4, "no_contact", "no contact within 30 s", 270, false),
      ],
      { kind: "etl", host: "build-7", pid: 3120, process: proc(3120, 0.98, 2214, 61, { state: "running" }) },
    ),
    agent(
      "sandbox-coder-18",
      "silent",
      95,
      [
        evidence(
          3,
          "provider_running",
          "its provider says that sandbox sbx_91f0c2 runs, believed for 10 min",
          12,
        ),
      ],
      { kind: "coder", host: null, sandbox: "sbx_91f0c2", flapping: true },
    ),
  ];
}

function wellKnown() {
  return [
    agent(
      "summarizer-3",
      "backing_off",
      75,
      [evidence(2, "asked_to_back_off", "anthropic answered 529", 8)],
      {
        kind: "summarizer",
        pid: 6612,
        process: proc(6612, 0.04, 318, 44),
      },
    ),
    agent("approver", "waiting", 4_210, [evidence(2, "says_waiting", "it says that it waits for input", 6)], {
      kind: "claude",
      host: "dev-laptop",
      pid: 5102,
      process: proc(5102, 0.01, 402, 58),
    }),
    agent("coder-32", "starting", 11, [evidence(2, "start_grace", "it is starting, grace 1 min", 11)], {
      kind: "coder",
      pid: 48810,
      process: proc(48810, 0.71, 96, 19, { state: "running" }),
    }),
    agent(
      "migrator",
      "stopped",
      7_400,
      [evidence(1, "said_stopped", "it said that it stops (shutdown)", 7_400)],
      {
        kind: "job",
        pid: 2288,
      },
    ),
    agent(
      "swarmpulse",
      "working",
      9_000,
      [evidence(2, "process_progress", "process 1201 is busy at 2 % of a core", 1)],
      {
        kind: "monitor",
        pid: 1201,
        process: proc(1201, 0.02, 74, 122),
      },
    ),
    agent(
      "acme-router",
      "working",
      86_000,
      [evidence(2, "progress", "last progress by event tool_result", 2)],
      {
        namespace: "acme",
        kind: "router",
        host: "gpu-1",
        pid: 911,
        process: proc(911, 0.22, 640, 210),
      },
    ),
  ];
}

function workers() {
  return Array.from({ length: 31 }, (_, n) => {
    const busy = n % 3 !== 0;
    const name = `coder-${String(n + 1).padStart(2, "0")}`;
    const pid = 41_000 + n * 13;
    const pieces = busy
      ? [
          evidence(
            2,
            "progress",
            `last progress by event ${["tool_use", "message", "file_edited"][n % 3]}`,
            1 + (n % 7),
          ),
        ]
      : [evidence(2, "contact", "last contact by heartbeat", 2 + (n % 8))];
    return agent(name, busy ? "working" : "idle", 120 + n * 97, pieces, {
      kind: "coder",
      host: ["build-7", "build-8", "edge-2"][n % 3],
      pid,
      task: busy ? `issue-${512 + n}` : null,
      open_tasks: busy ? 1 : 0,
      process: proc(pid, busy ? 0.08 + n * 0.021 : 0.003, 180 + n * 11, 30 + n),
    });
  });
}

/** So many agents; one in fifty is down, the worst first as the server sorts them. */
export function largeFleet(count) {
  const order = ["down", "stuck", "working", "idle"];
  const fleet = Array.from({ length: count }, (_, n) => {
    const verdict = n % 50 === 0 ? "down" : n % 211 === 0 ? "stuck" : n % 3 === 0 ? "idle" : "working";
    const text = verdict === "down" ? "no contact within 30 s" : "last contact by heartbeat";
    const pieces = [evidence(verdict === "down" ? 4 : 2, "contact", text, n % 10)];
    return agent(`agent-${String(n).padStart(6, "0")}`, verdict, 60 + (n % 5000), pieces, {
      host: `node-${n % 97}`,
    });
  });
  return fleet.sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
}

/** Findings with their charts, of every severity. */
export function findings() {
  const MIB = 1_048_576;
  const points = (count, stepS, value) =>
    Array.from({ length: count }, (_, n) => ({ at: ago((count - 1 - n) * stepS), value: value(n) }));
  const figure = (name, value, unit, low = null, high = null) => ({ name, value, low, high, unit });
  const one = (id, condition, severity, kind, subject, sentence, ageSeconds, over) => ({
    id,
    detector: condition.split("_")[0],
    condition,
    namespace: "default",
    subject_kind: kind,
    subject,
    severity,
    state: "active",
    confidence: 0.97,
    sentence,
    since: ago(ageSeconds),
    first_seen_at: ago(ageSeconds - 60),
    last_seen_at: ago(8),
    ended_at: null,
    figures: [],
    related: [],
    advice: [],
    links: { self: `/api/v1/findings/${id}` },
    charts: [],
    ...over,
  });
  return [
    one(
      "cascade-1",
      "failure_cascade",
      "critical",
      "service",
      "billing-api",
      "failures feed themselves: each makes 1.8 more, from billing-api over ledger to 3 services in 6 min",
      360,
      {
        confidence: 0.999,
        figures: [
          figure("branching_ratio", 1.8, "count", 1.4, 2.3),
          figure("failures_per_minute", 31, "per_minute"),
        ],
        related: ["ledger", "invoices"].map((id) => ({ namespace: "default", kind: "service", id })),
        advice: ["Cut calls from ledger to billing-api until it answers again."],
        charts: [
          {
            title: "31 failures a minute, 2 are usual",
            unit: "per_minute",
            limit: null,
            marks: [{ at: ago(360), label: "the first service failed" }],
            lines: [
              {
                label: "failures",
                points: points(40, 60, (n) => (n < 34 ? 1 + (n % 3) : 3 + (n - 33) * 4.6)),
              },
              { label: "usual", points: points(40, 60, () => 2) },
            ],
          },
        ],
      },
    ),
    one(
      "leak-1",
      "memory_leak",
      "warning",
      "agent",
      "coder-02",
      "coder-02 grows by 14.8 MiB/h (13.9 to 15.6) since 10:42; it reaches its limit of 512 MiB in about 9 h",
      12_000,
      {
        figures: [
          figure("rate_bytes_per_hour", 14.8 * MIB, "bytes_per_hour", 13.9 * MIB, 15.6 * MIB),
          figure("time_to_limit_s", 32_400, "seconds", 30_100, 35_200),
          figure("used_ratio", 0.74, "ratio"),
        ],
        related: [{ namespace: "default", kind: "host", id: "gpu-3" }],
        advice: ["Restart it before 23:00, and take a heap profile first."],
        charts: [
          {
            title: "Memory grows 14.8 MiB/h, limit in 9 h",
            unit: "bytes",
            limit: 512 * MIB,
            marks: [{ at: ago(12_000), label: "growth began" }],
            lines: [
              {
                label: "measured",
                points: points(200, 120, (n) =>
                  n > 60 && n < 70
                    ? null
                    : (320 + (n < 100 ? 0 : (n - 100) * 0.49) + 6 * Math.sin(n * 1.7) + (n % 12)) * MIB,
                ),
              },
              {
                label: "fitted",
                points: points(200, 120, (n) => (n < 100 ? null : (324 + (n - 100) * 0.49) * MIB)),
              },
            ],
          },
        ],
      },
    ),
    one(
      "anomaly-1",
      "unusual_value",
      "info",
      "agent",
      "planner-1",
      "queue_depth of planner-1 is 41, which is seen once in 3 weeks",
      900,
      {
        charts: [
          {
            title: "Queue depth, and what is usual at this hour",
            unit: "count",
            limit: null,
            marks: [],
            lines: [
              { label: "measured", points: points(90, 60, (n) => (n > 74 ? 41 : 6 + (n % 5))) },
              { label: "expected", points: points(90, 60, () => 8) },
            ],
          },
        ],
      },
    ),
    one(
      "tasks-1",
      "queue_growing",
      "info",
      "task_type",
      "crawl",
      "tasks of the type crawl wait 2.4 times as long as an hour ago",
      2_400,
      {},
    ),
  ];
}

export function summary(agents, firing, blind, nowMs) {
  const verdicts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0]));
  for (const one of agents) verdicts[one.verdict] += 1;
  const sum = (names) => names.reduce((total, name) => total + verdicts[name], 0);
  const expected = agents.length - verdicts.stopped;
  const available = sum(AVAILABLE);
  const down = verdicts.down > 0 ? ` ${verdicts.down} down since 14:02, same host.` : "";
  return {
    sentence: agents.length === 0 ? "No agents yet." : `${available} of ${expected} agents available.${down}`,
    agents: agents.length,
    expected,
    available,
    active: sum(ACTIVE),
    idle: verdicts.idle + verdicts.waiting,
    verdicts,
    tasks_in_progress: agents.reduce((total, one) => total + one.open_tasks, 0),
    sandboxes_running: agents.filter((one) => one.sandbox !== null).length,
    monitor_blind: blind,
    alerts_active: firing.length,
    own: { version: "0.1.0", started_at: ago(9_000), journal_offset: 48_900, history_lag_s: 0.1, drops: {} },
    timestamp: new Date(nowMs).toISOString(),
  };
}

export function timeline(one) {
  const entry = (id, age, kind, text, from, to, pieces = []) => ({
    id,
    at: ago(age),
    kind,
    text,
    from,
    to,
    evidence: pieces,
  });
  const since = (NOW_MS - Date.parse(one.since)) / 1000;
  return [
    entry(
      "t6",
      since,
      "verdict",
      `${one.agent} is ${one.verdict}`,
      "working",
      one.verdict,
      one.evidence.slice(0, 1),
    ),
    entry("t5", since + 557, "restart", "it began another life, the third restart", null, null),
    entry("t4", since + 560, "verdict", `${one.agent} is down`, "working", "down", [
      evidence(1, "process_exited", "process 39110 exited with code 137", since + 560),
    ]),
    entry("t3", since + 1_800, "task", "task plan-8841 is running", "assigned", "running"),
    entry("t2", since + 88_000, "event", "agent.tool_use from agent", null, null),
    entry(
      "t1",
      since + 89_000,
      "joined",
      "session 6f1c2a is the same agent: same pid and start time",
      null,
      null,
    ),
  ];
}
