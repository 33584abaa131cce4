//! Bottlenecks: types of task that take most of everyone's time, and why.

use std::collections::BTreeSet;

use swarmpulse_model::{Severity, Timestamp};

use super::census::TypeCensus;
use super::figures::{BottleneckKind, DelayCause, KnownDuration, TypeStatus};
use super::flow::{Counts, Flow};
use super::judgement::{Judgement, Scene, by_minute, figure};
use super::measure::Numbered;
use super::track::{HOUR_S, TypeTrack};
use crate::statistics::survival::{Lasted, Quantile, log_rank, median};
use crate::wording::{brief, number, tasks};
use crate::{Chart, Finding, Unit};

/// The condition.
pub(super) const BOTTLENECK: &str = "bottleneck";

/// It takes this share of the time of all tasks.
const SHARE_MIN: f64 = 0.3;
/// Fewer tasks in the hour say nothing.
const TASKS_MIN: f64 = 20.0;
/// Executions that ended before the last hour, to compare with.
const USUAL_MIN: usize = 30;
/// And the type was known for so long by then, in seconds.
const USUAL_KNOWN_S: f64 = 3600.0;
/// It takes so many times as long as it did.
const SLOWER: f64 = 2.0;
/// So unlikely if it had not slowed down: it is asked all day long.
const P: f64 = 1e-5;
/// Work after the first attempt failed takes half of its time.
const RETRY_SHARE_MIN: f64 = 0.5;
const RETRIES_MIN: u32 = 10;
/// Its tasks wait so many times as long as others in the same queue, and so long at least, in seconds.
const STARVING_FACTOR: f64 = 3.0;
const WAIT_MIN_S: f64 = 60.0;
/// And of those that came in the last hour less than this part began of what did of all in these queues.
const SERVED_PART: f64 = 1.0 / 3.0;
/// Workers are full, and this type holds so much of them while others wait.
const FULL: f64 = 0.9;
const HELD_MIN: f64 = 0.6;
const DEPTH_MIN: u32 = 10;

/// Why a type is a bottleneck.
struct Reason {
    cause: DelayCause,
    severity: Severity,
    confidence: f64,
    words: String,
    advice: &'static str,
}

/// Judges the types that take most of the time; those whose wait or execution is explained by a finding of another sort
/// are left to it.
pub(super) fn bottlenecks(
    scene: &Scene<'_>,
    explained_queues: &BTreeSet<u16>,
    stuck: &BTreeSet<String>,
) -> Vec<Judgement> {
    let mut found = Vec::new();
    for it in scene.types {
        let number = usize::from(it.number);
        let (Some(track), Some(census)) = (&scene.book.types[number], &scene.census.types[number]) else {
            continue;
        };
        let figures = &it.figures;
        let too_small = figures.delay_share_ratio < SHARE_MIN || figures.total.count < TASKS_MIN;
        if track.is_rest || too_small || stuck.contains(&stuck_key(figures)) {
            continue;
        }
        let reason = slower(scene, it, track)
            .or_else(|| retries(figures))
            .or_else(|| holds_workers(scene, it))
            .or_else(|| starves(scene, it, census, explained_queues));
        if let Some(reason) = reason {
            found.push(told(figures, track, &reason, scene.now).of_type(&figures.task_type));
        }
    }
    found
}

/// How stuck types are named.
pub(super) fn stuck_key(it: &TypeStatus) -> String {
    format!("{}\n{}", it.namespace, it.task_type)
}

