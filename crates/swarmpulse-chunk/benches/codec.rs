//! How quick the codec is on what agents measure: per sample, one core.

#[path = "../tests/shapes/agents.rs"]
mod shapes;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shapes::{SHAPES, times, values};
use std::hint::black_box;
use swarmpulse_chunk::{Chunk, Effort, Encoder};

type Samples = (Vec<i64>, Vec<f64>);

fn series(samples: usize, jitter_ms: u64) -> Vec<Samples> {
    (0..SHAPES.len() as u64 * 20)
        .map(|seed| {
            let shape = SHAPES[seed as usize % SHAPES.len()];
            (times(seed, samples, jitter_ms), values(shape, seed, samples))
        })
        .collect()
}

fn encoded(series: &[Samples], effort: Effort) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::default();
    let encode = |(times, values): &Samples| {
        let mut bytes = Vec::new();
        encoder
            .encode(times, values, effort, &mut bytes)
            .expect("valid samples");
        bytes
    };
    series.iter().map(encode).collect()
}

fn codec(criterion: &mut Criterion) {
    for (name, samples, jitter, effort) in [
        ("hot", 240, 0, Effort::Hot),
        ("hot, jittered", 240, 5, Effort::Hot),
        ("cold", 960, 0, Effort::Cold),
    ] {
        let series = series(samples, jitter);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements((series.len() * samples) as u64));
        let (mut encoder, mut bytes) = (Encoder::default(), Vec::new());
        group.bench_function("encode", |bench| {
            bench.iter(|| {
                for (times, values) in &series {
                    bytes.clear();
                    encoder
                        .encode(times, values, effort, &mut bytes)
                        .expect("valid samples");
                    black_box(&bytes);
                }
            });
        });
        let chunks = encoded(&series, effort);
        let (mut times, mut values) = (Vec::new(), Vec::new());
        group.bench_function("decode", |bench| {
            bench.iter(|| {
                for bytes in &chunks {
                    times.clear();
                    values.clear();
                    let chunk = Chunk::open(bytes).expect("own bytes");
                    chunk.decode(&mut times, &mut values).expect("own bytes");
                    black_box((&times, &values));
                }
            });
        });
        group.finish();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(chunks.len() as u64));
        group.bench_function("last", |bench| {
            bench.iter(|| {
                for bytes in &chunks {
                    let chunk = Chunk::open(bytes).expect("own bytes");
                    black_box(chunk.last().expect("own bytes"));
                }
            });
        });
        group.finish();
    }
    for shape in SHAPES {
        let series: Vec<Samples> = (0..50)
            .map(|seed| (times(seed, 240, 0), values(shape, seed, 240)))
            .collect();
        let mut group = criterion.benchmark_group(shape);
        group.throughput(Throughput::Elements(series.len() as u64 * 240));
        let (mut encoder, mut bytes) = (Encoder::default(), Vec::new());
        group.bench_function("encode", |bench| {
            bench.iter(|| {
                for (times, values) in &series {
                    bytes.clear();
                    encoder
                        .encode(times, values, Effort::Hot, &mut bytes)
                        .expect("valid samples");
                    black_box(&bytes);
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, codec);
criterion_main!(benches);
