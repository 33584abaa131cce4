//! A story of things that happen to the desk while records are overtaken, refused, or lost with the monitor; and what
//! must hold at its end.

mod checks;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use swarmpulse_alert::{AlertView, Desk, DeskOptions, Matchers, Receiver, ReceiverChannel, Routing};
use swarmpulse_model::alert::{
    Acknowledgement, AlertOrigin, Notification, PostedAlert, Silence, SilencePurpose, fingerprint,
};
use swarmpulse_model::series::Label;
use swarmpulse_model::{
    Alert, AlertState, Condition, Effect, EffectId, EntityKey, EntityKind, Position, Record, Severity, Text,
    Timestamp,
};

use crate::graph::{Graph, Node};
use crate::language::BEGIN;

/// After how long an alert that is sent without an end is over, in seconds.
const RESOLVE_TIMEOUT_S: f64 = 300.0;
pub const AGENTS: u8 = 6;
const ROUTES: &str = "
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 1h
  routes:
    - matchers: [severity=critical]
      receiver: pager
      group_by: [alertname, severity]
      continue: true
    - matchers: [agent=~a0|a1]
      receiver: quiet
inhibit_rules:
  - source_matchers: [alertname=agent_down]
    target_matchers: [alertname=odd]
    equal: [agent]
receivers:
  - name: ops
  - name: pager
  - name: quiet
";

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Step {
    Raise {
        agent: u8,
        name: usize,
        severity: usize,
    },
    Clear {
        agent: u8,
        name: usize,
    },
    Silence {
        agent: u8,
        for_s: u16,
    },
    Acknowledge {
        agent: u8,
        name: usize,
        active: bool,
    },
    Forget {
        agent: u8,
    },
    /// A rule says that its alert fires, or is over.
    Rule {
        agent: u8,
        fires: bool,
    },
    /// Somebody else sends an alert: without an end, with one that has come (0), or with one in so many seconds. Twins have
    /// the labels of a rule's alert.
    Post {
        agent: u8,
        twin: bool,
        ends_s: Option<u16>,
    },
    Reload,
    Wait {
        seconds: u16,
    },
}

/// What becomes of the next decision.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Journaled,
    Refused,
    /// A rule is journaled first.
    Overtaken {
        agent: u8,
        fires: bool,
    },
    /// A condition is journaled first: it begins, changes its severity, or ends.
    Changed {
        agent: u8,
        name: usize,
        severity: Option<usize>,
    },
    /// Somebody else sends an alert before it is journaled.
    Sent {
        agent: u8,
        twin: bool,
        ends_s: Option<u16>,
    },
    /// The first so many records are journaled, then the monitor dies.
    Crash(u8),
}

pub const NAMES: [&str; 3] = ["agent_down", "agent_stuck", "odd"];
pub const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Critical];

pub struct Story {
    desk: Desk,
    replayed: Desk,
    routing: Arc<Routing>,
    graph: Graph,
    now: Timestamp,
    offset: u64,
    told: BTreeMap<(String, String), Notification>,
    /// Since when a rule's alert fires, and whether its subject was forgotten since.
    rules: BTreeMap<u8, (Timestamp, bool)>,
    /// What others sent and was not answered yet: they send it again if the desk is lost.
    unanswered: Vec<PostedAlert>,
    /// Until when an alert of others fires at least and at most.
    sent: BTreeMap<(u8, bool), (Timestamp, Timestamp)>,
    /// The desk as it was written down last, and what was journaled since.
    kept: String,
    tail: Vec<(EffectId, Timestamp, Effect)>,
    /// Alerts as they were told, by their fingerprints.
    alerts: BTreeMap<u64, Alert>,
}

impl Story {
    /// Plays a story to its end and looks at what holds there.
    pub fn play(steps: &[Step], mut fates: impl Iterator<Item = Fate>) -> Result<(), TestCaseError> {
        let mut story = Self::new();
        for (count, step) in steps.iter().enumerate() {
            story.happen(step, &mut fates)?;
            // A crash finds what was written down a while ago, and the journal.
            if count % 5 == 4 {
                story.kept = serde_json::to_string(&story.desk).unwrap();
                story.tail.clear();
            }
        }
        // Silences, acknowledgements and flapping end; whatever waits is told.
        story.happen(&Step::Wait { seconds: 4_000 }, &mut fates)?;
        // A fate is something that happens as well: what the last one changed must have time to be told.
        story.happen(&Step::Wait { seconds: 4_000 }, &mut std::iter::empty())?;
        story.check_end()
    }

    fn new() -> Self {
        let routing = Arc::new(Routing::parse(ROUTES, &|_| None).unwrap().routing);
        let mut graph = Graph::default();
        for agent in 0..AGENTS {
            let host = EntityKey::new("default", EntityKind::Host, if agent < 4 { "h1" } else { "h2" });
            let node = Node {
                stands_on: vec![host],
                ..Node::default()
            };
            graph.nodes.insert(subject(agent), node);
        }
        let mut story = Self {
            desk: Desk::new(DeskOptions::default()),
            replayed: Desk::new(DeskOptions::default()),
            routing,
            graph,
            now: BEGIN,
            offset: 0,
            told: BTreeMap::new(),
            unanswered: Vec::new(),
            sent: BTreeMap::new(),
            kept: serde_json::to_string(&Desk::default()).unwrap(),
            tail: Vec::new(),
            rules: BTreeMap::new(),
            alerts: BTreeMap::new(),
        };
        story.route();
        story
    }

