//! Every key: what it takes and what it means. The sections stand in one order here and in what is written.

use super::super::form::Form::*;
use super::Key;

const MANY: u64 = 1 << 40;
const DAY_S: f64 = 86_400.0;

/// Every key.
pub const KEYS: &[Key] = &[
    Key {
        path: "server.listen",
        form: Address,
        help: "Address and port. Beyond loopback every request needs a token (`swarmpulse token create`), unless `insecure` is set.",
    },
    Key {
        path: "server.insecure",
        form: Flag,
        help: "Listen beyond loopback without tokens: anyone who reaches the port may read and write.",
    },
    Key {
        path: "server.require_tokens",
        form: Flag,
        help: "Every request needs a token, on loopback, too, as where several people share the machine; `/healthz`, `/readyz`, the page's files and the API's description stay open, as they hold no data.",
    },
    Key {
        path: "server.allowed_hosts",
        form: Texts,
        help: "Further names that requests may carry as `Host`, as behind a reverse proxy.",
    },
    Key {
        path: "data.dir",
        form: Path,
        help: "The data directory; made where it is missing.",
    },
    Key {
        path: "data.journal_max_bytes",
        form: Bytes(64 << 20, u64::MAX >> 1),
        help: "The journal deletes its oldest closed segments beyond this, but none that recovery needs.",
    },
    Key {
        path: "data.journal_keep_days",
        form: Number(0.01, 3650.0),
        help: "And those older than this. It bounds how far back a replay can go.",
    },
    Key {
        path: "data.history_max_bytes",
        form: Bytes(16 << 20, u64::MAX >> 1),
        help: "History deletes its oldest day files beyond this; today's always stays.",
    },
    Key {
        path: "data.history_keep_days",
        form: Number(1.0, 3650.0),
        help: "And those older than this.",
    },
    Key {
        path: "data.log_max_bytes",
        form: Bytes(1 << 16, 1 << 40),
        help: "A JSONL log (`bot-process-health.jsonl`) begins a new file at this size.",
    },
    Key {
        path: "data.log_keep_files",
        form: Count(1, 10_000),
        help: "A JSONL log keeps so many full files.",
    },
    Key {
        path: "data.log_keep_days",
        form: Number(0.01, 3650.0),
        help: "And none older than this.",
    },
    Key {
        path: "data.min_free_bytes",
        form: Bytes(0, 1 << 50),
        help: "New records are refused with 507 while the disk has less than this free; reading goes on.",
    },
    Key {
        path: "metrics.keep_days",
        form: Number(0.1, 3650.0),
        help: "Samples are kept this long; older ones are refused.",
    },
    Key {
        path: "metrics.hourly_keep_days",
        form: Number(0.1, 36_500.0),
        help: "Hourly aggregates are kept this long; long ranges read them where samples are gone. At least `keep_days`.",
    },
    Key {
        path: "metrics.daily_keep_days",
        form: Number(0.1, 36_500.0),
        help: "Daily aggregates are kept this long; at least `hourly_keep_days`.",
    },
    Key {
        path: "metrics.max_bytes",
        form: Bytes(16 << 20, u64::MAX >> 1),
        help: "The oldest samples are deleted beyond this.",
    },
    Key {
        path: "metrics.late_limit_s",
        form: Number(0.0, 30.0 * DAY_S),
        help: "A sample may be this much older than the newest of its series.",
    },
    Key {
        path: "metrics.future_limit_s",
        form: Number(0.0, 30.0 * DAY_S),
        help: "A sample may be this far ahead of the server's clock.",
    },
    Key {
        path: "metrics.series_max",
        form: Count(1, MANY),
        help: "The most series; new ones beyond are refused with a reason, and counted. Known ones never are.",
    },
    Key {
        path: "metrics.series_per_metric_max",
        form: Count(1, MANY),
        help: "The most series of one metric.",
    },
    Key {
        path: "metrics.series_per_agent_max",
        form: Count(1, MANY),
        help: "The most series with one value of the label `agent`.",
    },
    Key {
        path: "query.timeout_s",
        form: Number(0.1, DAY_S),
        help: "A query may take this long, waiting included.",
    },
    Key {
        path: "query.at_once_max",
        form: Count(1, 10_000),
        help: "So many queries are evaluated at once; further ones wait.",
    },
    Key {
        path: "query.samples_max",
        form: Count(1, MANY),
        help: "So many samples one query may hold in memory.",
    },
    Key {
        path: "query.series_max",
        form: Count(1, MANY),
        help: "So many series one selector may match.",
    },
    Key {
        path: "query.lookback_s",
        form: Number(0.001, DAY_S),
        help: "A sample holds this long while no newer one of its series comes.",
    },
    Key {
        path: "otlp.listen",
        form: Flag,
        help: "Whether to listen on the two ports that OpenTelemetry's exporters expect.",
    },
    Key {
        path: "otlp.grpc_listen",
        form: Address,
        help: "The address and port for gRPC. If another program has the default port, the server says so and goes on without.",
    },
    Key {
        path: "otlp.http_listen",
        form: Address,
        help: "The same for HTTP.",
    },
    Key {
        path: "otlp.scope_labels",
        form: Flag,
        help: "Give every series the labels `otel_scope_name` and `otel_scope_version`: which library measured.",
    },
    Key {
        path: "otlp.keep_persons",
        form: Flag,
        help: "Keep attributes that name a person or an account, such as `user.id` and `user.email`.",
    },
    Key {
        path: "otlp.streams_max",
        form: Count(1000, 100_000_000),
        help: "Streams of points whose state is held; beyond, those quiet for longest begin anew.",
    },
    Key {
        path: "otlp.sessions_max",
        form: Count(100, 10_000_000),
        help: "Sessions of LLM clients that are told apart, so that usage is counted once.",
    },
    Key {
        path: "otlp.agent_events_per_s",
        form: Number(0.01, 100_000.0),
        help: "Events kept per second and agent, on average; further ones still count as series.",
    },
    Key {
        path: "otlp.events_per_s",
        form: Number(0.1, 1_000_000.0),
        help: "Events kept per second of all agents together.",
    },
    Key {
        path: "scrape.interval_s",
        form: Number(0.1, DAY_S),
        help: "How often a target is scraped, where its job does not say.",
    },
    Key {
        path: "scrape.timeout_s",
        form: Number(0.1, DAY_S),
        help: "The longest that a scrape may take, where its job does not say; never longer than the interval.",
    },
    Key {
        path: "scrape.jobs",
        form: ScrapeJobs,
        help: "What is scraped: `[[scrape.jobs]]` with `name` and `targets` (`host:port` or URLs), and as needed `interval_s`, `timeout_s`, `scheme`, `path`, `labels`, `token_file` or `token_env`, `username` with `password_file` or `password_env`, `honor_labels`, `honor_timestamps`, `samples_max`, `body_bytes_max`.",
    },
    Key {
        path: "endpoints.interval_s",
        form: Number(1.0, DAY_S),
        help: "How often an endpoint is asked, where it does not say.",
    },
    Key {
        path: "endpoints.timeout_s",
        form: Number(0.1, 3600.0),
        help: "The longest that an answer may take, redirects included, where the endpoint does not say; never longer than the interval.",
    },
    Key {
        path: "endpoints.http",
        form: HttpEndpoints,
        help: "What is probed: `[[endpoints.http]]`, or `[[endpoints]]` for short, with `name` (the service) and `url`, and as needed `interval_s`, `timeout_s`, `namespace`, `method` (`GET`, `HEAD`, `POST`, `OPTIONS`), `expected_status` (`[200, \"3xx\", \"400-404\"]`; 200 to 299 else), `body_contains` and `body_regex` (of the first 64 KiB), `headers`, `headers_file` and `headers_env`, `token_file` or `token_env`, `username` with `password_file` or `password_env`, `tls_ca_file` (in place of the machine's authorities) or `insecure_skip_verify`, `follow_redirects` (to the same host, five at most), `depends_on`, and limits: `latency_limit_ms` (for 95 % of calls), `error_ratio_limit`, `tls_expiry_days` (14).",
    },
    Key {
        path: "statsd.enabled",
        form: Flag,
        help: "Whether to listen for packets of StatsD.",
    },
    Key {
        path: "statsd.listen",
        form: Address,
        help: "The address and port, UDP.",
    },
    Key {
        path: "statsd.insecure",
        form: Flag,
        help: "Listen for StatsD beyond loopback: its packets carry no tokens, so anyone who reaches the port may send.",
    },
    Key {
        path: "statsd.flush_s",
        form: Number(0.1, 3600.0),
        help: "How often what came is summed up to samples.",
    },
    Key {
        path: "statsd.metrics_max",
        form: Count(1, 10_000_000),
        help: "Metrics with different tags; further ones are refused, and counted.",
    },
    Key {
        path: "statsd.forget_s",
        form: Number(1.0, 30.0 * DAY_S),
        help: "A metric without a packet for so long is forgotten, and its series marked as gone.",
    },
    Key {
        path: "detect.enabled",
        form: Flag,
        help: "Whether anything is detected.",
    },
    Key {
        path: "detect.round_s",
        form: Number(1.0, 3600.0),
        help: "How often detectors are asked; samples are read as often.",
    },
    Key {
        path: "detect.off",
        form: Texts,
        help: "Detectors that do not run, by name; `swarmpulse detect --list` has them.",
    },
    Key {
        path: "rules.files",
        form: Texts,
        help: "Files of rules, as Prometheus takes them; `*` and `?` stand for any characters of a name: `[\"rules/*.yaml\"]`.",
    },
    Key {
        path: "rules.shipped",
        form: Flag,
        help: "Whether the rules that come with the program are evaluated; `swarmpulse rules list` shows them.",
    },
    Key {
        path: "rules.off",
        form: Texts,
        help: "Those of them that are not, by the names of their alerts. An alert of the same name in a file of yours takes the place of a shipped one.",
    },
    Key {
        path: "rules.severity",
        form: SeveritiesByName,
        help: "Severities of rules, shipped or yours, by the names of their alerts: they hold in place of those in the files.",
    },
    Key {
        path: "rules.for_s",
        form: SecondsByName,
        help: "How long a rule, shipped or yours, must have been true before it fires, by the name of its alert: it holds in place of `for` in the file.",
    },
    Key {
        path: "rules.interval_s",
        form: Number(0.1, DAY_S),
        help: "How often a group of rules is evaluated that does not say.",
    },
    Key {
        path: "alerts.file",
        form: Path,
        help: "Routes and receivers, in Alertmanager's format. Without this file alerts are shown and nobody is told.",
    },
    Key {
        path: "alerts.external_url",
        form: Text,
        help: "Where people reach this server, for links in messages; empty for the address that it listens on.",
    },
    Key {
        path: "alerts.for_s",
        form: SecondsByName,
        help: "How long a condition must hold before its alert fires, by the condition's name; others fire at once. Rules have their own `for`.",
    },
    Key {
        path: "alerts.flap_changes",
        form: Count(0, 1000),
        help: "An alert that ended so often within `flap_window_s` flaps; 0 means never.",
    },
    Key {
        path: "alerts.flap_window_s",
        form: Number(1.0, DAY_S),
        help: "The window of flapping alerts.",
    },
    Key {
        path: "alerts.flap_hold_s",
        form: Number(0.0, DAY_S),
        help: "A flapping alert fires on until it has neither begun nor ended for this long, so that nobody is told each time.",
    },
    Key {
        path: "slo.files",
        form: Texts,
        help: "Files of objectives, in OpenSLO's form or our own; `*` and `?` stand for any characters of a name.",
    },
    Key {
        path: "slo.shipped",
        form: Flag,
        help: "Whether the objectives that come with the program hold.",
    },
    Key {
        path: "slo.off",
        form: Texts,
        help: "Those that do not hold, by their names, of the program's as of yours; `swarmpulse slo` lists them. Read anew at every reload.",
    },
    Key {
        path: "dead_man.url_file",
        form: Text,
        help: "A file with the address to ping; the address is a secret. Empty for none.",
    },
    Key {
        path: "dead_man.url_env",
        form: Text,
        help: "An environment variable with the address. Empty for none.",
    },
    Key {
        path: "dead_man.interval_s",
        form: Number(5.0, DAY_S),
        help: "How often it is pinged. The other side must be told to wait for longer.",
    },
    Key {
        path: "ship.to",
        form: ShipTargets,
        help: "Who takes it: `[[ship]]` with `provider` (`sentry`, `datadog`, `newrelic`), `api_key_file` or `api_key_env` (Sentry's DSN, Datadog's API key, New Relic's license key), and as needed `site` (`datadoghq.eu`, `eu`) and `level` (`warn`).",
    },
    Key {
        path: "limits.remote_write_bytes",
        form: Bytes(1 << 16, 1 << 30),
        help: "A request of remote write once decompressed.",
    },
    Key {
        path: "limits.remote_write_samples",
        form: Count(1000, 50_000_000),
        help: "Samples of one request of remote write.",
    },
    Key {
        path: "limits.body_bytes",
        form: Bytes(1024, 1 << 30),
        help: "A request body as sent.",
    },
    Key {
        path: "limits.decompressed_bytes",
        form: Bytes(1024, 1 << 32),
        help: "A request body once decompressed; at least `body_bytes`.",
    },
    Key {
        path: "limits.items",
        form: Count(1, 10_000_000),
        help: "Items in one body.",
    },
    Key {
        path: "limits.text_bytes",
        form: Bytes(64, 1 << 20),
        help: "One text field; ids have 200 bytes always.",
    },
    Key {
        path: "limits.attributes",
        form: Count(0, 4096),
        help: "Attributes of one record.",
    },
    Key {
        path: "limits.attribute_key_bytes",
        form: Bytes(1, 4096),
        help: "An attribute's name.",
    },
    Key {
        path: "limits.attribute_value_bytes",
        form: Bytes(1, 1 << 20),
        help: "An attribute's value.",
    },
    Key {
        path: "limits.metrics",
        form: Count(0, 4096),
        help: "Numbers in one heartbeat's `metrics`.",
    },
    Key {
        path: "limits.nesting",
        form: Count(4, 128),
        help: "Levels of nesting in JSON.",
    },
    Key {
        path: "limits.event_data_bytes",
        form: Bytes(64, 16 << 20),
        help: "An event's `data`.",
    },
    Key {
        path: "limits.depends_on",
        form: Count(0, 4096),
        help: "Services that one service may depend on.",
    },
    Key {
        path: "privacy.keep_payloads",
        form: Flag,
        help: "Keep prompts, messages and code as sent. Values that look like secrets are redacted all the same.",
    },
    Key {
        path: "fleet.local_host",
        form: Text,
        help: "The name of this machine in records; empty for its own name. Pids of agents on it are looked at by the process probe.",
    },
    Key {
        path: "fleet.start_grace_s",
        form: Number(0.0, DAY_S),
        help: "How long an agent may take to show its first progress.",
    },
    Key {
        path: "fleet.default_interval_s",
        form: Number(0.1, DAY_S),
        help: "The heartbeat interval of an agent that declared none, until one is learned.",
    },
    Key {
        path: "fleet.silence_floor_s",
        form: Number(1.0, DAY_S),
        help: "The shortest silence that means death.",
    },
    Key {
        path: "fleet.silence_intervals",
        form: Number(1.0, 1000.0),
        help: "An agent is down after so many intervals of silence, but not before `silence_floor_s`.",
    },
    Key {
        path: "fleet.unknown_limit_s",
        form: Number(1.0, DAY_S),
        help: "`unknown` is decided after this.",
    },
    Key {
        path: "fleet.blind_limit_s",
        form: Number(1.0, DAY_S),
        help: "A freeze of deaths by silence ends after this, as `fleet_down_or_blind`.",
    },
    Key {
        path: "fleet.task_limit_s",
        form: Number(1.0, 30.0 * DAY_S),
        help: "How long a task may go without progress where neither it nor history says.",
    },
    Key {
        path: "fleet.call_limit_s",
        form: Number(1.0, 30.0 * DAY_S),
        help: "How long a call may stay open where neither it nor history says.",
    },
    Key {
        path: "fleet.claim_limit_s",
        form: Number(1.0, 30.0 * DAY_S),
        help: "How long an open task or call of an agent that fell silent is believed where neither it nor history says how long it may take.",
    },
    Key {
        path: "fleet.provider_claim_s",
        form: Number(0.0, DAY_S),
        help: "How long a provider's \"running\" extends a deadline.",
    },
    Key {
        path: "fleet.backoff_hold_s",
        form: Number(0.0, DAY_S),
        help: "How long a 429, 503 or 529 answer keeps an agent `backing_off` without another call.",
    },
    Key {
        path: "fleet.task_limits",
        form: WorkLimits,
        help: "Limits by task type, which win over learned ones: `[{ name = \"train\", limit_s = 7200 }]`.",
    },
    Key {
        path: "fleet.call_limits",
        form: WorkLimits,
        help: "Limits by service, which win over learned ones.",
    },
    Key {
        path: "fleet.flap_changes",
        form: Count(2, 1000),
        help: "So many falls within `flap_window_s` are flapping.",
    },
    Key {
        path: "fleet.flap_window_s",
        form: Number(1.0, DAY_S),
        help: "The window of flapping.",
    },
    Key {
        path: "fleet.flap_hold_s",
        form: Number(0.0, DAY_S),
        help: "A flapping agent must hold a better verdict for this long before it is believed.",
    },
    Key {
        path: "fleet.forget_agent_s",
        form: Number(60.0, 3650.0 * DAY_S),
        help: "A stopped or down agent is forgotten after this long without a word.",
    },
    Key {
        path: "fleet.forget_discovered_s",
        form: Number(1.0, 3650.0 * DAY_S),
        help: "A discovered process that ended, and its agent, are forgotten after this long.",
    },
    Key {
        path: "fleet.exit_word_s",
        form: Number(0.0, 60.0),
        help: "How long the watcher of a process is given to tell how it ended.",
    },
    Key {
        path: "fleet.forget_task_s",
        form: Number(1.0, 3650.0 * DAY_S),
        help: "A finished task, or one without a word, is forgotten after this long.",
    },
    Key {
        path: "fleet.agents_max",
        form: Count(1, MANY),
        help: "The most agents; further ones are refused with a reason, and counted.",
    },
    Key {
        path: "fleet.entities_max",
        form: Count(1, MANY),
        help: "The most tasks, sandboxes and services, each.",
    },
    Key {
        path: "probe.liveness_s",
        form: Number(0.1, 60.0),
        help: "Whether a process is still there.",
    },
    Key {
        path: "probe.sample_s",
        form: Number(0.5, 3600.0),
        help: "Memory, processor, descriptors, threads; at least `liveness_s`.",
    },
    Key {
        path: "probe.dear_s",
        form: Number(1.0, DAY_S),
        help: "Connections and proportional memory, which cost more to read; at least `sample_s`.",
    },
    Key {
        path: "probe.discover_s",
        form: Number(1.0, 3600.0),
        help: "How often agent processes are looked for.",
    },
    Key {
        path: "probe.discover",
        form: Flag,
        help: "Whether agent processes are looked for on this machine.",
    },
    Key {
        path: "probe.patterns",
        form: Patterns,
        help: "What counts as an agent process besides the shipped list: `[{ name = \"scraper\", program = \"python\", argument = \"scrape.py\", kind = \"bot\" }]`. `program` is a file name, `argument` a whole word; both must match where both are given.",
    },
    Key {
        path: "log.filter",
        form: Text,
        help: "`error`, `warn`, `info`, `debug` or `trace`, or levels by module: `info,swarmpulse_probe=debug`.",
    },
    Key {
        path: "log.format",
        form: Choice(&["text", "json"]),
        help: "`text` for people, `json` for machines.",
    },
];
