//! `swarmpulse watch`: runs any command as a watched agent.
//!
//! The command keeps our standard streams and our process group, so that its output, its terminal and job control
//! are as if nobody watched. A server that is away changes nothing for it.

mod child;
mod mirror;
mod oom;
mod outbox;
mod report;
mod restart;
mod signals;

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use swarmpulse_client::Backoff;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use child::{Child, Ended, SpawnError};
pub use mirror::die_of;
use outbox::Outbox;
use report::Reporter;
pub use restart::RestartPolicy;
use signals::{Signals, Verb};

const EXAMPLES: &str = "Examples:
  swarmpulse watch --name bot-1 -- python my_bot.py
  swarmpulse watch --name crawler --kind bot --restart on-failure -- ./crawl --depth 3
  swarmpulse watch --name nightly --interval 60 -- make nightly

The command's output, input, terminal and signals are its own; `watch` exits as it did. Reports wait while the server
is away; at the end, up to 2 s are spent to hand in what is left.
Exit codes: the command's own; 125 if `watch` failed, 126 if the command cannot be run, 127 if there is none.";

/// The longest that the end waits for the server.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// Runs a command as a watched agent.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct WatchArgs {
    /// What the agent is called.
    #[arg(long, value_name = "AGENT")]
    pub name: String,
    /// What sort of agent it is.
    #[arg(long, default_value = "process")]
    pub kind: String,
    /// Whether to start it again when it ends: waits 1 s, then longer each time up to 60 s.
    #[arg(long, value_enum, default_value_t = RestartPolicy::Never)]
    pub restart: RestartPolicy,
    /// Seconds between heartbeats.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = interval_s)]
    pub interval: f64,
    /// Say nothing on standard error, not even at the end that reports were left.
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub server: ServerArgs,
    /// The command and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

fn interval_s(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.5..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("expected seconds from 0.5 to 3600".to_owned()),
    }
}

/// Runs the command to its end, and reports.
///
/// # Errors
/// If watching itself cannot begin; a command that cannot run is an exit code.
pub fn run(args: &WatchArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(watch(args, environment));
    runtime.shutdown_background();
    match outcome? {
        Ended::Exited { code } => Ok(Outcome::Code(code as u8)),
        Ended::Signalled { signal, .. } => Ok(die_of(signal)),
    }
}

async fn watch(args: &WatchArgs, environment: &Environment) -> anyhow::Result<Ended> {
    let client = args.server.client(environment, Duration::from_secs(5))?;
    let reporter = Reporter::new(&args.name, &args.kind, args.interval)?;
    let mut signals = Signals::install()?;
    let (outbox, sender) = Outbox::start(client);
    let ended = run_until_done(args, &reporter, &mut signals, &outbox).await;
    let left = outbox.finish(sender, FLUSH_LIMIT).await;
    if let Some(left) = left
        && !args.quiet
    {
        output::note(&format!("swarmpulse watch: {left}"));
    }
    Ok(ended)
}

async fn run_until_done(
    args: &WatchArgs,
    reporter: &Reporter,
    signals: &mut Signals,
    outbox: &Outbox,
) -> Ended {
    let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
    let mut has_run = false;
    loop {
        let child = match child::spawn(&args.command) {
            Ok(child) => child,
            // A command that ran before may be back after an upgrade in place; at first it is a mistake.
            Err(error) if !has_run || !args.restart.applies_to_failure() => return cannot_run(&error),
            Err(error) => {
                if !args.quiet {
                    output::note(&format!("swarmpulse watch: {error}"));
                }
                match pause(backoff.after_failure(None), signals).await {
                    Some(signal) => {
                        return Ended::Signalled {
                            signal,
                            out_of_memory: false,
                        };
                    }
                    None => continue,
                }
            }
        };
        has_run = true;
        let began = clock::monotone();
        let life = reporter.life(&child);
        let (ended, requested) = one_life(args, child, &life, signals, outbox).await;
        outbox.push(life.exited(&ended, requested));
        if requested || !args.restart.applies_to(&ended) {
            return ended;
        }
        if began.elapsed() > Duration::from_secs(60) {
            backoff.succeeded();
        }
        if let Some(signal) = pause(backoff.after_failure(None), signals).await {
            return Ended::Signalled {
                signal,
                out_of_memory: false,
            };
        }
    }
}

/// One life of the command, from its start to its end; true if it was asked to end.
async fn one_life(
    args: &WatchArgs,
    mut child: Child,
    life: &report::Life<'_>,
    signals: &mut Signals,
    outbox: &Outbox,
) -> (Ended, bool) {
    let span = Duration::from_secs_f64(args.interval);
    let mut beats = interval_at(Instant::now() + span, span);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Said at once, so that a command that ends at once was seen alive, too.
    outbox.push(life.heartbeat(outbox.backlog()));
    let mut requested = false;
    loop {
        tokio::select! {
            biased;
            ended = child.wait() => return (ended, requested),
            Some(signal) = signals.next() => {
                requested |= signal.asks_to_end();
                if signal.was_sent_to_us_alone() {
                    child.send(signal.number());
                }
                if signal.verb() == Verb::Stop {
                    signals::stop_ourselves();
                }
            }
            _ = beats.tick() => outbox.push(life.heartbeat(outbox.backlog())),
        }
    }
}

/// Waits before a restart; a signal that asks to end cuts it short.
async fn pause(delay: Duration, signals: &mut Signals) -> Option<i32> {
    timeout(delay, async {
        loop {
            match signals.next().await {
                Some(signal) if signal.asks_to_end() => return signal.number(),
                Some(signal) if signal.verb() == Verb::Stop => signals::stop_ourselves(),
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    })
    .await
    .ok()
}

fn cannot_run(error: &SpawnError) -> Ended {
    output::note(&format!("swarmpulse watch: {error}"));
    Ended::Exited {
        code: error.exit_code(),
    }
}
