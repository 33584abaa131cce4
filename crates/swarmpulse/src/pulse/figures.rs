//! One agent's figures as cells: glyph and colour of its verdict, ages, memory and processor share.

use anstyle::{AnsiColor, Style};
use swarmpulse_api::Agent;
use swarmpulse_model::Verdict;

use crate::clock;
use crate::config::show_bytes;
use crate::output;

/// A verdict's glyph and colour. Each has its own glyph, so that colour is never needed to tell them apart.
#[must_use]
pub fn badge(verdict: &str) -> (char, Style) {
    let (glyph, colour) = match Verdict::parse(verdict) {
        Some(Verdict::Starting) => ('◌', AnsiColor::Cyan),
        Some(Verdict::Working) => ('●', AnsiColor::Green),
        Some(Verdict::Idle) => ('○', AnsiColor::Green),
        Some(Verdict::Waiting) => ('◇', AnsiColor::Blue),
        Some(Verdict::BackingOff) => ('◐', AnsiColor::Blue),
        Some(Verdict::Silent) => ('◍', AnsiColor::Yellow),
        Some(Verdict::Stuck) => ('■', AnsiColor::Yellow),
        Some(Verdict::Unknown) | None => ('?', AnsiColor::Magenta),
        Some(Verdict::Down) => ('✕', AnsiColor::Red),
        Some(Verdict::Stopped) => ('□', AnsiColor::BrightBlack),
    };
    (glyph, output::colour(colour))
}

/// How long ago, in one short unit: `7s`, `3m`, `2h`, `5d`.
#[must_use]
pub fn age(now_ms: i64, at: &str) -> String {
    clock::parse_ms(at)
        .map(|at| short_span((now_ms - at) as f64 / 1000.0))
        .unwrap_or_default()
}

/// A span in one short unit.
#[must_use]
pub fn short_span(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// The strongest evidence and its age, which goes on counting between answers.
#[must_use]
pub fn evidence(now_ms: i64, agent: &Agent) -> String {
    match agent.evidence.first() {
        Some(evidence) => {
            let age = match clock::parse_ms(&evidence.at) {
                Some(at) => short_span((now_ms - at) as f64 / 1000.0),
                None => short_span(evidence.age_s),
            };
            format!("{} ({age} ago)", one_line(&evidence.text))
        }
        None => String::new(),
    }
}

/// Where it runs: `host/pid`, or the sandbox.
#[must_use]
pub fn place(agent: &Agent) -> String {
    match (&agent.host, agent.pid, &agent.sandbox) {
        (Some(host), Some(pid), _) => format!("{}/{pid}", one_line(host)),
        (None, Some(pid), _) => pid.to_string(),
        (_, None, Some(sandbox)) => one_line(sandbox),
        (Some(host), None, None) => one_line(host),
        (None, None, None) => String::new(),
    }
}

/// Resident memory and share of a core.
#[must_use]
pub fn load(agent: &Agent) -> (String, String) {
    match &agent.process {
        Some(process) if process.state != "exited" => (
            show_bytes(process.rss_bytes),
            format!("{:.0} %", process.cpu_ratio * 100.0),
        ),
        _ => (String::new(), String::new()),
    }
}

/// Text without control characters: what agents say of themselves must not steer the terminal.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use swarmpulse_api::Evidence;

    use super::*;

    #[test]
    fn no_two_verdicts_share_a_glyph() {
        let mut glyphs: Vec<char> = Verdict::ALL
            .iter()
            .map(|verdict| badge(verdict.as_str()).0)
            .collect();
        glyphs.sort_unstable();
        glyphs.dedup();
        assert_eq!(glyphs.len(), Verdict::ALL.len());
    }

    #[test]
    fn ages_have_one_unit() {
        for (seconds, text) in [
            (-3.0, "0s"),
            (119.0, "119s"),
            (120.0, "2m"),
            (7199.0, "119m"),
            (7200.0, "2h"),
            (200_000.0, "2d"),
        ] {
            assert_eq!(short_span(seconds), text);
        }
    }

    #[test]
    fn evidence_ages_on_and_cannot_steer_the_terminal() {
        let evidence_of = |at: &str| Agent {
            evidence: vec![Evidence {
                text: "says \u{1b}[2J hi".into(),
                at: at.into(),
                age_s: 3.0,
                ..Evidence::default()
            }],
            ..Agent::default()
        };
        assert_eq!(
            evidence(1_700_000_010_000, &evidence_of("2023-11-14T22:13:20Z")),
            "says  [2J hi (10s ago)"
        );
        assert_eq!(evidence(0, &evidence_of("")), "says  [2J hi (3s ago)");
    }
}
