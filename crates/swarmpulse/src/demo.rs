//! `swarmpulse demo`: a small fleet of real processes that shows every verdict within two minutes.

mod act;
mod cast;
mod processes;
mod sightings;
mod voice;

use std::time::Duration;

use clap::Args;
use serde_json::json;
use swarmpulse_api::Topic;
use swarmpulse_client::{Client, StreamItem, StreamOptions};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, sleep_until};

use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use cast::{CAST, Role};
use processes::Processes;
use sightings::Sightings;

const EXAMPLES: &str = "Examples:
  swarmpulse demo                       and in another terminal: swarmpulse pulse --watch
  swarmpulse demo --for 60
  swarmpulse demo --json                what to expect, without starting anything

Needs a server (`swarmpulse serve`). Uses less than 200 MB of memory and 500 descriptors, and ends every process it
started, also on Ctrl-C.";

/// Shows every verdict on real processes.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DemoArgs {
    /// Seconds to run.
    #[arg(long = "for", value_name = "SECONDS", default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,
    /// Print what to expect as JSON and start nothing.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// One agent of the demo: started by `demo` alone.
#[derive(Args, Debug)]
pub struct DemoAgentArgs {
    /// Its part.
    pub role: String,
    /// The process that must stay alive for it to stay alive.
    #[arg(long)]
    pub parent: u32,
    /// Agents that the part speaks for, where it speaks for many.
    #[arg(long, default_value_t = 0)]
    pub count: u32,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Plays one part.
///
/// # Errors
/// If there is no such part, or nobody to speak to.
pub fn run_agent(args: &DemoAgentArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    act::run(args, environment)
}

/// Starts the fleet, tells what is seen, and ends it.
///
/// # Errors
/// If the server is away or a process cannot be started.
pub fn run(args: &DemoArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    if args.json {
        let roles = CAST.iter().map(|role| {
            json!({"agent": role.agent(), "does": role.does, "verdict": role.expect.as_str(), "within_s": role.within_s})
        });
        output::json(&roles.collect())?;
        return Ok(Outcome::Done);
    }
    let client = args.server.client(environment, Duration::from_secs(5))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(show(args, &client));
    runtime.shutdown_background();
    outcome
}

async fn show(args: &DemoArgs, client: &Client) -> anyhow::Result<Outcome> {
    let expected = client.summary().await?.expected;
    let mut ends = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ]
    .map(signal)
    .into_iter()
    .collect::<Result<Vec<_>, _>>()?;
    let [interrupt, terminate, hangup] = ends.as_mut_slice() else {
        anyhow::bail!("listen to signals")
    };
    output::print(&cast::table(client.server(), args.seconds))?;

    let began = Instant::now();
    // A freeze needs more than half of the fleet to fall silent together.
    let remote = u32::try_from(expected)
        .unwrap_or(u32::MAX)
        .saturating_add(20)
        .clamp(25, 400);
    let mut processes = Processes::default();
    let mut seen = Sightings::default();
    let mut items = follow(client);
    let mut failed = None;
    for role in CAST {
        if let Err(error) = processes.start(role, &args.server, remote) {
            failed = Some(error.context(format!("start {}", role.agent())));
            break;
        }
    }
    let mut reaping = interval(Duration::from_secs(1));
    let end = began + Duration::from_secs(args.seconds);
    while failed.is_none() {
        tokio::select! {
            item = items.recv() => match item {
                Some(Ok(StreamItem::Event(event))) => {
                    if let Some(line) = seen.take(event.data, began.elapsed().as_secs()) {
                        output::line(&line)?;
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => failed = Some(error.into()),
                None => break,
            },
            () = sleep_until(end) => break,
            _ = reaping.tick() => processes.reap(),
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            _ = hangup.recv() => break,
        }
    }
    processes.end().await;
    voice::stop_all(client, &Role::all_agents(remote)).await;
    match failed {
        Some(error) => Err(error),
        None => {
            output::line(&seen.closing(began.elapsed().as_secs()))?;
            Ok(Outcome::Done)
        }
    }
}

fn follow(client: &Client) -> mpsc::Receiver<Result<StreamItem, swarmpulse_client::ClientError>> {
    let (sender, items) = mpsc::channel(256);
    let mut stream = client.stream(StreamOptions {
        topics: vec![Topic::Verdicts],
        ..StreamOptions::default()
    });
    // It ends when the receiver is dropped, at the next item, or with the runtime.
    tokio::spawn(async move {
        loop {
            let item = stream.next().await;
            let last = item.is_err();
            if sender.send(item).await.is_err() || last {
                return;
            }
        }
    });
    items
}
