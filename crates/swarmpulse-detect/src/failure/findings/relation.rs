//! Things that fail together, as a finding.

use swarmpulse_model::{EntityKey, Severity, Text, Timestamp};

use super::{TOGETHER, blank, key, points};
use crate::failure::book::{Book, last_hours};
use crate::failure::related::Related;
use crate::failure::tally::{HOUR_NS, SPANS, hour_of};
use crate::failure::words::{called, row, times};
use crate::finding::{Chart, Figure, Finding, Line, Unit};

/// Partners that are named in a finding at most.
const RELATED_MAX: usize = 50;
/// Lines of its chart at most.
const LINES_MAX: usize = 6;

/// The finding. Its confidence is one minus the probability, over all pairs compared, that the surest pair is chance.
pub(in crate::failure) fn finding(
    namespace: &Text,
    related: &Related,
    tested: usize,
    book: &Book,
    since: Timestamp,
    now: Timestamp,
) -> Finding {
    let keys: Vec<EntityKey> = related
        .members
        .iter()
        .map(|(kind, id)| key(namespace, *kind, id))
        .collect();
    let severity = if related.recent {
        Severity::Warning
    } else {
        Severity::Info
    };
    let chance = (related.pair.p * tested as f64).min(1.0);
    let mut finding = blank(TOGETHER, keys[0].clone(), severity, chance, since);
    let names: Vec<String> = related
        .members
        .iter()
        .map(|(kind, id)| called(*kind, id))
        .collect();
    let (a, b) = &related.names;
    let (of_a, of_b, both) = related.pair.begun;
    let pair = if names.len() == 2 {
        String::new()
    } else {
        format!("; surest are {} and {}", called(a.0, &a.1), called(b.0, &b.1))
    };
    finding.sentence = format!(
        "{} fail together: trouble began in the same five minutes {both} times, of {} and {} in the last {} hours, {} times as often as by chance{pair}",
        row(&names),
        of_a.max(of_b),
        of_a.min(of_b),
        (book.spans_observed() / 12).max(1),
        times(related.pair.lift),
    );
    let figure = |name, value, unit| Figure {
        name,
        value,
        interval: None,
        unit,
    };
    finding.figures = vec![
        figure("times_chance", related.pair.lift, Unit::Count),
        figure("begun_together", f64::from(both), Unit::Count),
        figure(
            "share_together_ratio",
            f64::from(both) / f64::from(of_a.min(of_b).max(1)),
            Unit::Ratio,
        ),
        figure("members", related.members.len() as f64, Unit::Count),
    ];
    finding.charts.push(chart(related, book, now));
    finding.related = keys.into_iter().skip(1).take(RELATED_MAX).collect();
    finding
        .advice
        .push("look for what they share: a service, a machine, a release, a quota".to_owned());
    finding
}

fn chart(related: &Related, book: &Book, now: Timestamp) -> Chart {
    let first = hour_of(now) - SPANS as i64 + 1;
    let lines = related.members.iter().take(LINES_MAX).filter_map(|(kind, id)| {
        let cell = book.cells(*kind).get(id)?;
        Some(Line {
            label: called(*kind, id).into(),
            points: points(&last_hours(&cell.hours, now), first, HOUR_NS, false),
        })
    });
    Chart {
        title: "failures by hour".into(),
        unit: Unit::Count,
        lines: lines.collect(),
        marks: Vec::new(),
        limit: None,
    }
}
