//! The desk over the past: with the same options and routes it tells what was told; with others, what differs.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::collections::BTreeSet;
use std::sync::Arc;

use swarmpulse_alert::{Desk, DeskOptions, Presence, Surroundings, Witness};
use swarmpulse_backtest::{BacktestOptions, BacktestReport, Seen, TellingOptions, backtest, did, routing};
use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::series::{Label, METRIC_NAME, SampleBatch};
use swarmpulse_model::{
    Alert, AlertState, Condition, Effect, EffectId, EntityKey, EntityKind, Labels, Position, Record, Sample,
    Severity, Timestamp,
};
use swarmpulse_rules::{AlertRule, Rule, RuleFile, RuleGroup, RuleKind};
use swarmpulse_store::memory::{MemoryHistory, MemoryMetrics};
use swarmpulse_store::{History, HistoryRow, MetricStore};

const BEGIN_S: f64 = 1_800_000_000.0;
const DAY_S: f64 = 86_400.0;
/// Agents on one host.
const HOSTED: [&str; 4] = ["h1", "h2", "h3", "h4"];

const ROUTES: &str = "
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
  - matchers: ['severity=\"critical\"']
    receiver: on-call
receivers:
- name: team
  webhook_configs: [{url: 'https://hooks.example/team'}]
- name: on-call
  pagerduty_configs: [{routing_key: '0123456789'}]
";

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_unix_s(BEGIN_S + seconds)
}

fn agent(name: &str) -> EntityKey {
    EntityKey::new("default", EntityKind::Agent, name)
}

/// Some agents are on one host, all others nowhere.
struct Graph {
    down: BTreeSet<EntityKey>,
    /// Since when nobody is heard from the host.
    fell_at: Option<Timestamp>,
    now: Timestamp,
}

impl Surroundings for Graph {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        let hosted = subject.kind == EntityKind::Agent && subject.id.starts_with('h');
        let host = hosted.then(|| EntityKey::new("default", EntityKind::Host, "host-1"));
        host.into_iter().collect()
    }

    fn agents_of(&self, place: &EntityKey) -> Vec<Witness> {
        if place.kind != EntityKind::Host {
            return Vec::new();
        }
        let silent_since = self.fell_at.map(|fell_at| fell_at.plus_s(-30.0));
        let witness = |name: &&str| {
            let is_down = self.down.contains(&agent(name));
            let heard_at = silent_since.unwrap_or(self.now);
            Witness {
                presence: if is_down { Presence::Down } else { Presence::Up },
                heard_at: Some(heard_at),
                expected_at: heard_at.plus_s(11.0),
                due_at: heard_at.plus_s(13.0),
            }
        };
        HOSTED.iter().map(witness).collect()
    }
}

/// A monitor as it ran: what happened is journaled, and so is what its desk decided.
struct Monitor {
    desk: Desk,
    graph: Graph,
    history: MemoryHistory,
    offset: u64,
    now: Timestamp,
}

impl Monitor {
    fn new() -> Self {
        let mut desk = Desk::new(DeskOptions::default());
        let (routes, receivers) = routing("alerts.yaml", ROUTES).unwrap();
        desk.route(routes, receivers);
        Self {
            desk,
            graph: Graph {
                down: BTreeSet::new(),
                fell_at: None,
                now: at(0.0),
            },
            history: MemoryHistory::default(),
            offset: 0,
            now: at(0.0),
        }
    }

    fn journal(&mut self, effect: Effect) {
        let id = EffectId {
            position: Position {
                partition: 0,
                offset: self.offset,
            },
            n: 0,
        };
        self.offset += 1;
        self.desk.apply(id, self.now, &effect);
        let row = HistoryRow {
            id,
            at: self.now,
            effect,
        };
        self.history.append(&[row], self.offset).unwrap();
    }

    fn decide(&mut self) {
        self.graph.now = self.now;
        loop {
            let records = self.desk.decide(self.now, &self.graph);
            if records.is_empty() {
                return;
            }
            // It takes a moment until it is on disk.
            self.now = self.now.plus_s(0.02);
            for record in records {
                match record {
                    Record::Alert(alert) => self.journal(Effect::Alert(alert)),
                    Record::Notification(told) => self.journal(Effect::Notification(told)),
                    other => unreachable!("{other:?}"),
                }
            }
        }
    }

    fn run_to(&mut self, end: Timestamp) {
        loop {
            let due = self.desk.next_due();
            if due >= end {
                break;
            }
            self.now = self.now.max(due).plus_ns(1);
            self.decide();
        }
        self.now = self.now.max(end);
    }

