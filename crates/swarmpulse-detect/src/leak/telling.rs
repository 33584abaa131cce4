//! Findings of leaks: the sentence, the figures, the chart, the series and the line of the log.

use swarmpulse_model::{EntityKey, Severity, Text, Timestamp};

use super::MIB;
use super::hold::Hold;
use super::watch::Watched;
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::report::{Field, Log, LogLine, Published};
use crate::wording::{bytes, clock, entity_labels, name, span};

/// A leak that reaches the limit in less time is critical, in seconds.
const URGENT_S: f64 = 3600.0;

/// The time at which a minute begins, minutes counted from 1970.
pub(super) fn minute(number: i64) -> Timestamp {
    Timestamp::from_unix_s(number as f64 * 60.0)
}

/// Seconds until the limit at a rate of bytes an hour; `None` without a limit. 0 if it is reached.
fn seconds_left(watched: &Watched, rate: f64) -> Option<f64> {
    let room = watched.limit? - watched.track.level()?;
    (rate > 0.0).then_some((room / rate * 3600.0).max(0.0))
}

/// The finding of a subject that leaks.
pub(super) fn finding(entity: &EntityKey, watched: &Watched, now: Timestamp) -> Option<Finding> {
    let hold = watched.track.leak()?;
    let left = seconds_left(watched, hold.growth.rate);
    let urgent = left.is_some_and(|left| left < URGENT_S);
    Some(Finding {
        detector: super::DESCRIPTION.name,
        condition: "memory_leak",
        subject: entity.clone(),
        severity: if urgent {
            Severity::Critical
        } else {
            Severity::Warning
        },
        confidence: hold.growth.confidence(),
        since: minute(hold.found),
        sentence: sentence(entity, watched, hold, left, now),
        figures: figures(watched, hold, left, now),
        charts: vec![chart(watched, hold)],
        related: Vec::new(),
        advice: advice(watched, left),
    })
}

/// Bytes as mebibytes, as rates of leaks are spoken of.
fn mib(bytes: f64) -> String {
    let amount = bytes / MIB;
    if amount.abs() < 99.95 {
        format!("{amount:.1}")
    } else {
        format!("{amount:.0}")
    }
}

fn sentence(entity: &EntityKey, watched: &Watched, hold: &Hold, left: Option<f64>, now: Timestamp) -> String {
    let growth = &hold.growth;
    let mut text = format!(
        "{} grows by {} MB/h ({} to {}) since {}",
        name(entity),
        mib(growth.rate),
        mib(growth.low),
        mib(growth.high),
        clock(minute(hold.from), now),
    );
    if watched.track.is_slow() {
        text.push_str(", measured over days");
    }
    match (left, watched.limit) {
        (Some(left), Some(limit)) if left > 0.0 => {
            text.push_str(&format!(
                "; it reaches its limit of {} in about {}",
                bytes(limit),
                span(left)
            ));
        }
        (Some(_), Some(limit)) => text.push_str(&format!("; it has reached its limit of {}", bytes(limit))),
        _ => text.push_str("; its limit is not known"),
    }
    text
}

fn figures(watched: &Watched, hold: &Hold, left: Option<f64>, now: Timestamp) -> Vec<Figure> {
    let growth = &hold.growth;
    let plain = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    let mut figures = vec![Figure {
        interval: Some((growth.low, growth.high)),
        ..plain("rate_bytes_per_hour", growth.rate, Unit::BytesPerHour)
    }];
    if let Some(left) = left {
        let soonest = seconds_left(watched, growth.high);
        let latest = seconds_left(watched, growth.low);
        figures.push(Figure {
            interval: soonest.zip(latest),
            ..plain("time_to_limit_s", left, Unit::Seconds)
        });
    }
    let lasted_s = now.seconds_since(minute(hold.from)).max(0.0);
    figures.push(plain("growing_for_s", lasted_s, Unit::Seconds));
    figures.push(plain("grown_bytes", growth.rate * lasted_s / 3600.0, Unit::Bytes));
    if let Some(level) = watched.track.level() {
        figures.push(plain("memory_bytes", level, Unit::Bytes));
    }
    if let Some(limit) = watched.limit {
        figures.push(plain("limit_bytes", limit, Unit::Bytes));
    }
    if let (Some(then), Some(heap)) = (watched.heap_then, watched.heap) {
        figures.push(plain("heap_grown_bytes", heap - then, Unit::Bytes));
    }
    figures
}

