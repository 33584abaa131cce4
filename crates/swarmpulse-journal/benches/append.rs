//! How fast entries become durable and are read back, beside what the disk takes for one `fdatasync`.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stderr, reason = "a benchmark tells what it measured")]
#![expect(clippy::unwrap_used, reason = "a benchmark stops at what fails")]

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_journal::{Options, SegmentJournal};
use swarmpulse_model::Timestamp;
use swarmpulse_store::{Journal, Retention};
use tempfile::TempDir;

/// On the disk of the build folder: a temporary folder may be in memory.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn random_bytes(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Median and 99th percentile of writing 4 KiB and `fdatasync`, into zeroed space.
fn fdatasync_latency(dir: &Path) -> (Duration, Duration) {
    let file = File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .open(dir.join("probe"))
        .unwrap();
    file.write_all_at(&vec![0; 4 << 20], 0).unwrap();
    file.sync_all().unwrap();
    let block = random_bytes(4096);
    let mut taken: Vec<Duration> = (0..1000)
        .map(|at| {
            let started = Instant::now();
            file.write_all_at(&block, at * 4096).unwrap();
            file.sync_data().unwrap();
            started.elapsed()
        })
        .collect();
    taken.sort();
    (taken[500], taken[990])
}

fn append(criterion: &mut Criterion) {
    let dir = folder();
    let (median, p99) = fdatasync_latency(dir.path());
    eprintln!("fdatasync of 4 KiB here: median {median:?}, p99 {p99:?}");
    let mut group = criterion.benchmark_group("append_and_sync");
    group.sample_size(20).measurement_time(Duration::from_secs(3));
    for (entry_bytes, entries, spare) in [
        (1 << 10, 1, true),
        (1 << 10, 64, true),
        (1 << 10, 64, false),
        (4 << 10, 64, true),
        (16 << 10, 64, true),
        (64 << 10, 16, true),
        (64 << 10, 16, false),
    ] {
        let (mut journal, _) = SegmentJournal::open(
            &dir.path().join(format!("{entry_bytes}x{entries} {spare}")),
            Options::default(),
        )
        .unwrap();
        let housekeeper = journal.housekeeper();
        let body = random_bytes(entry_bytes);
        group.throughput(Throughput::Bytes((entry_bytes * entries) as u64));
        group.bench_function(
            format!(
                "{entries} entries of {} KiB{}",
                entry_bytes >> 10,
                if spare { "" } else { ", no spare file" }
            ),
            |bencher| {
                bencher.iter_custom(|rounds| {
                    let mut taken = Duration::ZERO;
                    for round in 0..rounds {
                        let started = Instant::now();
                        for _ in 0..entries {
                            journal.append(Timestamp(1), &body).unwrap();
                        }
                        journal.sync().unwrap();
                        taken += started.elapsed();
                        if round % 64 == 0 {
                            // What another thread does beside it; not part of an append.
                            if spare {
                                housekeeper.prepare_spare().unwrap();
                            }
                            let keep_little = Retention {
                                keep_from: Timestamp(0),
                                max_bytes: 64 << 20,
                                needed_from: u64::MAX,
                            };
                            journal.retire(keep_little).unwrap();
                        }
                    }
                    taken
                });
            },
        );
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read_from_start");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for compress in [false, true] {
        for entry_bytes in [1 << 10, 16 << 10] {
            let dir = folder();
            let (mut journal, _) = SegmentJournal::open(dir.path(), Options::default()).unwrap();
            let body = random_bytes(entry_bytes);
            for at in 0..(128 << 20) / entry_bytes {
                journal.append(Timestamp(at as i64), &body).unwrap();
                if at % 256 == 0 {
                    journal.sync().unwrap();
                }
            }
            journal.roll().unwrap();
            if compress {
                journal.housekeeper().compress_closed(&|| false).unwrap();
            }
            let reader = journal.reader();
            group.throughput(Throughput::Bytes(128 << 20));
            let name = if compress { "zstd" } else { "plain" };
            group.bench_function(
                format!("{name}, entries of {} KiB", entry_bytes >> 10),
                |bencher| {
                    bencher.iter(|| {
                        let entries = reader.read_from(0).unwrap();
                        entries.map(|entry| entry.unwrap().body.len()).sum::<usize>()
                    });
                },
            );
        }
    }
    group.finish();
}

/// One entry as a batch of heartbeats looks, about 1 KiB.
fn heartbeats(number: u64) -> Vec<u8> {
    (0..8)
        .map(|at| {
            let (agent, rss_bytes) = (number * 8 + at, (number * 7919 + at * 104_729) % 900_000_000);
            let salted = agent.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!(
                r#"{{"agent":"bot-{agent}","instance":"{salted:016x}","host":"host-{}","sequence":{number},"metrics":{{"rss_bytes":{rss_bytes}}}}}"#,
                agent % 50
            )
        })
        .collect::<String>()
        .into_bytes()
}

/// What a restart takes with a full last segment, and what compressing one takes.
fn restart_and_compress(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("segment_of_32_mib");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    let dir = folder();
    let (mut journal, _) = SegmentJournal::open(dir.path(), Options::default()).unwrap();
    for number in 0..28_000 {
        journal
            .append(Timestamp(number as i64), &heartbeats(number))
            .unwrap();
        if number % 64 == 0 {
            journal.sync().unwrap();
        }
    }
    journal.sync().unwrap();
    let entries = journal.next_offset();
    drop(journal);
    group.bench_function("open, unsealed", |bencher| {
        bencher.iter(|| {
            let (journal, report) = SegmentJournal::open(dir.path(), Options::default()).unwrap();
            assert_eq!((journal.next_offset(), report.truncated), (entries, None));
        });
    });
    let (mut journal, _) = SegmentJournal::open(dir.path(), Options::default()).unwrap();
    journal.roll().unwrap();
    let started = Instant::now();
    let done = journal.housekeeper().compress_closed(&|| false).unwrap();
    eprintln!(
        "compressed {} bytes to {} in {:?}, read back and synced",
        done.bytes_before,
        done.bytes_after,
        started.elapsed()
    );
    group.throughput(Throughput::Bytes(done.bytes_before));
    let reader = journal.reader();
    group.bench_function("read, zstd", |bencher| {
        bencher.iter(|| {
            reader
                .read_from(0)
                .unwrap()
                .map(|entry| entry.unwrap().body.len())
                .sum::<usize>()
        });
    });
    group.finish();
}

criterion_group!(benches, append, read, restart_and_compress);
criterion_main!(benches);
