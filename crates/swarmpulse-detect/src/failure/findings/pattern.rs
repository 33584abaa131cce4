//! An hour or weekday that is worse, as a finding.

use swarmpulse_model::{EntityKind, Severity, Text, Timestamp};

use super::{TIME_PATTERN, blank, key};
use crate::failure::calendar::{Calendar, Pattern, When};
use crate::failure::tally::HOUR_NS;
use crate::failure::words::{named, times};
use crate::finding::{Chart, Figure, Finding, Line, Unit};
use crate::wording::{counted, percent};

const WEEKDAYS: [&str; 7] = [
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
    "Sundays",
];

/// The finding for the patterns of one task type, the surest first. Its confidence is one minus the probability, over
/// all hours and weekdays, that so regular an excess is chance.
pub(in crate::failure) fn finding(
    namespace: &Text,
    id: &Text,
    patterns: &[Pattern],
    calendar: &Calendar,
    exposed: bool,
    since: Timestamp,
    now: Timestamp,
) -> Option<Finding> {
    let surest = patterns.first()?;
    let chance = (surest.p * 31.0).min(1.0);
    let mut finding = blank(
        TIME_PATTERN,
        key(namespace, EntityKind::TaskType, id),
        Severity::Info,
        chance,
        since,
    );
    let name = named(EntityKind::TaskType, id);
    let (noun, place) = match surest.when {
        When::Hour(_) => ("day", "hour_of_day"),
        When::Weekday(_) => ("week", "weekday"),
    };
    let more: Vec<String> = patterns
        .iter()
        .skip(1)
        .map(|pattern| spoken(pattern.when))
        .collect();
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("; also {}", more.join(", "))
    };
    let seen = counted(surest.seen as u64, noun);
    finding.sentence = match (surest.then.rate(), surest.otherwise.rate()) {
        (Some(then), Some(otherwise)) if exposed => format!(
            "{name} fail most {}: {} then, {} at other times, {} times as often, over {seen}{more}",
            spoken(surest.when),
            percent(then),
            percent(otherwise),
            times(surest.ratio()),
        ),
        _ => format!(
            "{name} fail most {}: {} of {}, over {seen}{more}",
            spoken(surest.when),
            surest.then.failed,
            counted(surest.then.failed + surest.otherwise.failed, "failure"),
        ),
    };
    let figure = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    finding.figures = vec![
        figure("failures_then", surest.then.failed as f64, Unit::Count),
        figure("failures_otherwise", surest.otherwise.failed as f64, Unit::Count),
        figure(place, number(surest.when), Unit::Count),
    ];
    if exposed {
        finding
            .figures
            .insert(0, figure("times_usual", surest.ratio(), Unit::Count));
    }
    finding.charts.push(chart(&name, calendar, exposed, now));
    finding
        .advice
        .push("look at what runs at that time: jobs, releases, backups, quotas that begin anew".to_owned());
    Some(finding)
}

fn number(when: When) -> f64 {
    match when {
        When::Hour(hour) => hour as f64,
        When::Weekday(day) => day as f64,
    }
}

/// `from 03:00 to 04:00 UTC`, `on Sundays (UTC)`.
pub(in crate::failure) fn spoken(when: When) -> String {
    match when {
        When::Hour(hour) => format!("from {hour:02}:00 to {:02}:00 UTC", (hour + 1) % 24),
        When::Weekday(day) => format!("on {} (UTC)", WEEKDAYS.get(day).copied().unwrap_or_default()),
    }
}

/// Each hour of the day, drawn on today.
fn chart(name: &str, calendar: &Calendar, exposed: bool, now: Timestamp) -> Chart {
    let today = now.0.div_euclid(24 * HOUR_NS);
    let points = calendar
        .by_hour(today)
        .into_iter()
        .enumerate()
        .filter_map(|(hour, tally)| {
            let value = if exposed {
                tally.rate()?
            } else {
                tally.failed as f64
            };
            Some((Timestamp((today * 24 + hour as i64) * HOUR_NS), value))
        });
    Chart {
        title: format!("failures of {name} by hour of day, up to six weeks").into(),
        unit: super::unit(exposed),
        lines: vec![Line {
            label: "all days".into(),
            points: points.collect(),
        }],
        marks: Vec::new(),
        limit: None,
    }
}
