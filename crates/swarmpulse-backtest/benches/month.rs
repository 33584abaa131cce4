//! A month of a fleet of 100 agents, sampled every 15 s into the embedded store, through all shipped rules and objectives; and
//! what was held to be true of them through the desk: each agent falls four times a day, and a host of 20 once a day.
//!
//! `MONTH_FOLDER=/somewhere cargo bench -p swarmpulse-backtest --bench month` keeps the store there for the next time;
//! making it takes some minutes.

#![allow(clippy::unwrap_used, reason = "a benchmark says so by failing")]
#![allow(clippy::print_stdout, reason = "what a benchmark is for")]
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark has a clock and is told by its environment"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use swarmpulse_backtest::{BacktestOptions, Seen, TellingOptions, backtest, did, routing};
use swarmpulse_journal::{Options as JournalOptions, SegmentJournal};
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::series::{METRIC_NAME, SampleBatch};
use swarmpulse_model::{
    Condition, Effect, EffectId, EntityKey, EntityKind, Labels, Position, Sample, Severity, Timestamp,
};
use swarmpulse_rules::RuleFile;
use swarmpulse_store::memory::MemoryHistory;
use swarmpulse_store::{History, HistoryRow, MetricStore};

const AGENTS: usize = 100;
const SERVICES: usize = 10;
const DAYS: i64 = 30;
const STEP_MS: i64 = 15_000;
const HOUR_MS: i64 = 3_600_000;
/// The month begins here.
const BEGIN_MS: i64 = 1_790_000_000_000 / HOUR_MS * HOUR_MS;

/// Figures of one agent, as the monitor records them, with about what they are worth.
const OF_AGENT: &[(&str, f64)] = &[
    ("swarmpulse_agent_up", 1.0),
    ("swarmpulse_agent_last_contact_timestamp_seconds", 1.79e9),
    ("swarmpulse_agent_restarts_total", 3.0),
    ("swarmpulse_agent_lost_reports_total", 0.0),
    ("swarmpulse_agent_resident_memory_bytes", 3e8),
    ("swarmpulse_agent_cpu_seconds_total", 5e4),
    ("swarmpulse_agent_open_fds", 40.0),
    ("swarmpulse_agent_fd_limit", 1024.0),
    ("swarmpulse_agent_cpu_ratio", 0.2),
    ("swarmpulse_agent_memory_ratio", 0.02),
    ("swarmpulse_agent_threads", 12.0),
    ("swarmpulse_agent_virtual_memory_bytes", 1e9),
    ("swarmpulse_agent_success_ratio", 0.98),
    ("swarmpulse_agent_error_ratio", 0.02),
    ("swarmpulse_agent_response_time_seconds", 1.1),
    ("swarmpulse_leak_rate_bytes_per_hour", 1e5),
];
const OF_SERVICE: &[(&str, f64)] = &[
    ("swarmpulse_service_calls_total", 1e6),
    ("swarmpulse_service_errors_total", 1e3),
    ("swarmpulse_service_open_calls", 4.0),
    ("swarmpulse_service_error_ratio", 0.01),
    ("swarmpulse_service_response_time_seconds", 0.4),
];
const OF_FLEET: &[(&str, f64)] = &[
    ("swarmpulse_agents_expected", 100.0),
    ("swarmpulse_agents_available", 99.0),
    ("swarmpulse_agents_active", 80.0),
    ("swarmpulse_tasks_stuck", 0.0),
    ("swarmpulse_monitor_blind", 0.0),
    ("swarmpulse_history_lag_seconds", 0.1),
    ("swarmpulse_disk_free_bytes", 5e10),
    ("swarmpulse_disk_size_bytes", 1e11),
    ("swarmpulse_dropped_total", 0.0),
    ("swarmpulse_ready", 1.0),
];

const ROUTES: &str = "
route: {receiver: team, group_by: [alertname, agent]}
receivers:
- name: team
  webhook_configs: [{url: 'https://hooks.example/team'}]
";

struct Source {
    labels: Labels,
    value: f64,
    counter: bool,
    contact: bool,
    seed: u64,
}

impl Source {
    fn next(&mut self, at_ms: i64) -> f64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let draw = (self.seed >> 40) as f64 / f64::from(1_u32 << 24);
        if self.contact {
            // Heard within the last ten seconds.
            (at_ms as f64 / 1000.0 - draw * 10.0).floor()
        } else if self.counter {
            self.value += (draw * 4.0).floor();
            self.value
        } else if draw < 0.9 {
            self.value
        } else {
            // Three digits, as most figures have.
            let moved = self.value * (0.95 + draw / 10.0);
            (moved * 1e3).round() / 1e3
        }
    }
}

fn sources() -> Vec<Source> {
    let mut all = Vec::new();
    let mut add = |name: &str, value: f64, labels: &[(&str, &str)]| {
        let pairs = std::iter::once((METRIC_NAME, name)).chain(labels.iter().copied());
        all.push(Source {
            labels: Labels::from_pairs(pairs),
            value,
            counter: name.ends_with("_total") && value > 0.0,
            contact: name.ends_with("_last_contact_timestamp_seconds"),
            seed: all.len() as u64 + 1,
        });
    };
    for agent in 0..AGENTS {
        let (agent, host) = (format!("agent-{agent:03}"), format!("host-{}", agent / 20));
        for (name, value) in OF_AGENT {
            let labels = [("agent", agent.as_str()), ("host", &host), ("kind", "worker")];
            add(name, *value, &labels);
        }
    }
    for service in 0..SERVICES {
        let service = format!("service-{service}");
        for (name, value) in OF_SERVICE {
            add(name, *value, &[("service", &service)]);
        }
    }
    for (name, value) in OF_FLEET {
        add(name, *value, &[]);
    }
    all
}

