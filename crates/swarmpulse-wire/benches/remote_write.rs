//! Remote write to batches, snappy included: `cargo bench -p swarmpulse-wire --bench remote_write`.

mod cpu_time;

use std::hint::black_box;

use cpu_time::CpuTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_model::series::{LabelBytes, SampleBatch};
use swarmpulse_wire::remote_write::{Decoder, Message, RemoteWriteLimits};

/// Series in a request.
const SERIES: usize = 2000;

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn field(into: &mut Vec<u8>, tag: u8, inner: &[u8]) {
    into.push(tag);
    varint(into, inner.len() as u64);
    into.extend_from_slice(inner);
}

fn pairs(n: usize) -> [(&'static str, String); 6] {
    [
        ("__name__", format!("swarmpulse_agent_metric_{}", n % 10)),
        ("agent", format!("agent-{:05}", n / 10)),
        ("host", format!("host-{:02}", n / 10 % 50)),
        ("instance", format!("10.0.{}.{}:9100", n / 2560, n / 10 % 256)),
        ("job", "agents".to_owned()),
        ("kind", format!("kind-{}", n / 10 % 5)),
    ]
}

fn sample(n: usize, place: usize) -> Vec<u8> {
    let mut sample = vec![0x09];
    sample.extend_from_slice(&((n * 37 % 1000) as f64 / 8.0 + place as f64).to_le_bytes());
    sample.push(0x10);
    varint(&mut sample, 1_795_000_000_000 + place as u64 * 15_000);
    sample
}

fn request_v1(samples: usize) -> Vec<u8> {
    let mut body = Vec::new();
    for n in 0..SERIES {
        let mut series = Vec::new();
        for (name, value) in pairs(n) {
            LabelBytes::push(&mut series, name, &value);
        }
        for place in 0..samples {
            field(&mut series, 0x12, &sample(n, place));
        }
        field(&mut body, 0x0A, &series);
    }
    pack(&body)
}

fn request_v2(samples: usize) -> Vec<u8> {
    let mut symbols = vec![String::new()];
    let mut series_bytes = Vec::new();
    for n in 0..SERIES {
        let (mut series, mut references) = (Vec::new(), Vec::new());
        for (name, value) in pairs(n) {
            for text in [name, value.as_str()] {
                let found = symbols.iter().position(|symbol| symbol == text);
                let number = found.unwrap_or_else(|| {
                    symbols.push(text.to_owned());
                    symbols.len() - 1
                });
                varint(&mut references, number as u64);
            }
        }
        field(&mut series, 0x0A, &references);
        for place in 0..samples {
            field(&mut series, 0x12, &sample(n, place));
        }
        field(&mut series_bytes, 0x2A, &series);
    }
    let mut body = Vec::new();
    for symbol in symbols {
        field(&mut body, 0x22, symbol.as_bytes());
    }
    body.extend_from_slice(&series_bytes);
    pack(&body)
}

fn pack(body: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(body).unwrap_or_default()
}

fn remote_write(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("remote_write");
    group.throughput(Throughput::Elements(SERIES as u64));
    for (name, message, samples, packed) in [
        ("v1_1_sample", Message::V1, 1, request_v1(1)),
        ("v1_10_samples", Message::V1, 10, request_v1(10)),
        ("v2_1_sample", Message::V2, 1, request_v2(1)),
    ] {
        let (mut decoder, mut batch) = (Decoder::default(), SampleBatch::default());
        let limits = RemoteWriteLimits::default();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let beside = decoder.decode(message, black_box(&packed), &limits, &mut batch);
                assert!(beside.is_ok() && batch.samples.len() == SERIES * samples);
            });
        });
    }
    let packed = request_v1(1);
    let (mut decoder, mut plain) = (snap::raw::Decoder::new(), Vec::new());
    plain.resize(snap::raw::decompress_len(&packed).unwrap_or_default(), 0);
    group.bench_function("of_it_snappy", |bencher| {
        bencher.iter(|| black_box(decoder.decompress(black_box(&packed), &mut plain).is_ok()));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = remote_write
}
criterion_main!(benches);
