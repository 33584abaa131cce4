//! The run: hours ahead for expressions, one moment after the other for states.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use swarmpulse_model::series::{Label, METRIC_NAME, stale_marker};
use swarmpulse_model::{Alert, AlertState, Labels, Text, Timestamp};
use swarmpulse_promql::Cancel;
use swarmpulse_rules::{EvaluationOptions, GroupState, RuleFile, RuleGroup, RuleKind, RuleOutcome};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::Points;

use crate::chained::{OF_ALERTS, chained};
use crate::comparison::{by_time, compare};
use crate::did::{Did, LOOK_BACK_S};
use crate::error::BacktestError;
use crate::firing::Firings;
use crate::order::{Recording, recordings};
use crate::overlay::Overlay;
use crate::report::{BacktestReport, Progress};
use crate::schedule::Schedule;
use crate::sightings::Sightings;
use crate::stepped::{GroupExpressions, Past};
use crate::telling::{TellingOptions, Times, tell};

/// So much is evaluated ahead, in milliseconds.
const AHEAD_MS: i64 = 6 * 3_600_000;
/// Rules are run from before the span, so that what was pending at its beginning is known; at most so long, in seconds.
const WARM_UP_MAX_S: f64 = 86_400.0;

/// What is run through.
#[derive(Clone, Debug)]
pub struct BacktestOptions {
    /// The beginning, inclusive.
    pub from: Timestamp,
    /// The end, exclusive.
    pub to: Timestamp,
    /// Seconds between evaluations of groups that name none.
    pub default_interval_s: f64,
    /// The address at which people reach the monitor, for links in annotations.
    pub external_url: String,
    /// How the desk is to decide, and whom it tells.
    pub telling: TellingOptions,
}

