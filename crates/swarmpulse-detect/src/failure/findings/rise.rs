//! A rate that rises, as a finding.

use swarmpulse_model::{Severity, Text, Timestamp};

use super::{RATE_RISING, blank, key, level, points, unit};
use crate::failure::rising::Rise;
use crate::failure::tally::{HOUR_NS, SPANS};
use crate::failure::words::{named, times};
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::wording::{counted, percent, span};

/// How many times the rate before makes it a warning.
const WARNING_RATIO: f64 = 2.0;

/// The finding. Its confidence is one minus the probability, over all trends looked at, that chance alone rises so.
pub(in crate::failure) fn finding(
    namespace: &Text,
    rise: &Rise,
    since: Timestamp,
    now: Timestamp,
) -> Finding {
    let trend = &rise.trend;
    let severity = if trend.ratio >= WARNING_RATIO {
        Severity::Warning
    } else {
        Severity::Info
    };
    let subject = key(namespace, rise.kind, &rise.id);
    let mut finding = blank(RATE_RISING, subject, severity, rise.p_corrected, since);
    let name = named(rise.kind, &rise.id);
    let first = now.0.div_euclid(rise.span_ns) - SPANS as i64 + 1;
    let begun = rise.spans.iter().position(|span| span.ended > 0).unwrap_or(0);
    let known = &rise.spans[begun..];
    let recent_s = (known.len() / 3) as f64 * rise.span_ns as f64 / 1e9;
    let before_s = (known.len() - known.len() / 3) as f64 * rise.span_ns as f64 / 1e9;
    let (recent, before) = (span(recent_s), span(before_s));
    let range = match trend.interval {
        Some((low, up)) if up.is_finite() => format!("{} to {}", times(low), times(up)),
        Some((low, _)) => format!("at least {}", times(low)),
        None => "it varies".to_owned(),
    };
    finding.sentence = match (trend.recent.rate(), trend.before.rate()) {
        (Some(now_rate), Some(then)) if rise.exposed => format!(
            "failures of {name} rise: {} failed in the last {recent}, {} in the {before} before, {} times as often ({range})",
            percent(now_rate),
            percent(then),
            times(trend.ratio),
        ),
        _ => format!(
            "failures of {name} rise: {} in the last {recent}, {} in the {before} before, {} times as often ({range})",
            counted(trend.recent.failed, "failure"),
            trend.before.failed,
            times(trend.ratio),
        ),
    };
    finding.figures = figures(rise);
    finding.charts.push(chart(&name, rise, first));
    finding
}

fn figures(rise: &Rise) -> Vec<Figure> {
    let trend = &rise.trend;
    let plain = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    let mut figures = vec![Figure {
        name: "times_before",
        value: trend.ratio,
        interval: trend.interval.filter(|(_, up)| up.is_finite()),
        unit: Unit::Count,
    }];
    if let (Some(recent), Some(before), true) = (trend.recent.rate(), trend.before.rate(), rise.exposed) {
        figures.push(plain("failure_rate_ratio", recent, Unit::Ratio));
        figures.push(plain("failure_rate_before_ratio", before, Unit::Ratio));
    }
    figures.push(plain("failures_recent", trend.recent.failed as f64, Unit::Count));
    figures.push(plain("failures_before", trend.before.failed as f64, Unit::Count));
    figures
}

fn chart(name: &str, rise: &Rise, first: i64) -> Chart {
    let measured = points(&rise.spans, first, rise.span_ns, rise.exposed);
    let begun = rise.spans.iter().position(|span| span.ended > 0).unwrap_or(0);
    let known = rise.spans.len() - begun;
    let cut = begun + known - known / 3;
    let usual = match (rise.exposed, rise.trend.before.rate()) {
        (true, rate) => rate.unwrap_or(0.0),
        (false, _) => rise.trend.before.failed as f64 / (cut - begun).max(1) as f64,
    };
    let expected = level("before", &measured, usual);
    let mut lines = vec![Line {
        label: rise.id.clone(),
        points: measured,
    }];
    lines.extend(expected);
    let by = if rise.span_ns == HOUR_NS {
        "hour"
    } else {
        "five minutes"
    };
    Chart {
        title: format!("failures of {name} by {by}").into(),
        unit: unit(rise.exposed),
        lines,
        marks: vec![Mark {
            at: Timestamp((first + cut as i64) * rise.span_ns),
            label: "compared from here".into(),
        }],
        limit: None,
    }
}
