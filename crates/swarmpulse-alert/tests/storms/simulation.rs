//! A fleet that reports, a monitor that watches it, and a desk beside it; hours pass in milliseconds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use swarmpulse_alert::{Desk, DeskOptions, Receiver, ReceiverChannel, Routing};
use swarmpulse_fleet::Fleet;
use swarmpulse_model::alert::Notification;
use swarmpulse_model::record::{Call, CallState, FleetSettings, Heartbeat};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{
    Attributes, Condition, EntityKey, EntityKind, Envelope, Position, Record, Severity, Source, Text,
    Timestamp,
};

use crate::around::Around;

pub(crate) const BEGIN: Timestamp = Timestamp(1_767_571_200 * SECOND_NS);

#[derive(Clone, Debug)]
pub(crate) struct Agent {
    pub id: String,
    pub host: String,
    pub interval_s: f64,
    pub dies_at_s: Option<f64>,
}

pub(crate) struct Simulation {
    agents: Vec<Agent>,
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
        let mut desk = Desk::new(DeskOptions::default());
        let channel = ReceiverChannel {
            name: "hook/0".into(),
            send_resolved: true,
        };
        let receiver = Receiver {
            name: "default".into(),
            channels: vec![channel],
        };
        desk.route(Arc::new(Routing::default()), vec![receiver]);
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
        if agent
            .dies_at_s
            .is_some_and(|dies_at_s| at >= BEGIN.plus_s(dies_at_s))
        {
            return;
        }
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

    pub fn call(&mut self, agent: &str, service: &str, status_code: u16) {
        let call = Call {
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
        };
        self.write(Source::Http, vec![Record::Call(Box::new(call))]);
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
            self.write(Source::Monitor, records);
        }
    }
}
