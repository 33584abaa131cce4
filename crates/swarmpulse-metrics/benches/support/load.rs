//! A fleet's series as a load, and a journal that only counts.

use std::sync::Arc;

use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample, Timestamp};
use swarmpulse_store::memory::MemoryJournal;
use swarmpulse_store::{Journal, JournalError, JournalReader, Retention};

/// When everything begins: 2026-01-31T12:00:00Z.
pub const START_MS: i64 = 1_769_860_800_000;

/// Metrics of each agent.
const METRICS: [&str; 10] = [
    "requests_total",
    "tokens_total",
    "sent_bytes_total",
    "rss_bytes",
    "cpu_ratio",
    "latency_seconds",
    "queue_length",
    "cost_usd_total",
    "limit",
    "up",
];

/// The labels of a series.
pub fn labels(series: usize) -> Labels {
    let agent = format!("agent-{:06}", series / METRICS.len());
    let host = format!("host-{:03}", series / METRICS.len() % 100);
    Labels::from_pairs([
        ("__name__", METRICS[series % METRICS.len()]),
        ("agent", agent.as_str()),
        ("host", host.as_str()),
        ("job", "swarm"),
        ("kind", ["bot", "worker", "crawler"][series / METRICS.len() % 3]),
    ])
}

/// The value of a series at a step.
fn value(series: usize, step: i64) -> f64 {
    let noise = (series as i64 * 7919 + step * 104_729).wrapping_mul(2_654_435_761) >> 16 & 0xff;
    match series % METRICS.len() {
        0 => (step * 12 + noise % 7) as f64,
        1 => (step * 4000 + noise * 13) as f64,
        2 => (step * 150_000 + noise * 997) as f64,
        3 => ((50_000 + noise) * 4096) as f64,
        4 => noise as f64 / 1000.0,
        5 => (100 + noise) as f64 / 10_000.0,
        6 => (noise % 12) as f64,
        7 => ((step * 30 + noise % 20) as f64) / 10_000.0,
        8 => 4.0,
        _ => 1.0,
    }
}

/// A request: these series, `samples` each, from `step` on, 15 s apart.
pub fn request(all: &[Labels], series: std::ops::Range<usize>, step: i64, samples: i64) -> SampleBatch {
    let mut batch = SampleBatch::default();
    let mut of_series = Vec::new();
    for number in series {
        of_series.clear();
        of_series.extend((step..step + samples).map(|step| Sample {
            at_ms: START_MS + step * 15_000,
            value: value(number, step),
        }));
        batch.push(&all[number], &of_series);
    }
    batch
}

/// The receipt time of a step.
pub fn at(step: i64) -> Timestamp {
    Timestamp((START_MS + step * 15_000) * 1_000_000)
}

/// A journal that counts and keeps nothing.
#[derive(Default)]
pub struct CountingJournal {
    next: u64,
    pub bytes: u64,
}

impl Journal for CountingJournal {
    fn append(&mut self, _received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        self.bytes += body.len() as u64;
        self.next += 1;
        Ok(self.next - 1)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn next_offset(&self) -> u64 {
        self.next
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        MemoryJournal::default().reader()
    }

    fn roll(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    fn retire(&mut self, _retention: Retention) -> Result<u64, JournalError> {
        Ok(0)
    }
}