    fn happen(&mut self, seconds: f64, effect: Effect) {
        self.run_to(at(seconds));
        self.journal(effect);
        self.decide();
    }

    fn fell(&mut self, seconds: f64, name: &str, down: bool) {
        self.run_to(at(seconds));
        let subject = agent(name);
        let hosted = HOSTED.contains(&name);
        if down {
            self.graph.down.insert(subject.clone());
            self.graph.fell_at = self.graph.fell_at.or(hosted.then(|| at(seconds)));
        } else {
            self.graph.down.remove(&subject);
            self.graph.fell_at = self.graph.fell_at.filter(|_| !hosted);
        }
        let condition = Condition {
            name: "agent_down".into(),
            subject: Some(subject),
            severity: Severity::Critical,
            active: down,
            since: at(seconds),
            reason: "silent for 30 s".into(),
        };
        self.happen(seconds, Effect::Condition(Box::new(condition)));
    }

    /// An alert of a rule that was in force then.
    fn rule(&mut self, seconds: f64, name: &str, state: AlertState) {
        let label = |name: &str, value: &str| Label {
            name: name.into(),
            value: value.into(),
        };
        let fired_at = Some(self.now.min(at(seconds)));
        let alert = Alert {
            id: format!("{name}/0123456789abcdef").into(),
            name: name.into(),
            state,
            severity: Severity::Warning,
            namespace: "default".into(),
            subject: None,
            origin: AlertOrigin::Rule,
            group: "g".into(),
            labels: vec![label("alertname", name), label("severity", "warning")],
            annotations: Vec::new(),
            value: Some(1.0),
            active_at: at(seconds.min(3000.0)),
            fired_at,
            ended_at: (state == AlertState::Resolved).then(|| at(seconds)),
            reason: "it is so".into(),
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: None,
        };
        self.happen(seconds, Effect::Alert(Box::new(alert)));
    }

    /// A day in which agents fall alone and together.
    fn day() -> Self {
        let mut monitor = Self::new();
        monitor.fell(100.0, "a", true);
        monitor.fell(150.0, "a", false);
        monitor.fell(1000.0, "b", true);
        monitor.fell(2000.0, "b", false);
        monitor.rule(3000.0, "Slow", AlertState::Firing);
        monitor.rule(3600.0, "Slow", AlertState::Resolved);
        for (number, name) in HOSTED.into_iter().enumerate() {
            monitor.fell(10_000.0 + number as f64, name, true);
        }
        for (number, name) in HOSTED.into_iter().enumerate() {
            monitor.fell(40_000.0 + number as f64, name, false);
        }
        monitor.run_to(at(DAY_S));
        monitor
    }

    fn tested(&self, files: &[RuleFile], change: impl Fn(&mut TellingOptions)) -> BacktestReport {
        self.tested_from(0.0, files, change)
    }

    fn tested_from(
        &self,
        from_s: f64,
        files: &[RuleFile],
        change: impl Fn(&mut TellingOptions),
    ) -> BacktestReport {
        let (routes, receivers) = routing("alerts.yaml", ROUTES).unwrap();
        let mut telling = TellingOptions {
            desk: DeskOptions::default(),
            routing: routes,
            receivers,
        };
        change(&mut telling);
        let options = BacktestOptions {
            from: at(from_s),
            to: at(DAY_S),
            default_interval_s: 15.0,
            external_url: String::new(),
            telling,
        };
        let done = did(&self.history, options.from, options.to)
            .unwrap()
            .of_files(files);
        backtest(store(), files, done, &options, &mut |_| true).unwrap()
    }
}

/// A load that is high from 3000 s to 3300 s.
fn store() -> Arc<MemoryMetrics> {
    let store = MemoryMetrics::default();
    let mut batch = SampleBatch::default();
    let samples: Vec<Sample> = (0..5760)
        .map(|step| Sample {
            at_ms: at(f64::from(step) * 15.0).unix_ms(),
            value: f64::from((200..220).contains(&step)),
        })
        .collect();
    batch.push(&Labels::from_pairs([(METRIC_NAME, "load")]), &samples);
    store.append_durably("default", Timestamp(0), &batch).unwrap();
    Arc::new(store)
}

