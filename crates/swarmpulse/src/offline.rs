//! Commands that work on the data directory or on this program itself, without a server.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};

mod replaying;
mod tokens;

use crate::config::{self, Environment};
use crate::exit::Outcome;
use crate::output;

const REPLAY_EXAMPLES: &str = "Examples:
  swarmpulse replay --from 2026-05-01T14:00:00Z --to 2026-05-01T15:00:00Z
  swarmpulse replay --from 2026-05-01T14:00:00Z --data /var/lib/swarmpulse --json

Reads the journal, changes nothing, sends nothing; prints each change of a verdict with its evidence.";

/// Runs a span of the journal again and prints the changes of verdicts.
#[derive(Args, Debug)]
#[command(after_help = REPLAY_EXAMPLES)]
pub struct ReplayArgs {
    /// The beginning, RFC 3339.
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// The end, RFC 3339; the journal's end where there is none.
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Print one JSON object a change.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub data: DataArgs,
}

/// Where the data lies.
#[derive(Args, Clone, Debug)]
pub struct DataArgs {
    /// The data directory; by default the configuration's.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, value_name = "FILE", env = "SWARMPULSE_CONFIG")]
    pub config: Option<PathBuf>,
}

const TOKEN_EXAMPLES: &str = "Examples:
  swarmpulse token create --scope ingest --comment 'build farm'
  swarmpulse token create --scope read --namespace team-a
  swarmpulse token list
  swarmpulse token revoke 4f2a91c07be3

The secret is printed once and stored hashed. A running server sees the change within seconds.";

/// Bearer tokens.
#[derive(Args, Debug)]
#[command(after_help = TOKEN_EXAMPLES)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What to do with tokens.
#[derive(Subcommand, Debug)]
pub enum TokenCommand {
    /// Make a token and print its secret, once.
    Create {
        /// What it allows.
        #[arg(long, value_enum)]
        scope: TokenScope,
        /// The namespace it is bound to; without one it sends to `default` and reads all.
        #[arg(long)]
        namespace: Option<String>,
        /// What it is for.
        #[arg(long, default_value = "")]
        comment: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// List tokens, without their secrets.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Remove a token.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TokenScope {
    /// Sending records.
    Ingest,
    /// Looking.
    Read,
    /// Everything.
    Admin,
}

/// The series that this server publishes.
#[derive(Args, Debug)]
pub struct MetricsArgs {
    #[command(subcommand)]
    pub command: MetricsCommand,
}

/// What to do with the registry of series.
#[derive(Subcommand, Debug)]
pub enum MetricsCommand {
    /// Print every series with its type, labels and meaning.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Replays.
///
/// # Errors
/// If the journal cannot be read.
pub fn replay(args: &ReplayArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    replaying::run(args, environment)
}

/// Makes, lists or removes tokens.
///
/// # Errors
/// If the state cannot be opened.
pub fn token(args: &TokenArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        TokenCommand::Create {
            scope,
            namespace,
            comment,
            json,
            data,
        } => tokens::create(
            *scope,
            namespace.as_deref(),
            comment,
            *json,
            &data_dir(data, environment)?,
        ),
        TokenCommand::List { json, data } => tokens::list(*json, &data_dir(data, environment)?),
        TokenCommand::Revoke { id, data } => tokens::revoke(id, &data_dir(data, environment)?),
    }
}

/// Prints the OpenAPI document.
///
/// # Errors
/// If standard output is closed.
pub fn openapi() -> anyhow::Result<Outcome> {
    let document = swarmpulse_server::document()
        .to_pretty_json()
        .context("write the OpenAPI document")?;
    output::line(&document)?;
    Ok(Outcome::Done)
}

/// Prints the registry of series.
///
/// # Errors
/// If standard output is closed.
pub fn metrics(args: &MetricsArgs) -> anyhow::Result<Outcome> {
    let MetricsCommand::List { json } = args.command;
    let mut all = swarmpulse_server::metric_names().to_vec();
    all.extend(swarmpulse_server::usage_names());
    if json {
        let all: Vec<serde_json::Value> = all
            .iter()
            .map(|series| {
                serde_json::json!({
                    "name": series.name, "type": series.series_type.as_str(), "labels": series.labels, "help": series.help,
                })
            })
            .collect();
        output::json(&serde_json::Value::Array(all))?;
        return Ok(Outcome::Done);
    }
    for series in all {
        let labels = if series.labels.is_empty() {
            String::new()
        } else {
            format!("{{{}}}", series.labels.join(","))
        };
        output::line(&format!(
            "{}{labels} ({}): {}",
            series.name,
            series.series_type.as_str(),
            series.help
        ))?;
    }
    Ok(Outcome::Done)
}

/// The data directory: as given, else the configuration's.
pub(crate) fn data_dir(args: &DataArgs, environment: &Environment) -> anyhow::Result<PathBuf> {
    match &args.data {
        Some(dir) => Ok(dir.clone()),
        None => Ok(config::load(args.config.as_deref(), environment, Vec::new())?
            .config
            .data
            .dir),
    }
}
