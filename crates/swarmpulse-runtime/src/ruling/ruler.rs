//! The rules' thread: says which group is evaluated when, and tells what becomes of alerts.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select};
use swarmpulse_model::{Alert, Labels, Timestamp};
use swarmpulse_rules::{GroupState, GroupStatus};

use super::board::{GroupFigures, RulesBoard};
use super::evaluators::{EVALUATORS, Evaluated, Evaluator, Evaluators, Job, evaluators};
use super::expressions::StoreExpressions;
use super::running::{Links, Running, Surroundings, store};
use super::untold::Untold;
use crate::handle::Handle;

/// Changes that could not be told are told again after so long.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// The longest wait while no group is due.
const IDLE: Duration = Duration::from_secs(1);
/// How far evaluation has come is remembered so often, in seconds.
const REMEMBER_EVERY_S: f64 = 15.0;
/// What is shown of all groups is made anew at most so often for each of them, in seconds: 10,000 are shown five times a
/// second, a hundred at once.
const SHOW_EVERY_S_PER_GROUP: f64 = 20e-6;
/// The cursor that says when rules were evaluated last, in milliseconds since the epoch.
pub(crate) const EVALUATED_AT: &str = "rules_evaluated_at_ms";

/// Other groups from here on.
pub(crate) struct Exchange {
    pub groups: Vec<GroupState>,
    pub warnings: Vec<String>,
    pub done: Sender<()>,
}

/// What the rules' thread begins with.
pub(crate) struct First {
    pub groups: Vec<GroupState>,
    pub warnings: Vec<String>,
    /// Alerts from before the start that are over because their rules are gone.
    pub ended: Vec<Alert>,
}

/// A group's place in the list.
struct Seat {
    /// `None` while it is being evaluated.
    group: Option<Box<Running>>,
    /// As it was after its last evaluation.
    status: Arc<GroupStatus>,
    figures: GroupFigures,
}

impl Seat {
    fn new(group: Running) -> Self {
        Self {
            status: Arc::clone(&group.status),
            figures: group.figures,
            group: Some(Box::new(group)),
        }
    }
}

pub(crate) struct Ruler {
    handle: Handle,
    around: Arc<Surroundings>,
    evaluators: Evaluators,
    groups: Vec<Seat>,
    /// When those that are not being evaluated are due.
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    untold: Untold,
    exchanges: Receiver<Exchange>,
    stop: Receiver<()>,
    loaded_at: Timestamp,
    warnings: Vec<String>,
    remembered_at: Timestamp,
    shown_at: Timestamp,
    /// Something happened that is not shown.
    unshown: bool,
    refused: bool,
}

impl Ruler {
    /// The rules' thread, and those that evaluate for it.
    pub fn new(
        handle: Handle,
        expressions: StoreExpressions,
        links: Links,
        first: First,
        exchanges: Receiver<Exchange>,
        stop: Receiver<()>,
    ) -> (Self, Vec<Evaluator>) {
        let now = handle.now();
        let around = Arc::new(Surroundings {
            shared: Arc::clone(&handle.shared),
            expressions,
            links,
        });
        let (evaluators, threads) = evaluators(&around);
        let mut ruler = Self {
            handle,
            around,
            evaluators,
            groups: Vec::new(),
            due: BinaryHeap::new(),
            untold: Untold::default(),
            exchanges,
            stop,
            loaded_at: now,
            warnings: first.warnings,
            remembered_at: now,
            shown_at: now,
            unshown: false,
            refused: false,
        };
        let groups = first.groups.into_iter().map(Running::new);
        ruler.seat(groups.collect(), now);
        ruler.untold.extend(first.ended);
        ruler.publish(now);
        (ruler, threads)
    }

    /// Runs until told to stop.
    pub fn run(mut self) {
        loop {
            let now = self.handle.now();
            self.hand_out(now);
            let wait = self.wait(now);
            select! {
                recv(self.stop) -> _ => break,
                recv(self.evaluators.evaluated) -> evaluated => match evaluated {
                    Ok(evaluated) => {
                        self.take_back(evaluated);
                        self.tell();
                    }
                    Err(_) => break,
                },
                recv(self.exchanges) -> exchange => match exchange {
                    Ok(exchange) => self.exchange(exchange),
                    Err(_) => break,
                },
                default(wait) => if self.untold.len() > 0 {
                    self.tell();
                },
            }
            self.remember();
        }
        // A query that takes long does not hold up the end.
        self.around.expressions.cancel();
        self.gather();
        self.remembered_at = Timestamp::default();
        self.remember();
        if self.untold.len() > 0 {
            self.tell();
        }
    }

    /// Gives groups that are due to evaluators that have nothing to do, and shows what is to be shown.
    fn hand_out(&mut self, now: Timestamp) {
        while self.evaluators.busy < EVALUATORS {
            let Some(Reverse((at, place))) = self.due.peek().copied().filter(|Reverse((at, _))| *at <= now)
            else {
                break;
            };
            self.due.pop();
            let Some(mut group) = self.groups.get_mut(place).and_then(|seat| seat.group.take()) else {
                continue;
            };
            // What it waited for longer than an interval is left out.
            let at = group.state.due_at(now).max(at);
            let job = Job { place, at, group };
            if self.evaluators.jobs.try_send(job).is_err() {
                // They are gone only at the end.
                break;
            }
            self.evaluators.busy += 1;
        }
        if self.unshown && now >= self.shows_at() {
            self.publish(now);
        }
    }

