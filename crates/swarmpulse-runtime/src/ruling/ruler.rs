//! The rules' thread: evaluates each group at its times, stores what is recorded and tells what becomes of alerts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::{Label, Sample, SampleBatch, stale_marker};
use swarmpulse_model::{Alert, Labels, Timestamp};
use swarmpulse_rules::{EvaluationOptions, GroupState, GroupStatus, RuleOutcome};

use super::board::{GroupFigures, RulesBoard};
use super::expressions::StoreExpressions;
use super::untold::Untold;
use crate::clock::Stopwatch;
use crate::handle::{Handle, Shared};

/// Changes that could not be told are told again after so long.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// The longest wait while no group is due.
const IDLE: Duration = Duration::from_secs(1);
/// How far evaluation has come is remembered so often, in seconds.
const REMEMBER_EVERY_S: f64 = 60.0;
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

/// What templates say of this monitor.
pub(crate) struct Links {
    /// Where it is reached.
    pub external_url: String,
    /// Its labels among others.
    pub external_labels: Vec<Label>,
}

/// A group with what was counted of it.
struct Running {
    state: GroupState,
    figures: GroupFigures,
    status: Arc<GroupStatus>,
}

impl Running {
    fn new(state: GroupState) -> Self {
        let status = Arc::new(state.status());
        Self {
            state,
            figures: GroupFigures::default(),
            status,
        }
    }

    fn is(&self, other: &GroupState) -> bool {
        let (one, other) = (self.state.group(), other.group());
        one.file == other.file && one.name == other.name
    }
}

pub(crate) struct Ruler {
    handle: Handle,
    expressions: StoreExpressions,
    links: Links,
    groups: Vec<Running>,
    untold: Untold,
    exchanges: Receiver<Exchange>,
    stop: Receiver<()>,
    loaded_at: Timestamp,
    warnings: Vec<String>,
    remembered_at: Timestamp,
    refused: bool,
}

impl Ruler {
    pub fn new(
        handle: Handle,
        expressions: StoreExpressions,
        links: Links,
        first: First,
        exchanges: Receiver<Exchange>,
        stop: Receiver<()>,
    ) -> Self {
        let now = handle.now();
        let First {
            groups,
            warnings,
            ended,
        } = first;
        let mut ruler = Self {
            handle,
            expressions,
            links,
            groups: groups.into_iter().map(Running::new).collect(),
            untold: Untold::default(),
            exchanges,
            stop,
            loaded_at: now,
            warnings,
            remembered_at: now,
            refused: false,
        };
        ruler.untold.extend(ended);
        ruler.publish();
        ruler
    }

