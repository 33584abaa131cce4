//! `swarmpulse query`: a PromQL expression at one time as a table, or over a range as a chart.

pub mod answer;
mod chart;
mod span;
mod table;
pub mod times;

use std::time::Duration;

use clap::Args;
use swarmpulse_client::{QueryAnswer, QueryTime};

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::screen_width;
use answer::Found;
use span::Span;

const EXAMPLES: &str = "Examples:
  swarmpulse query 'swarmpulse_agents'
  swarmpulse query 'topk(5, swarmpulse_agent_resident_memory_bytes)'
  swarmpulse query 'sum by(kind)(rate(swarmpulse_agent_cpu_seconds_total[5m]))' --since 6h
  swarmpulse query 'up' --start 2026-05-01T14:00:00Z --end 2026-05-01T15:00:00Z --step 1m --json

Times are RFC 3339, Unix seconds, or back from now as in -1h.";

/// Evaluates a PromQL expression.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct QueryArgs {
    /// The expression.
    #[arg(value_name = "EXPRESSION")]
    pub expression: String,
    /// At this time; now without it.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, conflicts_with_all = ["since", "start", "end", "step"])]
    pub at: Option<String>,
    /// Over the last so much, up to now or `--end`.
    #[arg(long, value_name = "SPAN", conflicts_with = "start")]
    pub since: Option<String>,
    /// From this time on.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub start: Option<String>,
    /// Up to this time; now without it.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub end: Option<String>,
    /// From step to step; what fits the range and the terminal without it.
    #[arg(long, value_name = "SPAN")]
    pub step: Option<String>,
    /// The most series to show.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    /// Print the answer as JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Asks the server and prints what it says.
///
/// # Errors
/// If a time is none, or the server does not answer or cannot evaluate the expression.
pub fn run(args: &QueryArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let width = screen_width();
    let now_ms = clock::now_ms();
    let span = Span::of(args, now_ms, chart::steps(width))?;
    let when = match (&span, &args.at) {
        (Some(span), _) => span.when(),
        (None, None) => QueryTime::At(None),
        (None, Some(at)) => QueryTime::At(Some(span::seconds(times::time_ms("--at", at, now_ms)?))),
    };
    let client = args.server.client(environment, Duration::from_secs(130))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(client.query(&args.expression, &when));
    runtime.shutdown_background();
    let answer = answer?;
    for sentence in answer.warnings.iter().chain(&answer.infos) {
        output::note(&format!("swarmpulse: {sentence}"));
    }
    if args.json {
        output::line(answer.data.get())?;
        return Ok(Outcome::Done);
    }
    show(&answer, span.as_ref(), args, width)?;
    Ok(Outcome::Done)
}

fn show(
    answer: &QueryAnswer,
    span: Option<&Span>,
    args: &QueryArgs,
    width: Option<usize>,
) -> anyhow::Result<()> {
    let found = Found::read(&answer.data)?;
    let limit = args.limit as usize;
    let lines = match span {
        Some(span) => chart::render(&found, span, limit, width),
        None => table::render(&found, limit, width),
    };
    if lines.is_empty() {
        output::note("swarmpulse: no series match at that time; `--since 1h` looks further back");
    }
    for line in lines {
        output::line(&line)?;
    }
    Ok(())
}
