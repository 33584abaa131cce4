//! `swarmpulse notify`: who is told, whether that works, what was told, and what was given up.

mod routes;
mod told;

use anstyle::{AnsiColor, Style};
use clap::{Args, Subcommand};
use swarmpulse_api::{Channel, Receiver};

use crate::alerts::asking;
use crate::alerts::table::{Row, render};
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::screen_width;

const EXAMPLES: &str = "Examples:
  swarmpulse notify channels                 who is told, and how each channel does
  swarmpulse notify routes severity=critical who would be told of such an alert
  swarmpulse notify test ops                 one message to every channel of a receiver
  swarmpulse notify list                     what was told, the newest first
  swarmpulse notify dead                     what was given up
  swarmpulse notify retry 0-4711-2           and is tried again
  swarmpulse notify retry --all

Exit codes: 1 if a channel that is tried does not take its message.";

const TEST_EXAMPLES: &str = "Examples:
  swarmpulse notify test ops
  swarmpulse notify test ops --json

One message titled [TEST] goes to each channel at once; what it opens there is closed two seconds later. Exit code 1 if a
channel does not take it. `swarmpulse notify channels` prints the receivers.";

/// Looks after notifications.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct NotifyArgs {
    #[command(subcommand)]
    command: What,
}

/// What to do.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Print who is told, and how each channel does.
    Channels(PlainArgs),
    /// Print the tree of routes, or who would be told of an alert with given labels; no server is needed.
    Routes(routes::RoutesArgs),
    /// Send one message to every channel of a receiver.
    Test(TestArgs),
    /// Print what was told, the newest first.
    List(told::ListArgs),
    /// Print what was given up.
    Dead(told::DeadArgs),
    /// Have what was given up tried again.
    Retry(told::RetryArgs),
}

/// How to print, and whom to ask.
#[derive(Args, Clone, Debug)]
struct PlainArgs {
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Which receiver.
#[derive(Args, Clone, Debug)]
#[command(after_help = TEST_EXAMPLES)]
struct TestArgs {
    /// The receiver.
    #[arg(value_name = "RECEIVER")]
    receiver: String,
    #[command(flatten)]
    plain: PlainArgs,
}

/// Does it.
///
/// # Errors
/// If the server refuses it, or does not answer.
pub fn run(args: &NotifyArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        What::Channels(args) => channels(args, environment),
        What::Routes(args) => routes::run(args, environment),
        What::Test(args) => test(args, environment),
        What::List(args) => told::list(args, environment),
        What::Dead(args) => told::dead(args, environment),
        What::Retry(args) => told::retry(args, environment),
    }
}

fn channels(args: &PlainArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let receivers = asking::ask(&args.server, environment, async |client| client.receivers().await)?;
    if args.json {
        output::json(&serde_json::to_value(&receivers.items)?)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Row> = receivers.items.iter().flat_map(rows).collect();
    if rows.is_empty() {
        output::note(
            "swarmpulse: nobody is told; `alerts.file` in the configuration names the file that says who",
        );
        return Ok(Outcome::Done);
    }
    let headings = [
        "RECEIVER",
        "CHANNEL",
        "SENT",
        "FAILED",
        "WAITING",
        "DEAD",
        "LAST ERROR",
    ];
    for line in render(&headings, &rows, screen_width()) {
        output::line(&line)?;
    }
    Ok(Outcome::Done)
}

fn rows(receiver: &Receiver) -> Vec<Row> {
    let row = |channel: Option<&Channel>| {
        let count = |of: fn(&Channel) -> u64| channel.map_or_else(String::new, |it| of(it).to_string());
        let error = channel.and_then(|channel| channel.last_error.clone());
        let style = match (&error, channel) {
            (Some(_), _) => output::colour(AnsiColor::Red),
            (None, Some(_)) => Style::new(),
            (None, None) => output::dim(),
        };
        Row {
            cells: vec![
                receiver.name.clone(),
                channel.map_or_else(|| "none".to_owned(), |channel| channel.name.clone()),
                count(|channel| channel.sent),
                count(|channel| channel.failed),
                count(|channel| channel.waiting),
                count(|channel| channel.dead),
                error.unwrap_or_default(),
            ],
            style,
        }
    };
    if receiver.channels.is_empty() {
        return vec![row(None)];
    }
    receiver
        .channels
        .iter()
        .map(|channel| row(Some(channel)))
        .collect()
}

fn test(args: &TestArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let tested = asking::ask(&args.plain.server, environment, async |client| {
        client.test_receiver(&args.receiver).await
    })?;
    let all_well = tested.channels.iter().all(|channel| channel.delivered);
    if args.plain.json {
        output::json(&serde_json::to_value(&tested)?)?;
    } else if tested.channels.is_empty() {
        output::note(&format!(
            "swarmpulse: {} has no channels: what is routed to it is told nobody",
            tested.receiver
        ));
    } else {
        for channel in &tested.channels {
            let remark = channel.remark.as_ref();
            let line = match &channel.error {
                None => format!(
                    "{} {}{}{}",
                    output::styled(output::colour(AnsiColor::Green), "delivered"),
                    channel.name,
                    if channel.closed {
                        ", and closed what it opened there"
                    } else {
                        ""
                    },
                    remark.map_or_else(String::new, |remark| format!(", but {remark}"))
                ),
                Some(error) => format!(
                    "{} {}: {error}",
                    output::styled(output::colour(AnsiColor::Red), "failed"),
                    channel.name
                ),
            };
            output::line(&line)?;
        }
    }
    Ok(if all_well { Outcome::Done } else { Outcome::Wrong })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_without_channels_is_shown_as_such() {
        let cells = |receiver: &Receiver| {
            rows(receiver)
                .into_iter()
                .map(|row| row.cells.join("|"))
                .collect::<Vec<_>>()
        };
        let quiet = Receiver {
            name: "quiet".into(),
            channels: Vec::new(),
        };
        assert_eq!(cells(&quiet), ["quiet|none|||||"]);
        let ops = Receiver {
            name: "ops".into(),
            channels: vec![Channel {
                name: "slack/0".into(),
                sent: 3,
                failed: 1,
                last_error: Some("answered 500".into()),
                ..Channel::default()
            }],
        };
        assert_eq!(cells(&ops), ["ops|slack/0|3|1|0|0|answered 500"]);
    }
}
