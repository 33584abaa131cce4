//! Charts of a service: latency and failures by minute, what is usual, the limit, and when it began.

use swarmpulse_model::Timestamp;

use super::history::Minute;
use super::state::ServiceState;
use crate::finding::{Chart, Line, Mark, Unit};

/// How long calls took: the 95th percentile by minute and by quarter of an hour, and what is usual.
pub(super) fn latency(state: &ServiceState, since: Timestamp, usual_s: Option<f64>) -> Chart {
    let points = state
        .history
        .minutes()
        .filter_map(|cell| Some((cell.start(), cell.latencies.quantile(0.95)? / 1000.0)))
        .collect();
    let day = state
        .history
        .quarters()
        .filter(|quarter| quarter.quantiles_ms[1].is_finite())
        .map(|quarter| (quarter.start(), f64::from(quarter.quantiles_ms[1]) / 1000.0))
        .collect();
    let mut lines = vec![
        line("95 % of calls took at most, by minute", points),
        line("the same by quarter of an hour", day),
    ];
    lines.extend(usual_s.and_then(|usual_s| level("usual", state, usual_s)));
    Chart {
        title: "Latency".into(),
        unit: Unit::Seconds,
        lines,
        marks: mark(since, "slow since"),
        limit: state.declared.latency_limit_ms.map(|limit_ms| limit_ms / 1000.0),
    }
}

/// Which share of calls failed, by minute, and what is usual.
pub(super) fn failures(state: &ServiceState, since: Timestamp, usual: f64) -> Chart {
    let share = |bad: fn(&Minute) -> u32| {
        state
            .history
            .minutes()
            .filter(|cell| cell.calls > 0)
            .map(|cell| (cell.start(), f64::from(bad(cell)) / f64::from(cell.calls)))
            .collect()
    };
    let mut lines = vec![
        line("failed, by minute", share(|cell| cell.errors)),
        line("timed out, by minute", share(|cell| cell.timeouts)),
    ];
    lines.extend(level("usual at most", state, usual));
    Chart {
        title: "Share of calls that fail".into(),
        unit: Unit::Ratio,
        lines,
        marks: mark(since, "failing since"),
        limit: state.declared.error_ratio_limit,
    }
}

fn line(label: &str, points: Vec<(Timestamp, f64)>) -> Line {
    Line {
        label: label.into(),
        points,
    }
}

/// A line that stays where it is over all minutes that are kept.
fn level(label: &str, state: &ServiceState, value: f64) -> Option<Line> {
    let mut minutes = state.history.minutes();
    let first = minutes.next()?.start();
    let last = minutes.last().map_or(first, Minute::start);
    Some(line(label, vec![(first, value), (last, value)]))
}

fn mark(at: Timestamp, label: &str) -> Vec<Mark> {
    vec![Mark {
        at,
        label: label.into(),
    }]
}
