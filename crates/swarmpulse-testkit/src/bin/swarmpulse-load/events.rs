//! Events at a rate, and how soon history finds them.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use swarmpulse_testkit::clock;
use swarmpulse_testkit::http::Connection;

use crate::{Target, bodies, process, report};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Events a second.
    #[arg(long, default_value_t = 10_000)]
    rate: u64,
    /// For so long.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
}

/// Requests a second.
const REQUESTS: u64 = 20;

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.target.check()?;
    let seconds = arguments.seconds.clamp(1, 600);
    let per_request = (arguments.rate / REQUESTS).max(1);
    let before = process::cost(arguments.target.pid);
    let began = clock::now();
    let run = clock::unix_s() as u64 % 1_000_000_000 * 1_000_000;
    let finished = std::sync::atomic::AtomicBool::new(false);
    let (lag, accepted) = std::thread::scope(|scope| {
        let marks = scope.spawn(|| mark(&arguments.target, run, &finished));
        let accepted = pace(arguments, run, per_request, seconds * REQUESTS);
        finished.store(true, std::sync::atomic::Ordering::SeqCst);
        (
            marks.join().unwrap_or_else(|_| anyhow::bail!("the marker broke")),
            accepted,
        )
    });
    let (lag, accepted, elapsed_s) = (lag?, accepted?, began.elapsed().as_secs_f64());
    let after = process::cost(arguments.target.pid);
    report::print(&json!({
        "measured": "events until history finds them", "accepted": accepted, "seconds": elapsed_s,
        "per_second": accepted as f64 / elapsed_s, "searchable_after_ms": report::quantiles_ms(&lag),
        "server_cpu_s_per_million": (after.cpu_s - before.cpu_s) * 1e6 / accepted.max(1) as f64,
        "server_rss_bytes": after.rss_bytes,
    }));
    Ok(())
}

fn pace(arguments: &Arguments, run: u64, per_request: u64, requests: u64) -> anyhow::Result<u64> {
    let mut connection = Connection::open(arguments.target.server)?;
    let began = clock::now();
    let mut accepted = 0;
    for number in 0..requests {
        clock::wait_until(began + Duration::from_secs_f64(number as f64 / REQUESTS as f64));
        let body = bodies::events(run + number * per_request, per_request);
        let answer = connection.call(
            "POST",
            "/api/v1/events",
            &[("content-type", "application/x-ndjson")],
            &body,
        )?;
        anyhow::ensure!(
            matches!(answer.status, 202 | 429),
            "{}: {}",
            answer.status,
            answer.text()
        );
        accepted += answer.json()["accepted"].as_u64().unwrap_or(0);
    }
    Ok(accepted)
}

/// Sends a marked event now and then and asks history until it is found.
fn mark(
    target: &Target,
    run: u64,
    finished: &std::sync::atomic::AtomicBool,
) -> anyhow::Result<hdrhistogram::Histogram<u64>> {
    let mut connection = Connection::open(target.server)?;
    let mut lag = report::histogram()?;
    let mut number = 0;
    while !finished.load(std::sync::atomic::Ordering::SeqCst) {
        number += 1;
        let kind = format!("mark.{run}.{number}");
        let body = format!("{{\"type\":\"{kind}\",\"agent\":\"marker\"}}");
        let answer = connection.call("POST", "/api/v1/events", &[], body.as_bytes())?;
        anyhow::ensure!(answer.status == 202, "{}: {}", answer.status, answer.text());
        let acknowledged = clock::now();
        clock::wait_for(Duration::from_secs(30), || {
            let found = connection
                .call("GET", &format!("/api/v1/events?type={kind}&limit=1"), &[], &[])
                .ok()?;
            (found.json()["items"].as_array()?.len() == 1).then_some(())
        })
        .context("an event is not found within 30 s")?;
        lag.saturating_record(u64::try_from(acknowledged.elapsed().as_micros())?);
        clock::wait_until(clock::now() + Duration::from_millis(300));
    }
    Ok(lag)
}