/// Runs rules through the past. `go_on` is told how far it is and says whether to go on.
///
/// # Errors
/// If the span is empty, a rule is none, or `go_on` says no.
pub fn backtest(
    store: Arc<dyn MetricStore>,
    files: &[RuleFile],
    did: Did,
    options: &BacktestOptions,
    go_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<BacktestReport, BacktestError> {
    if options.from >= options.to {
        return Err(BacktestError::EmptySpan);
    }
    let base = Arc::clone(&store);
    let mut run = Run::new(store, files, options)?;
    let (begin_ms, end_ms) = (run.begin_ms, options.to.unix_ms());
    let mut chunk_ms = begin_ms;
    while chunk_ms < end_ms {
        let next_ms = (chunk_ms + AHEAD_MS).min(end_ms);
        run.chunk(chunk_ms, next_ms, options);
        let ratio = (next_ms - begin_ms) as f64 / (end_ms - begin_ms) as f64;
        let at = Timestamp(next_ms.saturating_mul(1_000_000));
        if !go_on(Progress { at, ratio }) {
            return Err(BacktestError::Stopped);
        }
        chunk_ms = next_ms;
    }
    let mut found = run.found;
    found.changes.sort_by_key(|(at, _)| *at);
    let times = Times {
        from: options.from,
        to: options.to,
        begin: Timestamp(begin_ms.saturating_mul(1_000_000)),
    };
    // Who fell on a host long ago may have been heard there last before the span.
    let seen_from = times.from.plus_s(-LOOK_BACK_S);
    let sightings = Sightings::new(base, seen_from, times.to);
    let Did {
        of_rules,
        of_conditions,
        recorded,
    } = did;
    let outcome = tell(
        (&recorded, sightings),
        found.changes,
        &names(files),
        &options.telling,
        times,
        &mut |at| go_on(Progress { at, ratio: 1.0 }),
    )?;
    let mut firings = compare(found.firings.within(options.from, options.to), of_rules);
    let conditions = of_conditions.len();
    firings.extend(compare(outcome.firings, of_conditions));
    firings.sort_by(by_time);
    Ok(BacktestReport {
        from: options.from,
        to: options.to,
        groups: files.iter().map(|file| file.groups.len()).sum(),
        rules: files
            .iter()
            .flat_map(|file| &file.groups)
            .map(|group| group.rules.len())
            .sum(),
        evaluations: found.evaluations,
        samples_read: run.past.samples_read.load(Ordering::Relaxed),
        firings,
        of_conditions: conditions,
        told: crate::message::compare(outcome.messages, recorded.told),
        errors: found.errors,
    })
}

/// Names of the alerts that files define.
fn names(files: &[RuleFile]) -> BTreeSet<Text> {
    let rules = files
        .iter()
        .flat_map(|file| &file.groups)
        .flat_map(|group| &group.rules);
    rules
        .filter(|rule| matches!(rule.kind, RuleKind::Alert(_)))
        .map(|rule| rule.name().into())
        .collect()
}

/// A group under test.
struct Tested {
    state: GroupState,
    expressions: GroupExpressions,
    schedule: Schedule,
    name: String,
    /// Ids of its alerts that are pending or fire.
    open: BTreeSet<Text>,
}

impl Tested {
    fn new(
        past: &Arc<Past>,
        group: &RuleGroup,
        schedule: Schedule,
        ahead: bool,
        default_interval_s: f64,
    ) -> Result<Self, BacktestError> {
        let texts = group.rules.iter().filter(|_| ahead).map(|rule| rule.expr.clone());
        let expressions = GroupExpressions::new(Arc::clone(past), schedule, texts);
        let state = GroupState::new(group.clone(), &expressions, default_interval_s)
            .map_err(|error| BacktestError::rule(group, "", error.to_string()))?;
        Ok(Self {
            state,
            expressions,
            schedule,
            name: format!("{}: {}", group.file, group.name),
            open: BTreeSet::new(),
        })
    }

    /// Evaluates it once. Each series that it gives goes to `record` with its time and value, rule by rule.
    fn step(
        &mut self,
        at_ms: i64,
        options: &BacktestOptions,
        record: &mut dyn FnMut(&Labels, i64, f64),
        found: &mut Found,
    ) {
        let at = Timestamp(at_ms.saturating_mul(1_000_000));
        let Self {
            state,
            expressions,
            schedule,
            name,
            open,
        } = self;
        let evaluation = EvaluationOptions {
            external_url: options.external_url.clone(),
            expressions: Some(&*expressions),
            ..EvaluationOptions::default()
        };
        state.evaluate_each(at, at, &evaluation, &mut |outcome: RuleOutcome| {
            let stored_ms = at_ms - schedule.offset_ms;
            for (labels, value) in &outcome.recorded {
                record(labels, stored_ms, *value);
            }
            for labels in &outcome.stale {
                record(labels, stored_ms, stale_marker());
            }
            for alert in &outcome.changes {
                if alert.state == AlertState::Resolved {
                    open.remove(&alert.id);
                } else {
                    open.insert(alert.id.clone());
                }
                found.firings.take(alert, at);
                found.changes.push((at, alert.clone()));
            }
            if let Some(error) = outcome.error {
                let first = found.errors.entry(format!("{name}: {}", error.name));
                first.or_insert(error.message);
            }
        });
    }
}

/// What a run finds out.
#[derive(Default)]
struct Found {
    firings: Firings,
    /// Every change of an alert.
    changes: Vec<(Timestamp, Alert)>,
    evaluations: u64,
    errors: BTreeMap<String, String>,
}

struct Run {
    past: Arc<Past>,
    recordings: Vec<(Recording, Schedule)>,
    /// When each series that is recorded had its last sample.
    last_ms: Vec<BTreeMap<Labels, i64>>,
    tested: Vec<Tested>,
    /// Groups that read what alerts come to, whole.
    chained: Vec<Tested>,
    /// What alerts of other groups come to within a stretch: when that was found, and the sample. Empty where nobody reads it.
    shown: Vec<(i64, Labels, i64, f64)>,
    begin_ms: i64,
    found: Found,
}

impl Run {
    fn new(
        store: Arc<dyn MetricStore>,
        files: &[RuleFile],
        options: &BacktestOptions,
    ) -> Result<Self, BacktestError> {
        let groups: Vec<RuleGroup> = files.iter().flat_map(|file| &file.groups).cloned().collect();
        let begin = options.from.plus_s(-warm_up_s(&groups));
        let schedules = groups
            .iter()
            .map(|group| Schedule::of(group, options.default_interval_s, begin))
            .collect::<Result<Vec<_>, _>>()?;
        let late = chained(&groups)?;
        let recordings: Vec<(Recording, Schedule)> = recordings(&groups)?
            .into_iter()
            .filter(|rule| !late.contains(&rule.group))
            .map(|rule| {
                let schedule = schedules[rule.group];
                (rule, schedule)
            })
            .collect();
        let begin_ms = begin.unix_ms();
        let mut made = names_recorded(&groups, begin_ms);
        if !late.is_empty() {
            // No alert of a run began before it.
            made.extend(OF_ALERTS.map(|name| (name.to_owned(), i64::MIN)));
        }
        let past = Arc::new(Past {
            store: Arc::new(Overlay::new(store, made)),
            cancel: Cancel::default(),
            known_to_ms: AtomicI64::new(begin_ms),
            samples_read: AtomicU64::new(0),
        });
        let (mut tested, mut chained) = (Vec::new(), Vec::new());
        for (place, (mut group, schedule)) in groups.into_iter().zip(schedules).enumerate() {
            let is_late = late.contains(&place);
            if !is_late {
                group.rules.retain(|rule| matches!(rule.kind, RuleKind::Alert(_)));
            }
            if group.rules.is_empty() {
                continue;
            }
            let group = Tested::new(&past, &group, schedule, !is_late, options.default_interval_s)?;
            if is_late { &mut chained } else { &mut tested }.push(group);
        }
        Ok(Self {
            past,
            last_ms: vec![BTreeMap::new(); recordings.len()],
            recordings,
            tested,
            chained,
            shown: Vec::new(),
            begin_ms,
            found: Found::default(),
        })
    }

    /// Runs from `from_ms` (inclusive) to `to_ms` (exclusive).
    fn chunk(&mut self, from_ms: i64, to_ms: i64, options: &BacktestOptions) {
        self.past.known_to_ms.store(to_ms - 1, Ordering::Relaxed);
        for number in 0..self.recordings.len() {
            self.record(number, from_ms, to_ms);
        }
        for number in 0..self.tested.len() {
            self.test(number, from_ms, to_ms, options);
        }
        self.follow(from_ms, to_ms, options);
    }

    /// Runs the groups that read what alerts come to, in the order of time; at one moment as they stand in their files. What
    /// others found out is seen from the moment on at which they did.
    fn follow(&mut self, from_ms: i64, to_ms: i64, options: &BacktestOptions) {
        let store = &self.past.store;
        let mut shown = std::mem::take(&mut self.shown);
        shown.sort_by_key(|(found_ms, ..)| *found_ms);
        let mut shown = shown.into_iter().peekable();
        let mut due: BTreeSet<(i64, usize)> = (0..)
            .zip(&self.chained)
            .map(|(place, group)| (group.schedule.from(from_ms), place))
            .collect();
        while let Some((at_ms, place)) = due.pop_first().filter(|(at_ms, _)| *at_ms < to_ms) {
            while let Some((_, labels, stored_ms, value)) = shown.next_if(|(found_ms, ..)| *found_ms <= at_ms)
            {
                store.record_one(&labels, stored_ms, value);
            }
            let group = &mut self.chained[place];
            self.found.evaluations += 1;
            let record =
                &mut |labels: &Labels, at_ms: i64, value: f64| store.record_one(labels, at_ms, value);
            group.step(at_ms, options, record, &mut self.found);
            due.insert((at_ms + group.schedule.step_ms, place));
        }
        for (_, labels, stored_ms, value) in shown {
            store.record_one(&labels, stored_ms, value);
        }
    }

    fn record(&mut self, number: usize, from_ms: i64, to_ms: i64) {
        let (rule, schedule) = &self.recordings[number];
        let step_ms = schedule.step_ms;
        let start_ms = schedule.from(from_ms) - schedule.offset_ms;
        let end_ms = to_ms - 1 - schedule.offset_ms;
        if start_ms > end_ms {
            return;
        }
        let series = match self.past.range(&rule.text, &rule.expr, start_ms, end_ms, step_ms) {
            Ok(series) => series,
            Err(error) => {
                self.found.errors.entry(rule.name.clone()).or_insert(error.0);
                return;
            }
        };
        let mut last_before = std::mem::take(&mut self.last_ms[number]);
        for series in series {
            let labels = recorded_labels(&series.labels, rule);
            let last = last_before.remove(&labels);
            let (points, last) = with_markers(&series.points, last, step_ms, end_ms);
            self.past.store.record(&labels, &points);
            if let Some(last) = last {
                self.last_ms[number].insert(labels, last);
            }
        }
        // What was there in the stretch before and is gone from the beginning of this one.
        for (labels, last) in last_before {
            let marker = Points {
                times_ms: vec![last + step_ms],
                values: vec![stale_marker()],
                histograms: Vec::new(),
            };
            self.past.store.record(&labels, &marker);
        }
    }

    fn test(&mut self, number: usize, from_ms: i64, to_ms: i64, options: &BacktestOptions) {
        let tested = &mut self.tested[number];
        let start_ms = tested.schedule.from(from_ms);
        if start_ms >= to_ms {
            return;
        }
        tested.expressions.look_ahead(start_ms);
        let (shown, is_read) = (&mut self.shown, !self.chained.is_empty());
        let mut at_ms = start_ms;
        while at_ms < to_ms {
            self.found.evaluations += 1;
            // With nothing to say and nothing that fires, a moment changes nothing.
            if !tested.open.is_empty() || tested.expressions.says_anything(at_ms) {
                let record = &mut |labels: &Labels, stored_ms: i64, value: f64| {
                    if is_read {
                        shown.push((at_ms, labels.clone(), stored_ms, value));
                    }
                };
                tested.step(at_ms, options, record, &mut self.found);
            }
            at_ms += tested.schedule.step_ms;
        }
    }
}

/// The metrics that rules record; what counts of them from `begin_ms` on is what the run makes.
fn names_recorded(groups: &[RuleGroup], begin_ms: i64) -> BTreeMap<String, i64> {
    let rules = groups.iter().flat_map(|group| &group.rules);
    let recorded = rules.filter_map(|rule| match &rule.kind {
        RuleKind::Record(record) => Some((record.name.to_string(), begin_ms)),
        RuleKind::Alert(_) => None,
    });
    recorded.collect()
}

/// How long before the span rules must run: as long as an alert may be pending, or go on.
fn warm_up_s(groups: &[RuleGroup]) -> f64 {
    let longest = groups
        .iter()
        .flat_map(|group| &group.rules)
        .map(|rule| match &rule.kind {
            RuleKind::Alert(alert) => alert.for_s + alert.keep_firing_for_s,
            RuleKind::Record(_) => 0.0,
        });
    longest.fold(0.0, f64::max).min(WARM_UP_MAX_S)
}

/// The labels of what a rule records.
fn recorded_labels(labels: &Labels, rule: &Recording) -> Labels {
    let mut by_name: BTreeMap<&str, &str> = labels
        .iter()
        .map(|label| (label.name.as_str(), label.value.as_str()))
        .collect();
    by_name.insert(METRIC_NAME, &rule.name);
    for Label { name, value } in &rule.labels {
        by_name.insert(name, value);
    }
    Labels::from_pairs(by_name)
}

/// The points with a marker after each stretch that ended by `end_ms`, and the time of the last one if the series goes on.
fn with_markers(points: &Points, last_ms: Option<i64>, step_ms: i64, end_ms: i64) -> (Points, Option<i64>) {
    let mut marked = Points::default();
    let mut last = last_ms;
    let mut mark = |at_ms: i64, value: f64| {
        marked.times_ms.push(at_ms);
        marked.values.push(value);
    };
    for (at_ms, value) in points.times_ms.iter().zip(&points.values) {
        if let Some(ended) = last.filter(|last| last + step_ms < *at_ms) {
            mark(ended + step_ms, stale_marker());
        }
        mark(*at_ms, *value);
        last = Some(*at_ms);
    }
    if let Some(ended) = last.filter(|last| last + step_ms <= end_ms) {
        mark(ended + step_ms, stale_marker());
        last = None;
    }
    (marked, last)
}
