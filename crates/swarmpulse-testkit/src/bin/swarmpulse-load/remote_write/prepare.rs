//! Makes the requests of a fleet's history.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::json;
use swarmpulse_testkit::clock;

use super::agent::{Agent, METRICS};
use super::body::{self, Body};
use super::prepared::Writer;
use super::random::Random;
use crate::report;

#[derive(clap::Args)]
pub struct Arguments {
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    /// Agents; each has ten series.
    #[arg(long, default_value_t = 1000)]
    agents: usize,
    /// Seconds between samples of a series.
    #[arg(long, default_value_t = 15)]
    interval_s: u64,
    /// How long the history is, in hours.
    #[arg(long, default_value_t = 8.0)]
    hours: f64,
    /// When it ends, in Unix seconds; by default the last full minute.
    #[arg(long)]
    end: Option<i64>,
    /// Samples of one series in one request.
    #[arg(long, default_value_t = 1)]
    samples: usize,
    /// Series in one request.
    #[arg(long, default_value_t = 2000)]
    series: usize,
    /// Connections that will send it; agents are divided among them.
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Timestamps are off by up to so many milliseconds either way.
    #[arg(long, default_value_t = 0)]
    jitter_ms: u32,
    /// Another seed gives other figures.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The agents that one connection sends, and what it has not sent yet.
struct Sender {
    agents: Vec<Agent>,
    labels: Vec<Vec<Vec<u8>>>,
    jitter: Random,
    body: Body,
    series: usize,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let interval_ms = i64::try_from(arguments.interval_s.clamp(1, 3600) * 1000)?;
    let steps = ((arguments.hours.clamp(0.0, 240.0) * 3_600_000.0) as i64 / interval_ms).max(1) as usize;
    let end_s = arguments.end.unwrap_or(clock::unix_s() as i64 / 60 * 60);
    let start_ms = end_s * 1000 - steps as i64 * interval_ms;
    let connections = arguments.connections.clamp(1, 64);
    anyhow::ensure!(arguments.agents >= connections, "more connections than agents");
    anyhow::ensure!(
        arguments.samples > 0 && arguments.series > 0,
        "a request holds at least one sample"
    );
    let about = json!({
        "agents": arguments.agents, "series": arguments.agents * METRICS.len(), "metrics": METRICS, "connections": connections,
        "start_ms": start_ms, "end_ms": end_s * 1000, "interval_ms": interval_ms, "samples_per_series": steps,
        "samples": arguments.agents * METRICS.len() * steps, "series_per_request": arguments.series,
        "samples_per_request_and_series": arguments.samples, "jitter_ms": arguments.jitter_ms, "seed": arguments.seed,
    });
    let mut writer = Writer::create(&arguments.out, &about)?;
    let mut senders: Vec<Sender> = (0..connections)
        .map(|number| Sender::new(arguments, number, connections))
        .collect();
    let mut bytes = 0;
    for first in (0..steps).step_by(arguments.samples) {
        let count = arguments.samples.min(steps - first);
        let times: Vec<i64> = (first..first + count)
            .map(|step| start_ms + step as i64 * interval_ms)
            .collect();
        for (number, sender) in senders.iter_mut().enumerate() {
            bytes += sender.block(arguments, interval_ms, &times, u8::try_from(number)?, &mut writer)?;
        }
    }
    for (number, sender) in senders.iter_mut().enumerate() {
        bytes += sender.flush(u8::try_from(number)?, &mut writer)?;
    }
    writer.finish()?;
    report::print(&json!({ "measured": "requests prepared", "bytes": bytes, "about": about }));
    Ok(())
}

impl Sender {
    fn new(arguments: &Arguments, number: usize, connections: usize) -> Self {
        let share = arguments.agents * number / connections..arguments.agents * (number + 1) / connections;
        let agents: Vec<Agent> = share.map(|agent| Agent::new(arguments.seed, agent)).collect();
        Self {
            labels: agents.iter().map(body::label_fields).collect(),
            agents,
            jitter: Random::new(arguments.seed + number as u64),
            body: Body::new(),
            series: 0,
        }
    }

    /// Writes the samples of some intervals of all its agents; a request is written whenever it is full.
    fn block(
        &mut self,
        arguments: &Arguments,
        interval_ms: i64,
        times: &[i64],
        number: u8,
        writer: &mut Writer,
    ) -> anyhow::Result<usize> {
        let mut bytes = 0;
        let spread = i64::from(arguments.jitter_ms);
        for agent in 0..self.agents.len() {
            let offset = self.agents[agent].offset_ms(interval_ms);
            let figures: Vec<_> = times.iter().map(|_| self.agents[agent].step()).collect();
            let at: Vec<i64> = times
                .iter()
                .map(|time| {
                    let off = if spread == 0 {
                        0
                    } else {
                        self.jitter.below(2 * spread as u64 + 1) as i64 - spread
                    };
                    time + offset + off
                })
                .collect();
            for metric in 0..METRICS.len() {
                let samples = at
                    .iter()
                    .zip(&figures)
                    .map(|(at_ms, figures)| (*at_ms, figures[metric]));
                self.body.push(&self.labels[agent][metric], samples);
                self.series += 1;
                if self.series == arguments.series {
                    bytes += self.flush(number, writer)?;
                }
            }
        }
        Ok(bytes)
    }

    fn flush(&mut self, number: u8, writer: &mut Writer) -> anyhow::Result<usize> {
        if self.series == 0 {
            return Ok(0);
        }
        self.series = 0;
        let (samples, body) = self.body.finish()?;
        writer.push(number, samples, &body).context("write a request")?;
        Ok(body.len())
    }
}
