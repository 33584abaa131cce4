//! Taking samples and finding series: 10,000 series of a fleet.
//!
//! `cargo bench -p swarmpulse-metrics --bench store`

#[path = "support/load.rs"]
mod load;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use load::{CountingJournal, START_MS, at, labels, request};
use swarmpulse_metrics::{EmbeddedMetrics, MetricOptions};
use swarmpulse_model::Labels;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_store::metrics::{MatchOp, Matcher, MetricStore, Points, Selection};
use tempfile::TempDir;

const SERIES: usize = 10_000;
const REQUEST_SERIES: usize = 2_000;

/// Moves a request on by so many steps, so that it need not be made anew.
fn advance(batch: &mut SampleBatch, steps: i64) {
    for sample in &mut batch.samples {
        sample.at_ms += steps * 15_000;
        sample.value += 1.0;
    }
}

fn open() -> (TempDir, EmbeddedMetrics) {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Box::new(CountingJournal::default());
    let options = MetricOptions::unlimited();
    let (store, _) = EmbeddedMetrics::open(folder.path(), journal, options, at(0)).expect("opened");
    (folder, store)
}

fn appends(criterion: &mut Criterion) {
    let all: Vec<Labels> = (0..SERIES).map(labels).collect();
    let mut group = criterion.benchmark_group("append");
    for samples in [1i64, 10] {
        let (_folder, store) = open();
        let mut requests: Vec<_> = (0..SERIES / REQUEST_SERIES)
            .map(|part| {
                request(
                    &all,
                    part * REQUEST_SERIES..(part + 1) * REQUEST_SERIES,
                    0,
                    samples,
                )
            })
            .collect();
        let (mut step, mut turn) = (0i64, 0usize);
        group.throughput(Throughput::Elements(REQUEST_SERIES as u64 * samples as u64));
        group.bench_function(format!("{samples} per series"), |bencher| {
            bencher.iter_batched(
                || {
                    turn += 1;
                    if turn % requests.len() == 0 {
                        step += samples;
                        if step % 240 < samples {
                            store.maintain(at(step)).expect("maintained");
                        }
                    }
                    let place = turn % requests.len();
                    let batch = &mut requests[place];
                    advance(batch, samples);
                    (batch.clone(), at(step))
                },
                |(batch, now)| {
                    let taken = store.append("default", now, &batch, Box::new(|_| ()));
                    assert_eq!(taken.map(|taken| taken.rejected_samples), Ok(0));
                    batch
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn selects(criterion: &mut Criterion) {
    let (_folder, store) = open();
    let all: Vec<Labels> = (0..SERIES).map(labels).collect();
    // Six hours, 60 samples to a request.
    for step in (0..1440).step_by(60) {
        for part in 0..SERIES / REQUEST_SERIES {
            let range = part * REQUEST_SERIES..(part + 1) * REQUEST_SERIES;
            let batch = request(&all, range, step, 60);
            store
                .append_durably("default", at(step), &batch)
                .expect("appended");
        }
        store.maintain(at(step)).expect("maintained");
    }
    let end_ms = START_MS + 1439 * 15_000;
    let select = |matchers: Vec<Matcher>, span_ms: i64| Selection {
        matchers,
        from_ms: end_ms - span_ms,
        to_ms: end_ms,
        series_max: 100_000,
    };
    let metric = || Matcher::equal("__name__", "requests_total");
    let regex = Matcher::new("agent", MatchOp::Regex, "agent-0000.*").expect("valid");
    let hours = 6 * 3_600_000;
    let cases = [
        ("1000 series, 5 min", select(vec![metric()], 300_000)),
        ("1000 series, 6 h", select(vec![metric()], hours)),
        (
            "1 series, 6 h",
            select(vec![metric(), Matcher::equal("agent", "agent-000500")], hours),
        ),
        (
            "100 series by regex, 5 min",
            select(vec![metric(), regex], 300_000),
        ),
    ];
    let mut group = criterion.benchmark_group("select");
    for (name, selection) in &cases {
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(store.select(selection).expect("selected").len()));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("read");
    for (name, selection) in &cases {
        let selected = store.select(selection).expect("selected");
        let mut points = Points::default();
        group.bench_function(*name, |bencher| {
            bencher.iter(|| {
                for series in 0..selected.len() {
                    selected.read(series, &mut points).expect("read");
                    black_box(&points);
                }
            });
        });
    }
    group.bench_function("last of 1000 series", |bencher| {
        let selected = store.select(&cases[0].1).expect("selected");
        bencher.iter(|| {
            for series in 0..selected.len() {
                black_box(selected.last(series, end_ms - 300_000, end_ms).expect("read"));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, appends, selects);
criterion_main!(benches);