    fn shows_at(&self) -> Timestamp {
        self.shown_at
            .plus_s(self.groups.len() as f64 * SHOW_EVERY_S_PER_GROUP)
    }

    /// How long there is nothing to do, unless somebody calls.
    fn wait(&self, now: Timestamp) -> Duration {
        let until = |at: Timestamp| Duration::from_nanos(u64::try_from(at.since(now)).unwrap_or(0));
        let mut wait = IDLE;
        if self.evaluators.busy < EVALUATORS
            && let Some(Reverse((at, _))) = self.due.peek()
        {
            wait = wait.min(until(*at));
        }
        if self.unshown {
            wait = wait.min(until(self.shows_at()));
        }
        if self.untold.len() > 0 {
            wait = wait.min(TELL_AGAIN);
        }
        wait
    }

    /// Takes a group back that was evaluated, with what became of its alerts.
    fn take_back(&mut self, evaluated: Evaluated) {
        let Evaluated {
            place,
            mut group,
            changes,
        } = evaluated;
        self.evaluators.busy -= 1;
        let due = group.state.due_at(self.handle.now());
        self.due.push(Reverse((due, place)));
        if let Some(seat) = self.groups.get_mut(place) {
            seat.status = Arc::clone(&group.status);
            seat.figures = group.figures;
            seat.group = Some(group);
        }
        self.unshown = true;
        let lost = self.untold.extend(changes);
        if lost > 0 {
            self.handle.shared.counters.drop_for("rule_alert_changes", lost);
        }
    }

    /// Waits for every group that is being evaluated.
    fn gather(&mut self) {
        while self.evaluators.busy > 0 {
            match self.evaluators.evaluated.recv() {
                Ok(evaluated) => self.take_back(evaluated),
                Err(_) => break,
            }
        }
    }

    /// Puts groups in their places.
    fn seat(&mut self, groups: Vec<Running>, now: Timestamp) {
        self.due.clear();
        self.groups.clear();
        for (place, mut group) in groups.into_iter().enumerate() {
            self.due.push(Reverse((group.state.due_at(now), place)));
            self.groups.push(Seat::new(group));
        }
    }

    /// Tells what became of alerts; what is refused is told later.
    fn tell(&mut self) {
        let handle = &self.handle;
        let told = self.untold.tell(|batch| handle.submit_blocking(batch).map(drop));
        match told {
            Ok(()) => self.refused = false,
            Err(error) => {
                if !std::mem::replace(&mut self.refused, true) {
                    tracing::warn!(%error, untold = self.untold.len(), "alerts of rules are told later");
                }
            }
        }
    }

    /// Takes other groups, once none is being evaluated; those that stay keep what they know.
    fn exchange(&mut self, exchange: Exchange) {
        self.gather();
        let now = self.handle.now();
        let mut former: HashMap<_, Running> = std::mem::take(&mut self.groups)
            .into_iter()
            .filter_map(|seat| seat.group)
            .map(|group| (group.key(), *group))
            .collect();
        let mut groups = Vec::new();
        let mut left = Vec::new();
        for state in exchange.groups {
            let mut group = Running::new(state);
            if let Some(mut known) = former.remove(&group.key()) {
                group.state.adopt(&mut known.state);
                group.figures = known.figures;
                group.status = Arc::new(group.state.status());
                left.push(known);
            }
            groups.push(group);
        }
        left.extend(former.into_values());
        // One order, whatever the map's is.
        left.sort_by_key(Running::key);
        let kept: BTreeSet<Labels> = groups.iter().flat_map(|group| group.state.series()).collect();
        for mut group in left {
            let ended = group.state.end(now);
            let gone: Vec<Labels> = ended
                .stale
                .into_iter()
                .filter(|series| !kept.contains(series))
                .collect();
            store(&self.handle.shared, now, &[], &gone);
            self.untold.extend(ended.changes);
        }
        self.seat(groups, now);
        self.loaded_at = now;
        self.warnings = exchange.warnings;
        self.tell();
        self.publish(now);
        // Whoever asked may have given up waiting.
        let _ = exchange.done.try_send(());
    }

    fn publish(&mut self, now: Timestamp) {
        let mut shown = self.handle.shared.rules.write();
        let board = RulesBoard {
            groups: self.groups.iter().map(|seat| Arc::clone(&seat.status)).collect(),
            figures: self.groups.iter().map(|seat| seat.figures).collect(),
            loaded_at: self.loaded_at,
            error: shown.error.clone(),
            warnings: self.warnings.clone(),
            untold: self.untold.len() as u64,
        };
        *shown = Arc::new(board);
        drop(shown);
        self.shown_at = now;
        self.unshown = false;
    }

    /// Remembers when rules were evaluated last, so that time in which nobody looked counts to no `for`.
    fn remember(&mut self) {
        let now = self.handle.now();
        if now.seconds_since(self.remembered_at) < REMEMBER_EVERY_S {
            return;
        }
        self.remembered_at = now;
        let evaluated = self.groups.iter().filter_map(|seat| seat.status.evaluated_at);
        let Some(last) = evaluated.max() else { return };
        let ms = u64::try_from(last.unix_ms()).unwrap_or_default();
        if let Err(error) = self.handle.state().set_cursor(EVALUATED_AT, ms) {
            tracing::warn!(%error, "when rules were evaluated is not remembered");
        }
    }
}
