//! Hosts are found to be down by what their agents told then, although nobody asked about them then.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::sync::Arc;

use swarmpulse_alert::DeskOptions;
use swarmpulse_backtest::{BacktestOptions, BacktestReport, Seen, TellingOptions, backtest, did, routing};
use swarmpulse_model::series::{METRIC_NAME, SampleBatch};
use swarmpulse_model::{
    Condition, Effect, EffectId, EntityKey, EntityKind, Labels, Position, Sample, Severity, Timestamp,
};
use swarmpulse_store::memory::{MemoryHistory, MemoryMetrics};
use swarmpulse_store::{History, HistoryRow, MetricStore};

const BEGIN_S: f64 = 1_800_000_000.0;
const END_S: f64 = 7_200.0;
const ROUTES: &str = "
route: {receiver: team, group_by: [alertname], group_wait: 10s}
receivers:
- name: team
  webhook_configs: [{url: 'https://hooks.example/team'}]
";

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_unix_s(BEGIN_S + seconds)
}

/// A monitor that asked about no host: it recorded when agents were heard, and that some were down.
#[derive(Default)]
struct Past {
    metrics: MemoryMetrics,
    happened: Vec<(f64, String, bool)>,
}

impl Past {
    /// An agent that reports every ten seconds, in this phase of them, until it dies; recorded every five seconds.
    fn agent(&self, namespace: &str, name: &str, host: &str, phase_s: f64, dies_s: f64) {
        let mut batch = SampleBatch::default();
        let moments = (0..(END_S / 5.0) as i64).map(|step| step as f64 * 5.0);
        let heard = |now_s: f64| phase_s + ((now_s.min(dies_s) - phase_s) / 10.0).floor() * 10.0;
        let contacts = moments
            .clone()
            .filter(|now_s| *now_s >= phase_s)
            .map(|now_s| Sample {
                at_ms: at(now_s).unix_ms(),
                value: BEGIN_S + heard(now_s),
            });
        let up = moments.map(|now_s| Sample {
            at_ms: at(now_s).unix_ms(),
            value: f64::from(u8::from(now_s < heard(dies_s) + 30.0)),
        });
        let (contacts, up): (Vec<Sample>, Vec<Sample>) = (contacts.collect(), up.collect());
        for (metric, samples) in [
            ("swarmpulse_agent_last_contact_timestamp_seconds", contacts),
            ("swarmpulse_agent_up", up),
        ] {
            let labels = [
                (METRIC_NAME, metric),
                ("agent", name),
                ("host", host),
                ("kind", "worker"),
            ];
            batch.push(&Labels::from_pairs(labels), &samples);
        }
        self.metrics
            .append_durably(namespace, Timestamp(0), &batch)
            .unwrap();
    }

    fn down(&mut self, name: &str, from_s: f64, to_s: f64) {
        self.happened.push((from_s, name.to_owned(), true));
        self.happened.push((to_s, name.to_owned(), false));
    }

    fn tested(mut self, namespace: &str) -> BacktestReport {
        self.happened.sort_by(|a, b| a.0.total_cmp(&b.0));
        let history = MemoryHistory::default();
        let rows: Vec<HistoryRow> = (0..)
            .zip(&self.happened)
            .map(|(offset, (at_s, agent, active))| HistoryRow {
                id: EffectId {
                    position: Position { partition: 0, offset },
                    n: 0,
                },
                at: at(*at_s),
                effect: Effect::Condition(Box::new(Condition {
                    name: "agent_down".into(),
                    subject: Some(EntityKey::new(namespace, EntityKind::Agent, agent)),
                    severity: Severity::Critical,
                    active: *active,
                    since: at(*at_s),
                    reason: "silent for 30 s".into(),
                })),
            })
            .collect();
        history.append(&rows, rows.len() as u64).unwrap();
        let (routing, receivers) = routing("alerts.yaml", ROUTES).unwrap();
        let options = BacktestOptions {
            from: at(0.0),
            to: at(END_S),
            default_interval_s: 15.0,
            external_url: String::new(),
            telling: TellingOptions {
                desk: DeskOptions::default(),
                routing,
                receivers,
            },
        };
        let done = did(&history, options.from, options.to).unwrap();
        backtest(Arc::new(self.metrics), &[], done, &options, &mut |_| true).unwrap()
    }
}

/// What would have fired anew, by id, without agents by themselves.
fn places(report: &BacktestReport) -> Vec<String> {
    let new = report.firings.iter().filter(|one| one.seen == Seen::New);
    new.map(|one| one.firing().unwrap().id.to_string())
        .filter(|id| !id.starts_with("agent_down/"))
        .collect()
}

/// Names of alerts in the messages that would have been sent.
fn told(report: &BacktestReport) -> Vec<String> {
    let messages = report.told.messages.iter();
    messages
        .flat_map(|one| one.message.names.iter().map(ToString::to_string))
        .collect()
}

/// Six agents on one host that are heard last between 3590 s and 3599 s, and one on another that lives on.
fn host_death(namespace: &str, spared: usize) -> Past {
    let mut past = Past::default();
    for number in 0..6 {
        let name = format!("a{number}");
        let phase_s = number as f64 * 1.5;
        let dies_s = if number < spared { END_S } else { 3600.0 };
        past.agent(namespace, &name, "h1", phase_s, dies_s);
        if number >= spared {
            past.down(&name, 3590.0 + phase_s + 30.0, 5000.0 + phase_s);
        }
    }
    past.agent(namespace, "b", "h2", 1.0, END_S);
    past
}

#[test]
fn a_host_that_died_is_found_although_nobody_asked_then() {
    for namespace in ["default", "team-a"] {
        let report = host_death(namespace, 0).tested(namespace);
        assert_eq!(places(&report), [format!("host_down/{namespace}/host/h1")]);
        let host = report
            .firings
            .iter()
            .find(|one| one.firing().unwrap().id.starts_with("host_down"));
        let began_s = host.unwrap().firing().unwrap().active_at.seconds_since(at(0.0));
        assert!((3590.0..3640.0).contains(&began_s), "{began_s}");
        // One message of the host; those that fell with it are told with it.
        let told = told(&report);
        assert!(
            told.iter().any(|name| name == "host_down") && !told.iter().any(|name| name == "agent_down"),
            "{told:?}"
        );
        assert_eq!(
            places(&host_death(namespace, 0).tested(namespace)),
            places(&report)
        );
    }
}

#[test]
fn while_others_of_the_host_are_heard_it_is_up() {
    let report = host_death("default", 1).tested("default");
    assert_eq!(places(&report), [""; 0]);
    assert!(told(&report).iter().any(|name| name == "agent_down"));
}

#[test]
fn agents_that_were_seen_to_end_together_say_nothing_of_their_host() {
    let mut past = Past::default();
    for number in 0..4 {
        let name = format!("a{number}");
        past.agent("default", &name, "h1", 1.0, 3600.0);
        // They were heard last at 3591 s, and their processes ended two seconds later.
        past.down(&name, 3593.0, 5000.0);
    }
    assert_eq!(places(&past.tested("default")), [""; 0]);
}
