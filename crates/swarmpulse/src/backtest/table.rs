//! Firings as a table: what would have fired, what did, and for how long.

use anstyle::AnsiColor;
use jiff::Timestamp;
use swarmpulse_api::{Backtest, BacktestFiring, FiringTimes};

use crate::output::{colour, dim, styled};

/// One line a firing, by time.
pub fn render(found: &Backtest, limit: usize, width: Option<usize>) -> Vec<String> {
    let shown = &found.firings[..found.firings.len().min(limit)];
    let name_width = shown
        .iter()
        .map(|firing| firing.name.chars().count())
        .max()
        .unwrap_or(0)
        .clamp(5, 40);
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let head = format!(
            "{:<5} {:<8} {:<name_width$} {:<20} {:>8}  LABELS",
            "SEEN", "SEVERITY", "ALERT", "FIRED", "FOR"
        );
        lines.push(styled(dim(), &head));
    }
    for firing in shown {
        lines.push(line(firing, name_width, width));
    }
    let hidden = found.firings.len() - shown.len();
    if hidden > 0 {
        lines.push(styled(dim(), &format!("and {hidden} more; --limit shows more")));
    }
    lines
}

fn line(firing: &BacktestFiring, name_width: usize, width: Option<usize>) -> String {
    let (fired, lasted) = firing
        .would
        .as_ref()
        .or(firing.did.as_ref())
        .map(|times| (moment(&times.fired_at), lasted(times)))
        .unwrap_or_default();
    let labels: Vec<String> = firing
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let rest = format!(
        " {:<8} {:<name_width$} {fired:<20} {lasted:>8}  {}",
        firing.severity,
        firing.name,
        labels.join(" ")
    );
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(5));
    let rest: String = rest.chars().take(room).collect();
    let seen = match firing.seen.as_str() {
        "new" => styled(colour(AnsiColor::Yellow), "new  "),
        "gone" => styled(colour(AnsiColor::Blue), "gone "),
        _ => styled(dim(), "both "),
    };
    format!("{seen}{}", rest.trim_end())
}

/// What it all came to, in one sentence or two.
pub fn closing(found: &Backtest, took_s: f64) -> String {
    let summary = &found.summary;
    format!(
        "{} would have fired and did not, {} did and would not have, {} did and would have; {} that did are of \
         detectors and verdicts.\n{} rules in {} groups at {} moments, {} samples read, {took_s:.1} s.",
        counted(summary.new, "alert", "alerts"),
        summary.gone,
        summary.both,
        summary.of_conditions,
        found.rules,
        found.groups,
        found.evaluations,
        found.samples_read
    )
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// To the second.
pub(super) fn moment(at: &str) -> String {
    at.get(..19)
        .map_or_else(|| at.to_owned(), |second| format!("{second}Z"))
}

fn lasted(times: &FiringTimes) -> String {
    let Some(ended_at) = &times.ended_at else {
        return "on".to_owned();
    };
    let (Ok(from), Ok(to)) = (times.fired_at.parse::<Timestamp>(), ended_at.parse::<Timestamp>()) else {
        return String::new();
    };
    let seconds = to.as_second() - from.as_second();
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use swarmpulse_api::BacktestSummary;

    use super::*;

    fn firing(seen: &str, name: &str, ended_at: Option<&str>) -> BacktestFiring {
        let times = FiringTimes {
            active_at: "2026-05-01T14:00:00.000Z".into(),
            fired_at: "2026-05-01T14:01:00.000Z".into(),
            ended_at: ended_at.map(Into::into),
        };
        BacktestFiring {
            seen: seen.into(),
            id: format!("{name}/1"),
            name: name.into(),
            origin: "rule".into(),
            severity: "warning".into(),
            labels: BTreeMap::from([("agent".into(), "a1".into())]),
            message: String::new(),
            would: (seen != "gone").then(|| times.clone()),
            did: (seen != "new").then_some(times),
        }
    }

    #[test]
    fn each_firing_is_a_line() {
        let found = Backtest {
            firings: vec![
                firing("new", "HighLoad", Some("2026-05-01T14:02:30.000Z")),
                firing("gone", "Slow", Some("2026-05-01T17:01:00.000Z")),
                firing("both", "Down", None),
            ],
            summary: BacktestSummary {
                both: 1,
                new: 1,
                gone: 1,
                of_conditions: 4,
            },
            ..Backtest::default()
        };
        let lines: Vec<String> = render(&found, 2, None)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect();
        assert_eq!(
            lines,
            [
                "SEEN  SEVERITY ALERT    FIRED                     FOR  LABELS",
                "new   warning  HighLoad 2026-05-01T14:01:00Z     90 s  agent=a1",
                "gone  warning  Slow     2026-05-01T14:01:00Z      3 h  agent=a1",
                "and 1 more; --limit shows more",
            ]
        );
        assert!(
            lines_of(&found, Some(30))
                .iter()
                .all(|line| line.chars().count() <= 61)
        );
        assert!(closing(&found, 1.25).starts_with("1 alert would have fired and did not, 1 did"));
    }

    fn lines_of(found: &Backtest, width: Option<usize>) -> Vec<String> {
        render(found, 10, width)
            .iter()
            .map(|line| anstream::adapter::strip_str(line).to_string())
            .collect()
    }
}
