//! A million series: memory for each when idle, the longest a batch waits, and how long opening takes.
//!
//! `cargo bench -p swarmpulse-metrics --bench scale -- [series]`

#![expect(clippy::print_stdout, reason = "its figures are for people")]

#[path = "support/load.rs"]
mod load;

use std::time::Instant;

use load::{CountingJournal, at, labels, request};
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::Labels;
use swarmpulse_store::metrics::{Matcher, MetricStore, Selection};

const REQUEST_SERIES: usize = 2_000;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn clock() -> Instant {
    Instant::now()
}

/// Time that this thread was on a processor, in nanoseconds: what a busy machine does not change.
fn processor_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split_whitespace().next();
    first.and_then(|first| first.parse().ok()).unwrap_or(0)
}

/// Processor time of a sample for the thread that appends, in nanoseconds: 10,000 series, an hour, so many at once.
fn cost_of_a_sample(samples: i64) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(folder.path(), 0);
    let all: Vec<Labels> = (0..10_000).map(labels).collect();
    let (mut total_ns, mut count) = (0, 0);
    for step in (0..960).step_by(samples as usize) {
        for first in (0..all.len()).step_by(REQUEST_SERIES) {
            let batch = request(&all, first..first + REQUEST_SERIES, step, samples);
            let before = processor_ns();
            store
                .append("default", at(step), &batch, Box::new(|_| ()))
                .expect("appended");
            if step >= 240 {
                total_ns += processor_ns() - before;
                count += batch.samples.len();
            }
        }
        if step % 240 == 0 {
            store.maintain(at(step)).expect("maintained");
        }
    }
    total_ns as f64 / count as f64
}

/// Resident memory that is not of a file, in bytes.
fn resident_bytes() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<i64>().ok());
    kib.unwrap_or(0) * 1024
}

fn open(folder: &std::path::Path, now: i64) -> EmbeddedMetrics {
    let options = MetricOptions {
        idle_limit_ms: 3_600_000,
        ..MetricOptions::unlimited()
    };
    let journal = Box::new(CountingJournal::default());
    EmbeddedMetrics::open(folder, journal, options, at(now))
        .expect("opened")
        .0
}

/// Sends so many steps of all series; the longest and the average time of a batch in microseconds.
fn send(store: &EmbeddedMetrics, all: &[Labels], steps: std::ops::Range<i64>) -> (u128, f64) {
    let (mut longest, mut total, mut batches) = (0, 0, 0u32);
    for step in steps {
        for first in (0..all.len()).step_by(REQUEST_SERIES) {
            let batch = request(all, first..(first + REQUEST_SERIES).min(all.len()), step, 1);
            let start = clock();
            store
                .append("default", at(step), &batch, Box::new(|_| ()))
                .expect("appended");
            let took = start.elapsed().as_micros();
            longest = longest.max(took);
            total += took;
            batches += 1;
        }
    }
    (longest, total as f64 / f64::from(batches))
}

fn main() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how this program tells itself what to do"
    )]
    let folder = std::env::var_os("SCALE_FOLDER");
    if let Some(folder) = folder {
        reopen(folder.as_ref());
        return;
    }
    let series = std::env::args()
        .filter_map(|argument| argument.parse::<usize>().ok())
        .next()
        .unwrap_or(1_000_000);
    for samples in [1, 10] {
        println!(
            "append: {:.0} ns of processor time a sample, {samples} to a series",
            cost_of_a_sample(samples)
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let all: Vec<Labels> = (0..series).map(labels).collect();
    let before = resident_bytes();
    let store = open(folder.path(), 0);
    let (longest, average) = send(&store, &all, 0..1);
    println!("create: {average:.0} us a batch of {REQUEST_SERIES}, longest {longest} us");
    let (longest, average) = send(&store, &all, 1..4);
    println!("append: {average:.0} us a batch, longest {longest} us");
    println!(
        "4 samples each in memory: {} bytes a series",
        (resident_bytes() - before) / series as i64
    );
    let start = clock();
    std::thread::scope(|scope| {
        let flushing = scope.spawn(|| {
            let start = clock();
            // An hour later everything is quiet, and all of it goes to a segment.
            store.maintain(at(5)).expect("maintained");
            store.maintain(at(400)).expect("maintained");
            start.elapsed()
        });
        let (mut longest, mut step) = (0, 4);
        while !flushing.is_finished() {
            longest = longest.max(send(&store, &all[..20_000.min(all.len())], step..step + 1).0);
            step += 1;
        }
        let took = flushing.join().expect("flushed");
        println!(
            "flush: {} ms, longest batch meanwhile {longest} us",
            took.as_millis()
        );
    });
    store.maintain(at(2000)).expect("maintained");
    store.maintain(at(4000)).expect("maintained");
    store.maintain(at(6000)).expect("maintained");
    println!(
        "idle: {} bytes a series; {:?} after {} ms",
        (resident_bytes() - before) / series as i64,
        store.statistics().head_bytes,
        start.elapsed().as_millis()
    );
    store.close(at(6000)).expect("closed");
    drop(store);
    // In a process of its own, because an allocator keeps what was used before.
    let opened = std::process::Command::new(std::env::current_exe().expect("a name"))
        .env("SCALE_FOLDER", folder.path())
        .status();
    assert!(opened.is_ok_and(|status| status.success()));
}

/// Opens a store and sends to it.
fn reopen(folder: &std::path::Path) {
    let closed = resident_bytes();
    let start = clock();
    let store = open(folder, 6000);
    println!(
        "open: {} ms, {} series, {} bytes each",
        start.elapsed().as_millis(),
        store.statistics().series,
        (resident_bytes() - closed) / store.statistics().series.max(1) as i64
    );
    let selection = Selection {
        matchers: vec![Matcher::equal("agent", "agent-000500")],
        from_ms: i64::MIN,
        to_ms: i64::MAX,
        series_max: 100,
    };
    let start = clock();
    let found = store.select(&selection).expect("selected").len();
    println!("select {found} series: {} us", start.elapsed().as_micros());
    let all: Vec<Labels> = (0..100_000.min(store.statistics().series as usize))
        .map(labels)
        .collect();
    let (longest, average) = send(&store, &all, 7000..7001);
    println!("append after opening: {average:.0} us a batch, longest {longest} us");
}
