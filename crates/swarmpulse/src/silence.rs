//! `swarmpulse silence`: alerts that match are shown and not told for a while.

mod add;
mod import;
mod list;

use clap::{Args, Subcommand};

use crate::alerts::asking;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;

const EXAMPLES: &str = "Examples:
  swarmpulse silence preview 'agent=bot-1'
  swarmpulse silence add 'agent=bot-1' --for 2h --comment 'upgrade of the bot'
  swarmpulse silence add 'host=h1' --maintenance --from 30m --for 4h --comment 'new disks'
  swarmpulse silence list --all
  swarmpulse silence expire 6f0c9a4e-1d2b-4c3d-8e5f-7a8b9c0d1e2f
  amtool silence query -o json | swarmpulse silence import -

Matchers are labels with =, !=, =~ or !~, as Alertmanager reads them; all of them must match. Times are RFC 3339, a date
(its midnight in UTC), Unix seconds, or so long from now, as 30m.";

const SHOW_EXAMPLES: &str = "Examples:
  swarmpulse silence show 6f0c9a4e-1d2b-4c3d-8e5f-7a8b9c0d1e2f

`swarmpulse silence list` prints the ids.";
const EXPIRE_EXAMPLES: &str = "Examples:
  swarmpulse silence expire 6f0c9a4e-1d2b-4c3d-8e5f-7a8b9c0d1e2f
  swarmpulse silence list --json | jq -r '.[].id' | xargs swarmpulse silence expire";

/// Silences alerts.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct SilenceArgs {
    #[command(subcommand)]
    command: What,
}

/// What to do.
#[derive(Subcommand, Clone, Debug)]
enum What {
    /// Silence alerts that match.
    Add(add::AddArgs),
    /// Print the alerts that matchers would hold back; nothing is changed.
    Preview(add::PreviewArgs),
    /// Print silences.
    List(list::ListArgs),
    /// Print one silence.
    #[command(after_help = SHOW_EXAMPLES)]
    Show(OneArgs),
    /// End silences now.
    #[command(after_help = EXPIRE_EXAMPLES)]
    Expire(ExpireArgs),
    /// Make the silences of a file, as of an Alertmanager.
    Import(import::ImportArgs),
}

/// Which silence.
#[derive(Args, Clone, Debug)]
struct OneArgs {
    /// Its id.
    #[arg(value_name = "SILENCE")]
    id: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Which silences.
#[derive(Args, Clone, Debug)]
struct ExpireArgs {
    /// Their ids.
    #[arg(value_name = "SILENCE", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Does it.
///
/// # Errors
/// If the server refuses it, or does not answer.
pub fn run(args: &SilenceArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        What::Add(args) => add::run(args, environment),
        What::Preview(args) => add::preview(args, environment),
        What::List(args) => list::run(args, environment),
        What::Show(args) => show(args, environment),
        What::Expire(args) => expire(args, environment),
        What::Import(args) => import::run(args, environment),
    }
}

fn show(args: &OneArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let silence = asking::ask(&args.server, environment, async |client| {
        client.silence(&args.id).await
    })?;
    if args.json {
        output::json(&serde_json::to_value(&silence)?)?;
        return Ok(Outcome::Done);
    }
    for line in list::told(&silence) {
        output::line(&line)?;
    }
    Ok(Outcome::Done)
}

/// All of them are tried; the first that cannot be ended is the failure.
fn expire(args: &ExpireArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let mut failed = None;
    for id in &args.ids {
        let ended = asking::ask(&args.server, environment, async |client| {
            client.expire_silence(id).await
        });
        match ended {
            Ok(silence) => output::line(&format!("{} ended at {}", silence.id, silence.ends_at))?,
            Err(error) => failed = failed.or(Some(error.context(format!("silence {id}")))),
        }
    }
    failed.map_or(Ok(Outcome::Done), Err)
}
