//! A simulated day of churn: 100,000 new series an hour, each of which lives ten minutes, beside 10,000 that stay.
//!
//! `cargo bench -p swarmpulse-metrics --bench churn -- [hours] [new series an hour]` prints one row of a table for every
//! two hours: memory and latency should be the same in the last as in the first.

#![expect(clippy::print_stdout, reason = "its figures are for people")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use swarmpulse_journal::{Options, SegmentJournal};
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::series::{Sample, SampleBatch};
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_store::metrics::{Matcher, MetricStore, Selection};

/// Between samples of a series.
const STEP_MS: i64 = 15_000;
const HOUR_MS: i64 = 3_600_000;
/// A short-lived series has so many samples.
const LIFE_STEPS: u64 = 40;
const STEADY: u64 = 10_000;
const REQUEST_SERIES: usize = 2_000;
/// The store is maintained once in so many steps.
const MAINTAIN_STEPS: u64 = 4;
/// The day begins here.
const START_MS: i64 = 1_800_000_000_000;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn clock() -> Instant {
    Instant::now()
}

/// What is sent in one step: series by number, short-lived ones first.
struct Fleet {
    new_per_step: f64,
}

/// Times of one row of the table.
#[derive(Default)]
struct Times {
    appends_us: Vec<u64>,
    maintain_ms: u64,
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'));
    let hours: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(24);
    let new_per_hour: f64 = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000.0);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path());
    let fleet = Fleet {
        new_per_step: new_per_hour * STEP_MS as f64 / HOUR_MS as f64,
    };
    println!(
        "| hour | series known | active | own memory MiB | append of 2,000 samples us p50 / p99 / max | longest maintenance ms | \
         select one, 1,000 of the steady us | segments MiB | journal MiB | refused |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let steps_per_hour = (HOUR_MS / STEP_MS) as u64;
    let (mut times, mut refused) = (Times::default(), 0);
    for minute in 0..hours * steps_per_hour / MAINTAIN_STEPS {
        let first = minute * MAINTAIN_STEPS;
        let now = at(first);
        // Beside the appends, as in the server.
        let took = std::thread::scope(|scope| {
            let maintenance = scope.spawn(|| {
                let began = clock();
                store.maintain(now).expect("maintained");
                began.elapsed()
            });
            for step in first..first + MAINTAIN_STEPS {
                refused += send(&store, &fleet, step, &mut times.appends_us);
            }
            maintenance.join().expect("maintained")
        });
        times.maintain_ms = times.maintain_ms.max(took.as_millis() as u64);
        if (first + MAINTAIN_STEPS).is_multiple_of(2 * steps_per_hour) {
            row(
                &store,
                first + MAINTAIN_STEPS,
                steps_per_hour,
                &mut times,
                refused,
            );
        }
    }
    store.close(at(hours * steps_per_hour)).expect("closed");
}

fn open(folder: &Path) -> EmbeddedMetrics {
    let options = Options {
        segment_bytes: 32 << 20,
        segment_age: Duration::from_secs(1800),
        compress: false,
        ..Options::default()
    };
    let (journal, _) = SegmentJournal::open(&folder.join("journal"), options).expect("a journal");
    EmbeddedMetrics::open(folder, Box::new(journal), MetricOptions::default(), at(0))
        .expect("a store")
        .0
}

fn at(step: u64) -> Timestamp {
    Timestamp((START_MS + step as i64 * STEP_MS) * 1_000_000)
}

/// Sends one sample of every series that lives now, in requests, and waits until all are durable; gives how many were
/// refused.
fn send(store: &EmbeddedMetrics, fleet: &Fleet, step: u64, appends_us: &mut Vec<u64>) -> u64 {
    let born = |step: u64| (step as f64 * fleet.new_per_step) as u64;
    let living = born((step + 1).saturating_sub(LIFE_STEPS))..born(step + 1);
    let mut all = living.map(short_lived).chain((0..STEADY).map(steady));
    let (mut refused, mut batch) = (0, SampleBatch::default());
    let durable = Arc::new(AtomicU64::new(0));
    let mut sent = 0;
    loop {
        batch.clear();
        for (number, labels) in all.by_ref().take(REQUEST_SERIES).enumerate() {
            let value = ((step * 7 + number as u64) % 1000) as f64;
            let at_ms = at(step).unix_ms();
            batch.push(&labels, &[Sample { at_ms, value }]);
        }
        if batch.series.is_empty() {
            break;
        }
        let durable = Arc::clone(&durable);
        let began = clock();
        let taken = store.append(
            "default",
            at(step),
            &batch,
            Box::new(move |result| {
                result.expect("durable");
                durable.fetch_add(1, Ordering::SeqCst);
            }),
        );
        appends_us.push(began.elapsed().as_micros() as u64);
        refused += taken.expect("taken").rejected_samples;
        sent += 1;
    }
    while durable.load(Ordering::SeqCst) < sent {
        std::thread::yield_now();
    }
    refused
}

fn short_lived(number: u64) -> Labels {
    Labels::from_pairs([
        (
            "__name__",
            ["task_tokens", "task_steps", "task_cost_usd", "task_errors"][number as usize % 4],
        ),
        ("agent", &*format!("agent-{:06}", number / 4 % 1000)),
        ("host", &*format!("worker-{:04}.fleet", number / 4 % 40)),
        (
            "kind",
            ["coder", "reviewer", "planner", "tester"][number as usize / 4 % 4],
        ),
        (
            "task",
            &*format!(
                "task-{:010x}",
                (number / 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 24
            ),
        ),
    ])
}

fn steady(number: u64) -> Labels {
    Labels::from_pairs([
        ("__name__", &*format!("agent_figure_{}", number % 10)),
        ("agent", &*format!("agent-{:06}", number / 10)),
        ("kind", "steady"),
    ])
}

fn row(store: &EmbeddedMetrics, step: u64, steps_per_hour: u64, times: &mut Times, refused: u64) {
    let now_ms = at(step).unix_ms();
    let select = |matchers: Vec<Matcher>| {
        let began = clock();
        let found = store
            .select(&Selection {
                matchers,
                from_ms: now_ms - HOUR_MS,
                to_ms: now_ms,
                series_max: 1_000_000,
            })
            .expect("selected")
            .len();
        (found, began.elapsed().as_micros())
    };
    let one = select(vec![
        Matcher::equal("__name__", "agent_figure_3"),
        Matcher::equal("agent", "agent-000500"),
    ]);
    let thousand = select(vec![Matcher::equal("__name__", "agent_figure_3")]);
    assert_eq!((one.0, thousand.0), (1, 1000), "the steady series are there");
    times.appends_us.sort_unstable();
    let quantile = |share: f64| times.appends_us[((times.appends_us.len() - 1) as f64 * share) as usize];
    let is = store.statistics();
    println!(
        "| {} | {} | {} | {} | {} / {} / {} | {} | {}, {} | {} | {} | {refused} |",
        step / steps_per_hour,
        is.series,
        is.series_active,
        own_memory_bytes() >> 20,
        quantile(0.5),
        quantile(0.99),
        quantile(1.0),
        times.maintain_ms,
        one.1,
        thousand.1,
        is.segment_bytes >> 20,
        is.journal_bytes >> 20,
    );
    *times = Times::default();
}

/// Resident memory that is not of a file.
fn own_memory_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}
