//! A fleet at its heartbeat interval, some of which falls silent: how soon the stream says so.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::{Value, json};
use swarmpulse_testkit::clock;
use swarmpulse_testkit::http::Connection;

use crate::{Target, bodies, process, report};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Agents in all.
    #[arg(long, default_value_t = 100_000)]
    agents: usize,
    /// Seconds between heartbeats of one agent.
    #[arg(long, default_value_t = 10.0)]
    interval: f64,
    /// For so long.
    #[arg(long, default_value_t = 60.0)]
    seconds: f64,
    /// So many agents, the first ones, send no more after the first third of the time.
    #[arg(long, default_value_t = 1000)]
    fall_silent: usize,
}

/// Heartbeats in one request.
const BATCH: usize = 500;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.target.check()?;
    let seconds = arguments.seconds.clamp(1.0, 900.0);
    let before = process::cost(arguments.target.pid);
    let began = clock::now();
    let end = began + Duration::from_secs_f64(seconds);
    let (last_heard, fallen) = std::thread::scope(|scope| {
        let listener = scope.spawn(|| listen(&arguments.target, end));
        let paced = pace(arguments, began, end);
        (
            paced,
            listener
                .join()
                .unwrap_or_else(|_| anyhow::bail!("the listener broke")),
        )
    });
    let (last_heard, fallen) = (last_heard?, fallen?);
    let after = process::cost(arguments.target.pid);
    let deadline = Duration::from_secs_f64((2.0 * arguments.interval).max(30.0));
    let mut late = report::histogram()?;
    let (mut missing, mut wrong) = (0, 0);
    for (number, heard) in last_heard.iter().enumerate() {
        match fallen.get(&number) {
            Some(seen) if number < arguments.fall_silent => {
                let due = *heard + deadline;
                late.saturating_record(u64::try_from(seen.saturating_duration_since(due).as_micros())?);
            }
            None if number < arguments.fall_silent => missing += 1,
            Some(_) => wrong += 1,
            None => {}
        }
    }
    report::print(&json!({
        "measured": "deadline passed until the verdict is on the stream", "agents": arguments.agents,
        "fell_silent": arguments.fall_silent, "late_ms": report::quantiles_ms(&late), "not_told": missing,
        "false_deaths": wrong, "server_rss_bytes": after.rss_bytes,
        "server_cpu_ratio": (after.cpu_s - before.cpu_s) / began.elapsed().as_secs_f64(),
    }));
    anyhow::ensure!(wrong == 0, "{wrong} agents that kept sending were declared dead");
    Ok(())
}

/// Sends each agent's heartbeat at its interval; gives when each was last acknowledged.
fn pace(arguments: &Arguments, began: Instant, end: Instant) -> anyhow::Result<Vec<Instant>> {
    let mut connection = Connection::open(arguments.target.server)?;
    let mut last_heard = vec![began; arguments.agents];
    let batches = arguments.agents.div_ceil(BATCH);
    let silence_from = began + (end - began) / 3;
    for round in 0_u64.. {
        for batch in 0..batches {
            let share = round as f64 + batch as f64 / batches as f64;
            let due = began + Duration::from_secs_f64(share * arguments.interval);
            if due >= end {
                clock::wait_until(end);
                return Ok(last_heard);
            }
            clock::wait_until(due);
            let silent = if clock::now() >= silence_from {
                arguments.fall_silent
            } else {
                0
            };
            let first = (batch * BATCH).max(silent.min((batch + 1) * BATCH));
            let count = ((batch + 1) * BATCH).min(arguments.agents).saturating_sub(first);
            if count == 0 {
                continue;
            }
            let body = bodies::heartbeats(first, count, arguments.interval, round);
            let headers = [("content-type", "application/x-ndjson")];
            let answer = connection.call("POST", "/api/v1/heartbeats", &headers, &body)?;
            anyhow::ensure!(answer.status == 202, "{}: {}", answer.status, answer.text());
            last_heard[first..first + count].fill(clock::now());
        }
    }
    Ok(last_heard)
}

/// Listens to verdicts; gives when each agent was first said to be down.
fn listen(target: &Target, end: Instant) -> anyhow::Result<HashMap<usize, Instant>> {
    let mut connection = Connection::open(target.server)?;
    let request = connection.request(
        "GET",
        "/api/v1/stream?topics=verdicts,summary",
        &[("accept", "text/event-stream")],
        &[],
    );
    connection.send(&request)?;
    let head = connection.head()?;
    anyhow::ensure!(head.status == 200, "the stream answers {}", head.status);
    let mut fallen = HashMap::new();
    while clock::now() < end {
        let line = match connection.line() {
            Ok(line) => line,
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) =>
            {
                continue;
            }
            Err(error) => return Err(error).context("the stream broke"),
        };
        let Some(data) = line.strip_prefix("data:") else {
            continue;
        };
        let Ok(agent) = serde_json::from_str::<Value>(data) else {
            continue;
        };
        if agent["verdict"] == "down"
            && let Some(number) = agent["agent"]
                .as_str()
                .and_then(|id| id.strip_prefix("agent-")?.parse().ok())
        {
            fallen.entry(number).or_insert_with(clock::now);
        }
    }
    Ok(fallen)
}
