//! How many values a second are scored, on one core.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use swarmpulse_detect::AnomalyScorer;

/// Values a minute apart: a day's shape with noise and a spike now and then.
fn values(count: u32) -> Vec<(i64, f64)> {
    let mut state = 1_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    (0..count)
        .map(|row| {
            let day = (f64::from(row) / 1440.0 * std::f64::consts::TAU).sin();
            let spike = if random() < 0.001 { 100.0 * random() } else { 0.0 };
            (
                i64::from(row) * 60,
                50.0 + 20.0 * day + random() + random() + random() + spike,
            )
        })
        .collect()
}

fn score(criterion: &mut Criterion) {
    let values = values(20_000);
    let mut group = criterion.benchmark_group("anomaly");
    group.throughput(Throughput::Elements(values.len() as u64));
    group.bench_function("score", |bencher| {
        bencher.iter(|| {
            let mut scorer = AnomalyScorer::new();
            let mut largest = 0.0_f32;
            for &(at, value) in &values {
                largest = largest.max(scorer.push(at, black_box(value)));
            }
            largest
        });
    });
    group.finish();
}

criterion_group!(benches, score);
criterion_main!(benches);
