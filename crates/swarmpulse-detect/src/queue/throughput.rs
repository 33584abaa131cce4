//! Degrading throughput: less and less is done while there is work to do.

use std::collections::BTreeSet;

use swarmpulse_model::{Severity, Timestamp};

use super::figures::{BottleneckKind, QueueStatus, ThroughputDirection};
use super::flow::Flow;
use super::judgement::{Judgement, Scene, by_minute, figure, straight};
use super::measure::Numbered;
use crate::statistics::poisson_trend::poisson_trend;
use crate::wording::{brief, number, tasks};
use crate::{Chart, Finding, Unit};

/// The condition.
pub(super) const THROUGHPUT_DEGRADING: &str = "throughput_degrading";

/// So unlikely to be chance: stricter than for the figure, as this may wake someone.
const P: f64 = 1e-3;
/// The pace at the end is at most this part of that at the beginning.
const CHANGE_MAX: f64 = 0.7;
/// So many wait: there is work to do.
const DEPTH_MIN: u32 = 10;
/// Fewer come, too: by so much of the fall at most, else it is demand that fell.
const DEMAND_PART_MAX: f64 = 0.5;

/// Judges every queue; those in `backlogged` are known to be in trouble, where this is one more figure.
pub(super) fn degrading(scene: &Scene<'_>, backlogged: &BTreeSet<u16>) -> Vec<Judgement> {
    scene
        .queues
        .iter()
        .filter_map(|it| {
            let track = scene.book.queues[usize::from(it.number)].as_ref()?;
            judge(it, &track.flow, backlogged.contains(&it.number), scene.now)
        })
        .collect()
}

fn judge(it: &Numbered<QueueStatus>, flow: &Flow, backlogged: bool, now: Timestamp) -> Option<Judgement> {
    let queue = &it.figures;
    let entity = queue.entity.clone()?;
    let trend = queue.trend;
    let (from, to, p) = (trend.from_per_minute?, trend.to_per_minute?, trend.p?);
    let falls = trend.direction == ThroughputDirection::Degrading && p < P && to <= CHANGE_MAX * from;
    if !falls || queue.depth < DEPTH_MIN || !is_behind(flow, now) || demand_explains(flow, now, to / from) {
        return None;
    }
    let minutes = flow.full_minutes(now, 60);
    let (first, last) = (minutes.first()?.0, minutes.last()?.0);
    let done = by_minute(flow, now, "done per minute", |counts| {
        Some(f64::from(counts.completed))
    });
    let came = by_minute(flow, now, "came per minute", |counts| {
        Some(f64::from(counts.arrived))
    });
    let finding = Finding {
        detector: super::NAME,
        condition: THROUGHPUT_DEGRADING,
        subject: entity,
        severity: if backlogged {
            Severity::Info
        } else {
            Severity::Warning
        },
        confidence: 1.0 - p,
        since: first,
        sentence: format!(
            "queue {} gets {} tasks a minute done where it was {} {} ago, while {} wait",
            queue.queue,
            number(to),
            number(from),
            brief(now.seconds_since(first)),
            tasks(queue.depth)
        ),
        figures: vec![
            figure("throughput_per_minute", to, Unit::PerMinute),
            figure("throughput_before_per_minute", from, Unit::PerMinute),
            figure("change_ratio", to / from, Unit::Ratio),
            figure("depth", f64::from(queue.depth), Unit::Count),
        ],
        charts: vec![Chart {
            title: "Tasks done".into(),
            unit: Unit::PerMinute,
            lines: vec![done, straight("fitted", (first, from), (last, to)), came],
            marks: Vec::new(),
            limit: None,
        }],
        related: Vec::new(),
        advice: vec![
            "See whether there are fewer workers than before, or each task takes longer.".to_owned(),
        ],
    };
    Some(Judgement::new(finding, BottleneckKind::ThroughputLow).of_queue(it))
}

/// In the last quarter of the hour more came than left, and there was work to do all the time.
fn is_behind(flow: &Flow, now: Timestamp) -> bool {
    let lately = flow.recent(now, 15).counts;
    let minutes = flow.full_minutes(now, 15);
    lately.arrived > lately.left && minutes.iter().all(|(_, counts)| counts.depth >= DEPTH_MIN)
}

/// Arrivals fell by half as much, or more.
fn demand_explains(flow: &Flow, now: Timestamp, change: f64) -> bool {
    let arrived: Vec<f64> = flow
        .full_minutes(now, 60)
        .iter()
        .map(|(_, counts)| f64::from(counts.arrived))
        .collect();
    poisson_trend(&arrived).is_none_or(|demand| 1.0 - demand.change() > DEMAND_PART_MAX * (1.0 - change))
}
