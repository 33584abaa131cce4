//! `swarmpulse alerts show`: one alert with all that happened to it.

use clap::Args;
use swarmpulse_api::AlertDetail;

use super::table::{Row, one_line, render};
use super::{asking, style};
use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::{age, screen_width};

const EXAMPLES: &str = "Examples:
  swarmpulse alerts show 4f1a09c2b7d35e60
  swarmpulse alerts show agent_down/default/agent/bot-1 --json

`swarmpulse alerts` prints the ids.";

/// Which alert.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ShowArgs {
    /// The alert: its id or fingerprint.
    #[arg(value_name = "ALERT")]
    alert: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn run(args: &ShowArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    show(&args.server, &args.alert, args.json, environment)
}

pub(super) fn show(
    server: &ServerArgs,
    id: &str,
    json: bool,
    environment: &Environment,
) -> anyhow::Result<Outcome> {
    let detail = asking::of_alert(server, environment, id, async |client| client.alert(id).await)?;
    if json {
        output::json(&serde_json::to_value(&detail)?)?;
        return Ok(Outcome::Done);
    }
    for line in lines(&detail, clock::now_ms(), screen_width()) {
        output::line(&line)?;
    }
    Ok(Outcome::Done)
}

fn lines(detail: &AlertDetail, now_ms: i64, width: Option<usize>) -> Vec<String> {
    let alert = &detail.alert;
    let severity = output::styled(style(&alert.severity), &alert.severity);
    let mut lines = vec![
        format!(
            "{severity} {} is {}: {}",
            one_line(&alert.name),
            alert.state,
            one_line(&alert.message)
        ),
        format!("  id           {}", one_line(&alert.id)),
        format!("  fingerprint  {}", alert.fingerprint),
        format!(
            "  since        {} ({})",
            alert.started_at,
            age(now_ms, &alert.started_at)
        ),
    ];
    let labels: Vec<String> = alert
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"))
        .collect();
    lines.push(format!("  labels       {}", labels.join(" ")));
    for (name, value) in &alert.annotations {
        push_text(&mut lines, name, value);
    }
    if let Some(cause) = &alert.cause {
        lines.push(format!("  follows from {}", one_line(cause)));
    }
    if let Some(said) = &alert.acknowledged {
        let until = said
            .until
            .as_ref()
            .map_or_else(String::new, |until| format!(" until {until}"));
        push_text(
            &mut lines,
            "in hand",
            &format!("{}{until}: {}", said.by, said.comment),
        );
    }
    for (name, ids) in [
        ("silenced by", &alert.silenced_by),
        ("held by", &alert.inhibited_by),
        ("muted by", &alert.muted_by),
        ("told to", &alert.receivers),
    ] {
        if !ids.is_empty() {
            push_text(&mut lines, name, &ids.join(", "));
        }
    }
    if let Some(more) = alert.symptoms.checked_sub(detail.followed_by.len() as u64)
        && alert.symptoms > 0
    {
        let ids: Vec<&str> = detail.followed_by.iter().map(|one| one.id.as_str()).collect();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        push_text(&mut lines, "followed by", &format!("{}{more}", ids.join(", ")));
    }
    let transitions: Vec<Row> = detail
        .transitions
        .iter()
        .map(|change| Row {
            cells: vec![
                change.state.clone(),
                change.at.clone(),
                change.by.clone().unwrap_or_default(),
                change.message.clone(),
            ],
            style: style(change.severity.as_deref().unwrap_or_default()),
        })
        .collect();
    push(&mut lines, &["WENT", "AT", "BY", "WHAT"], &transitions, width);
    let told: Vec<Row> = detail
        .notifications
        .iter()
        .map(|told| Row {
            cells: vec![
                told.outcome.clone(),
                told.at.clone(),
                format!("{} {}", told.receiver, told.channel),
                told.error.clone().unwrap_or_else(|| told.reason.clone()),
            ],
            style: anstyle::Style::new(),
        })
        .collect();
    push(&mut lines, &["TOLD", "AT", "TO", "WHY"], &told, width);
    lines
}

/// A text of several lines keeps them, below each other; what else would change the terminal is left out.
fn push_text(lines: &mut Vec<String>, name: &str, text: &str) {
    let name = one_line(name);
    for (place, line) in text.trim_end().lines().enumerate() {
        let name = if place == 0 { name.as_str() } else { "" };
        lines.push(format!("  {name:<12} {}", one_line(line)).trim_end().to_owned());
    }
}

fn push(lines: &mut Vec<String>, headings: &[&str], rows: &[Row], width: Option<usize>) {
    if !rows.is_empty() {
        lines.push(String::new());
        lines.extend(render(headings, rows, width));
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_api::{Alert, AlertAcknowledgement, AlertTransition};

    use super::*;

    #[test]
    fn one_alert_is_told_with_who_has_it_and_what_happened() {
        let detail = AlertDetail {
            alert: Alert {
                id: "agent_down/default/agent/a1".into(),
                name: "agent_down".into(),
                severity: "critical".into(),
                state: "firing".into(),
                message: "agent a1: no contact within 30 s".into(),
                fingerprint: "00000000000000ff".into(),
                started_at: clock::text(0),
                labels: [("agent".to_owned(), "a1".to_owned())].into(),
                annotations: [(
                    "description".to_owned(),
                    "Look at it.\n\n  \u{1b}[2JThen restart.\n".to_owned(),
                )]
                .into(),
                acknowledged: Some(AlertAcknowledgement {
                    by: "ana".into(),
                    comment: "on it".into(),
                    ..AlertAcknowledgement::default()
                }),
                ..Alert::default()
            },
            transitions: vec![AlertTransition {
                state: "firing".into(),
                at: clock::text(0),
                message: "agent a1: no contact within 30 s".into(),
                ..AlertTransition::default()
            }],
            ..AlertDetail::default()
        };
        let text = lines(&detail, 180_000, None).join("\n");
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string(), @r#"
        critical agent_down is firing: agent a1: no contact within 30 s
          id           agent_down/default/agent/a1
          fingerprint  00000000000000ff
          since        1970-01-01T00:00:00.000Z (3m)
          labels       agent="a1"
          description  Look at it.

                          [2JThen restart.
          in hand      ana: on it

        WENT    AT                        BY  WHAT
        firing  1970-01-01T00:00:00.000Z      agent a1: no contact within 30 s
        "#);
    }
}
