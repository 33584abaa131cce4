//! `swarmpulse detect`: runs one detector over a file, as the server runs it over the fleet, and explains all of them.

mod alone;
mod anomaly;
mod cascade;
mod exhaustion;
mod failures;
mod gc;
mod leak;
mod lines;
mod queues;
mod rounds;
mod services;
mod table;

use clap::{Args, Subcommand};
use swarmpulse_detect::DETECTORS;

use crate::exit::Outcome;
use crate::output;

const EXAMPLES: &str = "Examples:
  swarmpulse detect --list
  swarmpulse detect --list --json
  swarmpulse detect anomaly --csv latency.csv
  swarmpulse detect cascade --ndjson outcomes.ndjson
  swarmpulse detect exhaustion --csv open_fds.csv --limit 1024
  swarmpulse detect failures --ndjson records.ndjson
  swarmpulse detect gc --csv gc_seconds.csv
  swarmpulse detect leak --csv memory.csv --limit-bytes 536870912
  swarmpulse detect queues --ndjson tasks.ndjson
  swarmpulse detect services --ndjson calls.ndjson

Files are read from `-` for standard input. Nothing is sent anywhere, no server is needed.";

/// Runs detectors over files.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true, args_conflicts_with_subcommands = true)]
pub struct DetectArgs {
    /// Explain every detector: what it looks for, how, and where the method comes from.
    #[arg(long)]
    pub list: bool,
    /// Print the list as JSON.
    #[arg(long, requires = "list")]
    pub json: bool,
    #[command(subcommand)]
    command: Option<Which>,
}

/// Which detector.
#[derive(Subcommand, Debug)]
enum Which {
    Anomaly(anomaly::AnomalyArgs),
    Cascade(cascade::CascadeArgs),
    Exhaustion(exhaustion::ExhaustionArgs),
    Failures(failures::FailuresArgs),
    Gc(gc::GcArgs),
    Leak(leak::LeakArgs),
    Queues(queues::QueuesArgs),
    Services(services::ServicesArgs),
}

/// Runs a detector, or lists them.
///
/// # Errors
/// If a file cannot be read.
pub fn run(args: &DetectArgs) -> anyhow::Result<Outcome> {
    match &args.command {
        Some(Which::Anomaly(args)) => anomaly::run(args),
        Some(Which::Cascade(args)) => cascade::run(args),
        Some(Which::Exhaustion(args)) => exhaustion::run(args),
        Some(Which::Failures(args)) => failures::run(args),
        Some(Which::Gc(args)) => gc::run(args),
        Some(Which::Leak(args)) => leak::run(args),
        Some(Which::Queues(args)) => queues::run(args),
        Some(Which::Services(args)) => services::run(args),
        None => list(args.json),
    }
}

fn list(json: bool) -> anyhow::Result<Outcome> {
    if json {
        let all: Vec<_> = DETECTORS
            .iter()
            .map(|detector| described(detector.description))
            .collect();
        output::json(&serde_json::Value::Array(all))?;
        return Ok(Outcome::Done);
    }
    for (number, detector) in DETECTORS.iter().enumerate() {
        let it = detector.description;
        if number > 0 {
            output::line("")?;
        }
        output::line(&format!("{}: {}", it.name, it.summary))?;
        output::line(&wrapped(it.method, 96))?;
        for condition in it.conditions {
            output::line(&format!("  raises {}: {}", condition.name, condition.meaning))?;
        }
        for series in it.series {
            output::line(&format!("  series {}: {}", series.name, series.help))?;
        }
        for source in it.sources {
            output::line(&format!("  source {source}"))?;
        }
    }
    Ok(Outcome::Done)
}

fn described(it: &swarmpulse_detect::Description) -> serde_json::Value {
    serde_json::json!({
        "name": it.name,
        "summary": it.summary,
        "method": it.method,
        "sources": it.sources,
        "conditions": it.conditions.iter().map(|condition| serde_json::json!({
            "name": condition.name,
            "meaning": condition.meaning,
        })).collect::<Vec<_>>(),
        "series": it.series.iter().map(|series| serde_json::json!({
            "name": series.name,
            "unit": series.unit,
            "labels": series.labels,
            "help": series.help,
        })).collect::<Vec<_>>(),
    })
}

/// Lines of at most so many characters, two spaces in.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::from(" ")];
    for word in text.split_whitespace() {
        let full = lines
            .last()
            .is_some_and(|line| line.chars().count() + 1 + word.chars().count() > width);
        if full {
            lines.push(String::from(" "));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}
