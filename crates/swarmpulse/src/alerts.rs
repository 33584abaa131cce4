//! `swarmpulse alerts`: what is wrong now, what was, all that happened to one alert, and what changes.

pub mod asking;
mod one;
pub mod table;
mod watching;

use anstyle::{AnsiColor, Style};
use clap::{Args, Subcommand, ValueEnum};
use swarmpulse_api::Alert;
use swarmpulse_client::{AlertQuery, Client, ClientError};

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::{age, screen_width};
use crate::query::times;
use table::{Row, render};

const EXAMPLES: &str = "Examples:
  swarmpulse alerts                                    what fires now, the gravest first
  swarmpulse alerts --all                              those as well that follow from others
  swarmpulse alerts 'agent=~\"bot.*\"' --severity critical
  swarmpulse alerts --history --since 24h
  swarmpulse alerts show 4f1a09c2b7d35e60              all that happened to one
  swarmpulse alerts watch                              a line for each change, until Ctrl-C
  swarmpulse alerts --json | jq '.[].message'

Matchers are labels with =, !=, =~ or !~, as Alertmanager reads them; all of them must match.
Exit codes: 0 whatever fires; `swarmpulse check` answers by an exit code.";

/// The most alerts that are read.
const ALERTS_MAX: usize = 10_000;
/// Alerts of a page.
const PAGE: u32 = 500;
/// How much an alert can matter.
const SEVERITIES: [&str; 3] = ["critical", "warning", "info"];

/// Prints alerts.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct AlertsArgs {
    #[command(subcommand)]
    command: Option<What>,
    #[command(flatten)]
    list: ListArgs,
}

/// What to print.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Print alerts: what `alerts` does without a word after it.
    #[command(after_help = EXAMPLES)]
    List(ListArgs),
    /// Print one alert with all that happened to it.
    Show(one::ShowArgs),
    /// Print what fires, and then every change, a line each.
    Watch(watching::WatchArgs),
}

/// Which alerts.
#[derive(Args, Clone, Debug)]
struct ListArgs {
    /// Matchers of labels.
    #[arg(value_name = "MATCHER")]
    matchers: Vec<String>,
    /// In which state.
    #[arg(long, value_enum, default_value_t = State::Firing)]
    state: State,
    /// Those that held and are over: `--state resolved`.
    #[arg(long, conflicts_with = "state")]
    history: bool,
    /// Of those that are over: that ended within so long.
    #[arg(long, value_name = "SPAN")]
    since: Option<String>,
    /// These severities alone.
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', value_parser = SEVERITIES)]
    severity: Vec<String>,
    /// Alerts of this namespace.
    #[arg(long)]
    namespace: Option<String>,
    /// This one alone, by id or fingerprint, with all that happened to it: `alerts show`.
    #[arg(long, value_name = "ALERT", conflicts_with_all = ["matchers", "state", "history", "severity", "namespace"])]
    id: Option<String>,
    /// Those as well that follow from others.
    #[arg(long)]
    all: bool,
    /// The most to print.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// In which state alerts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
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
    match &args.command {
        None => list(&args.list, environment),
        Some(What::List(args)) => list(args, environment),
        Some(What::Show(args)) => one::run(args, environment),
        Some(What::Watch(args)) => watching::run(args, environment),
    }
}

fn list(args: &ListArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    if let Some(id) = &args.id {
        return one::show(&args.server, id, args.json, environment);
    }
    if let Some(since) = &args.since {
        times::span_ms("--since", since)?;
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

/// What is wrong. Of what is over its message says why; what it was stands in its summary.
fn what(alert: &Alert) -> String {
    let was = match alert.annotations.get("summary") {
        Some(summary) if alert.state == "resolved" && *summary != alert.message => {
            format!("{}: {summary}", alert.message)
        }
        _ => alert.message.clone(),
    };
    match alert.symptoms {
        0 => was,
        1 => format!("{was} (1 follows from it)"),
        count => format!("{was} ({count} follow from it)"),
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
        let over = Alert {
            state: "resolved".into(),
            message: "it is over".into(),
            annotations: [("summary".to_owned(), "db is slow".to_owned())].into(),
            ..Alert::default()
        };
        assert_eq!(what(&over), "it is over: db is slow");
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