fn rule(name: &str, expr: &str) -> Vec<RuleFile> {
    let rule = Rule {
        line: 0,
        expr: expr.into(),
        labels: vec![Label {
            name: "severity".into(),
            value: "warning".into(),
        }],
        kind: RuleKind::Alert(AlertRule {
            name: name.into(),
            ..AlertRule::default()
        }),
    };
    vec![RuleFile {
        name: "new.yaml".into(),
        groups: vec![RuleGroup {
            name: "g".into(),
            file: "new.yaml".into(),
            interval_s: Some(15.0),
            rules: vec![rule],
            ..RuleGroup::default()
        }],
    }]
}

fn seen(report: &BacktestReport) -> BTreeSet<(String, Seen)> {
    let firings = report.firings.iter();
    firings
        .map(|one| (one.firing().unwrap().id.to_string(), one.seen))
        .collect()
}

#[test]
fn the_same_options_and_routes_tell_what_was_told() {
    let monitor = Monitor::day();
    let report = monitor.tested(&[], |_| {});
    assert!(
        report.firings.iter().all(|one| one.seen == Seen::Both),
        "{:#?}",
        report.firings
    );
    let names = seen(&report);
    for id in ["agent_down/default/agent/b", "host_down/default/host/host-1"] {
        assert!(names.contains(&(id.to_owned(), Seen::Both)), "{names:?}");
    }
    assert_eq!(report.of_conditions, report.firings.len());
    assert!(report.told.messages.len() > 5);
    for message in &report.told.messages {
        assert_eq!(message.seen, Seen::Both, "{message:?}");
    }
    let on_call = report.told.receivers["on-call"];
    assert_eq!(on_call.would, on_call.did);
    // Of four agents that fall with their host one message is made, repeated after four hours and again, and its end.
    let host: Vec<&str> = report
        .told
        .messages
        .iter()
        .filter(|one| one.message.names.iter().any(|name| *name == "host_down"))
        .map(|one| one.message.reason.as_str())
        .collect();
    assert_eq!(host, ["fired", "repeated", "repeated", "resolved"]);
    assert_eq!(
        report.told,
        monitor.tested(&[], |_| {}).told,
        "the same each time"
    );
}

#[test]
fn a_span_that_begins_in_the_middle_knows_what_was_told_before() {
    let report = Monitor::day().tested_from(12_000.0, &[], |_| {});
    assert!(!report.told.messages.is_empty());
    for message in &report.told.messages {
        assert_eq!(message.seen, Seen::Both, "{message:?}");
    }
}

#[test]
fn a_longer_wait_tells_less() {
    let report = Monitor::day().tested(&[], |telling| {
        telling.desk.for_s.insert("agent_down".into(), 120.0);
    });
    let names = seen(&report);
    assert!(
        names.contains(&("agent_down/default/agent/a".to_owned(), Seen::Gone)),
        "{names:?}"
    );
    assert!(
        names.contains(&("agent_down/default/agent/b".to_owned(), Seen::Both)),
        "{names:?}"
    );
    let on_call = report.told.receivers["on-call"];
    assert!(on_call.would < on_call.did, "{on_call:?}");
}

#[test]
fn other_routes_tell_others() {
    let all_to_team = ROUTES.replace("receiver: on-call\n", "receiver: team\n");
    let report = Monitor::day().tested(&[], |telling| {
        let (routes, receivers) = routing("new.yaml", &all_to_team).unwrap();
        telling.routing = routes;
        telling.receivers = receivers;
    });
    let (team, on_call) = (report.told.receivers["team"], report.told.receivers["on-call"]);
    assert_eq!(on_call.would, 0);
    assert!(on_call.did > 0);
    assert_eq!(team.would, team.did + on_call.did);
    assert!(
        report.firings.iter().all(|one| one.seen == Seen::Both),
        "alerts are the same"
    );
}

#[test]
fn a_tested_rule_takes_the_place_of_what_it_said_then() {
    let monitor = Monitor::day();
    let of_team = |report: &BacktestReport| report.told.receivers.get("team").copied().unwrap_or_default();
    let never = monitor.tested(&rule("Slow", "load > 5"), |_| {});
    assert_eq!((of_team(&never).would, of_team(&never).did), (0, 2));
    let other = monitor.tested(&rule("High", "load > 0.5"), |_| {});
    let team = of_team(&other);
    assert_eq!(
        (team.would, team.did),
        (4, 2),
        "the old rule's two messages, and two of the new one"
    );
    let new: Vec<String> = other
        .told
        .messages
        .iter()
        .filter(|one| one.seen == Seen::New)
        .map(|one| format!("{} {}", one.message.reason.as_str(), one.message.names[0]))
        .collect();
    assert_eq!(new, ["fired High", "resolved High"]);
}
