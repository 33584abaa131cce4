//! A fleet that reports, a monitor that watches it, and a desk beside it; hours pass in milliseconds.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

use swarmpulse_alert::{Desk, DeskOptions, Receiver, ReceiverChannel, Routing};
use swarmpulse_fleet::Fleet;
use swarmpulse_model::alert::Notification;
use swarmpulse_model::record::{Call, CallState, FleetSettings, Heartbeat};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{
    AlertState, Attributes, Condition, EntityKey, EntityKind, Envelope, Position, Record, Severity, Source,
    Text, Timestamp, Verdict,
};

use crate::around::Around;

pub(crate) const BEGIN: Timestamp = Timestamp(1_767_571_200 * SECOND_NS);

#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub id: String,
    pub host: String,
    pub interval_s: f64,
    pub dies_at_s: Option<f64>,
    /// From when until when it reports nothing, in seconds.
    pub silent: Vec<(f64, f64)>,
}

impl Agent {
    /// Whether it reports at that time.
    pub fn reports_at(&self, at: Timestamp) -> bool {
        let seconds = at.seconds_since(BEGIN);
        let is_silent = |(from_s, until_s): &(f64, f64)| (*from_s..*until_s).contains(&seconds);
        self.dies_at_s.is_none_or(|dies_at_s| seconds < dies_at_s) && !self.silent.iter().any(is_silent)
    }
}

/// A host that was said to be down.
#[derive(Clone, Debug)]
pub(crate) struct Raised {
    pub at: Timestamp,
    pub reason: String,
    /// Since when its agents are silent, with their intervals in seconds, as they truly are.
    pub last_heard: Vec<LastHeard>,
}

/// What is true of an agent.
#[derive(Clone, Debug)]
pub(crate) struct LastHeard {
    pub at: Option<Timestamp>,
    pub interval_s: f64,
    pub is_down: bool,
}

pub(crate) struct Simulation {
    agents: Vec<Agent>,
    last_heard: Vec<Option<Timestamp>>,
    pub raised: Vec<Raised>,
    fleet: Fleet,
    pub desk: Desk,
    offset: u64,
    now: Timestamp,
    /// When which agent reports next.
    reports: BinaryHeap<Reverse<(Timestamp, usize)>>,
    pub notifications: Vec<Notification>,
}

impl Simulation {
    pub fn new(agents: Vec<Agent>) -> Self {
        Self::routed(agents, Routing::default())
    }

    /// With these routes; every receiver has one channel.
    pub fn routed(agents: Vec<Agent>, routing: Routing) -> Self {
        let mut desk = Desk::new(DeskOptions::default());
        let channel = ReceiverChannel {
            name: "hook/0".into(),
            send_resolved: true,
        };
        let names: BTreeSet<Text> = routing
            .routes()
            .iter()
            .map(|route| route.receiver.clone())
            .collect();
        let receivers = names.into_iter().map(|name| Receiver {
            name,
            channels: vec![channel.clone()],
        });
        desk.route(Arc::new(routing), receivers.collect());
        // They do not all report at once.
        let first = |number: usize, agent: &Agent| {
            BEGIN.plus_s(agent.interval_s * ((number * 61) % 100) as f64 / 100.0)
        };
        let reports = (0..)
            .zip(&agents)
            .map(|(number, agent)| Reverse((first(number, agent), number)))
            .collect();
        Self {
            fleet: Fleet::new(FleetSettings::default()),
            desk,
            offset: 0,
            now: BEGIN,
            reports,
            last_heard: vec![None; agents.len()],
            raised: Vec::new(),
            agents,
            notifications: Vec::new(),
        }
    }

    pub fn run_until(&mut self, seconds: f64) {
        let end = BEGIN.plus_s(seconds);
        loop {
            let report = self
                .reports
                .peek()
                .map_or(Timestamp::NEVER, |Reverse((at, _))| *at);
            let (tick, desk) = (self.fleet.next_due(), self.desk.next_due());
            let next = report.min(tick).min(desk);
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            if next == report {
                self.report();
            } else if next == tick {
                self.write(Source::Monitor, vec![Record::Tick]);
            }
            self.decide();
        }
        self.now = end;
    }

