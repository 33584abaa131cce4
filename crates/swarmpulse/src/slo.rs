//! `swarmpulse slo`: which promises hold, with the figures; and files of objectives, checked and made into rules.

mod files;
mod markdown;
mod remote;
mod report;
mod table;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::screen_width;
use crate::query::times;
use report::Report;

const EXAMPLES: &str = "Examples:
  swarmpulse slo
  swarmpulse slo --service agents --json
  swarmpulse slo --markdown > compliance.md
  swarmpulse slo --at -1d --strict
  swarmpulse slo --file objectives.yaml        judged by the server's series, without loading it there
  swarmpulse slo check objectives.yaml
  swarmpulse slo rules objectives.yaml > rules.yaml

Exit codes: 0 every promise that can be judged holds; 1 one does not, or there was no answer; 2 none can be judged, or, with
--strict, one cannot. NO DATA is never MEETING. `check` and `rules`: 1 if a file is wrong.";

/// Tells which promises hold.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct SloArgs {
    #[command(subcommand)]
    command: Option<Which>,
    /// Objectives of this service alone.
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// As of this time: RFC 3339, Unix seconds, or back from now as in -1d.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub at: Option<String>,
    /// Judge the objectives of these files, not those that the server has loaded.
    #[arg(long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// One namespace alone.
    #[arg(long, conflicts_with = "file")]
    pub namespace: Option<String>,
    /// An objective without data is a failure.
    #[arg(long)]
    pub strict: bool,
    /// Print JSON.
    #[arg(long, conflicts_with = "markdown")]
    pub json: bool,
    /// Print a report in Markdown.
    #[arg(long)]
    pub markdown: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// What to do with files of objectives.
#[derive(Clone, Debug, Subcommand)]
enum Which {
    /// Check files of objectives; no server is needed.
    Check(FileArgs),
    /// Print the Prometheus rules that objectives are made into; no server is needed.
    Rules(FileArgs),
}

/// Files of objectives.
#[derive(Args, Clone, Debug)]
struct FileArgs {
    /// The files; `shipped` for the objectives that come with the program.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Prints the report, or looks at files.
///
/// # Errors
/// If a file is wrong, or the server does not answer.
pub fn run(args: &SloArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        Some(Which::Check(args)) => return files::check(&args.files),
        Some(Which::Rules(args)) => return files::rules(&args.files),
        None => {}
    }
    let report = asked(args, environment)?.of_service(args.service.as_deref());
    if args.json {
        output::json(&serde_json::to_value(&report.slos)?)?;
    } else if args.markdown {
        output::print(&markdown::render(&report.slos))?;
    } else {
        for line in table::render(&report.slos, screen_width()) {
            output::line(&line)?;
        }
    }
    Ok(report.outcome(args.strict))
}

fn asked(args: &SloArgs, environment: &Environment) -> anyhow::Result<Report> {
    let now_ms = clock::now_ms();
    let at_ms = match &args.at {
        Some(at) => Some(times::time_ms("--at", at, now_ms)?),
        None => None,
    };
    let client = args.server.client(environment, Duration::from_secs(130))?;
    if !args.file.is_empty() {
        let objectives = files::read(&args.file)?;
        return remote::judge(&client, &objectives, at_ms.unwrap_or(now_ms));
    }
    let at = at_ms.map(clock::text);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let slos = runtime.block_on(client.slos(args.namespace.as_deref(), at.as_deref()));
    runtime.shutdown_background();
    Ok(Report { slos: slos? })
}