    fn route(&mut self) {
        for desk in [&mut self.desk, &mut self.replayed] {
            desk.route(Arc::clone(&self.routing), receivers());
        }
    }

    fn write(&mut self, effect: &Effect) {
        let position = Position {
            partition: 0,
            offset: self.offset,
        };
        self.offset += 1;
        let id = EffectId { position, n: 0 };
        self.desk.apply(id, self.now, effect);
        self.replayed.apply(id, self.now, effect);
        self.tail.push((id, self.now, effect.clone()));
    }

    fn crash(&mut self) {
        self.desk = serde_json::from_str(&self.kept).unwrap();
        self.desk.configure(DeskOptions::default());
        self.desk.route(Arc::clone(&self.routing), receivers());
        for (id, at, effect) in &self.tail {
            self.desk.apply(*id, *at, effect);
        }
        self.desk.resume(self.now);
        for posted in &self.unanswered {
            self.desk.post("default", posted, self.now, true);
        }
    }

    fn post(&mut self, agent: u8, twin: bool, ends_s: Option<u16>) {
        let labels = if twin {
            rule_labels(agent)
        } else {
            posted_labels(agent)
        };
        let ends_at = ends_s.map(|ends_s| self.now.plus_s(f64::from(ends_s)));
        let known = self.external(&labels).is_some();
        let last = ends_at.unwrap_or_else(|| self.now.plus_s(RESOLVE_TIMEOUT_S));
        let (least, most) = self.sent.get(&(agent, twin)).copied().unwrap_or_default();
        let now = match ends_s {
            Some(0) => (Timestamp(0), self.now),
            // A later end need not be on record, and is lost then with the desk.
            _ if known => (least, most.max(last)),
            _ if self.unanswered.iter().any(|posted| posted.labels == labels) => {
                (least.min(last), most.max(last))
            }
            _ => (last, last),
        };
        self.sent.insert((agent, twin), now);
        let posted = PostedAlert {
            labels,
            annotations: Vec::new(),
            starts_at: None,
            ends_at,
            source_url: None,
        };
        self.desk.post("default", &posted, self.now, true);
        self.unanswered.push(posted);
    }

    /// The firing alert of others with these labels.
    fn external(&self, labels: &[Label]) -> Option<AlertView> {
        let mut views = self.desk.alerts().into_iter();
        views.find(|view| {
            view.alert.origin == AlertOrigin::External
                && view.alert.state == AlertState::Firing
                && view.fingerprint == fingerprint(labels)
        })
    }

    fn happen(&mut self, step: &Step, fates: &mut dyn Iterator<Item = Fate>) -> Result<(), TestCaseError> {
        match step {
            Step::Raise {
                agent,
                name,
                severity,
            } => self.condition(*agent, *name, SEVERITIES[*severity], true),
            Step::Clear { agent, name } => self.condition(*agent, *name, Severity::Info, false),
            Step::Silence { agent, for_s } => {
                let matchers = Matchers::parse(&format!("agent=a{agent}")).unwrap();
                let silence = Silence {
                    id: format!("s{agent}").into(),
                    namespace: None,
                    matchers: matchers.iter().cloned().collect(),
                    starts_at: self.now,
                    ends_at: self.now.plus_s(f64::from(*for_s)),
                    author: "ann".into(),
                    comment: "known".into(),
                    purpose: SilencePurpose::Silence,
                    updated_at: self.now,
                };
                self.write(&Effect::Silence(Box::new(silence)));
            }
            Step::Acknowledge { agent, name, active } => {
                let said = Acknowledgement {
                    alert: swarmpulse_alert::alert_id(NAMES[*name], Some(&subject(*agent))),
                    namespace: "default".into(),
                    active: *active,
                    author: "ann".into(),
                    comment: "mine".into(),
                    at: self.now,
                    until: Some(self.now.plus_s(1800.0)),
                };
                self.write(&Effect::Acknowledgement(Box::new(said)));
            }
            Step::Forget { agent } => {
                self.write(&Effect::Forgotten(Box::new(subject(*agent))));
                if let Some(rule) = self.rules.get_mut(agent) {
                    rule.1 = true;
                }
            }
            Step::Rule { agent, fires } => self.rule(*agent, *fires),
            Step::Post { agent, twin, ends_s } => self.post(*agent, *twin, *ends_s),
            Step::Reload => self.route(),
            Step::Wait { seconds } => {
                let until = self.now.plus_s(f64::from(*seconds));
                while self.desk.next_due() <= until {
                    self.now = self.now.max(self.desk.next_due());
                    self.rest(fates)?;
                }
                self.now = until;
            }
        }
        self.rest(fates)
    }

