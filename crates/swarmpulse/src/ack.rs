//! `swarmpulse ack`: takes an alert in hand, or gives it back.

use clap::Args;
use swarmpulse_api::NewAcknowledgement;

use crate::alerts::asking;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::query::times;

const EXAMPLES: &str = "Examples:
  swarmpulse ack 4f1a09c2b7d35e60 --comment 'looking at it'
  swarmpulse ack agent_down/default/agent/bot-1 --comment 'restarting the host' --for 2h
  swarmpulse ack 4f1a09c2b7d35e60 --undo

An alert in hand is not told again until it is over or gets graver. `swarmpulse alerts` prints the ids.";

/// Takes an alert in hand.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct AckArgs {
    /// The alert: its id or fingerprint.
    #[arg(value_name = "ALERT")]
    pub alert: String,
    /// What is being done about it.
    #[arg(long, required_unless_present = "undo")]
    pub comment: Option<String>,
    /// Who; the token's name without it.
    #[arg(long, value_name = "NAME")]
    pub author: Option<String>,
    /// Until this time at the latest: RFC 3339, a date, or Unix seconds.
    #[arg(long, value_name = "TIME", conflicts_with = "span")]
    pub until: Option<String>,
    /// For so long at the most, as in 2h.
    #[arg(long = "for", value_name = "SPAN", id = "span", allow_hyphen_values = true)]
    pub span: Option<String>,
    /// Give it back: nobody has it in hand.
    #[arg(long, conflicts_with_all = ["comment", "author", "until", "span"])]
    pub undo: bool,
    /// Print the alert as JSON.
    #[arg(long, conflicts_with = "undo")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Says so to the server.
///
/// # Errors
/// If there is no such alert, it is over, or the server does not answer.
pub fn run(args: &AckArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    if args.undo {
        asking::of_alert(&args.server, environment, &args.alert, async |client| {
            client.give_back(&args.alert).await
        })?;
        output::line(&format!("nobody has {} in hand", args.alert))?;
        return Ok(Outcome::Done);
    }
    let until = match (&args.until, &args.span) {
        (Some(until), _) => Some(times::future_text("--until", until)?),
        (None, Some(span)) => Some(times::span_text("--for", span)?),
        (None, None) => None,
    };
    let said = NewAcknowledgement {
        comment: args.comment.clone().unwrap_or_default(),
        author: args.author.clone(),
        until,
    };
    let alert = asking::of_alert(&args.server, environment, &args.alert, async |client| {
        client.acknowledge(&args.alert, &said).await
    })?;
    if args.json {
        output::json(&serde_json::to_value(&alert)?)?;
        return Ok(Outcome::Done);
    }
    let said = alert.acknowledged.unwrap_or_default();
    let until = said
        .until
        .map_or_else(|| "until it is over".to_owned(), |until| format!("until {until}"));
    output::line(&format!("{} has {} in hand {until}", said.by, alert.id))?;
    Ok(Outcome::Done)
}
