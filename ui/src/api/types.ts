/** The JSON shapes of the HTTP API, as `/openapi.json` says them. Times are RFC 3339 in UTC, durations seconds. */

export type Verdict =
  | "starting"
  | "working"
  | "idle"
  | "waiting"
  | "backing_off"
  | "silent"
  | "stuck"
  | "unknown"
  | "down"
  | "stopped";

export interface Evidence {
  claim: string;
  text: string;
  class: number;
  strength: string;
  at: string;
  age_s: number;
  record: string | null;
}

export interface Process {
  pid: number;
  started_at: string;
  origin: string;
  state: string;
  command: string | null;
  seen_at: string;
  cpu_ratio: number;
  cpu_seconds: number;
  rss_bytes: number;
  vms_bytes: number;
  memory_ratio: number;
  memory_limit_bytes: number | null;
  cgroup_memory_bytes: number | null;
  open_fds: number | null;
  fd_limit: number | null;
  threads: number;
  thread_limit: number | null;
  connections: number | null;
  pss_bytes: number | null;
  major_faults: number;
  read_bytes: number | null;
  write_bytes: number | null;
  memory_pressure_ratio: number | null;
  children: number;
  zombie_children: number;
}

export interface Agent {
  namespace: string;
  agent: string;
  kind: string;
  verdict: Verdict;
  health: string;
  since: string;
  evidence: Evidence[];
  status: string | null;
  first_seen_at: string;
  last_contact_at: string | null;
  last_progress_at: string | null;
  interval_s: number;
  interval_source: string;
  deadline_s: number;
  host: string | null;
  pid: number | null;
  instance: string | null;
  sandbox: string | null;
  task: string | null;
  open_tasks: number;
  open_calls: number;
  restarts: number;
  flapping: boolean;
  clock_skew_s: number | null;
  lost_reports: number;
  response_time_ms: number | null;
  success_ratio: number | null;
  error_ratio: number | null;
  process: Process | null;
  metrics: Record<string, unknown>;
  attributes: Record<string, unknown>;
  aliases: string[];
}

export interface TimelineEntry {
  id: string;
  at: string;
  kind: string;
  text: string;
  from: string | null;
  to: string | null;
  evidence: Evidence[];
}

export interface AlertAcknowledgement {
  by: string;
  comment: string;
  at: string;
  until: string | null;
}

export interface Alert {
  id: string;
  name: string;
  namespace: string;
  severity: string;
  priority: string;
  state: string;
  subject_kind: string;
  subject: string;
  message: string;
  started_at: string;
  resolved_at: string | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  origin: string;
  group: string | null;
  value: number | null;
  flapping: boolean;
  cause: string | null;
  symptoms: number;
  silenced_by: string[];
  inhibited_by: string[];
  muted_by: string[];
  acknowledged: AlertAcknowledgement | null;
  receivers: string[];
  /** `source` is where whoever sent it shows it, of alerts of others. */
  links: Record<string, string>;
}

export interface AlertTransition {
  at: string;
  state: string;
  severity: string | null;
  message: string;
  by: string | null;
  cause: string | null;
  flapping: boolean;
}

export interface AlertSymptom {
  id: string;
  name: string;
  subject_kind: string;
  subject: string;
  severity: string;
  started_at: string;
}

export interface AlertDetail extends Alert {
  transitions: AlertTransition[];
  followed_by: AlertSymptom[];
  notifications: Notification[];
}

export interface Alerts {
  active: Alert[];
  history: Alert[];
  count: number;
  next: string | null;
  timestamp: string;
}

export interface SilenceMatcher {
  name: string;
  op: string;
  value: string;
}

export interface Silence {
  id: string;
  state: string;
  purpose: string;
  namespace: string | null;
  matchers: SilenceMatcher[];
  text: string;
  starts_at: string;
  ends_at: string;
  author: string;
  comment: string;
  updated_at: string;
  alerts: number;
}

export interface SilencePreview {
  text: string;
  alerts: Alert[];
  count: number;
}

export interface NotifiedAlert {
  id: string;
  name: string;
  severity: string;
  state: string;
  message: string;
  symptoms: number;
}

export interface Notification {
  id: string;
  at: string;
  receiver: string;
  channel: string;
  reason: string;
  state: string;
  alerts: NotifiedAlert[];
  firing: number;
  resolved: number;
  outcome: string;
  attempts: number | null;
  error: string | null;
  settled_at: string | null;
}

export interface Notifications extends Page<Notification> {
  waiting: number;
  dead: number;
}

export interface Channel {
  name: string;
  send_resolved: boolean;
  sent: number;
  failed: number;
  retried: number;
  dead: number;
  waiting: number;
  last_error: string | null;
}

export interface Receiver {
  name: string;
  channels: Channel[];
}

export interface OwnAccess {
  scope: string;
  namespace: string | null;
  token: string | null;
}

export interface Slo {
  name: string;
  namespace: string;
  title: string;
  service: string;
  description: string;
  state: string;
  sentence: string;
  promise: string;
  objective: number;
  sli: number | null;
  window: { text: string };
  error_budget: { ratio: number; remaining_ratio: number | null } | null;
  burn_rate: { now: number | null; hour: number | null; six_hours: number | null };
  forecast: { exhausted_at: string } | null;
  error: string | null;
}

export interface Slos {
  at: string;
  meeting: number;
  violating: number;
  no_data: number;
  items: Slo[];
}

export interface FindingFigure {
  name: string;
  value: number | null;
  low: number | null;
  high: number | null;
  unit: string;
}

export interface FindingSubject {
  namespace: string;
  kind: string;
  id: string;
}

export interface Finding {
  id: string;
  detector: string;
  condition: string;
  namespace: string;
  subject_kind: string;
  subject: string;
  severity: string;
  state: string;
  confidence: number;
  sentence: string;
  since: string;
  first_seen_at: string;
  last_seen_at: string;
  ended_at: string | null;
  figures: FindingFigure[];
  related: FindingSubject[];
  advice: string[];
  links: Record<string, string>;
}

export interface ChartPoint {
  at: string;
  value: number | null;
}

export interface ChartLine {
  label: string;
  points: ChartPoint[];
}

export interface FindingChart {
  title: string;
  unit: string;
  lines: ChartLine[];
  marks: { at: string; label: string }[];
  limit: number | null;
}

export interface FindingDetail extends Finding {
  charts: FindingChart[];
}

export type VerdictCounts = Record<Verdict, number>;

export interface Blindness {
  reason: string;
  since: string;
  until: string;
}

export interface Summary {
  sentence: string;
  agents: number;
  expected: number;
  available: number;
  active: number;
  idle: number;
  verdicts: VerdictCounts;
  tasks_in_progress: number;
  sandboxes_running: number;
  monitor_blind: Blindness | null;
  alerts_active: number;
  own: {
    version: string;
    started_at: string;
    journal_offset: number;
    history_lag_s: number;
    drops: Record<string, number>;
  };
  timestamp: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  request_id: string;
}
