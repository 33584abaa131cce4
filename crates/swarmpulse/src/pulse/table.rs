//! The table: the fleet sentence, then rows cut to the terminal's width.

use std::fmt::Write as _;

use anstyle::Style;
use swarmpulse_api::Agent;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::figures::{age, badge, evidence, load, one_line, place};
use super::fleet::Fleet;
use crate::output::{bold, colour, dim, styled};

/// How it is shown.
#[derive(Clone, Debug)]
pub struct View {
    /// Columns; none where the output is no terminal and nothing is cut.
    pub width: Option<usize>,
    /// Rows; none where everything is shown.
    pub height: Option<usize>,
    /// Now, in milliseconds of Unix time.
    pub now_ms: i64,
    /// The last line: the connection's state.
    pub status: Option<String>,
}

const HEADINGS: [&str; 8] = [
    "VERDICT", "AGENT", "KIND", "SINCE", "EVIDENCE", "WHERE", "RSS", "CPU",
];
const EVIDENCE: usize = 4;
/// No column but the evidence is wider than this.
const COLUMN_MAX: usize = 32;
/// The evidence keeps at least this much, if need be at the cost of columns to its right.
const EVIDENCE_MIN: usize = 24;

/// The lines, without line ends.
#[must_use]
pub fn render(fleet: &Fleet, view: &View) -> Vec<String> {
    let mut lines = vec![cut_styled(bold(), &one_line(&fleet.summary.sentence), view.width)];
    if let Some(blind) = &fleet.summary.monitor_blind {
        let text = format!(
            "? The monitor cannot see: {}. Silence is not judged.",
            one_line(&blind.reason)
        );
        lines.push(cut_styled(colour(anstyle::AnsiColor::Magenta), &text, view.width));
    }
    lines.push(String::new());
    if fleet.agents.is_empty() {
        lines.extend(empty(fleet));
    } else {
        let room = view
            .height
            .map_or(usize::MAX, |height| height.saturating_sub(lines.len() + 3).max(1));
        rows(fleet, view, room, &mut lines);
    }
    if let Some(status) = &view.status {
        lines.push(cut_styled(dim(), status, view.width));
    }
    if let Some(height) = view.height {
        lines.truncate(height);
    }
    lines
}

fn empty(fleet: &Fleet) -> Vec<String> {
    if fleet.summary.agents > 0 {
        return vec!["No agent matches.".to_owned()];
    }
    vec![
        "Send a heartbeat:".to_owned(),
        "  curl -d '{\"agent\":\"a1\"}' 127.0.0.1:9870/api/v1/heartbeats".to_owned(),
        "or run a command as a watched agent:".to_owned(),
        "  swarmpulse watch --name bot-1 -- python my_bot.py".to_owned(),
    ]
}

fn rows(fleet: &Fleet, view: &View, room: usize, lines: &mut Vec<String>) {
    let shown = &fleet.agents[..fleet.agents.len().min(room)];
    let cells: Vec<[String; 8]> = shown.iter().map(|agent| cells(agent, view.now_ms)).collect();
    let widths = widths(&cells, view.width);
    lines.push(styled(
        dim(),
        row(&HEADINGS.map(str::to_owned), &widths, None).trim_end(),
    ));
    for (agent, cells) in shown.iter().zip(&cells) {
        lines.push(row(cells, &widths, Some(badge(&agent.verdict).1)));
    }
    let hidden = fleet.agents.len() - shown.len();
    if hidden > 0 || fleet.more {
        let known = usize::try_from(fleet.summary.agents).unwrap_or(usize::MAX);
        let text = match (hidden, fleet.more) {
            (hidden, false) => format!("{hidden} more below"),
            (_, true) => format!("{} of {known} agents shown, the worst first", shown.len()),
        };
        lines.push(cut_styled(dim(), &text, view.width));
    }
}

fn cells(agent: &Agent, now_ms: i64) -> [String; 8] {
    let (memory, processor) = load(agent);
    let name = if agent.namespace.is_empty() || agent.namespace == "default" {
        one_line(&agent.agent)
    } else {
        format!("{}/{}", one_line(&agent.namespace), one_line(&agent.agent))
    };
    let flapping = if agent.flapping { " ~" } else { "" };
    [
        format!(
            "{} {}{flapping}",
            badge(&agent.verdict).0,
            one_line(&agent.verdict)
        ),
        name,
        one_line(&agent.kind),
        age(now_ms, &agent.since),
        evidence(now_ms, agent),
        place(agent),
        memory,
        processor,
    ]
}

