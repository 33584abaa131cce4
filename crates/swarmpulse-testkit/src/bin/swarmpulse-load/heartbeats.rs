//! As many heartbeats as the server makes durable.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use hdrhistogram::Histogram;
use serde_json::json;
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
    /// Heartbeats in one request.
    #[arg(long, default_value_t = 1000)]
    batch: usize,
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// For so long.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
}

struct Sent {
    accepted: u64,
    refused: u64,
    took: Histogram<u64>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.target.check()?;
    let seconds = arguments.seconds.clamp(0.1, 600.0);
    let before = process::cost(arguments.target.pid);
    let began = clock::now();
    let end = began + Duration::from_secs_f64(seconds);
    let connections = arguments.connections.clamp(1, 64);
    let sent: Vec<anyhow::Result<Sent>> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..connections)
            .map(|number| scope.spawn(move || send(arguments, number, connections, end)))
            .collect();
        senders
            .into_iter()
            .map(|sender| sender.join().unwrap_or_else(|_| anyhow::bail!("a sender broke")))
            .collect()
    });
    let elapsed_s = began.elapsed().as_secs_f64();
    let after = process::cost(arguments.target.pid);
    let (mut accepted, mut refused, mut took) = (0, 0, report::histogram()?);
    for sent in sent {
        let sent = sent?;
        accepted += sent.accepted;
        refused += sent.refused;
        took.add(&sent.took)?;
    }
    report::print(&json!({
        "measured": "heartbeats made durable", "accepted": accepted, "requests_refused": refused, "seconds": elapsed_s,
        "per_second": accepted as f64 / elapsed_s, "batch": arguments.batch, "connections": connections,
        "request_ms": report::quantiles_ms(&took), "server_rss_bytes": after.rss_bytes,
        "server_cpu_s_per_million": (after.cpu_s - before.cpu_s) * 1e6 / (accepted.max(1)) as f64,
    }));
    Ok(())
}

/// Sends prepared requests round and round, so that the load costs the machine little.
fn send(arguments: &Arguments, number: usize, connections: usize, end: Instant) -> anyhow::Result<Sent> {
    let mut connection = Connection::open(arguments.target.server).context("connect")?;
    let batch = arguments.batch.max(1);
    let firsts = (0..arguments.agents)
        .step_by(batch)
        .skip(number)
        .step_by(connections);
    let requests: Vec<Vec<u8>> = firsts
        .map(|first| {
            let body = bodies::heartbeats(first, batch.min(arguments.agents - first), 10.0, 1);
            connection.request(
                "POST",
                "/api/v1/heartbeats",
                &[("content-type", "application/x-ndjson")],
                &body,
            )
        })
        .collect();
    anyhow::ensure!(!requests.is_empty(), "more connections than batches of agents");
    let mut sent = Sent {
        accepted: 0,
        refused: 0,
        took: report::histogram()?,
    };
    for request in requests.iter().cycle() {
        let start = clock::now();
        if start >= end {
            break;
        }
        connection.send(request)?;
        let answer = connection.answer()?;
        sent.took
            .saturating_record(u64::try_from(start.elapsed().as_micros())?);
        if answer.status == 202 {
            sent.accepted += answer.json()["accepted"]
                .as_u64()
                .context("no count in the answer")?;
        } else {
            sent.refused += 1;
            anyhow::ensure!(
                matches!(answer.status, 429 | 503),
                "{}: {}",
                answer.status,
                answer.text()
            );
            clock::wait_until(clock::now() + Duration::from_millis(50));
        }
    }
    Ok(sent)
}
