//! `swarmpulse backtest`: which alerts would have fired over the past and been told to whom, compared with what was.

mod offline;
mod table;
mod told;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use swarmpulse_api::{Backtest, BacktestFile, NewBacktest};
use swarmpulse_client::ClientError;

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::offline::DataArgs;
use crate::output;
use crate::pulse::screen_width;
use crate::query::times;

/// A month of a large fleet takes a while.
const ANSWER_LIMIT: Duration = Duration::from_secs(1800);

const EXAMPLES: &str = "Examples:
  swarmpulse backtest --from -7d
  swarmpulse backtest --from -30d --rules new-rules.yaml
  swarmpulse backtest --from 2026-05-01T00:00:00Z --to 2026-06-01T00:00:00Z --slo objectives.yaml --json
  swarmpulse backtest --from -30d --routes new-alerts.yaml
  swarmpulse backtest --from -30d --for agent_down=2m
  swarmpulse backtest --from -30d --rules new-rules.yaml --data /var/lib/swarmpulse

Runs rules over stored samples at the moments at which they would have been evaluated, and compares with the alerts in
history. Without --rules and --slo it takes the rules in force. What becomes of their alerts and of those of conditions, and
who is told, is decided by the routes in force or those of --routes, and compared with the messages in history. A running server does it beside its work; without one, or
with --data, the data directory is read. Nothing is written and nothing is sent.";

/// Shows which alerts would have fired over the past and been told to whom, beside what was.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct BacktestArgs {
    /// The beginning: RFC 3339, Unix seconds, or back from now as in -7d.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: String,
    /// The end, in the same way; now without it.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// A file of rules to run instead of those in force; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// A file of objectives to run; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub slo: Vec<PathBuf>,
    /// Routes and receivers to tell instead of those in force, in Alertmanager's format. Secrets are neither read nor sent.
    #[arg(long, value_name = "FILE")]
    pub routes: Option<PathBuf>,
    /// How long conditions of a name must hold before they are alerts, as in agent_down=60s; may be repeated.
    #[arg(long = "for", value_name = "NAME=TIME")]
    pub hold: Vec<String>,
    /// Seconds between evaluations of groups that name none.
    #[arg(long, value_name = "SECONDS", default_value_t = 15.0)]
    pub interval: f64,
    /// The most firings and messages to show.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub limit: u32,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub data: DataArgs,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Runs it and shows what it came to.
///
/// # Errors
/// If a time is none, a file cannot be read or is wrong, or neither a server nor the data can be asked.
pub fn run(args: &BacktestArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let wanted = wanted(args)?;
    let began = clock::monotone();
    let found = match &args.data.data {
        Some(_) => offline::run(&wanted, &args.data, environment)?,
        None => match ask(args, &wanted, environment)? {
            Some(found) => found,
            None => {
                output::note("swarmpulse: no server answers; the data directory is read");
                offline::run(&wanted, &args.data, environment)?
            }
        },
    };
    if args.json {
        output::json(&serde_json::to_value(&found)?)?;
    } else {
        for line in table::render(&found, args.limit as usize, screen_width()) {
            output::line(&line)?;
        }
        for line in told::render(&found, args.limit as usize, screen_width()) {
            output::line(&line)?;
        }
        output::line(&table::closing(&found, began.elapsed().as_secs_f64()))?;
    }
    for (rule, reason) in &found.errors {
        output::note(&format!("swarmpulse: {rule}: {reason}"));
    }
    Ok(Outcome::Done)
}

fn wanted(args: &BacktestArgs) -> anyhow::Result<NewBacktest> {
    let now_ms = clock::now_ms();
    let from_ms = times::time_ms("--from", &args.from, now_ms)?;
    let to_ms = match &args.to {
        Some(to) => times::time_ms("--to", to, now_ms)?,
        None => now_ms,
    };
    anyhow::ensure!(
        from_ms < now_ms,
        "--from: {} is still to come; a backtest is of the past, as with --from -7d",
        clock::text(from_ms)
    );
    anyhow::ensure!(from_ms < to_ms, "--from must lie before --to");
    let seconds = |ms: i64| format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000));
    Ok(NewBacktest {
        from: seconds(from_ms),
        to: Some(seconds(to_ms)),
        interval_s: Some(args.interval),
        rules: args
            .rules
            .iter()
            .map(|path| file(path))
            .collect::<Result<_, _>>()?,
        objectives: args.slo.iter().map(|path| file(path)).collect::<Result<_, _>>()?,
        routes: match &args.routes {
            Some(path) => Some(masked(file(path)?)),
            None => None,
        },
        for_s: args
            .hold
            .iter()
            .map(|text| hold(text))
            .collect::<Result<_, _>>()?,
    })
}

fn file(path: &Path) -> anyhow::Result<BacktestFile> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    Ok(BacktestFile {
        name: path.display().to_string(),
        text,
    })
}

/// The file without what nobody but its receivers should know.
fn masked(file: BacktestFile) -> BacktestFile {
    BacktestFile {
        text: swarmpulse_notify::settings::masked(&file.text),
        ..file
    }
}

/// A condition's name, and how long it must hold, in seconds.
fn hold(text: &str) -> anyhow::Result<(String, f64)> {
    let told = || format!("--for {text}: write a condition's name and a time, as in agent_down=60s");
    let (name, time) = text.split_once('=').with_context(told)?;
    if time == "0" {
        return Ok((name.to_owned(), 0.0));
    }
    let seconds = swarmpulse_slo::parse_duration(time).ok().with_context(told)?;
    Ok((name.to_owned(), seconds as f64))
}

/// Asks the server; `None` if there is none.
fn ask(
    args: &BacktestArgs,
    wanted: &NewBacktest,
    environment: &Environment,
) -> anyhow::Result<Option<Backtest>> {
    let client = args.server.client(environment, ANSWER_LIMIT)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if std::io::stderr().is_terminal() {
        output::note("swarmpulse: the server runs it; a month takes up to a minute");
    }
    let answer = runtime.block_on(client.backtest(wanted));
    runtime.shutdown_background();
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(ClientError::Unreachable { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
