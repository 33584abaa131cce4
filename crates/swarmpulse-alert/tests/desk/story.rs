//! A story of things that happen to the desk while records are overtaken, refused, or lost with the monitor; and what
//! must hold at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use swarmpulse_alert::{AlertView, Desk, DeskOptions, Matchers, Receiver, ReceiverChannel, Routing};
use swarmpulse_model::alert::{
    Acknowledgement, AlertOrigin, Notification, NotifyReason, Silence, SilencePurpose, fingerprint,
};
use swarmpulse_model::series::Label;
use swarmpulse_model::{
    Alert, AlertState, Condition, Effect, EffectId, EntityKey, EntityKind, Position, Record, Severity, Text,
    Timestamp,
};

use crate::graph::{Graph, Node};
use crate::language::BEGIN;

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
    /// Alerts as they were told, by their fingerprints.
    alerts: BTreeMap<u64, Alert>,
}

impl Story {
    /// Plays a story to its end and looks at what holds there.
    pub fn play(steps: &[Step], mut fates: impl Iterator<Item = Fate>) -> Result<(), TestCaseError> {
        let mut story = Self::new();
        for step in steps {
            story.happen(step, &mut fates)?;
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
        let label = |name: &str, value: &str| Label {
            name: name.into(),
            value: value.into(),
        };
        let labels = vec![
            label("agent", &format!("a{agent}")),
            label("alertname", "ErrorsHigh"),
            label("severity", "warning"),
        ];
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
                let kept = |desk: &Desk| serde_json::to_value(desk).unwrap();
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
                Some(Fate::Crash(_)) => {
                    let kept = serde_json::to_string(&self.desk).unwrap();
                    self.desk = serde_json::from_str(&kept).unwrap();
                    self.desk.configure(DeskOptions::default());
                    self.desk.route(Arc::clone(&self.routing), receivers());
                }
                Some(Fate::Journaled | Fate::Overtaken { .. } | Fate::Changed { .. }) | None => {}
            }
        }
        prop_assert!(false, "it does not come to rest");
        Ok(())
    }

    /// A notification says something new, or is a reminder that is due.
    fn check(&mut self, said: &Notification) -> Result<(), TestCaseError> {
        let key = (said.group_key.to_string(), said.receiver.to_string());
        let before = self.told.get(&key);
        let known = before.map(|before| before.firing.clone()).unwrap_or_default();
        let reminds = said.receiver == "quiet";
        match said.reason {
            NotifyReason::Fired => {
                let is_new = |fingerprint: &u64| !known.contains(fingerprint);
                prop_assert!(said.firing.iter().any(is_new) || reminds, "nothing new: {said:?}");
            }
            NotifyReason::Resolved => {
                prop_assert!(!said.resolved.is_empty() && !reminds);
                prop_assert!(
                    said.resolved.iter().all(|ended| known.contains(ended)),
                    "an end of nothing: {said:?}"
                );
            }
            NotifyReason::Repeated => {
                let since = before.map(|before| said.at.seconds_since(before.at));
                prop_assert!(since.is_some_and(|since| since >= 3600.0), "too early: {since:?}");
            }
            NotifyReason::Test => prop_assert!(false, "a test"),
        }
        let told = said
            .alerts
            .iter()
            .map(|told| (fingerprint(&told.alert.labels), told.alert.clone()));
        self.alerts.extend(told);
        self.told.insert(key, said.clone());
        Ok(())
    }

    /// Everything that fires and is not held back is known to its receivers; nothing else is.
    fn check_end(&self) -> Result<(), TestCaseError> {
        for agent in 0..AGENTS {
            let said = self.rules.get(&agent).is_some_and(|(_, gone)| !gone);
            let view = self.desk.alert(&rule_id(agent));
            let fires = view.is_some_and(|view| view.alert.state == AlertState::Firing);
            prop_assert_eq!(fires, said, "the rule's alert of a{}", agent);
        }
        let mut firing: BTreeMap<String, Vec<Text>> = BTreeMap::new();
        let views = self.desk.alerts();
        for view in &views {
            let alert = &view.alert;
            if alert.state != AlertState::Firing {
                continue;
            }
            prop_assert!(view.silenced_by.is_empty() && view.acknowledged.is_none());
            for receiver in self.concerned(view, &views) {
                let known = self.told.iter().any(|((_, to), said)| {
                    *to == receiver.as_str() && said.firing.contains(&view.fingerprint)
                });
                if view.inhibited_by.is_empty() {
                    prop_assert!(known, "{} was not told to {receiver}", alert.id);
                }
            }
            for receiver in &view.receivers {
                firing
                    .entry(receiver.to_string())
                    .or_default()
                    .push(alert.id.clone());
            }
        }
        for ((group, receiver), said) in self.told.iter().filter(|((_, receiver), _)| receiver != "quiet") {
            let still = firing.get(receiver).cloned().unwrap_or_default();
            for told in said.firing.iter().map(|fingerprint| &self.alerts[fingerprint]) {
                let id = &told.id;
                prop_assert!(
                    still.contains(id),
                    "the end of {id} was not told to {receiver}: {group}"
                );
                let now = self.desk.alert(id).unwrap();
                let relabelled = now.fingerprint != fingerprint(&told.labels);
                prop_assert!(
                    !relabelled || !now.inhibited_by.is_empty() || !self.leads(&told.labels, group),
                    "that {id} is another was not told to {receiver}: {group}"
                );
            }
        }
        Ok(())
    }

    /// Whether labels lead to a group by themselves.
    fn leads(&self, labels: &[Label], group: &str) -> bool {
        let routes = self.routing.destinations(labels);
        routes
            .iter()
            .any(|route| route.group_key(&route.group_by.of(labels)) == group)
    }

    /// Whom an alert's own routes lead to, and those of what follows from it and is held back by nothing else.
    fn concerned(&self, view: &AlertView, all: &[AlertView]) -> BTreeSet<Text> {
        let symptoms = all.iter().filter(|other| {
            other.alert.state == AlertState::Firing
                && other.alert.cause.as_ref() == Some(&view.alert.id)
                && other.inhibited_by.len() == 1
        });
        [view]
            .into_iter()
            .chain(symptoms)
            .flat_map(|view| self.routing.destinations(&view.alert.labels))
            .map(|route| route.receiver.clone())
            .collect()
    }
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
