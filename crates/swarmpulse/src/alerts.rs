//! `swarmpulse alerts`: what is wrong now, what was, and all that happened to one alert.

pub mod asking;
mod one;
pub mod table;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};
use swarmpulse_api::Alert;
use swarmpulse_client::{AlertQuery, Client, ClientError};

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::{age, screen_width};
use table::{Row, render};

const EXAMPLES: &str = "Examples:
  swarmpulse alerts                                    what fires now, the gravest first
  swarmpulse alerts --all                              those as well that follow from others
  swarmpulse alerts 'agent=~\"bot.*\"' --severity critical
  swarmpulse alerts --history --since 24h
  swarmpulse alerts --id 4f1a09c2b7d35e60              all that happened to one
  swarmpulse alerts --json | jq '.[].message'

Matchers are labels with =, !=, =~ or !~, as Alertmanager reads them; all of them must match.
Exit codes: 0 whatever fires; `swarmpulse check` answers by an exit code.";

/// The most alerts that are read.
const ALERTS_MAX: usize = 10_000;
/// Alerts of a page.
const PAGE: u32 = 500;

/// Prints alerts.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct AlertsArgs {
    /// Matchers of labels.
    #[arg(value_name = "MATCHER")]
    pub matchers: Vec<String>,
    /// In which state.
    #[arg(long, value_enum, default_value_t = State::Firing)]
    pub state: State,
    /// Those that held and are over: `--state resolved`.
    #[arg(long, conflicts_with = "state")]
    pub history: bool,
    /// Of those that are over: that ended within so long.
    #[arg(long, value_name = "SPAN")]
    pub since: Option<String>,
    /// These severities alone: critical, warning, info.
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',')]
    pub severity: Vec<String>,
    /// Alerts of this namespace.
    #[arg(long)]
    pub namespace: Option<String>,
    /// This one alone, by id or fingerprint, with all that happened to it.
    #[arg(long, value_name = "ALERT", conflicts_with_all = ["matchers", "state", "history", "severity", "namespace"])]
    pub id: Option<String>,
    /// Those as well that follow from others.
    #[arg(long)]
    pub all: bool,
    /// The most to print.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// In which state alerts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// They hold.
    Firing,
    /// They are true, but not yet for long enough.
    Pending,
    /// Both.
    Open,
    /// They held and are over.
    Resolved,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Pending => "pending",
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

/// Asks and prints.
///
/// # Errors
/// If the server does not answer, or refuses a matcher.
pub fn run(args: &AlertsArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    if let Some(id) = &args.id {
        return one::run(args, id, environment);
    }
    let state = if args.history { State::Resolved } else { args.state };
    let query = AlertQuery {
        state: Some(state.as_str().to_owned()),
        severities: args.severity.clone(),
        filter: asking::filter(&args.matchers),
        from: args.since.as_ref().map(|since| format!("-{since}")),
        namespace: args.namespace.clone(),
        limit: Some(PAGE),
        ..AlertQuery::default()
    };
    // With matchers, in JSON and of the past everything counts that matches.
    let causes_alone = !(args.all || args.json || state == State::Resolved) && args.matchers.is_empty();
    let shown = (args.limit as usize).min(ALERTS_MAX);
    let limit = if causes_alone { ALERTS_MAX } else { shown };
    let (mut alerts, mut more) = asking::ask(&args.server, environment, async |client| {
        up_to(&client, query, limit).await
    })?;
    if args.json {
        output::json(&serde_json::to_value(&alerts)?)?;
        return Ok(Outcome::Done);
    }
    let found = alerts.len();
    if causes_alone {
        alerts.retain(|alert| alert.cause.is_none());
    }
    let following = found - alerts.len();
    more |= alerts.len() > shown;
    alerts.truncate(shown);
    if alerts.is_empty() && following == 0 {
        output::note(match state {
            State::Resolved => "swarmpulse: no alert is known that was over in that time",
            _ => "swarmpulse: no alert",
        });
        return Ok(Outcome::Done);
    }
    let now_ms = clock::now_ms();
    let rows: Vec<Row> = alerts.iter().map(|alert| row(alert, now_ms)).collect();
    let last = if state == State::Resolved {
        "ENDED"
    } else {
        "SINCE"
    };
    for line in render(
        &["SEVERITY", "STATE", "ALERT", "SUBJECT", last, "ID", "WHAT"],
        &rows,
        screen_width(),
    ) {
        output::line(&line)?;
    }
    if following > 0 {
        output::note(&format!(
            "swarmpulse: {following} that follow from these are left out; `--all` lists them"
        ));
    }
    if more {
        output::note(&format!(
            "swarmpulse: {shown} shown, there are more; `--limit` shows them"
        ));
    }
    Ok(Outcome::Done)
}

