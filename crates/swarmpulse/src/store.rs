//! `swarmpulse store`: the stores' files looked through; samples packed, or written out.

mod check;
mod compact;
mod export;
mod pace;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use swarmpulse_metrics::ExportFormat;

use crate::config::Environment;
use crate::exit::Outcome;
use crate::offline::DataArgs;

const EXAMPLES: &str = "Examples:
  swarmpulse store check                          also while the server runs
  swarmpulse store compact --data /var/lib/swarmpulse
  swarmpulse store export --match 'up{job=\"a\"}' --since 7d --format csv > up.csv
  swarmpulse store export --format openmetrics --output metrics.txt

`compact` and `export` open the store themselves, so the server must not run.";

/// The metric store.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct StoreArgs {
    #[command(subcommand)]
    pub command: StoreCommand,
}

/// What to do with the metric store.
#[derive(Subcommand, Debug)]
pub enum StoreCommand {
    /// Read every file of the metric store and of the journals, compare every checksum, and say what is damaged and what to
    /// do about it; changes nothing. Exit code 1 if something is damaged.
    Check {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Pack all days that are over now, and delete what is beyond retention; tells every few seconds how far it is.
    Compact {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        data: DataArgs,
    },
    /// Write samples out as text.
    Export(ExportArgs),
}

/// What to write out, and how.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// A selector of series, as `up{job="a"}`; all without it.
    #[arg(long = "match", value_name = "SELECTOR")]
    pub selector: Option<String>,
    /// From this time on: RFC 3339, Unix seconds, or back from now as in -7d.
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        conflicts_with = "since"
    )]
    pub start: Option<String>,
    /// Up to this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub end: Option<String>,
    /// The last so much.
    #[arg(long, value_name = "SPAN")]
    pub since: Option<String>,
    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Openmetrics)]
    pub format: Format,
    /// Into this file, in place of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub data: DataArgs,
}

/// In which form samples are written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// OpenMetrics text with times, as `promtool tsdb create-blocks-from openmetrics` reads it.
    Openmetrics,
    /// A line for each sample.
    Csv,
    /// A JSON object for each series, as VictoriaMetrics imports it.
    Ndjson,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Openmetrics => Self::OpenMetrics,
            Format::Csv => Self::Csv,
            Format::Ndjson => Self::Ndjson,
        }
    }
}

/// Looks through, packs or writes out.
///
/// # Errors
/// If the store is in use where that matters, or its files cannot be read or written.
pub fn run(args: &StoreArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        StoreCommand::Check { json, data } => check::run(*json, data, environment),
        StoreCommand::Compact { json, data } => compact::run(*json, data, environment),
        StoreCommand::Export(args) => export::run(args, environment),
    }
}
