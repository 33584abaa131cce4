//! A rate that is high, as a finding.

use swarmpulse_model::{EntityKind, Severity, Text, Timestamp};

use super::{RATE_HIGH, blank, key, level, points, unit};
use crate::failure::blame::Blamed;
use crate::failure::book::last_spans;
use crate::failure::cells::Cell;
use crate::failure::high::{High, Measure, hours_of};
use crate::failure::tally::{SPAN_NS, SPANS, span_of};
use crate::failure::words::{called, named, row, times};
use crate::finding::{Chart, Figure, Finding, Line, Unit};
use crate::statistics::rates::{binomial_interval, poisson_interval};
use crate::wording::{counted, percent, span};

/// Ends without which nothing is critical.
const CRITICAL_ENDED: u64 = 20;
/// Others that it explains, at most so many of them.
const RELATED_MAX: usize = 50;

/// The finding; `since` is when it was first told, or when it began.
pub(in crate::failure) fn finding(
    namespace: &Text,
    blamed: &Blamed,
    cell: &Cell,
    since: Timestamp,
    now: Timestamp,
) -> Finding {
    let high = &blamed.high;
    let subject = key(namespace, high.kind, &high.id);
    let mut finding = blank(RATE_HIGH, subject, severity(high), high.p_corrected, since);
    let name = named(high.kind, &high.id);
    let (usual, usual_label) = match high.measure {
        Measure::Others(others) => (others.rate(), "all others"),
        Measure::Past(past) => (past.rate(), "the day before"),
        Measure::PastByTime(failed, hours) => (Some(failed as f64 / hours), "an hour before"),
    };
    let usual = usual.unwrap_or(0.0);
    let (sentence, figures) = match high.measure {
        Measure::PastByTime(..) => by_time(high, &name, usual, now),
        Measure::Others(_) | Measure::Past(_) => by_share(high, &name, usual, usual_label, now),
    };
    let explained: Vec<String> = blamed
        .explains
        .iter()
        .map(|(kind, id)| called(*kind, id))
        .collect();
    finding.sentence = match explained.len() {
        0 => sentence,
        _ => format!("{sentence}; it explains {}", row(&explained)),
    };
    finding.figures = figures;
    finding.figures.extend([
        figure("times_usual", high.ratio, None, Unit::Count),
        figure("failures_recent", high.recent.failed as f64, None, Unit::Count),
    ]);
    finding
        .charts
        .push(chart(&name, high, cell, usual, usual_label, now));
    let explained = blamed.explains.iter().take(RELATED_MAX);
    finding.related = explained.map(|(kind, id)| key(namespace, *kind, id)).collect();
    finding.advice = advice(high, cell);
    finding
}

/// The sentence and figures where only failures are told of.
fn by_time(high: &High, name: &str, usual: f64, now: Timestamp) -> (String, Vec<Figure>) {
    let hours = hours_of(high.window, now);
    let failed = high.recent.failed;
    let (low, up) = poisson_interval(failed);
    let sentence = format!(
        "{name} failed {} in the last {}, {} times the usual {usual:.1} an hour",
        counted(failed, "time"),
        span(hours * 3600.0),
        times(high.ratio),
    );
    let interval = Some((low / hours, up / hours));
    let figures = vec![
        figure(
            "failures_per_hour",
            failed as f64 / hours,
            interval,
            Unit::PerHour,
        ),
        figure("usual_failures_per_hour", usual, None, Unit::PerHour),
    ];
    (sentence, figures)
}

/// The sentence and figures where the share that failed is known.
fn by_share(high: &High, name: &str, usual: f64, usual_label: &str, now: Timestamp) -> (String, Vec<Figure>) {
    let recent = high.recent;
    let rate = recent.rate().unwrap_or(0.0);
    let (low, up) = binomial_interval(recent.failed, recent.ended);
    let before = match high.worse_than_before {
        Some(false) => "; it was so the day before, too",
        Some(true) | None => "",
    };
    let measure = match high.measure {
        Measure::Others(usual) | Measure::Past(usual) if usual.failed == 0 => {
            format!("none of {} of {usual_label} did", usual.ended)
        }
        _ => format!(
            "{} times the {} of {usual_label}",
            times(high.ratio),
            percent(usual)
        ),
    };
    let sentence = format!(
        "{} of {name} fail: {} of {} in the last {} ({} to {}), {measure}{before}",
        percent(rate),
        recent.failed,
        recent.ended,
        span(hours_of(high.window, now) * 3600.0),
        percent(low),
        percent(up),
    );
    let figures = vec![
        figure("failure_rate_ratio", rate, Some((low, up)), Unit::Ratio),
        figure("usual_failure_rate_ratio", usual, None, Unit::Ratio),
    ];
    (sentence, figures)
}

/// Critical for a whole sort of work or a service, if half and more of enough fails and did not before; a matter for
/// later if it was always so.
fn severity(high: &High) -> Severity {
    let whole = matches!(high.kind, EntityKind::TaskType | EntityKind::Service);
    match high.worse_than_before {
        Some(false) => Severity::Info,
        Some(true)
            if whole
                && high.recent.ended >= CRITICAL_ENDED
                && 2 * high.recent.failed >= high.recent.ended =>
        {
            Severity::Critical
        }
        Some(true) | None => Severity::Warning,
    }
}

fn figure(name: &'static str, value: f64, interval: Option<(f64, f64)>, unit: Unit) -> Figure {
    Figure {
        name,
        value,
        interval,
        unit,
    }
}

fn chart(name: &str, high: &High, cell: &Cell, usual: f64, usual_label: &str, now: Timestamp) -> Chart {
    let first = span_of(now) - SPANS as i64 + 1;
    let mut spans = last_spans(&cell.spans, now);
    if cell.exposed {
        // A share is one before its five minutes are over.
        spans.push(cell.spans.at(span_of(now)));
    }
    let measured = points(&spans, first, SPAN_NS, cell.exposed);
    let usual = if cell.exposed { usual } else { usual / 12.0 };
    let expected = level(usual_label, &measured, usual);
    let mut lines = vec![Line {
        label: high.id.clone(),
        points: measured,
    }];
    lines.extend(expected);
    Chart {
        title: format!("failures of {name} by five minutes").into(),
        unit: unit(cell.exposed),
        lines,
        marks: vec![crate::finding::Mark {
            at: high.since,
            label: "began".into(),
        }],
        limit: None,
    }
}

/// What its last failures have in common.
fn advice(high: &High, cell: &Cell) -> Vec<String> {
    let Some(trouble) = &cell.trouble else {
        return Vec::new();
    };
    let mut advice = vec![format!("look at its last error, {}", trouble.last_name)];
    if trouble.retry_known > 0 && trouble.retryable * 4 >= trouble.retry_known * 3 {
        advice.push(
            "most of its failures pass: wait longer between attempts before starting anything anew"
                .to_owned(),
        );
    } else if trouble.retry_known > 0 && trouble.retryable * 4 <= trouble.retry_known {
        advice.push(
            "most of its failures do not pass by themselves: stop trying again until the cause is gone"
                .to_owned(),
        );
    }
    if high.kind == EntityKind::Agent && matches!(high.measure, Measure::Others(_)) {
        advice.push("others do well at the same time: give its work to them, then restart it".to_owned());
    }
    advice
}