fn open(folder: &Path) -> EmbeddedMetrics {
    let (journal, _) = SegmentJournal::open(&folder.join("journal"), JournalOptions::default()).unwrap();
    let now = Timestamp((BEGIN_MS + DAYS * 24 * HOUR_MS).saturating_mul(1_000_000));
    let options = MetricOptions::unlimited();
    EmbeddedMetrics::open(folder, Box::new(journal), options, now)
        .unwrap()
        .0
}

fn make(folder: &Path) {
    let store = open(folder);
    let mut sources = sources();
    let mut batch = SampleBatch::default();
    for hour in 0..DAYS * 24 {
        for some in sources.chunks_mut(500) {
            batch.clear();
            for source in some {
                let samples: Vec<Sample> = (0..HOUR_MS / STEP_MS)
                    .map(|step| {
                        let at_ms = BEGIN_MS + hour * HOUR_MS + step * STEP_MS;
                        Sample {
                            at_ms,
                            value: source.next(at_ms),
                        }
                    })
                    .collect();
                batch.push(&source.labels, &samples);
            }
            let now = Timestamp((BEGIN_MS + (hour + 1) * HOUR_MS).saturating_mul(1_000_000));
            store.append_durably("default", now, &batch).unwrap();
        }
        let now = Timestamp((BEGIN_MS + (hour + 1) * HOUR_MS).saturating_mul(1_000_000));
        store.maintain(now).unwrap();
    }
    let end = Timestamp((BEGIN_MS + DAYS * 24 * HOUR_MS).saturating_mul(1_000_000));
    store.close(end).unwrap();
}

fn files() -> Vec<RuleFile> {
    let mut files = swarmpulse_rules::shipped(&swarmpulse_rules::Overrides::default());
    files.extend(
        swarmpulse_slo::shipped()
            .iter()
            .map(swarmpulse_slo::Objective::rules),
    );
    files
}

/// What history has: conditions of agents that fall and return.
fn history() -> MemoryHistory {
    let history = MemoryHistory::default();
    let second = |at_s: f64| Timestamp((BEGIN_MS).saturating_mul(1_000_000)).plus_s(at_s);
    let mut happened: Vec<(f64, String, bool)> = Vec::new();
    for agent in 0..AGENTS {
        let name = format!("agent-{agent:03}");
        for quarter in 0..DAYS * 4 {
            let at_s = quarter as f64 * 21_600.0 + agent as f64 * 97.0;
            happened.push((at_s, name.clone(), true));
            happened.push((at_s + 150.0, name.clone(), false));
        }
    }
    for day in 0..DAYS {
        for agent in 0..20 {
            let at_s = day as f64 * 86_400.0 + 20_000.0 + f64::from(agent);
            happened.push((at_s, format!("agent-{agent:03}"), true));
            happened.push((at_s + 900.0, format!("agent-{agent:03}"), false));
        }
    }
    happened.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rows: Vec<HistoryRow> = happened
        .into_iter()
        .zip(0..)
        .map(|((at_s, agent, active), offset)| HistoryRow {
            id: EffectId {
                position: Position { partition: 0, offset },
                n: 0,
            },
            at: second(at_s),
            effect: Effect::Condition(Box::new(Condition {
                name: "agent_down".into(),
                subject: Some(EntityKey::new("default", EntityKind::Agent, &agent)),
                severity: Severity::Critical,
                active,
                since: second(at_s),
                reason: "silent for 30 s".into(),
            })),
        })
        .collect();
    history.append(&rows, rows.len() as u64).unwrap();
    history
}

fn main() {
    let temporary = tempfile::tempdir().unwrap();
    let kept = std::env::var_os("MONTH_FOLDER");
    let folder = kept.as_ref().map_or(temporary.path(), Path::new);
    if !folder.join("segments").is_dir() {
        let began = Instant::now();
        make(folder);
        println!("the month was made in {:.0} s", began.elapsed().as_secs_f64());
    }
    let store = Arc::new(open(folder));
    let files = files();
    let (routes, receivers) = routing("alerts.yaml", ROUTES).unwrap();
    let telling = TellingOptions {
        routing: routes,
        receivers,
        ..TellingOptions::default()
    };
    let options = BacktestOptions {
        from: Timestamp(BEGIN_MS.saturating_mul(1_000_000)),
        to: Timestamp((BEGIN_MS + DAYS * 24 * HOUR_MS).saturating_mul(1_000_000)),
        default_interval_s: 15.0,
        external_url: String::new(),
        telling,
    };
    let began = Instant::now();
    let done = did(&history(), options.from, options.to).unwrap();
    let report = backtest(store, &files, done, &options, &mut |_| true).unwrap();
    println!(
        "{} rules in {} groups at {} moments of {DAYS} days: {:.1} s, {} samples read, {} firings, {} rules failed",
        report.rules,
        report.groups,
        report.evaluations,
        began.elapsed().as_secs_f64(),
        report.samples_read,
        report.count(Seen::New),
        report.errors.len()
    );
    println!("{} messages would have been told", report.told.messages.len());
    for (rule, error) in &report.errors {
        println!("  {rule}: {error}");
    }
}