/// Alerts of as many pages as it takes, and whether there are more.
async fn up_to(
    client: &Client,
    mut query: AlertQuery,
    limit: usize,
) -> Result<(Vec<Alert>, bool), ClientError> {
    let mut found = Vec::new();
    loop {
        let page = client.alert_list(&query).await?;
        found.extend(page.items);
        query.cursor = page.next;
        if query.cursor.is_none() || found.len() >= limit {
            let more = query.cursor.is_some() || found.len() > limit;
            found.truncate(limit);
            return Ok((found, more));
        }
    }
}

fn row(alert: &Alert, now_ms: i64) -> Row {
    let subject = match alert.namespace.as_str() {
        "" | "default" => alert.subject.clone(),
        namespace if alert.subject_kind == "monitor" || alert.subject.is_empty() => namespace.to_owned(),
        namespace => format!("{namespace}/{}", alert.subject),
    };
    let at = alert.resolved_at.as_deref().unwrap_or(&alert.started_at);
    Row {
        cells: vec![
            alert.severity.clone(),
            state(alert),
            alert.name.clone(),
            subject,
            age(now_ms, at),
            alert.fingerprint.clone(),
            what(alert),
        ],
        style: style(&alert.severity),
    }
}

/// The state, and why it is not told.
fn state(alert: &Alert) -> String {
    let held_back = if alert.acknowledged.is_some() {
        "in hand"
    } else if !alert.silenced_by.is_empty() {
        "silenced"
    } else if alert.cause.is_some() {
        "follows"
    } else if !alert.inhibited_by.is_empty() {
        "inhibited"
    } else if !alert.muted_by.is_empty() {
        "muted"
    } else {
        return alert.state.clone();
    };
    format!("{}, {held_back}", alert.state)
}

fn what(alert: &Alert) -> String {
    match alert.symptoms {
        0 => alert.message.clone(),
        1 => format!("{} (1 follows from it)", alert.message),
        count => format!("{} ({count} follow from it)", alert.message),
    }
}

/// The colour of a severity.
#[must_use]
pub fn style(severity: &str) -> Style {
    match severity {
        "critical" => output::colour(AnsiColor::Red),
        "warning" => output::colour(AnsiColor::Yellow),
        _ => output::colour(AnsiColor::Cyan),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_why_an_alert_is_not_told_and_what_follows_from_it() {
        let alert = Alert {
            namespace: "team".into(),
            state: "firing".into(),
            subject_kind: "host".into(),
            subject: "h1".into(),
            message: "12 of 14 agents fell silent".into(),
            started_at: clock::text(0),
            symptoms: 12,
            silenced_by: vec!["s".into()],
            ..Alert::default()
        };
        let cells = row(&alert, 300_000).cells;
        assert_eq!(
            [&cells[1], &cells[3], &cells[4], &cells[6]],
            [
                "firing, silenced",
                "team/h1",
                "5m",
                "12 of 14 agents fell silent (12 follow from it)"
            ]
        );
    }
}
