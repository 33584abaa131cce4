//! Asks a server the same thing again and again.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;
use swarmpulse_testkit::clock;
use swarmpulse_testkit::http::Connection;

use crate::{Target, process, report};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    target: Target,
    /// What to get, with its query.
    #[arg(long)]
    path: String,
    /// How often.
    #[arg(long, default_value_t = 20)]
    repeat: usize,
    /// Where to write the last answer.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.target.check()?;
    let mut connection = Connection::open(arguments.target.server).context("connect")?;
    let headers = [("accept", "application/json")];
    let request = connection.request("GET", &arguments.path, &headers, &[]);
    let mut took = report::histogram()?;
    let before = process::cost(arguments.target.pid);
    let repeat = arguments.repeat.clamp(1, 10_000);
    let mut body = Vec::new();
    for _ in 0..repeat {
        let start = clock::now();
        connection.send(&request)?;
        let answer = connection.answer()?;
        took.saturating_record(u64::try_from(start.elapsed().as_micros())?);
        anyhow::ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
        body = answer.body;
    }
    let after = process::cost(arguments.target.pid);
    if let Some(out) = &arguments.out {
        std::fs::write(out, &body).with_context(|| format!("write {}", out.display()))?;
    }
    report::print(&json!({
        "measured": "time to the end of the answer", "ms": report::quantiles_ms(&took), "bytes": body.len(),
        "server_cpu_ms": (after.cpu_s - before.cpu_s) * 1000.0 / repeat as f64,
    }));
    Ok(())
}
