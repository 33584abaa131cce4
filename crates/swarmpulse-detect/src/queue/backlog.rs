//! Backlogs: queues that nothing leaves, that grow, or that hold tasks for far longer than they used to.

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKey, Severity, Timestamp};

use super::figures::{BottleneckKind, QueueStatus};
use super::flow::Flow;
use super::growth::growth;
use super::judgement::{Judgement, Scene, depth_chart, figure, straight};
use super::measure::{Numbered, PACE_MINUTES};
use super::sample::{Seen, quantile};
use super::track::QueueTrack;
use crate::wording::{brief, clock, number, tasks};
use crate::{Finding, Mark, Unit};

/// The condition.
pub(super) const QUEUE_BACKLOG: &str = "queue_backlog";

/// Fewer waiting tasks are no backlog.
const DEPTH_MIN: u32 = 10;
/// Nor so few in a queue that nothing leaves.
const STALLED_DEPTH_MIN: u32 = 5;
/// Nothing left for so long, in seconds, and for a queue that nothing ever left.
const STALLED_MIN_S: f64 = 600.0;
const NEVER_LEFT_MIN_S: f64 = 1800.0;
/// As many would have left in that time at the usual pace: by chance none does once in a thousand times. Where some tasks
/// take much longer than others the line stands longer by chance, and as many times more are asked for.
const STALLED_EXPECTED_MIN: f64 = 7.0;
/// The usual pace is known from so many.
const STALLED_LEFT_MIN: u32 = 20;
/// Growth must be this unlikely to be chance.
const GROWTH_P: f64 = 2e-4;
/// Whoever joins the line must expect to wait so long for growth to matter, in seconds.
const GROWTH_WAIT_MIN_S: f64 = 300.0;
/// And so long for a line that does not grow.
const LONG_WAIT_MIN_S: f64 = 900.0;
/// A wait is usual if it is no longer than the 90th percentile of the day's, with some allowance.
const USUAL_ALLOWANCE: f64 = 1.5;
const LONG_FACTOR: f64 = 3.0;
const LONG_MINUTES: usize = 15;
const USUAL_KNOWN_MIN: usize = 30;
/// A backlog is over when a newcomer waits less than this, in seconds.
const OVER_WAIT_S: f64 = 150.0;
/// If so much of the line is a class that starves, that is the cause.
const STARVED_PART: f64 = 0.8;
/// From here on it is urgent.
const CRITICAL_WAIT_S: f64 = 3600.0;

/// Why a queue is a backlog.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Nothing has left since.
    Stalled { since: Timestamp, expected: f64 },
    /// It grows by so many a minute.
    Growing { per_minute: f64, interval: (f64, f64) },
    /// Whoever joins waits far longer than is usual.
    Long { usual_s: f64 },
    /// It was one and is not over.
    Held,
}

/// A backlog that was found and is not over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    since: Timestamp,
    confidence: f64,
}

/// What was found before, by queue.
pub(super) type HeldBacklogs = BTreeMap<EntityKey, Held>;

/// Judges every queue. Where most of those that wait are of a class that starves, nobody else waits for them: `starving`
/// says how many there are by queue.
pub(super) fn backlogs(
    scene: &Scene<'_>,
    held: &mut HeldBacklogs,
    starving: &BTreeMap<u16, u32>,
) -> Vec<Judgement> {
    let mut found = Vec::new();
    let mut still = HeldBacklogs::new();
    for it in scene.queues {
        let track = scene.book.queues[usize::from(it.number)].as_ref();
        let (Some(track), Some(entity)) = (track, it.figures.entity.clone()) else {
            continue;
        };
        let starved = starving.get(&it.number).copied().unwrap_or(0);
        if f64::from(starved) >= STARVED_PART * f64::from(it.figures.depth.max(1)) {
            continue;
        }
        let before = held.get(&entity).copied();
        let Some((kind, confidence)) = judge(&it.figures, track, scene.now, before) else {
            continue;
        };
        let now_held = Held {
            since: before.map_or_else(|| since(kind, track, scene.now), |held| held.since),
            confidence: before.map_or(confidence, |held| held.confidence.max(confidence)),
        };
        found.push(told(it, track, kind, &entity, now_held, scene.now));
        still.insert(entity, now_held);
    }
    *held = still;
    found
}

