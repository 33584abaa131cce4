//! How long the desk takes: many alerts at once, one more, nothing new, a restart.
//!
//!     cargo run --release -p swarmpulse-alert --example storm [ALERTS [apart | teams [TEAMS]]]
//!
//! The agents of many hosts fall and others live on: all alerts are one group, with `apart` each is a group of its own.
//! With `teams` one host falls with all its agents, which are of so many teams (200), each with a receiver.
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

/// Agents on as many hosts as there are hundreds of them, or all on one, calling one of ten services.
struct Fleet {
    one_host: bool,
}

impl Surroundings for Fleet {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        let number = subject.id.rsplit_once('-').map(|(_, number)| number);
        let number: usize = number.and_then(|number| number.parse().ok()).unwrap_or(0);
        let host = if self.one_host { 0 } else { number / 100 };
        match subject.kind {
            EntityKind::Agent => vec![
                EntityKey::new("default", EntityKind::Host, &format!("host-{host}")),
                EntityKey::new(
                    "default",
                    EntityKind::Service,
                    &format!("service-{}", number % 10),
                ),
            ],
            _ => Vec::new(),
        }
    }

    /// Those that fell, and where there are many hosts ten that are heard all the time.
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
        if self.one_host {
            return vec![down; 100_000];
        }
        [vec![down; 100], vec![heard; 10]].concat()
    }
}

struct Journal {
    desk: Desk,
    fleet: Fleet,
    teams: usize,
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
            let records = self.desk.decide(self.now, &self.fleet);
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

fn down(number: usize, teams: usize, active: bool) -> Effect {
    let id = match number.checked_rem(teams) {
        Some(team) => format!("t{team}-{number}"),
        None => format!("agent-{number}"),
    };
    Effect::Condition(Box::new(Condition {
        name: Text::const_new("agent_down"),
        subject: Some(EntityKey::new("default", EntityKind::Agent, &id)),
        severity: Severity::Critical,
        active,
        since: BEGIN,
        reason: Text::const_new("no contact within 30 s"),
    }))
}

/// Routes to one receiver; every alert is a group.
const BY_AGENT: &str = "route: {receiver: default, group_by: [agent]}\nreceivers: [{name: default}]\n";

/// A route for each team, and one for the rest.
fn by_team(teams: usize) -> String {
    let mut text = "route:\n  receiver: default\n  group_by: [alertname]\n  routes:\n".to_owned();
    for team in 0..teams {
        text.push_str(&format!(
            "    - {{matchers: ['agent=~\"t{team}-.*\"'], receiver: t{team}}}\n"
        ));
    }
    text.push_str("receivers:\n  - name: default\n");
    (0..teams).for_each(|team| text.push_str(&format!("  - name: t{team}\n")));
    text
}

fn routing(text: &str) -> Routing {
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
    let manner = std::env::args().nth(2).unwrap_or_default();
    let teams = std::env::args().nth(3).and_then(|text| text.parse().ok());
    let teams = teams
        .filter(|_| manner == "teams")
        .unwrap_or(if manner == "teams" { 200 } else { 0 });
    let routing = Arc::new(match manner.as_str() {
        "apart" => routing(BY_AGENT),
        "teams" => routing(&by_team(teams)),
        _ => Routing::default(),
    });
    let mut options = DeskOptions::default();
    // One more, and its cause.
    options.limits.alerts = options.limits.alerts.max(alerts + 2);
    options.limits.groups = options.limits.groups.max(alerts + 1);
    options.limits.told = options.limits.told.max(alerts + 1);
    let mut desk = Desk::new(options.clone());
    let names = std::iter::once("default".to_owned()).chain((0..teams).map(|team| format!("t{team}")));
    let receivers: Vec<Receiver> = names
        .map(|name| Receiver {
            name: name.into(),
            channels: vec![ReceiverChannel {
                name: Text::const_new("slack/0"),
                send_resolved: true,
            }],
        })
        .collect();
    desk.route(Arc::clone(&routing), receivers.clone());
    let mut journal = Journal {
        desk,
        fleet: Fleet { one_host: teams > 0 },
        teams,
        next: 0,
        now: BEGIN,
    };
    let time = |what: &str, journal: &mut Journal, work: &mut dyn FnMut(&mut Journal) -> usize| {
        let begun = Instant::now();
        let count = work(journal);
        println!("{what}: {count} in {:.3} ms", begun.elapsed().as_secs_f64() * 1e3);
    };
    time("conditions raised", &mut journal, &mut |journal| {
        (0..alerts).for_each(|number| journal.write(&down(number, journal.teams, true)));
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
        journal.write(&down(alerts, journal.teams, true));
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
        (0..alerts).for_each(|number| journal.write(&down(number, journal.teams, false)));
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