    fn condition(&mut self, agent: u8, name: usize, severity: Severity, active: bool) {
        self.graph.now = self.now;
        if name == 0 {
            self.graph.fall(&subject(agent), active);
        }
        self.write(&Effect::Condition(Box::new(Condition {
            name: NAMES[name].into(),
            subject: Some(subject(agent)),
            severity,
            active,
            since: self.now,
            reason: "so it is".into(),
        })));
    }

    fn rule(&mut self, agent: u8, fires: bool) {
        let known = self.rules.get(&agent).copied();
        if known.is_some() == fires {
            return;
        }
        // Rules are evaluated at different times; a life is named by its beginning.
        self.now = self.now.plus_s(0.001);
        let active_at = known.map_or(self.now, |(active_at, _)| active_at);
        let labels = rule_labels(agent);
        let alert = Alert {
            id: rule_id(agent),
            name: "ErrorsHigh".into(),
            state: if fires {
                AlertState::Firing
            } else {
                AlertState::Resolved
            },
            severity: Severity::Warning,
            namespace: "default".into(),
            subject: None,
            origin: AlertOrigin::Rule,
            group: "rules".into(),
            labels,
            annotations: Vec::new(),
            value: None,
            active_at,
            fired_at: Some(active_at),
            ended_at: (!fires).then_some(self.now),
            reason: "as the rule says".into(),
            cause: None,
            flapping: false,
            expires_at: None,
            source_url: None,
            kept_since: None,
        };
        match fires {
            true => drop(self.rules.insert(agent, (active_at, false))),
            false => drop(self.rules.remove(&agent)),
        }
        self.write(&Effect::Alert(Box::new(alert)));
    }

    /// Decides until nothing is left.
    fn rest(&mut self, fates: &mut dyn Iterator<Item = Fate>) -> Result<(), TestCaseError> {
        self.graph.now = self.now;
        for round in 0..200 {
            let records = self.desk.decide(self.now, &self.graph);
            if records.is_empty() {
                prop_assert!(self.desk.next_due() > self.now, "due again and again");
                self.unanswered.clear();
                prop_assert_eq!(kept(&self.desk), kept(&self.replayed));
                return Ok(());
            }
            // Fates run out, so that it comes to rest.
            let fate = if round < 8 { fates.next() } else { None };
            let journaled = match fate.unwrap_or(Fate::Journaled) {
                Fate::Journaled => records.len(),
                Fate::Refused => 0,
                Fate::Overtaken { agent, fires } => {
                    self.rule(agent, fires);
                    records.len()
                }
                Fate::Changed {
                    agent,
                    name,
                    severity,
                } => {
                    let grave = severity.map_or(Severity::Info, |severity| SEVERITIES[severity]);
                    self.condition(agent, name, grave, severity.is_some());
                    records.len()
                }
                Fate::Sent { agent, twin, ends_s } => {
                    self.post(agent, twin, ends_s);
                    records.len()
                }
                Fate::Crash(count) => (count as usize).min(records.len()),
            };
            for record in &records[..journaled] {
                match record {
                    Record::Alert(alert) => self.write(&Effect::Alert(alert.clone())),
                    Record::Notification(told) => {
                        self.check(told)?;
                        self.write(&Effect::Notification(told.clone()));
                    }
                    other => prop_assert!(false, "decided {other:?}"),
                }
            }
            match fate {
                Some(Fate::Refused) => self.desk.withdraw(),
                Some(Fate::Crash(_)) => self.crash(),
                Some(Fate::Journaled | Fate::Overtaken { .. } | Fate::Changed { .. } | Fate::Sent { .. })
                | None => {}
            }
        }
        prop_assert!(false, "it does not come to rest");
        Ok(())
    }
}

/// The state that is kept, without until when others' alerts fire: what is sent again is no record.
fn kept(desk: &Desk) -> serde_json::Value {
    let mut kept = serde_json::to_value(desk).unwrap();
    for entry in kept["entries"].as_array_mut().into_iter().flatten() {
        entry.as_object_mut().unwrap().remove("sending");
    }
    kept
}

fn label(name: &str, value: &str) -> Label {
    Label {
        name: name.into(),
        value: value.into(),
    }
}

fn rule_labels(agent: u8) -> Vec<Label> {
    vec![
        label("agent", &format!("a{agent}")),
        label("alertname", "ErrorsHigh"),
        label("severity", "warning"),
    ]
}

fn posted_labels(agent: u8) -> Vec<Label> {
    vec![
        label("agent", &format!("a{agent}")),
        label("alertname", "Posted"),
        label("severity", "critical"),
    ]
}

fn rule_id(agent: u8) -> Text {
    format!("ErrorsHigh/{agent:016x}").into()
}

fn subject(agent: u8) -> EntityKey {
    EntityKey::new("default", EntityKind::Agent, &format!("a{agent}"))
}

fn receivers() -> Vec<Receiver> {
    let receiver = |name: &'static str| Receiver {
        name: name.into(),
        channels: vec![ReceiverChannel {
            name: "hook/0".into(),
            send_resolved: name != "quiet",
        }],
    };
    vec![receiver("ops"), receiver("pager"), receiver("quiet")]
}
