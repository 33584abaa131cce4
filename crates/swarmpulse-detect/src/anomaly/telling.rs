//! Findings of anomalies: one for an entity, with all its signals that are unusual.

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, Severity, Text, Timestamp};

use super::measure::amount;
use super::ordinary::Episode;
use super::series::Series;
use crate::finding::{Chart, Figure, Finding, Line, Mark, Unit};
use crate::signal::Signal;
use crate::wording::name;

/// Signals of a finding that are named and drawn.
const SHOWN: usize = 4;
/// From this many times what is told at least, one signal alone is a warning.
const EXTREME: f64 = 4.0;

/// A signal that is unusual.
pub(super) struct Unusual<'a> {
    pub(super) part: &'a Text,
    pub(super) signal: Signal,
    pub(super) series: &'a Series,
    pub(super) episode: &'a Episode,
}

impl Unusual<'_> {
    fn since(&self) -> Timestamp {
        Timestamp(self.episode.since.saturating_mul(SECOND_NS))
    }

    fn words(&self) -> String {
        match (self.series.measure.words, self.part.as_str()) {
            ("", "") => self.signal.as_str().to_owned(),
            ("", part) => part.to_owned(),
            (words, "") => words.to_owned(),
            (words, part) => format!("{words} of {part}"),
        }
    }

    fn ordinarily(&self) -> String {
        let unit = self.series.measure.unit;
        let (low, high) = self.episode.ordinary;
        let hour = if self.episode.of_hour { " at this hour" } else { "" };
        if low == high {
            return format!("ordinarily {}{hour}", amount(unit, low));
        }
        format!("ordinarily {} to {}{hour}", amount(unit, low), amount(unit, high))
    }

    fn now(&self) -> f64 {
        self.episode.now
    }
}

/// The finding of an entity, by its unusual signals, the farthest out first.
pub(super) fn finding(entity: &EntityKey, unusual: &[Unusual<'_>], now: Timestamp) -> Option<Finding> {
    let worst = unusual.first()?;
    let since = unusual.iter().map(Unusual::since).min().unwrap_or(now);
    let several = unusual.len() > 1;
    let severity = if several || worst.episode.times >= EXTREME {
        Severity::Warning
    } else {
        Severity::Info
    };
    let hours = unusual.iter().map(|it| it.series.hours()).fold(0.0, f64::max);
    Some(Finding {
        detector: super::DESCRIPTION.name,
        condition: super::CONDITION,
        subject: entity.clone(),
        severity,
        // The rule of succession: how likely this hour would not be the farthest out of all, had nothing changed.
        confidence: (1.0 - 1.0 / (hours + 2.0)).min(0.99),
        since,
        sentence: sentence(entity, unusual, since),
        figures: figures(unusual, now),
        charts: unusual.iter().take(SHOWN).map(|it| chart(it, now)).collect(),
        related: Vec::new(),
        advice: Vec::new(),
    })
}

fn sentence(entity: &EntityKey, unusual: &[Unusual<'_>], since: Timestamp) -> String {
    let when = since.to_string();
    // `2026-01-05T10:42:00.000Z`: day and minute are at fixed places.
    let when = format!("{} {} UTC", &when[..10], &when[11..16]);
    let one = |it: &Unusual<'_>| {
        let unit = it.series.measure.unit;
        format!(
            "{} is {}, {}",
            it.words(),
            amount(unit, it.now()),
            it.ordinarily()
        )
    };
    if let [it] = unusual {
        return format!("{} is unlike itself since {when}: {}", name(entity), one(it));
    }
    let mut text = format!(
        "{} is unlike itself since {when} in {} ways: ",
        name(entity),
        unusual.len()
    );
    let named: Vec<_> = unusual.iter().take(SHOWN).map(one).collect();
    text.push_str(&named.join("; "));
    if unusual.len() > SHOWN {
        text.push_str(&format!("; and {} more", unusual.len() - SHOWN));
    }
    text
}

fn figures(unusual: &[Unusual<'_>], now: Timestamp) -> Vec<Figure> {
    let plain = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    let Some(worst) = unusual.first() else {
        return Vec::new();
    };
    let unit = worst.series.measure.unit;
    let (low, high) = worst.episode.ordinary;
    let score = unusual
        .iter()
        .filter_map(|it| it.series.score(now))
        .fold(0.0, f32::max);
    vec![
        plain("value", worst.now(), unit),
        plain("ordinary_low", low, unit),
        plain("ordinary_high", high, unit),
        plain("signals", unusual.len() as f64, Unit::Count),
        plain("score_ratio", f64::from(score), Unit::Ratio),
    ]
}

fn chart(it: &Unusual<'_>, now: Timestamp) -> Chart {
    let measured = it.series.recent();
    let first = measured.first().map_or(now, |(at, _)| *at);
    let last = measured.last().map_or(now, |(at, _)| *at);
    let (low, high) = it.episode.ordinary;
    let level = |label: &str, value: f64| Line {
        label: label.into(),
        points: vec![(first, value), (last, value)],
    };
    Chart {
        title: it.words().into(),
        unit: it.series.measure.unit,
        lines: vec![
            Line {
                label: "measured".into(),
                points: measured,
            },
            level("ordinary, at most", high),
            level("ordinary, at least", low),
        ],
        marks: vec![Mark {
            at: it.since(),
            label: "told first".into(),
        }],
        limit: None,
    }
}