fn judge(
    queue: &QueueStatus,
    track: &QueueTrack,
    now: Timestamp,
    before: Option<Held>,
) -> Option<(Kind, f64)> {
    if queue.depth < STALLED_DEPTH_MIN {
        return None;
    }
    let usual_s = usual_wait_s(track);
    let is_usual = |wait_s: f64| usual_s.is_some_and(|usual_s| wait_s <= USUAL_ALLOWANCE * usual_s);
    if let Some((kind, confidence)) = stalled(queue, track, now)
        && !is_usual(queue.oldest_age_s.unwrap_or(0.0))
    {
        return Some((kind, confidence));
    }
    let growth = growth(&track.flow, now);
    // Where nothing left in ten minutes, the wait is at least those.
    let wait_s = queue
        .expected_wait_s
        .unwrap_or(PACE_MINUTES as f64 * 60.0)
        .max(queue.oldest_age_s.unwrap_or(0.0).min(GROWTH_WAIT_MIN_S));
    if let Some(growth) = &growth
        && queue.depth >= DEPTH_MIN
        && growth.p < GROWTH_P
        && growth.lately >= 0.0
        && wait_s >= GROWTH_WAIT_MIN_S
        && !is_usual(wait_s)
    {
        let kind = Kind::Growing {
            per_minute: growth.per_minute,
            interval: growth.interval,
        };
        return Some((kind, 1.0 - growth.p));
    }
    let does_not_drain = growth.as_ref().is_some_and(|growth| growth.lately >= 0.0)
        && has_been_long(&track.flow, queue.depth, now);
    if let (Some(usual_s), Some(wait_s)) = (usual_s, queue.expected_wait_s)
        && queue.depth >= DEPTH_MIN
        && does_not_drain
        && wait_s >= LONG_WAIT_MIN_S
        && wait_s > LONG_FACTOR * usual_s
        && queue.oldest_age_s.unwrap_or(0.0) > LONG_FACTOR * usual_s
    {
        return Some((Kind::Long { usual_s }, rarity(track, wait_s)));
    }
    before
        .filter(|_| queue.expected_wait_s.is_none_or(|wait_s| wait_s >= OVER_WAIT_S))
        .map(|held| (Kind::Held, held.confidence))
}

/// Nothing leaves, though by now it should have.
fn stalled(queue: &QueueStatus, track: &QueueTrack, now: Timestamp) -> Option<(Kind, f64)> {
    let oldest_s = queue.oldest_age_s?;
    let since = track.left_at.unwrap_or(track.flow.first_at);
    let gap_s = now.seconds_since(since).min(oldest_s);
    let day = track.flow.day(now).counts;
    let left = day.left;
    if track.left_at.is_none() || left == 0 {
        let kind = Kind::Stalled { since, expected: 0.0 };
        // Nothing to compare with; but somebody should be at work.
        let nobody = queue.executing == 0 && gap_s >= NEVER_LEFT_MIN_S;
        return nobody.then_some((kind, 0.5));
    }
    let day_s = since.seconds_since(track.flow.first_at).clamp(60.0, 86_400.0);
    let expected = f64::from(left) / day_s * gap_s;
    let variation = day.execution_variation().max(1.0);
    // A pace known from few may be half of that.
    let doubt = if left < STALLED_LEFT_MIN { 2.0 } else { 1.0 };
    let enough = gap_s >= STALLED_MIN_S && expected >= STALLED_EXPECTED_MIN * variation * doubt;
    enough.then(|| {
        (
            Kind::Stalled { since, expected },
            1.0 - (-expected / variation).exp(),
        )
    })
}

/// The line has been about as long as it is, or longer, for a quarter of an hour: it is no batch that has just come.
fn has_been_long(flow: &Flow, depth: u32, now: Timestamp) -> bool {
    let minutes = flow.full_minutes(now, LONG_MINUTES);
    let long = |depth_then: u32| depth_then >= DEPTH_MIN && depth_then * 2 >= depth;
    minutes.len() >= LONG_MINUTES && minutes.iter().all(|(_, counts)| long(counts.depth))
}

/// The 90th percentile of the day's waits, where enough are known.
fn usual_wait_s(track: &QueueTrack) -> Option<f64> {
    let ended = track.usual_waits.iter().filter(|seen| seen.ended);
    if ended.clone().count() < USUAL_KNOWN_MIN {
        return None;
    }
    quantile(ended, 0.9)
}

/// How rare such a wait was in the last day: one less the share of longer ones, by the rule of succession.
fn rarity(track: &QueueTrack, wait_s: f64) -> f64 {
    let ended = track.usual_waits.iter().filter(|seen| seen.ended);
    let (all, longer) = ended.fold((0.0, 0.0), |(all, longer), seen: &Seen| {
        let is_longer = f64::from(seen.duration_s) >= wait_s;
        (all + 1.0, longer + f64::from(u8::from(is_longer)))
    });
    1.0 - (longer + 1.0) / (all + 2.0)
}

fn since(kind: Kind, track: &QueueTrack, now: Timestamp) -> Timestamp {
    match kind {
        Kind::Stalled { since, .. } => since,
        Kind::Growing { .. } => {
            // The last minute at whose end the line was no longer than a tenth of what it is.
            let minutes = track.flow.full_minutes(now, 60);
            let depth = f64::from(track.flow.gauges().depth());
            let low = minutes
                .iter()
                .rev()
                .find(|(_, counts)| f64::from(counts.depth) <= 0.1 * depth);
            low.or(minutes.first()).map_or(now, |(began, _)| *began)
        }
        Kind::Long { .. } | Kind::Held => now,
    }
}