fn advice(watched: &Watched, left: Option<f64>) -> Vec<String> {
    let mut advice = Vec::new();
    if left.is_some_and(|left| left < URGENT_S) {
        advice.push("Restart it before it is killed.".to_owned());
    }
    advice.push("Compare what it holds now with a while ago: a heap profile or tracemalloc.".to_owned());
    if watched.limit.is_none() {
        advice.push("Give it a memory limit, so that the time it has left is known.".to_owned());
    }
    advice
}

/// What was measured, its lower envelope, and the line that was fitted.
fn chart(watched: &Watched, hold: &Hold) -> Chart {
    let measured: Vec<(i64, f64)> = if watched.track.is_slow() {
        watched.track.hours().collect()
    } else {
        watched.track.minutes().collect()
    };
    let shown = measured.len().div_ceil(Chart::POINTS_MAX).max(1);
    let line: Vec<_> = measured
        .chunks(shown)
        .map(|part| (minute(part[0].0), part[part.len() / 2].1))
        .collect();
    let envelope: Vec<_> = measured
        .chunks((measured.len() / 24).max(1))
        .filter_map(|part| part.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1)))
        .map(|(at, value)| (minute(at), value))
        .take(Chart::POINTS_MAX)
        .collect();
    let fitted = fitted(&measured, hold);
    let named = |label: &str, points| Line {
        label: Text::from(label),
        points,
    };
    Chart {
        title: Text::from("Memory"),
        unit: Unit::Bytes,
        lines: vec![
            named("measured", line),
            named("least", envelope),
            named("fitted", fitted),
        ],
        marks: vec![
            Mark {
                at: minute(hold.from),
                label: Text::from("growth began"),
            },
            Mark {
                at: minute(hold.found),
                label: Text::from("called a leak"),
            },
        ],
        limit: watched.limit,
    }
}

/// Two points of the line: its slope is the rate, its height the median of what that leaves over.
fn fitted(measured: &[(i64, f64)], hold: &Hold) -> Vec<(Timestamp, f64)> {
    let per_minute = hold.growth.rate / 60.0;
    let since = measured.iter().filter(|(at, _)| *at >= hold.from);
    let mut left: Vec<f64> = since
        .clone()
        .map(|(at, value)| value - per_minute * (at - hold.from) as f64)
        .collect();
    let ends = since.clone().next().zip(since.clone().next_back());
    let Some(((first, _), (last, _))) = ends else {
        return Vec::new();
    };
    let height = super::clean::median(&mut left);
    [*first, *last]
        .map(|at| (minute(at), height + per_minute * (at - hold.from) as f64))
        .to_vec()
}

/// Adds the values of its series.
pub(super) fn publish(entity: &EntityKey, watched: &Watched, published: &mut Vec<Published>) {
    let Some(rate) = watched.track.rate() else { return };
    let labels = entity_labels(entity);
    if let Some(value) = watched
        .track
        .leak()
        .and_then(|hold| seconds_left(watched, hold.growth.rate))
    {
        published.push(Published {
            series: "swarmpulse_leak_time_to_limit_seconds",
            labels: labels.clone(),
            value,
        });
    }
    published.push(Published {
        series: "swarmpulse_leak_rate_bytes_per_hour",
        labels,
        value: rate,
    });
}

/// The line that is logged when a leak is found.
pub(super) fn line(entity: &EntityKey, watched: &Watched, now: Timestamp) -> Option<LogLine> {
    let hold = watched.track.leak()?;
    let left = seconds_left(watched, hold.growth.rate);
    let number = |value: Option<f64>| value.map_or(Field::Null, Field::Number);
    let details = vec![
        (
            "growth_rate_mb_per_hour".into(),
            Field::Number(hold.growth.rate / MIB),
        ),
        (
            "interval_mb_per_hour".into(),
            Field::List(vec![
                Field::Number(hold.growth.low / MIB),
                Field::Number(hold.growth.high / MIB),
            ]),
        ),
        ("since".into(), Field::Text(minute(hold.from).to_string().into())),
        (
            "memory_mb".into(),
            number(watched.track.level().map(|level| level / MIB)),
        ),
        ("limit_mb".into(), number(watched.limit.map(|limit| limit / MIB))),
        ("time_to_limit_seconds".into(), number(left)),
        ("confidence".into(), Field::Number(hold.growth.confidence())),
    ];
    Some(LogLine {
        log: Log::ProcessHealth,
        at: now,
        fields: vec![
            ("event", Field::Text("memory_leak_detected".into())),
            ("bot_id", Field::Text(entity.id.clone())),
            ("details", Field::Object(details)),
        ],
    })
}