/// Executions that began in the last hour take much longer than those that began before. They are told apart by when they
/// began, as of those that end, or run, in an hour the long ones are too many.
fn slower(scene: &Scene<'_>, it: &Numbered<TypeStatus>, track: &TypeTrack) -> Option<Reason> {
    let hour_ago = scene.now.plus_s(-f64::from(HOUR_S));
    // At first only the short ones have ended.
    if hour_ago.seconds_since(track.flow.first_at) < USUAL_KNOWN_S {
        return None;
    }
    let sample = &track.usual_executions;
    let done = sample.iter().map(|seen| Lasted {
        seconds: f64::from(seen.duration_s),
        ended: true,
        of_group: seen.began_s() >= hour_ago.unix_s(),
    });
    let running = scene
        .book
        .open
        .iter()
        .filter(|task| task.task_type == it.number && !task.waits() && sample.would_keep(task.hash))
        .map(|task| Lasted {
            seconds: scene.now.seconds_since(task.started_at).max(0.0),
            ended: false,
            of_group: task.started_at >= hour_ago,
        });
    let all: Vec<Lasted> = done.chain(running).collect();
    let of = |group: bool| all.iter().filter(move |lasted| lasted.of_group == group).copied();
    if of(false).filter(|lasted| lasted.ended).count() < USUAL_MIN {
        return None;
    }
    let usual_s = median(of(false).collect())?.max(1e-3);
    let now_s = median(of(true).collect())?;
    let factor = now_s / usual_s;
    if factor < SLOWER {
        return None;
    }
    let found = log_rank(all)?;
    (found.p < P && found.pace < 1.0).then(|| Reason {
        cause: DelayCause::Execution,
        severity: Severity::Warning,
        confidence: 1.0 - found.p,
        words: format!(
            "half of them run for more than {}, {} times as long as before this hour",
            brief(now_s),
            number(factor)
        ),
        advice: "See what its work waits for: a service that answers late, a machine that is full, larger inputs.",
    })
}

/// Most of its time goes into further attempts.
fn retries(figures: &TypeStatus) -> Option<Reason> {
    let retried = figures.outcomes.retried;
    (figures.retry_share_ratio >= RETRY_SHARE_MIN && retried >= RETRIES_MIN).then(|| Reason {
        cause: DelayCause::Retries,
        severity: Severity::Warning,
        confidence: figures.retry_share_ratio,
        words: format!(
            "{:.0} % of that goes into further attempts, {retried} in the last hour",
            100.0 * figures.retry_share_ratio
        ),
        advice: "Find out why first attempts fail; fewer or later attempts leave the workers to others.",
    })
}

/// The workers are full with it while others wait.
fn holds_workers(scene: &Scene<'_>, it: &Numbered<TypeStatus>) -> Option<Reason> {
    let figures = &it.figures;
    let of_namespace = |name: &str| name == figures.namespace.as_str();
    let full = scene
        .queues
        .iter()
        .map(|it| &it.figures)
        .filter(|queue| of_namespace(&queue.namespace) && queue.depth >= DEPTH_MIN)
        .filter_map(|queue| queue.utilisation_ratio)
        .any(|utilisation| utilisation >= FULL);
    let (mut executing_s, mut others_waiting, mut waiting) = (0.0, 0, 0);
    for other in scene
        .types
        .iter()
        .filter(|other| of_namespace(&other.figures.namespace))
    {
        executing_s += executing_s_of(&other.figures);
        waiting += other.figures.waiting;
        if other.number != it.number {
            others_waiting += other.figures.waiting;
        }
    }
    let held = executing_s_of(figures) / executing_s;
    let others_wait = others_waiting >= DEPTH_MIN && others_waiting * 2 >= waiting;
    (full && held >= HELD_MIN && others_wait).then(|| Reason {
        cause: DelayCause::Execution,
        severity: Severity::Info,
        confidence: held,
        words: format!(
            "it holds {:.0} % of the workers' time while {} of other types wait",
            100.0 * held,
            tasks(others_waiting)
        ),
        advice: "Give it a queue and workers of its own.",
    })
}

fn executing_s_of(figures: &TypeStatus) -> f64 {
    figures.delay_s * (1.0 - figures.wait_share_ratio)
}