fn told(
    it: &Numbered<QueueStatus>,
    track: &QueueTrack,
    kind: Kind,
    entity: &EntityKey,
    held: Held,
    now: Timestamp,
) -> Judgement {
    let queue = &it.figures;
    let oldest_s = queue.oldest_age_s.unwrap_or(0.0);
    let wait_s = match kind {
        // The pace that a wait would be expected by is just ending.
        Kind::Stalled { .. } => oldest_s,
        _ => queue.expected_wait_s.unwrap_or(oldest_s),
    };
    let mut figures = vec![
        figure("depth", f64::from(queue.depth), Unit::Count),
        figure("oldest_age_s", oldest_s, Unit::Seconds),
        figure("arrivals_per_minute", queue.arrivals_per_minute, Unit::PerMinute),
        figure("starts_per_minute", queue.starts_per_minute, Unit::PerMinute),
    ];
    if let Some(wait_s) = queue.expected_wait_s {
        figures.push(figure("expected_wait_s", wait_s, Unit::Seconds));
    }
    if let Some(load) = queue.load_ratio {
        figures.push(figure("load_ratio", load, Unit::Ratio));
    }
    let mut chart = depth_chart(
        &track.flow,
        now,
        "Tasks that wait",
        vec![Mark {
            at: held.since,
            label: "backlog".into(),
        }],
    );
    if let Kind::Growing { per_minute, interval } = kind {
        let mut growth = figure("growth_per_minute", per_minute, Unit::PerMinute);
        growth.interval = Some(interval);
        figures.insert(1, growth);
        let depth = f64::from(queue.depth);
        let in_an_hour = (now.plus_s(3600.0), depth + 60.0 * per_minute);
        chart
            .lines
            .push(straight("at this pace", (now, depth), in_an_hour));
    }
    let severity = match kind {
        Kind::Stalled { .. } | Kind::Growing { .. } if wait_s >= CRITICAL_WAIT_S => Severity::Critical,
        _ => Severity::Warning,
    };
    let finding = Finding {
        detector: super::NAME,
        condition: QUEUE_BACKLOG,
        subject: entity.clone(),
        severity,
        confidence: held.confidence,
        since: held.since,
        sentence: sentence(queue, kind, now),
        figures,
        charts: vec![chart],
        related: Vec::new(),
        advice: advice(queue, kind),
    };
    let kind = match kind {
        Kind::Stalled { .. } => BottleneckKind::ThroughputLow,
        Kind::Growing { .. } | Kind::Held => BottleneckKind::QueueDepthHigh,
        Kind::Long { .. } => BottleneckKind::WaitTimeHigh,
    };
    Judgement::new(finding, kind).of_queue(it)
}

fn sentence(queue: &QueueStatus, kind: Kind, now: Timestamp) -> String {
    let head = format!(
        "{} wait in queue {}, the longest for {}",
        tasks(queue.depth),
        queue.queue,
        brief(queue.oldest_age_s.unwrap_or(0.0))
    );
    let wait = queue.expected_wait_s.map_or_else(
        || "none has begun in the last 10 min".to_owned(),
        |wait_s| format!("one that is queued now waits about {}", brief(wait_s)),
    );
    match kind {
        Kind::Stalled { since, expected } if expected > 0.0 => format!(
            "{head}; nothing has left it since {}, where about {expected:.0} would have at its usual pace",
            clock(since, now)
        ),
        Kind::Stalled { since, .. } => format!("{head}; none has begun since {}", clock(since, now)),
        Kind::Growing { per_minute, interval } => format!(
            "{head}; it grows by {} a minute ({} to {}), to about {:.0} in an hour; {wait}",
            number(per_minute),
            number(interval.0),
            number(interval.1),
            f64::from(queue.depth) + 60.0 * per_minute,
        ),
        Kind::Long { usual_s } => {
            format!(
                "{head}; {wait}, where nine in ten waited less than {}",
                brief(usual_s)
            )
        }
        Kind::Held => format!("{head}; it no longer grows, {wait}"),
    }
}

fn advice(queue: &QueueStatus, kind: Kind) -> Vec<String> {
    let mut advice = Vec::new();
    match (kind, queue.load_ratio) {
        (Kind::Stalled { .. }, _) if queue.executing == 0 => {
            advice.push(
                "No worker runs a task of this queue: see whether any is there and takes from it.".to_owned(),
            );
        }
        (Kind::Stalled { .. }, _) => {
            advice.push(format!(
                "{} of this queue run and do not end: see what they wait for.",
                tasks(queue.executing)
            ));
        }
        (_, Some(load)) if load > 1.0 && queue.capacity > 0 => {
            let needed = (f64::from(queue.capacity) * load / 0.8).ceil();
            advice.push(format!(
                "Work arrives at {} times of what {} at once can do; about {needed:.0} at once would keep up.",
                number(load),
                tasks(queue.capacity),
            ));
        }
        _ => {}
    }
    if queue.failed_assignments > 0 {
        advice.push(format!(
            "{} were given to a worker in the last hour that did not begin.",
            tasks(queue.failed_assignments)
        ));
    }
    advice
}
