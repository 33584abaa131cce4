//! The desk over the past: what becomes of conditions and rules' alerts, and who is told.
//!
//! It is the desk that runs live ([`swarmpulse_alert::Desk`]), given the same effects at the same times; what it decides is
//! given back to it at once instead of through the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use swarmpulse_alert::{Desk, DeskOptions, Receiver, Routing};
use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Alert, AlertState, Effect, EffectId, Position, Record, Text, Timestamp};

use crate::error::BacktestError;
use crate::firing::{Firing, Firings};
use crate::message::Message;
use crate::recorded::Recorded;
use crate::sightings::Sightings;
use crate::surroundings::AsRecorded;

/// The desk is asked so often at one moment; more would say that it never comes to rest.
const ROUNDS_MAX: usize = 32;
/// A rule's alert that fires so soon after the run's beginning goes on, in seconds.
const GOES_ON_S: f64 = 120.0;
/// After so many effects somebody is asked whether to go on.
const ASK_EVERY: usize = 1_000;

/// How the desk is to decide, and whom it tells.
#[derive(Clone, Debug, Default)]
pub struct TellingOptions {
    /// How alerts are made, held and told.
    pub desk: DeskOptions,
    /// Which alerts go to whom.
    pub routing: Arc<Routing>,
    /// Whom there is to tell.
    pub receivers: Vec<Receiver>,
}

/// What the desk would have made of it.
pub(crate) struct Outcome {
    /// Alerts of conditions and causes.
    pub firings: Vec<Firing>,
    pub messages: Vec<Message>,
}

/// The span, and when the tested rules began to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub from: Timestamp,
    pub to: Timestamp,
    pub begin: Timestamp,
}

/// Runs the desk over what is recorded, with the changes that the tested rules would have made in the place of those that
/// they made.
pub(crate) fn tell(
    (recorded, sightings): (&Recorded, Sightings),
    would: Vec<(Timestamp, Alert)>,
    tested: &BTreeSet<Text>,
    options: &TellingOptions,
    times: Times,
    go_on: &mut dyn FnMut(Timestamp) -> bool,
) -> Result<Outcome, BacktestError> {
    let mut desk = Desk::new(options.desk.clone());
    desk.route(Arc::clone(&options.routing), options.receivers.clone());
    let mut stage = Stage {
        desk,
        around: AsRecorded {
            recorded,
            sightings,
            down: BTreeMap::new(),
            now: Timestamp(0),
        },
        next_offset: 0,
        firings: Firings::default(),
        messages: Vec::new(),
        times,
    };
    for (number, (at, effect)) in played(recorded, would, tested, times.begin)
        .into_iter()
        .enumerate()
    {
        if number % ASK_EVERY == 0 && !go_on(at) {
            return Err(BacktestError::Stopped);
        }
        stage.run_to(at);
        stage.give(at, &effect);
        stage.decide(at);
    }
    stage.run_to(times.to);
    Ok(Outcome {
        firings: stage.firings.within(times.from, times.to),
        messages: stage.messages,
    })
}

/// All that happens, in the order of time.
fn played(
    recorded: &Recorded,
    would: Vec<(Timestamp, Alert)>,
    tested: &BTreeSet<Text>,
    begin: Timestamp,
) -> Vec<(Timestamp, Effect)> {
    let goes_on_until = begin.plus_s(GOES_ON_S);
    let early: BTreeSet<Text> = would
        .iter()
        .take_while(|(at, _)| *at <= goes_on_until)
        .map(|(_, alert)| alert.id.clone())
        .collect();
    let mut all = Vec::with_capacity(recorded.effects.len() + would.len());
    let mut open: BTreeMap<&Text, &Alert> = BTreeMap::new();
    for (at, effect) in &recorded.effects {
        let of_tested = match effect {
            Effect::Alert(alert) if alert.origin == AlertOrigin::Rule => {
                Some(alert).filter(|alert| tested.contains(&alert.name))
            }
            _ => None,
        };
        if let Some(alert) = of_tested {
            if *at >= begin {
                continue;
            }
            match alert.state {
                AlertState::Resolved => open.remove(&alert.id),
                AlertState::Pending | AlertState::Firing => open.insert(&alert.id, alert),
            };
        }
        all.push((*at, effect.clone()));
    }
    // What fired by the rules of then, and would not by those that are tested.
    for alert in open.into_values().filter(|alert| !early.contains(&alert.id)) {
        let mut over = alert.clone();
        over.state = AlertState::Resolved;
        over.ended_at = Some(begin);
        over.reason = Text::const_new("it would not have fired");
        all.push((begin, Effect::Alert(Box::new(over))));
    }
    all.extend(
        would
            .into_iter()
            .map(|(at, alert)| (at, Effect::Alert(Box::new(alert)))),
    );
    all.sort_by_key(|(at, _)| *at);
    all
}

struct Stage<'a> {
    desk: Desk,
    around: AsRecorded<'a>,
    next_offset: u64,
    firings: Firings,
    messages: Vec<Message>,
    times: Times,
}

impl Stage<'_> {
    /// Decides whatever falls due before a time.
    fn run_to(&mut self, end: Timestamp) {
        let mut last = Timestamp(0);
        loop {
            let due = self.desk.next_due();
            if due >= end {
                return;
            }
            // Time goes on, also for what is due at once again.
            let at = if due > last { due } else { last.plus_s(1.0) };
            let at = at.max(self.around.now);
            if at >= end {
                return;
            }
            self.decide(at);
            last = at;
        }
    }

    fn decide(&mut self, now: Timestamp) {
        self.around.now = now;
        for _ in 0..ROUNDS_MAX {
            let records = self.desk.decide(now, &self.around);
            if records.is_empty() {
                return;
            }
            for record in records {
                let effect = match record {
                    Record::Alert(alert) => {
                        if matches!(alert.origin, AlertOrigin::Condition | AlertOrigin::Cause) {
                            self.firings.take(&alert, now);
                        }
                        Effect::Alert(alert)
                    }
                    Record::Notification(told) => {
                        if now >= self.times.from && now < self.times.to {
                            self.messages.push(Message::of(&told));
                        }
                        Effect::Notification(told)
                    }
                    // The desk decides nothing else.
                    _ => continue,
                };
                self.give(now, &effect);
            }
        }
    }

    fn give(&mut self, at: Timestamp, effect: &Effect) {
        if let Effect::Condition(condition) = effect {
            self.around.take(at, condition);
        }
        let id = EffectId {
            position: Position {
                partition: 0,
                offset: self.next_offset,
            },
            n: 0,
        };
        self.next_offset += 1;
        self.desk.apply(id, at, effect);
    }
}
