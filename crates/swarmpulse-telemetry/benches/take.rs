//! What a request costs: decoding one and taking it in, by signal.

#![expect(clippy::unwrap_used, reason = "a benchmark stops at what fails")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use prost::Message;
use swarmpulse_model::Timestamp;
use swarmpulse_telemetry::message::metrics::{
    DELTA, Metric, MetricsRequest, NumberPoint, ResourceMetrics, ScopeMetrics, Sum,
};
use swarmpulse_telemetry::message::{AnyValue, KeyValue, Resource};
use swarmpulse_telemetry::{Encoding, Export, Options, Signal, Telemetry};

const POINTS: u64 = 1000;
const START_NS: u64 = 1_800_000_000_000_000_000;

fn attribute(key: &str, value: String) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            string_value: Some(value),
            ..AnyValue::default()
        }),
    }
}

/// Deltas of so many streams with four attributes each.
fn deltas(end_ns: u64) -> MetricsRequest {
    let points = (0..POINTS).map(|n| NumberPoint {
        start_time_unix_nano: end_ns - 1_000_000_000,
        time_unix_nano: end_ns,
        as_double: Some(n as f64),
        attributes: vec![
            attribute("session.id", format!("session-{n}")),
            attribute("model", "claude".to_owned()),
            attribute("type", "input".to_owned()),
            attribute("terminal.type", "xterm".to_owned()),
        ],
        ..NumberPoint::default()
    });
    let metric = Metric {
        name: "work.done".to_owned(),
        unit: "By".to_owned(),
        sum: Some(Sum {
            data_points: points.collect(),
            aggregation_temporality: DELTA,
            is_monotonic: true,
        }),
        ..Metric::default()
    };
    MetricsRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(Resource {
                attributes: vec![attribute("agent.id", "bot-7".to_owned())],
            }),
            scope_metrics: vec![ScopeMetrics {
                metrics: vec![metric],
                ..ScopeMetrics::default()
            }],
        }],
    }
}

fn take(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("otlp");
    group.throughput(Throughput::Elements(POINTS));
    let body = deltas(START_NS).encode_to_vec();
    group.bench_function("decode 1000 deltas", |bencher| {
        bencher.iter(|| Export::decode(Signal::Metrics, Encoding::Protobuf, &body, 10_000).unwrap());
    });
    let mut telemetry = Telemetry::new(Options::default(), Timestamp(START_NS as i64));
    let mut end_ns = START_NS;
    group.bench_function("take 1000 deltas", |bencher| {
        bencher.iter_batched(
            || {
                end_ns += 1_000_000_000;
                Export::Metrics(deltas(end_ns))
            },
            |export| telemetry.take("default", Timestamp(START_NS as i64), &export),
            criterion::BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, take);
criterion_main!(benches);