/// The width of each column; 0 hides it. Columns to the right go first when the terminal is narrow.
fn widths(cells: &[[String; 8]], total: Option<usize>) -> [usize; 8] {
    let mut widths = HEADINGS.map(UnicodeWidthStr::width);
    for row in cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let Some(total) = total else { return widths };
    for (column, width) in widths.iter_mut().enumerate() {
        if column != EVIDENCE {
            *width = (*width).min(COLUMN_MAX);
        }
    }
    for hidden in [None, Some(7), Some(6), Some(5), Some(2), Some(3)] {
        if let Some(hidden) = hidden {
            widths[hidden] = 0;
        }
        let others: usize = widths
            .iter()
            .enumerate()
            .filter(|(at, width)| *at != EVIDENCE && **width > 0)
            .map(|(_, width)| width + 2)
            .sum();
        let left = total.saturating_sub(others);
        if left >= EVIDENCE_MIN.min(widths[EVIDENCE]) {
            widths[EVIDENCE] = widths[EVIDENCE].min(left);
            return widths;
        }
    }
    widths[EVIDENCE] = 0;
    widths[0] = widths[0].min(total);
    let left = total.saturating_sub(widths[0] + 2);
    widths[1] = if left < 2 { 0 } else { widths[1].min(left) };
    widths
}

fn row(cells: &[String; 8], widths: &[usize; 8], verdict: Option<Style>) -> String {
    let mut line = String::new();
    let last = widths.iter().rposition(|width| *width > 0).unwrap_or(0);
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        if *width == 0 {
            continue;
        }
        let text = cut(cell, *width);
        let pad = if column == last {
            0
        } else {
            width - text.width() + 2
        };
        match verdict {
            Some(style) if column == 0 => line.push_str(&styled(style, &text)),
            _ => line.push_str(&text),
        }
        let _ = write!(line, "{:pad$}", "");
    }
    line
}

/// Text cut to so many columns, with an ellipsis where something is missing.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let mut out = String::new();
    for c in text.chars() {
        let next = c.width().unwrap_or(0);
        if used + next + 1 > width {
            break;
        }
        used += next;
        out.push(c);
    }
    out.push('…');
    out
}

fn cut_styled(style: Style, text: &str, width: Option<usize>) -> String {
    styled(
        style,
        &width.map_or_else(|| text.to_owned(), |width| cut(text, width)),
    )
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use swarmpulse_api::{Blindness, Evidence, Process, Summary};

    use super::*;
    use crate::clock;

    const NOW_MS: i64 = 1_700_000_100_000;

    fn agent(id: &str, verdict: &str, text: &str) -> Agent {
        Agent {
            namespace: "default".into(),
            agent: id.into(),
            kind: "bot".into(),
            verdict: verdict.into(),
            since: clock::text(NOW_MS - 300_000),
            evidence: vec![Evidence {
                text: text.into(),
                at: clock::text(NOW_MS - 12_000),
                ..Evidence::default()
            }],
            host: Some("box".into()),
            pid: Some(4711),
            process: Some(Process {
                rss_bytes: 190 << 20,
                cpu_ratio: 0.42,
                state: "running".into(),
                ..Process::default()
            }),
            ..Agent::default()
        }
    }

    fn fleet() -> Fleet {
        let mut flapping = agent(
            "a-rather-long-name-of-a-worker-in-a-pool",
            "stuck",
            "task 12 shows no progress within 5 min",
        );
        flapping.flapping = true;
        flapping.namespace = "prod".into();
        let mut remote = agent("wörker-二", "idle", "last contact by heartbeat");
        (remote.host, remote.pid, remote.process, remote.sandbox) = (None, None, None, Some("sbx-1".into()));
        let summary = Summary {
            sentence: "2 of 3 agents available. 1 down since 22:10.".into(),
            agents: 3,
            ..Summary::default()
        };
        let down = agent("bot-1", "down", "process 4711 was ended by signal 9 (SIGKILL)");
        Fleet::new(summary, vec![remote, down, flapping], false)
    }

    fn shown(fleet: &Fleet, width: Option<usize>, height: Option<usize>) -> String {
        let view = View {
            width,
            height,
            now_ms: NOW_MS,
            status: None,
        };
        let text = render(fleet, &view).join("\n");
        strip_str(&text).to_string()
    }

    #[test]
    fn a_wide_terminal_shows_every_column() {
        insta::assert_snapshot!(shown(&fleet(), Some(160), None));
    }

    #[test]
    fn a_narrow_terminal_keeps_verdict_agent_and_evidence() {
        let text = shown(&fleet(), Some(72), None);
        assert!(text.lines().all(|line| line.width() <= 72), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_pipe_gets_everything_uncut() {
        insta::assert_snapshot!(shown(&fleet(), None, None));
    }

    #[test]
    fn no_line_is_wider_than_any_terminal() {
        for width in 1..200 {
            let text = shown(&fleet(), Some(width), None);
            assert!(text.lines().all(|line| line.width() <= width), "{width}: {text}");
        }
    }

    #[test]
    fn a_low_terminal_says_how_many_are_below() {
        let text = shown(&fleet(), Some(100), Some(6));
        assert_eq!(text.lines().count(), 5);
        assert!(text.ends_with("2 more below"), "{text}");
    }

    #[test]
    fn blindness_stands_above_the_table_and_an_empty_fleet_teaches() {
        let mut fleet = Fleet::default();
        fleet.summary.sentence = "No agents yet.".into();
        fleet.summary.monitor_blind = Some(Blindness {
            reason: "it restarted".into(),
            ..Blindness::default()
        });
        insta::assert_snapshot!(shown(&fleet, Some(100), None));
    }
}
