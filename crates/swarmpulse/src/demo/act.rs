//! The parts themselves, each in its own process.

use std::fs::File;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use rustix::process::{Signal, getppid, set_parent_process_death_signal};
use swarmpulse_client::Client;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep};

use super::DemoAgentArgs;
use super::cast::{CUT_OFF, KIND, remote_agent};
use super::voice::{INTERVAL_S, Voice};
use crate::clock;
use crate::config::Environment;
use crate::exit::Outcome;
use crate::watch::{self, RestartPolicy, WatchArgs};

const BEAT: Duration = Duration::from_secs(INTERVAL_S);
const MEMORY_MAX_BYTES: usize = 64 << 20;
const DESCRIPTORS_MAX: usize = 240;

/// Plays the part until told to end.
///
/// # Errors
/// If there is no such part, or it cannot begin.
pub fn run(args: &DemoAgentArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    // No part outlives the demo, whatever ends it; the demo may have ended before this line, too.
    set_parent_process_death_signal(Some(Signal::TERM)).context("tie this process to the demo")?;
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get().unsigned_abs());
    if parent != Some(args.parent) {
        return Ok(Outcome::Done);
    }
    match args.role.as_str() {
        "crash-looping" => return watched(args, environment, "crash", RestartPolicy::Always),
        "killed" => return watched(args, environment, "die", RestartPolicy::Never),
        "nothing" => return Ok(Outcome::Done),
        _ => {}
    }
    let client = args.server.client(environment, Duration::from_secs(5))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            outcome = play(args, client) => outcome,
            _ = terminate.recv() => Ok(Outcome::Done),
            // Ctrl-C reaches every process of the terminal; the demo tells each to end in order.
            _ = interrupt.recv() => { terminate.recv().await; Ok(Outcome::Done) }
        }
    })
}

async fn play(args: &DemoAgentArgs, client: Client) -> anyhow::Result<Outcome> {
    let agent = format!("demo-{}", args.role);
    let voice = |client: Client| Voice::here(client, agent.clone());
    match args.role.as_str() {
        "healthy" => healthy(&voice(client)).await,
        "busy" => busy(&voice(client)).await,
        "leaking-memory" => leaking_memory(&voice(client)).await,
        "leaking-descriptors" => leaking_descriptors(&voice(client)).await?,
        "idle" => saying(&voice(client), Some("idle")).await,
        "waiting" => saying(&voice(client), Some("waiting_for_input")).await,
        "slow-start" => saying(&voice(client), Some("starting")).await,
        "zombie-child" => {
            let _never_waited_for = bear_zombie()?;
            saying(&voice(client), Some("idle")).await;
        }
        "backing-off" => backing_off(&voice(client)).await,
        "hanging" => hanging(&voice(client)).await,
        "silent" => silent(&voice(client)).await,
        "stopping" => stopping(&voice(client)).await,
        "lost" => lost(&Voice::elsewhere(client, agent, "demo-far-away")).await,
        CUT_OFF => cut_off(&client, args.count).await,
        "crash" => {
            sleep(Duration::from_secs(4)).await;
            return Ok(Outcome::Code(3));
        }
        "die" => {
            sleep(Duration::from_secs(20)).await;
            return Ok(watch::die_of(signal_hook::consts::SIGKILL));
        }
        other => bail!("the demo has no part `{other}`"),
    }
    Ok(Outcome::Done)
}

/// The part runs another under `swarmpulse watch`, in this very process.
fn watched(
    args: &DemoAgentArgs,
    environment: &Environment,
    part: &str,
    restart: RestartPolicy,
) -> anyhow::Result<Outcome> {
    let program = std::env::current_exe().context("find this program")?;
    let mut command = vec![program.into_os_string()];
    let parent = std::process::id().to_string();
    command.extend(
        [
            "demo-agent",
            part,
            "--parent",
            &parent,
            "--server",
            &args.server.server,
        ]
        .map(Into::into),
    );
    let name = format!("demo-{}", args.role);
    let kind = KIND.to_owned();
    let server = args.server.clone();
    watch::run(
        &WatchArgs {
            name,
            kind,
            restart,
            interval: INTERVAL_S as f64,
            quiet: true,
            server,
            command,
        },
        environment,
    )
}