    fn report(&mut self) {
        let Some(Reverse((at, number))) = self.reports.pop() else {
            return;
        };
        let agent = self.agents[number].clone();
        self.reports.push(Reverse((at.plus_s(agent.interval_s), number)));
        if !agent.reports_at(at) {
            return;
        }
        self.last_heard[number] = Some(self.now);
        let heartbeat = Heartbeat {
            agent: agent.id.into(),
            host: Some(agent.host.into()),
            interval_s: Some(agent.interval_s),
            ..Heartbeat::default()
        };
        self.write(Source::Http, vec![Record::Heartbeat(Box::new(heartbeat))]);
    }

    /// Whoever died reports again.
    pub fn revive(&mut self) {
        for agent in &mut self.agents {
            agent.dies_at_s = None;
        }
    }

    /// An agent waits for an answer, for so long at most.
    pub fn open_call(&mut self, agent: &str, service: &str, timeout_s: f64) {
        let mut call = answered(agent, service, 200);
        call.call = Some(format!("{agent}-call").into());
        (call.state, call.status_code, call.latency_ms) = (CallState::Open, None, None);
        call.timeout_s = Some(timeout_s);
        self.write(Source::Http, vec![Record::Call(Box::new(call))]);
    }

    pub fn call(&mut self, agent: &str, service: &str, status_code: u16) {
        let call = answered(agent, service, status_code);
        self.write(Source::Http, vec![Record::Call(Box::new(call))]);
    }

    fn note_raised(&mut self, records: &[Record]) {
        for record in records {
            let Record::Alert(alert) = record else {
                continue;
            };
            let begins = alert.state == AlertState::Firing && alert.fired_at == Some(self.now);
            let Some(host) = alert
                .label("host")
                .filter(|_| begins && alert.name == "host_down")
            else {
                continue;
            };
            let there = (0..).zip(&self.agents).filter(|(_, agent)| agent.host == host);
            let last_heard = there.map(|(number, agent): (usize, &Agent)| LastHeard {
                at: self.last_heard[number],
                interval_s: agent.interval_s,
                is_down: self
                    .fleet
                    .agent_named("default", &agent.id)
                    .is_some_and(|known| known.verdict() == Verdict::Down),
            });
            self.raised.push(Raised {
                at: self.now,
                reason: alert.reason.to_string(),
                last_heard: last_heard.collect(),
            });
        }
    }

    pub fn condition(&mut self, name: &str, kind: EntityKind, id: &str, severity: Severity) {
        let condition = Condition {
            name: name.into(),
            subject: Some(EntityKey::new("default", kind, id)),
            severity,
            active: true,
            since: self.now,
            reason: "529 to most calls".into(),
        };
        self.write(Source::Detector, vec![Record::Condition(Box::new(condition))]);
        self.decide();
    }

    fn write(&mut self, source: Source, records: Vec<Record>) {
        let envelope = Envelope {
            position: Position {
                partition: 0,
                offset: self.offset,
            },
            received_at: self.now,
            namespace: Text::const_new("default"),
            principal: Text::default(),
            source,
            records,
        };
        self.offset += 1;
        let mut effects = Vec::new();
        self.fleet.apply_envelope(envelope, &mut effects);
        for (id, effect) in &effects {
            self.desk.apply(*id, self.now, effect);
        }
    }

    fn decide(&mut self) {
        loop {
            let records = self.desk.decide(self.now, &Around(&self.fleet));
            if records.is_empty() {
                return;
            }
            for record in &records {
                if let Record::Notification(notification) = record {
                    self.notifications.push((**notification).clone());
                }
            }
            self.note_raised(&records);
            self.write(Source::Monitor, records);
        }
    }
}

/// A call that was answered.
fn answered(agent: &str, service: &str, status_code: u16) -> Call {
    Call {
        call: None,
        service: service.into(),
        operation: None,
        agent: Some(agent.into()),
        task: None,
        state: CallState::Closed,
        status_code: Some(status_code),
        latency_ms: Some(100.0),
        timeout_s: None,
        error: None,
        at: None,
        attributes: Attributes::default(),
    }
}
