//! Findings of programs that spend too much time on collections.

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Severity, Timestamp};

use super::minutes::Minutes;
use super::pressure::{Figures, Held};
use super::program::Program;
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::statistics::minute_trend::Point;
use crate::wording::{bytes, name, number, percent};

/// The finding of a program under pressure.
pub(super) fn finding(program: &Program, held: Held, it: &Figures) -> Finding {
    Finding {
        detector: super::DESCRIPTION.name,
        condition: "gc_pressure",
        subject: program.entity.clone(),
        severity: held.severity,
        confidence: held.confidence,
        since: held.since,
        sentence: sentence(program, it),
        figures: figures(it),
        charts: charts(program, held),
        related: Vec::new(),
        advice: advice(held, it),
    }
}

fn sentence(program: &Program, it: &Figures) -> String {
    let mut text = format!(
        "{} spends {} of its time collecting garbage",
        name(&program.entity),
        percent(it.ratio)
    );
    match (
        it.ratio_before.filter(|before| *before < it.ratio - 0.01),
        it.ratio_per_hour,
    ) {
        (Some(before), Some(_)) => text.push_str(&format!(" (rising; it was {} before)", percent(before))),
        (Some(before), None) => text.push_str(&format!(" (it was {} before)", percent(before))),
        (None, Some(_)) => text.push_str(" (rising)"),
        (None, None) => {}
    }
    if let Some(pause) = it.pause_s {
        text.push_str(&format!(
            ", {} collections a minute of {} ms each",
            number(it.collections_per_minute),
            number(1000.0 * pause)
        ));
    }
    if let Some((before, now)) = it.memory_bytes {
        let what = if program.has_heap() { "heap" } else { "memory" };
        text.push_str(&format!(
            ", while its {what} grew from {} to {}: what it frees is less and less",
            bytes(before),
            bytes(now)
        ));
    }
    text
}

fn figures(it: &Figures) -> Vec<Figure> {
    let plain = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    let reach = 1.96 * it.error;
    let mut figures = vec![Figure {
        interval: Some(((it.ratio - reach).max(0.0), (it.ratio + reach).min(1.0))),
        ..plain("gc_time_ratio", it.ratio, Unit::Ratio)
    }];
    if let Some(before) = it.ratio_before {
        figures.push(plain("gc_time_ratio_before", before, Unit::Ratio));
    }
    if let Some(pause) = it.pause_s {
        figures.push(plain(
            "collections_per_minute",
            it.collections_per_minute,
            Unit::PerMinute,
        ));
        figures.push(plain("mean_pause_s", pause, Unit::Seconds));
    }
    if let Some(per_hour) = it.ratio_per_hour {
        figures.push(plain("gc_time_ratio_per_hour", per_hour, Unit::PerHour));
    }
    if let Some((before, now)) = it.memory_bytes {
        figures.push(plain("memory_before_bytes", before, Unit::Bytes));
        figures.push(plain("memory_bytes", now, Unit::Bytes));
    }
    figures
}

fn charts(program: &Program, held: Held) -> Vec<Chart> {
    let mut points = Vec::new();
    let marks = vec![Mark {
        at: held.since,
        label: "told first".into(),
    }];
    program.minutes.shares(&mut points);
    let mut charts = vec![Chart {
        title: "share of time in collection".into(),
        unit: Unit::Ratio,
        lines: vec![measured(&program.minutes, &points)],
        marks: marks.clone(),
        limit: None,
    }];
    program.minutes.memory(&mut points);
    if !points.is_empty() {
        charts.push(Chart {
            title: if program.has_heap() { "heap" } else { "memory" }.into(),
            unit: Unit::Bytes,
            lines: vec![measured(&program.minutes, &points)],
            marks,
            limit: None,
        });
    }
    charts
}

fn measured(minutes: &Minutes, points: &[Point]) -> Line {
    let newest = minutes.newest().unwrap_or_default();
    Line {
        label: "measured".into(),
        points: points
            .iter()
            .map(|(back, value)| (Timestamp((newest + *back as i64) * 60 * SECOND_NS), *value))
            .collect(),
    }
}

fn advice(held: Held, it: &Figures) -> Vec<String> {
    let mut advice = Vec::new();
    if it.memory_bytes.is_some() {
        advice.push("Look for what is kept and no longer used: a heap dump names it.".to_owned());
        advice.push("Raise the heap's limit if all of it is in use.".to_owned());
    } else {
        advice.push(
            "Look for what is made and thrown away in loops: an allocation profile names it.".to_owned(),
        );
    }
    if held.severity == Severity::Critical {
        advice.push("Restart it when its work allows: most of its time will soon be collections.".to_owned());
    }
    advice
}