async fn saying(voice: &Voice, status: Option<&str>) {
    loop {
        voice.beat(status).await;
        sleep(BEAT).await;
    }
}

async fn healthy(voice: &Voice) {
    voice.beat(Some("working")).await;
    voice.take_task(600).await;
    loop {
        voice.beat(Some("working")).await;
        voice.step().await;
        sleep(BEAT).await;
    }
}

async fn busy(voice: &Voice) {
    loop {
        voice.beat(Some("working")).await;
        voice.step().await;
        burn_for(BEAT).await;
    }
}

async fn leaking_memory(voice: &Voice) {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    loop {
        voice.beat(Some("working")).await;
        voice.step().await;
        for _ in 0..INTERVAL_S {
            if kept.iter().map(Vec::len).sum::<usize>() < MEMORY_MAX_BYTES {
                // Written to, so that it is resident and not only promised.
                kept.push(vec![1; 1 << 20]);
            }
            sleep(Duration::from_secs(1)).await;
        }
    }
}

async fn leaking_descriptors(voice: &Voice) -> anyhow::Result<()> {
    let mut kept = Vec::new();
    loop {
        voice.beat(Some("working")).await;
        voice.step().await;
        for _ in 0..INTERVAL_S {
            for _ in 0..2 {
                if kept.len() < DESCRIPTORS_MAX {
                    kept.push(File::open("/dev/null").context("open /dev/null")?);
                }
            }
            sleep(Duration::from_secs(1)).await;
        }
    }
}

/// A child that ends at once and is not waited for while its handle is kept.
fn bear_zombie() -> anyhow::Result<std::process::Child> {
    let program = std::env::current_exe().context("find this program")?;
    let parent = std::process::id().to_string();
    std::process::Command::new(program)
        .args(["demo-agent", "nothing", "--parent", &parent])
        .stdin(Stdio::null())
        .spawn()
        .context("start a child")
}

async fn backing_off(voice: &Voice) {
    loop {
        voice.beat(None).await;
        voice.call(429).await;
        sleep(BEAT).await;
    }
}

async fn hanging(voice: &Voice) {
    voice.beat(Some("working")).await;
    voice.take_task(15).await;
    voice.step().await;
    saying(voice, Some("working")).await;
}

async fn silent(voice: &Voice) {
    for _ in 0..2 {
        voice.beat(Some("working")).await;
        voice.step().await;
        burn_for(BEAT).await;
    }
    loop {
        burn_for(BEAT).await;
    }
}

async fn stopping(voice: &Voice) {
    for _ in 0..4 {
        voice.beat(Some("working")).await;
        voice.step().await;
        sleep(BEAT).await;
    }
    voice.beat(Some("stopped")).await;
}

async fn lost(voice: &Voice) {
    for _ in 0..2 {
        voice.beat(Some("idle")).await;
        sleep(BEAT).await;
    }
    std::future::pending::<()>().await;
}

/// Many agents on four machines: reports for 50 s, nothing for 50 s as if a cable were cut, then reports again.
async fn cut_off(client: &Client, count: u32) {
    let voices: Vec<Voice> = (1..=count)
        .map(|number| {
            Voice::elsewhere(
                client.clone(),
                remote_agent(number),
                &format!("demo-host-{}", number % 4 + 1),
            )
        })
        .collect();
    loop {
        for _ in 0..10 {
            Voice::beat_together(client, &voices, Some("idle")).await;
            sleep(BEAT).await;
        }
        sleep(10 * BEAT).await;
    }
}

/// Uses about a third of a core.
async fn burn_for(span: Duration) {
    let end = Instant::now() + span;
    while Instant::now() < end {
        let slice = clock::monotone();
        let mut number = 1_u64;
        while slice.elapsed() < Duration::from_millis(30) {
            for _ in 0..1000 {
                number = std::hint::black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            }
        }
        sleep(Duration::from_millis(70)).await;
    }
}
