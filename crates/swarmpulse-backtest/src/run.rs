//! The run: hours ahead for expressions, one moment after the other for states.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use swarmpulse_model::series::{Label, METRIC_NAME, stale_marker};
use swarmpulse_model::{AlertState, Labels, Text, Timestamp};
use swarmpulse_promql::Cancel;
use swarmpulse_rules::{EvaluationOptions, GroupState, RuleFile, RuleGroup, RuleKind};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::Points;

use crate::comparison::compare;
use crate::did::Did;
use crate::error::BacktestError;
use crate::firing::Firings;
use crate::order::{Recording, recordings};
use crate::overlay::Overlay;
use crate::report::{BacktestReport, Progress};
use crate::schedule::Schedule;
use crate::stepped::{GroupExpressions, Past};

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
    let would = run.firings.within(options.from, options.to);
    Ok(BacktestReport {
        from: options.from,
        to: options.to,
        groups: files.iter().map(|file| file.groups.len()).sum(),
        rules: files
            .iter()
            .flat_map(|file| &file.groups)
            .map(|group| group.rules.len())
            .sum(),
        evaluations: run.evaluations,
        samples_read: run.past.samples_read.load(Ordering::Relaxed),
        firings: compare(would, did.of_rules),
        of_conditions: did.of_conditions.len(),
        errors: run.errors,
    })
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

struct Run {
    past: Arc<Past>,
    recordings: Vec<(Recording, Schedule)>,
    /// When each series that is recorded had its last sample.
    last_ms: Vec<BTreeMap<Labels, i64>>,
    tested: Vec<Tested>,
    begin_ms: i64,
    firings: Firings,
    evaluations: u64,
    errors: BTreeMap<String, String>,
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
        let recordings: Vec<(Recording, Schedule)> = recordings(&groups)?
            .into_iter()
            .map(|rule| {
                let schedule = schedules[rule.group];
                (rule, schedule)
            })
            .collect();
        let begin_ms = begin.unix_ms();
        let names = recordings.iter().map(|(rule, _)| rule.name.clone()).collect();
        let past = Arc::new(Past {
            store: Arc::new(Overlay::new(store, names, begin_ms)),
            cancel: Cancel::default(),
            known_to_ms: AtomicI64::new(begin_ms),
            samples_read: AtomicU64::new(0),
        });
        let mut tested = Vec::new();
        for (mut group, schedule) in groups.into_iter().zip(schedules) {
            group.rules.retain(|rule| matches!(rule.kind, RuleKind::Alert(_)));
            if group.rules.is_empty() {
                continue;
            }
            let texts = group.rules.iter().map(|rule| rule.expr.clone());
            let expressions = GroupExpressions::new(Arc::clone(&past), schedule, texts);
            let name = format!("{}: {}", group.file, group.name);
            let state = GroupState::new(group.clone(), &expressions, options.default_interval_s)
                .map_err(|error| BacktestError::rule(&group, "", error.to_string()))?;
            tested.push(Tested {
                state,
                expressions,
                schedule,
                name,
                open: BTreeSet::new(),
            });
        }
        Ok(Self {
            past,
            last_ms: vec![BTreeMap::new(); recordings.len()],
            recordings,
            tested,
            begin_ms,
            firings: Firings::default(),
            evaluations: 0,
            errors: BTreeMap::new(),
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
                self.errors.entry(rule.name.clone()).or_insert(error.0);
                return;
            }
        };
        let mut last_before = std::mem::take(&mut self.last_ms[number]);
        for series in series {
            let labels = recorded_labels(&series.labels, rule);
            let last = last_before.remove(&labels);
            let (points, last) = with_markers(&series.points, last, step_ms);
            self.past.store.record(&labels, &points);
            self.last_ms[number].insert(labels, last);
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
        let mut at_ms = start_ms;
        while at_ms < to_ms {
            self.evaluations += 1;
            // With nothing to say and nothing that fires, a moment changes nothing.
            if !tested.open.is_empty() || tested.expressions.says_anything(at_ms) {
                let at = Timestamp(at_ms.saturating_mul(1_000_000));
                let evaluation = EvaluationOptions {
                    external_url: options.external_url.clone(),
                    expressions: Some(&tested.expressions),
                    ..EvaluationOptions::default()
                };
                let outcome = tested.state.evaluate(at, at, &evaluation);
                for alert in &outcome.changes {
                    if alert.state == AlertState::Resolved {
                        tested.open.remove(&alert.id);
                    } else {
                        tested.open.insert(alert.id.clone());
                    }
                    self.firings.take(alert, at);
                }
                for error in outcome.errors {
                    let first = self.errors.entry(format!("{}: {}", tested.name, error.name));
                    first.or_insert(error.message);
                }
            }
            at_ms += tested.schedule.step_ms;
        }
    }
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

/// The points with a marker after each stretch that ended, and the time of the last one.
fn with_markers(points: &Points, last_ms: Option<i64>, step_ms: i64) -> (Points, i64) {
    let mut marked = Points::default();
    let mut last = last_ms;
    for (at_ms, value) in points.times_ms.iter().zip(&points.values) {
        if let Some(ended) = last.filter(|last| last + step_ms < *at_ms) {
            marked.times_ms.push(ended + step_ms);
            marked.values.push(stale_marker());
        }
        marked.times_ms.push(*at_ms);
        marked.values.push(*value);
        last = Some(*at_ms);
    }
    (marked, last.unwrap_or(i64::MIN))
}
