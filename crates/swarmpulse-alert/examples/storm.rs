//! How long the desk takes: many alerts at once, one more, nothing new, a restart.
//!
//!     cargo run --release -p swarmpulse-alert --example storm [ALERTS [apart]]
//!
//! With `apart` every alert is a group of its own.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement needs a clock and an output"
)]

use std::sync::Arc;
use std::time::Instant;

use swarmpulse_alert::{
    Desk, DeskOptions, Presence, Receiver, ReceiverChannel, Routing, Surroundings, Witness,
};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{
    Condition, Effect, EffectId, EntityKey, EntityKind, Position, Record, Severity, Text, Timestamp,
};

const BEGIN: Timestamp = Timestamp(1_767_571_200 * SECOND_NS);

/// Agents on as many hosts as there are hundreds of them, calling one of ten services.
struct Fleet;

impl Surroundings for Fleet {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        let number: usize = subject.id.trim_start_matches("agent-").parse().unwrap_or(0);
        match subject.kind {
            EntityKind::Agent => vec![
                EntityKey::new("default", EntityKind::Host, &format!("host-{}", number / 100)),
                EntityKey::new(
                    "default",
                    EntityKind::Service,
                    &format!("service-{}", number % 10),
                ),
            ],
            _ => Vec::new(),
        }
    }

    /// Those that fell, and ten that are heard all the time.
    fn agents_of(&self, _place: &EntityKey) -> Vec<Witness> {
        let down = Witness {
            presence: Presence::Down,
            heard_at: Some(BEGIN.plus_s(-30.0)),
            expected_at: BEGIN.plus_s(-19.0),
            due_at: BEGIN.plus_s(-17.0),
        };
        let heard = Witness {
            presence: Presence::Up,
            heard_at: Some(BEGIN),
            expected_at: Timestamp::NEVER,
            due_at: Timestamp::NEVER,
        };
        [vec![down; 100], vec![heard; 10]].concat()
    }
}

struct Journal {
    desk: Desk,
    next: u64,
    now: Timestamp,
}

impl Journal {
    fn write(&mut self, effect: &Effect) {
        let position = Position {
            partition: 0,
            offset: self.next,
        };
        self.next += 1;
        self.desk.apply(EffectId { position, n: 0 }, self.now, effect);
    }

    /// Decides and gives back until nothing is left; how many records.
    fn settle(&mut self) -> usize {
        let mut count = 0;
        loop {
            let records = self.desk.decide(self.now, &Fleet);
            if records.is_empty() {
                return count;
            }
            count += records.len();
            for record in records {
                match record {
                    Record::Alert(alert) => self.write(&Effect::Alert(alert)),
                    Record::Notification(notification) => self.write(&Effect::Notification(notification)),
                    _ => {}
                }
            }
        }
    }
}

fn down(number: usize, active: bool) -> Effect {
    Effect::Condition(Box::new(Condition {
        name: Text::const_new("agent_down"),
        subject: Some(EntityKey::new(
            "default",
            EntityKind::Agent,
            &format!("agent-{number}"),
        )),
        severity: Severity::Critical,
        active,
        since: BEGIN,
        reason: Text::const_new("no contact within 30 s"),
    }))
}

/// Routes to one receiver; every alert is a group.
fn by_agent() -> Routing {
    let text = "route: {receiver: default, group_by: [agent]}\nreceivers: [{name: default}]\n";
    match Routing::parse(text, &|_| None) {
        Ok(file) => file.routing,
        Err(errors) => {
            println!("routes cannot be read: {errors:?}");
            Routing::default()
        }
    }
}

fn main() {
    let alerts: usize = std::env::args()
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let apart = std::env::args().nth(2).is_some_and(|word| word == "apart");
    let routing = Arc::new(if apart { by_agent() } else { Routing::default() });
    let mut options = DeskOptions::default();
    options.limits.alerts = options.limits.alerts.max(alerts + 1);
    options.limits.groups = options.limits.groups.max(alerts + 1);
    options.limits.told = options.limits.told.max(alerts + 1);
    let mut desk = Desk::new(options.clone());
    let receivers = vec![Receiver {
        name: Text::const_new("default"),
        channels: vec![ReceiverChannel {
            name: Text::const_new("slack/0"),
            send_resolved: true,
        }],
    }];
    desk.route(Arc::clone(&routing), receivers.clone());
    let mut journal = Journal {
        desk,
        next: 0,
        now: BEGIN,
    };
    let time = |what: &str, journal: &mut Journal, work: &mut dyn FnMut(&mut Journal) -> usize| {
        let begun = Instant::now();
        let count = work(journal);
        println!("{what}: {count} in {:.3} ms", begun.elapsed().as_secs_f64() * 1e3);
    };
    time("conditions raised", &mut journal, &mut |journal| {
        (0..alerts).for_each(|number| journal.write(&down(number, true)));
        alerts
    });
    time(
        "records that follow, decided and applied",
        &mut journal,
        &mut Journal::settle,
    );
    journal.now = journal.now.plus_s(31.0);
    time(
        "notifications after group_wait",
        &mut journal,
        &mut Journal::settle,
    );
    time("nothing new, 1,000 times", &mut journal, &mut |journal| {
        (0..1000).map(|_| journal.settle()).sum()
    });
    time("one more, decided and applied", &mut journal, &mut |journal| {
        journal.write(&down(alerts, true));
        journal.settle()
    });
    time("all alerts shown", &mut journal, &mut |journal| {
        journal.desk.alerts().len()
    });
    let kept = serde_json::to_vec(&journal.desk).unwrap_or_default();
    time(
        "read again from JSON of so many bytes, routed, decided",
        &mut journal,
        &mut |journal| {
            if let Ok(mut desk) = serde_json::from_slice::<Desk>(&kept) {
                desk.configure(options.clone());
                desk.route(Arc::clone(&routing), receivers.clone());
                journal.desk = desk;
            }
            let anew = journal.settle();
            assert_eq!(anew, 0, "a restart decides something anew");
            kept.len()
        },
    );
    journal.now = journal.now.plus_s(600.0);
    time("conditions cleared", &mut journal, &mut |journal| {
        (0..alerts).for_each(|number| journal.write(&down(number, false)));
        alerts
    });
    time(
        "records that follow, decided and applied",
        &mut journal,
        &mut Journal::settle,
    );
    journal.now = journal.now.plus_s(31.0);
    time("notifications of ends", &mut journal, &mut Journal::settle);
    println!("dropped: {:?}", journal.desk.dropped());
}
