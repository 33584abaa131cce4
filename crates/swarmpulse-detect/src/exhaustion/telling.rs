//! Findings of resources that run out: the sentence, the figures and the chart.

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, Text, Timestamp};

use super::resource::Resource;
use super::track::{Held, Track, WARNING_MINUTES};
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::wording::{bytes, name, number, percent, span};

/// A track that fires.
pub(super) struct Fired<'a> {
    pub part: &'a Text,
    pub track: &'a Track,
    pub held: Held,
    pub limit: f64,
    pub used: f64,
}

impl Fired<'_> {
    /// Minutes until the limit.
    pub(super) fn minutes_left(&self) -> f64 {
        match &self.track.growth {
            Some(growth) => growth.minutes_left().0,
            None => f64::INFINITY,
        }
    }

    fn seconds_left(&self) -> Option<(f64, f64, f64)> {
        let (middle, soonest, latest) = self.track.growth.as_ref()?.minutes_left();
        Some((60.0 * middle, 60.0 * soonest, 60.0 * latest))
    }
}

/// The finding of one resource of an entity, by its parts that fire, the worst first.
pub(super) fn finding(
    entity: &EntityKey,
    resource: Resource,
    parts: &[Fired<'_>],
    now: Timestamp,
) -> Option<Finding> {
    let worst = parts.first()?;
    let since = parts
        .iter()
        .map(|part| part.held.since)
        .min()
        .unwrap_or(worst.held.since);
    Some(Finding {
        detector: super::DESCRIPTION.name,
        condition: resource.condition(),
        subject: entity.clone(),
        severity: worst.held.severity,
        confidence: worst.held.confidence,
        since,
        sentence: sentence(entity, resource, parts, worst),
        figures: figures(resource, worst),
        charts: parts
            .iter()
            .take(4)
            .map(|part| chart(resource, part, now))
            .collect(),
        related: Vec::new(),
        advice: resource
            .advice()
            .iter()
            .map(|advice| (*advice).to_owned())
            .collect(),
    })
}

fn sentence(entity: &EntityKey, resource: Resource, parts: &[Fired<'_>], it: &Fired<'_>) -> String {
    let amount = |value: f64| {
        if resource.is_bytes() {
            bytes(value)
        } else {
            number(value.round())
        }
    };
    let rate = |value: f64| {
        if resource.is_bytes() {
            bytes(value)
        } else {
            number(value)
        }
    };
    let of_part = if it.part.is_empty() {
        String::new()
    } else {
        format!(" of {}", it.part)
    };
    let mut text = format!(
        "{} uses {} of {} {}{of_part} ({})",
        name(entity),
        amount(it.used),
        amount(it.limit),
        resource.things(),
        percent(it.used / it.limit),
    );
    match (&it.track.growth, it.seconds_left()) {
        (Some(growth), Some((seconds, ..))) if growth.is_within_reach() => {
            let per_hour = 60.0 * growth.trend.slope;
            let reach = 60.0 * 1.96 * growth.trend.error;
            text.push_str(&format!(
                " and {} more an hour ({} to {}): the limit is reached in about {}",
                rate(per_hour),
                rate((per_hour - reach).max(0.0)),
                rate(per_hour + reach),
                span(seconds)
            ));
        }
        _ if it.held.full => text.push_str(" and is nearly at its limit"),
        _ => text.push_str("; it grew towards its limit and has not for the last minutes"),
    }
    match parts.len() - 1 {
        0 => {}
        1 => text.push_str("; another part of it runs out, too"),
        more => text.push_str(&format!("; {more} other parts of it run out, too")),
    }
    text
}

fn figures(resource: Resource, it: &Fired<'_>) -> Vec<Figure> {
    let plain = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    let mut figures = Vec::with_capacity(5);
    if let (Some(growth), Some((seconds, soonest, latest))) = (&it.track.growth, it.seconds_left()) {
        figures.push(Figure {
            interval: Some((soonest, latest)),
            ..plain("time_to_limit_s", seconds, Unit::Seconds)
        });
        let reach = 1.96 * growth.trend.error;
        let rate = Figure {
            interval: Some((
                60.0 * (growth.trend.slope - reach),
                60.0 * (growth.trend.slope + reach),
            )),
            ..plain("rate_per_hour", 60.0 * growth.trend.slope, resource.rate_unit())
        };
        figures.push(rate);
    }
    figures.push(plain("used_ratio", it.used / it.limit, Unit::Ratio));
    figures.push(plain("used", it.used, resource.unit()));
    figures.push(plain("limit", it.limit, resource.unit()));
    figures
}

fn chart(resource: Resource, it: &Fired<'_>, now: Timestamp) -> Chart {
    let mut lines = vec![Line {
        label: "measured".into(),
        points: it.track.measured(),
    }];
    let newest = lines[0].points.last().map(|(at, _)| *at);
    if let (Some(growth), Some(newest)) = (&it.track.growth, newest) {
        let at = |minutes: f64| newest.plus_ns((minutes * 60.0 * SECOND_NS as f64) as i64);
        let level = it.limit - growth.left;
        let until = growth.minutes_left().0.min(WARNING_MINUTES);
        let value = |minutes: f64| level + growth.trend.slope * minutes;
        lines.push(Line {
            label: "growth that goes on".into(),
            points: [-growth.watched, 0.0, until]
                .into_iter()
                .map(|minutes| (at(minutes), value(minutes)))
                .collect(),
        });
    }
    let part = if it.part.is_empty() {
        String::new()
    } else {
        format!(" of {}", it.part)
    };
    Chart {
        title: format!("{}{part} in use", resource.things()).into(),
        unit: resource.unit(),
        lines,
        marks: vec![Mark {
            at: it.held.since.min(now),
            label: "told first".into(),
        }],
        limit: Some(it.limit),
    }
}
