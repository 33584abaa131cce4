//! What was told, what was given up, and trying that again.

use anstyle::{AnsiColor, Style};
use clap::Args;
use swarmpulse_api::{Notification, Notifications};
use swarmpulse_client::{Client, ClientError, NotificationQuery};

use crate::alerts::asking;
use crate::alerts::table::{Row, render};
use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::{age, screen_width};

const LIST_EXAMPLES: &str = "Examples:
  swarmpulse notify list
  swarmpulse notify list --receiver ops --outcome waiting
  swarmpulse notify list --json | jq '.[] | select(.attempts > 1)'";
const DEAD_EXAMPLES: &str = "Examples:
  swarmpulse notify dead
  swarmpulse notify dead --receiver ops --json";
const RETRY_EXAMPLES: &str = "Examples:
  swarmpulse notify retry 0-4711-2
  swarmpulse notify retry --all

`swarmpulse notify dead` prints the ids.";

/// Pages read for one answer: those that ask for one outcome may be short.
const PAGES_MAX: usize = 50;

/// Which notifications.
#[derive(Args, Clone, Debug)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct ListArgs {
    /// Of this outcome: waiting, delivered, dead.
    #[arg(long, value_parser = ["waiting", "delivered", "dead"])]
    outcome: Option<String>,
    #[command(flatten)]
    which: DeadArgs,
}

/// Which of those that were given up.
#[derive(Args, Clone, Debug)]
#[command(after_help = DEAD_EXAMPLES)]
pub(super) struct DeadArgs {
    /// To this receiver.
    #[arg(long, value_name = "NAME")]
    receiver: Option<String>,
    /// The most to print.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// What is to be tried again.
#[derive(Args, Clone, Debug)]
#[command(after_help = RETRY_EXAMPLES)]
pub(super) struct RetryArgs {
    /// Ids of notifications that were given up.
    #[arg(value_name = "NOTIFICATION", required_unless_present = "all")]
    ids: Vec<String>,
    /// Everything that was given up.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn list(args: &ListArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    show(&args.which, args.outcome.as_deref(), environment)
}

pub(super) fn dead(args: &DeadArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    show(args, Some("dead"), environment)
}

pub(super) fn retry(args: &RetryArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let ids = if args.all {
        let query = NotificationQuery {
            outcome: Some("dead".to_owned()),
            limit: Some(1000),
            ..NotificationQuery::default()
        };
        let found = asking::ask(&args.server, environment, async |client| {
            up_to(&client, query, 1000).await
        })?;
        found.items.into_iter().map(|item| item.id).collect()
    } else {
        args.ids.clone()
    };
    if ids.is_empty() {
        output::note("swarmpulse: nothing was given up");
    }
    let mut failed = None;
    for id in &ids {
        let tried = asking::ask(&args.server, environment, async |client| {
            client.retry_notification(id).await
        });
        match tried {
            Ok(()) => output::line(&format!("{id} is tried again"))?,
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(Outcome::Done), Err)
}

fn show(args: &DeadArgs, outcome: Option<&str>, environment: &Environment) -> anyhow::Result<Outcome> {
    let query = NotificationQuery {
        outcome: outcome.map(str::to_owned),
        receiver: args.receiver.clone(),
        limit: Some(args.limit),
        ..NotificationQuery::default()
    };
    let limit = args.limit as usize;
    let found = asking::ask(&args.server, environment, async |client| {
        up_to(&client, query, limit).await
    })?;
    if args.json {
        output::json(&serde_json::to_value(&found.items)?)?;
        return Ok(Outcome::Done);
    }
    if found.items.is_empty() {
        output::note(if outcome == Some("dead") {
            "swarmpulse: nothing was given up"
        } else {
            "swarmpulse: nothing was told"
        });
    } else {
        let now_ms = clock::now_ms();
        let rows: Vec<Row> = found.items.iter().map(|told| row(told, now_ms)).collect();
        let headings = [
            "OUTCOME", "ID", "AGO", "RECEIVER", "CHANNEL", "FIRING", "ENDED", "ALERT", "WHAT",
        ];
        for line in render(&headings, &rows, screen_width()) {
            output::line(&line)?;
        }
    }
    if found.waiting > 0 {
        output::note(&format!("swarmpulse: {} wait to be sent", found.waiting));
    }
    if found.dead > 0 && outcome != Some("dead") {
        output::note(&format!(
            "swarmpulse: {} were given up; `swarmpulse notify dead` prints them",
            found.dead
        ));
    }
    Ok(Outcome::Done)
}

/// As many as wanted, from as many pages as that takes.
async fn up_to(
    client: &Client,
    mut query: NotificationQuery,
    limit: usize,
) -> Result<Notifications, ClientError> {
    let mut all = client.notifications(&query).await?;
    for _ in 0..PAGES_MAX {
        query.cursor = all.next.take();
        if query.cursor.is_none() || all.items.len() >= limit {
            break;
        }
        let page = client.notifications(&query).await?;
        all.items.extend(page.items);
        all.next = page.next;
    }
    all.items.truncate(limit);
    Ok(all)
}

fn row(told: &Notification, now_ms: i64) -> Row {
    let first = told.alerts.first();
    let more = match told.alerts.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let what = match (&told.error, first) {
        (Some(error), _) => error.clone(),
        (None, Some(alert)) => format!("{}{more}", alert.message),
        (None, None) => String::new(),
    };
    let others = first.is_some_and(|first| told.alerts.iter().any(|alert| alert.name != first.name));
    let alert = match first {
        Some(first) if others => format!("{} ...", first.name),
        Some(first) => first.name.clone(),
        None => String::new(),
    };
    Row {
        cells: vec![
            told.outcome.clone(),
            told.id.clone(),
            age(now_ms, &told.at),
            told.receiver.clone(),
            told.channel.clone(),
            told.firing.to_string(),
            told.resolved.to_string(),
            alert,
            what,
        ],
        style: match told.outcome.as_str() {
            "delivered" => output::colour(AnsiColor::Green),
            "dead" => output::colour(AnsiColor::Red),
            _ => Style::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_api::NotifiedAlert;

    use super::*;

    #[test]
    fn a_row_says_what_was_told_or_why_it_was_not() {
        let mut told = Notification {
            outcome: "delivered".into(),
            at: clock::text(0),
            alerts: [("host_down", "host h1 is down"), ("service_slow", "db is slow")]
                .map(|(name, message)| NotifiedAlert {
                    name: name.into(),
                    message: message.into(),
                    ..NotifiedAlert::default()
                })
                .to_vec(),
            ..Notification::default()
        };
        let what = |told: &Notification| row(told, 60_000).cells[7..].join(": ");
        assert_eq!(what(&told), "host_down ...: host h1 is down and 1 more");
        assert_eq!(row(&told, 60_000).cells[2], "60s");
        told.alerts.truncate(1);
        told.alerts[0].message = "it is over".into();
        assert_eq!(what(&told), "host_down: it is over");
        told.error = Some("answered 404".into());
        assert_eq!(what(&told), "host_down: answered 404");
    }
}