    /// Runs until told to stop.
    pub fn run(mut self) {
        loop {
            let now = self.handle.now();
            let next = self.next_due(now);
            let wait = match next {
                Some((place, at)) if at <= now => {
                    self.evaluate(place, at);
                    self.tell();
                    self.publish();
                    Duration::ZERO
                }
                Some((_, at)) => {
                    let wait_ns = u64::try_from(at.since(now)).unwrap_or(0);
                    Duration::from_nanos(wait_ns).min(IDLE)
                }
                None => IDLE,
            };
            let wait = if self.untold.len() > 0 {
                wait.min(TELL_AGAIN)
            } else {
                wait
            };
            select! {
                recv(self.stop) -> _ => break,
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
        self.remembered_at = Timestamp::default();
        self.remember();
        if self.untold.len() > 0 {
            self.tell();
        }
    }

    /// The group that is due first, and when.
    fn next_due(&mut self, now: Timestamp) -> Option<(usize, Timestamp)> {
        let due = self.groups.iter_mut().map(|group| group.state.due_at(now));
        due.enumerate().min_by_key(|(_, at)| *at)
    }

    fn evaluate(&mut self, place: usize, at: Timestamp) {
        let Some(group) = self.groups.get_mut(place) else {
            return;
        };
        let shared = &self.handle.shared;
        let whole = Stopwatch::start();
        let mut rule_watch = Stopwatch::start();
        let mut took_s = Vec::new();
        let mut changes = Vec::new();
        let figures = &mut group.figures;
        figures.samples = 0;
        let options = EvaluationOptions {
            external_url: self.links.external_url.clone(),
            external_labels: self.links.external_labels.clone(),
            expressions: Some(&self.expressions),
            ..EvaluationOptions::default()
        };
        let now = shared.clock.now();
        group
            .state
            .evaluate_each(at, now, &options, &mut |outcome: RuleOutcome| {
                figures.evaluations += 1;
                if outcome.error.is_some() {
                    figures.failures += 1;
                }
                figures.samples += outcome.recorded.len() as u64;
                // At once, so that later rules of the group see it.
                store(shared, at, &outcome.recorded, &outcome.stale);
                changes.extend(outcome.changes);
                took_s.push(rule_watch.seconds());
                rule_watch = Stopwatch::start();
            });
        group.state.set_took(&took_s, whole.seconds());
        let status = group.state.status();
        figures.iterations += 1;
        figures.missed = status.missed;
        group.status = Arc::new(status);
        let lost = self.untold.extend(changes);
        if lost > 0 {
            shared.counters.drop_for("rule_alert_changes", lost);
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

    /// Takes other groups; those that stay keep what they know.
    fn exchange(&mut self, exchange: Exchange) {
        let now = self.handle.now();
        let mut former = std::mem::take(&mut self.groups);
        for state in exchange.groups {
            let mut running = Running::new(state);
            if let Some(known) = former.iter_mut().find(|known| known.is(&running.state)) {
                running.state.adopt(&mut known.state);
                running.figures = known.figures;
                running.status = Arc::new(running.state.status());
            }
            self.groups.push(running);
        }
        let kept: BTreeSet<Labels> = self
            .groups
            .iter()
            .flat_map(|group| group.state.series())
            .collect();
        for mut group in former {
            let ended = group.state.end(now);
            let gone: Vec<Labels> = ended
                .stale
                .into_iter()
                .filter(|series| !kept.contains(series))
                .collect();
            store(&self.handle.shared, now, &[], &gone);
            self.untold.extend(ended.changes);
        }
        self.loaded_at = now;
        self.warnings = exchange.warnings;
        self.tell();
        self.publish();
        // Whoever asked may have given up waiting.
        let _ = exchange.done.try_send(());
    }

    fn publish(&self) {
        let mut shown = self.handle.shared.rules.write();
        let board = RulesBoard {
            groups: self
                .groups
                .iter()
                .map(|group| Arc::clone(&group.status))
                .collect(),
            figures: self.groups.iter().map(|group| group.figures).collect(),
            loaded_at: self.loaded_at,
            error: shown.error.clone(),
            warnings: self.warnings.clone(),
            untold: self.untold.len() as u64,
        };
        *shown = Arc::new(board);
    }

    /// Remembers when rules were evaluated last, so that time in which nobody looked counts to no `for`.
    fn remember(&mut self) {
        let now = self.handle.now();
        if now.seconds_since(self.remembered_at) < REMEMBER_EVERY_S {
            return;
        }
        self.remembered_at = now;
        let evaluated = self.groups.iter().filter_map(|group| group.status.evaluated_at);
        let Some(last) = evaluated.max() else { return };
        let ms = u64::try_from(last.unix_ms()).unwrap_or_default();
        if let Err(error) = self.handle.state().set_cursor(EVALUATED_AT, ms) {
            tracing::warn!(%error, "when rules were evaluated is not remembered");
        }
    }
}

/// Appends what was recorded, and markers of what is gone.
fn store(shared: &Shared, at: Timestamp, recorded: &[(Labels, f64)], gone: &[Labels]) {
    if recorded.is_empty() && gone.is_empty() {
        return;
    }
    let mut batch = SampleBatch::default();
    let at_ms = at.unix_ms();
    for (labels, value) in recorded {
        batch.push(labels, &[Sample { at_ms, value: *value }]);
    }
    for labels in gone {
        let value = stale_marker();
        batch.push(labels, &[Sample { at_ms, value }]);
    }
    // The store tells its own faults; what is refused here is evaluated anew the next time.
    let appended = shared
        .metrics
        .append(DEFAULT_NAMESPACE, shared.clock.now(), &batch, Box::new(|_| {}));
    let lost = match appended {
        Ok(appended) => appended.rejected_samples,
        Err(_) => batch.samples.len() as u64,
    };
    if lost > 0 {
        shared.counters.drop_for("rule_samples", lost);
    }
}