/// Its tasks wait while others in the same queues do not.
fn starves(
    scene: &Scene<'_>,
    it: &Numbered<TypeStatus>,
    census: &TypeCensus<'_>,
    explained_queues: &BTreeSet<u16>,
) -> Option<Reason> {
    let wait_s = census.wait.quantile(0.5)?.at_least();
    if it.figures.cause != DelayCause::Wait || wait_s < WAIT_MIN_S {
        return None;
    }
    let of_type = scene
        .book
        .open
        .iter()
        .filter(|task| task.task_type == it.number && task.waits());
    let queues: BTreeSet<u16> = of_type.map(|task| task.queue).collect();
    if queues.is_empty() || !queues.is_disjoint(explained_queues) {
        return None;
    }
    let others_s = queues
        .iter()
        .filter_map(|queue| scene.census.queues[usize::from(*queue)].as_ref())
        .filter_map(|queue| queue.wait.quantile(0.5))
        .map(Quantile::at_least)
        .fold(0.0, f64::max);
    let of_type = scene.book.types[usize::from(it.number)].as_ref()?;
    let all = queues
        .iter()
        .filter_map(|queue| scene.book.queues[usize::from(*queue)].as_ref());
    let served = served([&of_type.flow].into_iter(), scene.now);
    let passed_over = served < SERVED_PART * self::served(all.map(|queue| &queue.flow), scene.now);
    (passed_over && wait_s >= STARVING_FACTOR * others_s.max(1.0)).then(|| Reason {
        cause: DelayCause::Starvation,
        severity: Severity::Info,
        // Half of its tasks outwait half of all: with so many of each that is seldom chance.
        confidence: 1.0 - 2.0_f64.powf(-it.figures.wait.count.min(30.0)),
        words: format!(
            "half of them wait for more than {}, where half of all in the same queue wait less than {}",
            brief(wait_s),
            brief(others_s)
        ),
        advice: "See whether enough workers take this type.",
    })
}

/// Of those that began in the last hour or wait, the share that began.
fn served<'f>(flows: impl Iterator<Item = &'f Flow>, now: Timestamp) -> f64 {
    let (mut began, mut all) = (0.0, 0.0);
    for flow in flows {
        let started = f64::from(flow.recent(now, 60).counts.started);
        began += started;
        all += started + f64::from(flow.gauges().depth());
    }
    if all > 0.0 { began / all } else { 0.0 }
}

fn told(figures: &TypeStatus, track: &TypeTrack, reason: &Reason, now: Timestamp) -> Judgement {
    let line = |label: &str, value: fn(&Counts) -> f64| {
        by_minute(&track.flow, now, label, |counts| Some(value(counts) / 60.0))
    };
    let sentence = format!(
        "type {} takes {:.0} % of the time of all tasks: {}",
        figures.task_type,
        100.0 * figures.delay_share_ratio,
        reason.words
    );
    let seconds = |known: Option<KnownDuration>| known.map_or(0.0, |known| known.seconds);
    let finding = Finding {
        detector: super::NAME,
        condition: BOTTLENECK,
        subject: track.entity(),
        severity: reason.severity,
        confidence: reason.confidence,
        since: now,
        sentence,
        figures: vec![
            figure("delay_share_ratio", figures.delay_share_ratio, Unit::Ratio),
            figure("wait_share_ratio", figures.wait_share_ratio, Unit::Ratio),
            figure(
                "execution_share_ratio",
                figures.execution_share_ratio,
                Unit::Ratio,
            ),
            figure("retry_share_ratio", figures.retry_share_ratio, Unit::Ratio),
            figure("wait_median_s", seconds(figures.wait.p50), Unit::Seconds),
            figure(
                "execution_median_s",
                seconds(figures.execution.p50),
                Unit::Seconds,
            ),
        ],
        charts: vec![Chart {
            title: "Tasks of the type".into(),
            unit: Unit::Count,
            lines: vec![
                line("waiting", |counts| counts.waiting_s),
                line("running", |counts| counts.executing_s),
                line("tried again", Counts::retry_s),
            ],
            marks: Vec::new(),
            limit: None,
        }],
        related: Vec::new(),
        advice: vec![reason.advice.to_owned()],
    };
    let kind = match reason.cause {
        DelayCause::Execution | DelayCause::Retries => BottleneckKind::ExecutionTimeHigh,
        DelayCause::Wait | DelayCause::Starvation => BottleneckKind::WaitTimeHigh,
    };
    Judgement::new(finding, kind)
}
