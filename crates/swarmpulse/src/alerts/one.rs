//! One alert with all that happened to it.

use swarmpulse_api::AlertDetail;

use super::table::{Row, render};
use super::{AlertsArgs, asking, style};
use crate::clock;
use crate::config::Environment;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::{age, screen_width};

pub(super) fn run(args: &AlertsArgs, id: &str, environment: &Environment) -> anyhow::Result<Outcome> {
    let detail = asking::ask(&args.server, environment, async |client| client.alert(id).await)?;
    if args.json {
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
        format!("{severity} {} is {}: {}", alert.name, alert.state, alert.message),
        format!("  id           {}", alert.id),
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
        lines.push(format!("  {name:<12} {value}"));
    }
    if let Some(cause) = &alert.cause {
        lines.push(format!("  follows from {cause}"));
    }
    if let Some(said) = &alert.acknowledged {
        let until = said
            .until
            .as_ref()
            .map_or_else(String::new, |until| format!(" until {until}"));
        lines.push(format!("  in hand      {}{until}: {}", said.by, said.comment));
    }
    for (name, ids) in [
        ("silenced by", &alert.silenced_by),
        ("held by", &alert.inhibited_by),
        ("muted by", &alert.muted_by),
        ("told to", &alert.receivers),
    ] {
        if !ids.is_empty() {
            lines.push(format!("  {name:<12} {}", ids.join(", ")));
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
        lines.push(format!("  followed by  {}{more}", ids.join(", ")));
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
          in hand      ana: on it

        WENT    AT                        BY  WHAT
        firing  1970-01-01T00:00:00.000Z      agent a1: no contact within 30 s
        "#);
    }
}
