//! Messages as tables: how many each receiver would have got, and which.

use anstyle::AnsiColor;
use swarmpulse_api::{Backtest, BacktestMessage};
use unicode_width::UnicodeWidthStr;

use super::table::moment;
use crate::output::{colour, dim, styled};
use crate::pulse::cut;

/// One line a receiver, then one line a message that would have been told and was not, or the other way round.
pub fn render(found: &Backtest, limit: usize, width: Option<usize>) -> Vec<String> {
    if found.receivers.is_empty() {
        return Vec::new();
    }
    let name_width = found
        .receivers
        .iter()
        .map(|receiver| receiver.receiver.width())
        .max()
        .unwrap_or(0)
        .clamp(8, 40);
    let fitted = |line: String| width.map_or_else(|| line.clone(), |width| cut(&line, width));
    let mut lines = vec![String::new()];
    let head = format!(
        "{:<name_width$} {:>6} {:>6} {:>6} {:>9} {:>9}",
        "RECEIVER", "DID", "WOULD", "FIRED", "RESOLVED", "REPEATED"
    );
    lines.push(styled(dim(), &fitted(head)));
    for receiver in &found.receivers {
        let pad = " ".repeat(name_width.saturating_sub(receiver.receiver.width()));
        lines.push(fitted(format!(
            "{}{pad} {:>6} {:>6} {:>6} {:>9} {:>9}",
            receiver.receiver,
            receiver.did,
            receiver.would,
            receiver.fired,
            receiver.resolved,
            receiver.repeated
        )));
    }
    let other: Vec<&BacktestMessage> = found
        .messages
        .iter()
        .filter(|message| message.seen != "both")
        .collect();
    let shown = &other[..other.len().min(limit)];
    if !shown.is_empty() {
        lines.push(String::new());
        let head = format!(
            "{:<5} {:<20} {:<name_width$} {:<8}  WHAT",
            "SEEN", "TOLD", "RECEIVER", "WHY"
        );
        lines.push(styled(dim(), &fitted(head)));
    }
    lines.extend(shown.iter().map(|message| line(message, name_width, width)));
    let hidden = other.len() - shown.len();
    if hidden > 0 {
        lines.push(styled(dim(), &format!("and {hidden} more; --limit shows more")));
    }
    if found.messages_omitted > 0 {
        let text = format!(
            "{} later messages are counted above alone",
            found.messages_omitted
        );
        lines.push(styled(dim(), &text));
    }
    lines.push(String::new());
    lines
}

fn line(message: &BacktestMessage, name_width: usize, width: Option<usize>) -> String {
    let at = message.would_at.as_ref().or(message.did_at.as_ref());
    let pad = " ".repeat(name_width.saturating_sub(message.receiver.width()));
    let mut rest = format!(
        " {:<20} {}{pad} {:<8}  {}",
        at.map(|at| moment(at)).unwrap_or_default(),
        message.receiver,
        message.reason,
        message.alerts.join(", ")
    );
    if message.firing > 0 {
        rest.push_str(&format!(", {} firing", message.firing));
    }
    if message.resolved > 0 {
        rest.push_str(&format!(", {} resolved", message.resolved));
    }
    let rest = match width {
        Some(width) => cut(&rest, width.saturating_sub(5)),
        None => rest,
    };
    let seen = match message.seen.as_str() {
        "new" => styled(colour(AnsiColor::Yellow), "new  "),
        _ => styled(colour(AnsiColor::Blue), "gone "),
    };
    format!("{seen}{rest}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use swarmpulse_api::BacktestReceiver;

    use super::*;

    fn message(seen: &str, at: &str) -> BacktestMessage {
        BacktestMessage {
            seen: seen.into(),
            would_at: (seen != "gone").then(|| at.into()),
            did_at: (seen != "new").then(|| at.into()),
            receiver: "on-call".into(),
            channel: "pagerduty/0".into(),
            reason: "fired".into(),
            group: BTreeMap::new(),
            firing: 3,
            resolved: 0,
            alerts: vec!["agent_down".into(), "host_down".into()],
        }
    }

    #[test]
    fn receivers_are_counted_and_differences_are_told() {
        let found = Backtest {
            receivers: vec![BacktestReceiver {
                receiver: "on-call".into(),
                would: 2,
                fired: 1,
                resolved: 1,
                repeated: 0,
                did: 5,
            }],
            messages: vec![
                message("both", "2026-05-01T14:00:00.000Z"),
                message("new", "2026-05-01T14:01:00.000Z"),
                message("gone", "2026-05-01T14:02:00.000Z"),
            ],
            ..Backtest::default()
        };
        let plain = |limit| -> Vec<String> {
            let lines = render(&found, limit, None);
            lines
                .iter()
                .map(|line| anstream::adapter::strip_str(line).to_string())
                .collect()
        };
        assert_eq!(
            plain(1),
            [
                "",
                "RECEIVER    DID  WOULD  FIRED  RESOLVED  REPEATED",
                "on-call       5      2      1         1         0",
                "",
                "SEEN  TOLD                 RECEIVER WHY       WHAT",
                "new   2026-05-01T14:01:00Z on-call  fired     agent_down, host_down, 3 firing",
                "and 1 more; --limit shows more",
                "",
            ]
        );
        assert!(plain(9)[6].starts_with("gone  2026-05-01T14:02:00Z"));
        assert!(render(&Backtest::default(), 9, None).is_empty());
    }
}
