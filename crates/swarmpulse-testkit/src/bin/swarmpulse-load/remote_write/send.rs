//! Sends prepared requests as fast as they are acknowledged.

use std::path::PathBuf;
use std::sync::Barrier;
use std::time::Instant;

use anyhow::Context as _;
use hdrhistogram::Histogram;
use serde_json::json;
use swarmpulse_testkit::clock;
use swarmpulse_testkit::http::Connection;

use super::body::HEADERS;
use super::prepared::{self, Request};
use crate::{Target, process, report};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    target: Target,
    /// The file that `prepare` wrote.
    #[arg(long)]
    file: PathBuf,
    /// Where the server takes remote write.
    #[arg(long, default_value = "/api/v1/write")]
    path: String,
    /// The server will be killed: a connection that breaks is what is wanted.
    #[arg(long)]
    until_broken: bool,
}

/// What one connection did.
#[derive(Debug)]
struct Sent {
    requests: usize,
    samples: u64,
    refused: u64,
    first_refusal: Option<String>,
    broken: Option<String>,
    took: Histogram<u64>,
    finished: Instant,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.target.check()?;
    let (about, connections) = prepared::read(&arguments.file)?;
    let begin = Barrier::new(connections.len() + 1);
    let myself = std::process::id();
    let (began, before, sent) = std::thread::scope(|scope| {
        let senders: Vec<_> = connections
            .into_iter()
            .map(|requests| {
                let begin = &begin;
                scope.spawn(move || send(arguments, requests, begin))
            })
            .collect();
        let before = (process::cost(arguments.target.pid), process::cost(Some(myself)));
        begin.wait();
        let began = clock::now();
        let sent: Vec<anyhow::Result<Sent>> = senders
            .into_iter()
            .map(|sender| sender.join().unwrap_or_else(|_| anyhow::bail!("a sender broke")))
            .collect();
        (began, before, sent)
    });
    let after = (process::cost(arguments.target.pid), process::cost(Some(myself)));
    let sent: Vec<Sent> = sent.into_iter().collect::<anyhow::Result<_>>()?;
    let mut took = report::histogram()?;
    for sent in &sent {
        took.add(&sent.took)?;
    }
    let samples: u64 = sent.iter().map(|sent| sent.samples).sum();
    let finished = sent.iter().map(|sent| sent.finished).max().unwrap_or(began);
    let seconds = finished.saturating_duration_since(began).as_secs_f64();
    let million = samples.max(1) as f64 / 1e6;
    let broken = sent.iter().find_map(|sent| sent.broken.clone());
    report::print(&json!({
        "measured": "remote write", "samples": samples, "seconds": seconds, "samples_per_second": samples as f64 / seconds,
        "requests_acknowledged": sent.iter().map(|sent| sent.requests).collect::<Vec<_>>(),
        "requests_refused": sent.iter().map(|sent| sent.refused).sum::<u64>(),
        "first_refusal": sent.iter().find_map(|sent| sent.first_refusal.clone()), "broken": broken,
        "request_ms": report::quantiles_ms(&took), "server_rss_bytes": after.0.rss_bytes,
        "server_cpu_s_per_million": (after.0.cpu_s - before.0.cpu_s) / million,
        "load_cpu_s_per_million": (after.1.cpu_s - before.1.cpu_s) / million, "about": about,
    }));
    match broken {
        Some(broken) if !arguments.until_broken => anyhow::bail!("the connection broke: {broken}"),
        _ => Ok(()),
    }
}

/// Sends one request after the other until all are sent or the connection breaks.
fn send(arguments: &Arguments, requests: Vec<Request>, begin: &Barrier) -> anyhow::Result<Sent> {
    let connection = Connection::open(arguments.target.server).context("connect");
    let prepared: Vec<(u32, Vec<u8>)> = match &connection {
        Ok(connection) => requests
            .into_iter()
            .map(|request| {
                let bytes = connection.request("POST", &arguments.path, &HEADERS, &request.body);
                (request.samples, bytes)
            })
            .collect(),
        Err(_) => Vec::new(),
    };
    begin.wait();
    let mut connection = connection?;
    let mut sent = Sent {
        requests: 0,
        samples: 0,
        refused: 0,
        first_refusal: None,
        broken: None,
        took: report::histogram()?,
        finished: clock::now(),
    };
    for (samples, request) in &prepared {
        let start = clock::now();
        let answer = connection.send(request).and_then(|()| connection.answer());
        sent.finished = clock::now();
        let took = sent.finished.saturating_duration_since(start);
        sent.took.saturating_record(u64::try_from(took.as_micros())?);
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => {
                sent.requests += 1;
                sent.samples += u64::from(*samples);
            }
            Ok(answer) => {
                sent.refused += 1;
                sent.first_refusal
                    .get_or_insert_with(|| format!("{}: {}", answer.status, answer.text()));
            }
            Err(error) => {
                sent.broken = Some(error.to_string());
                break;
            }
        }
    }
    Ok(sent)
}
