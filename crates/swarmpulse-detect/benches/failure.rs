//! How fast failures are counted and grouped, and how long a look at a full house takes.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_detect::{Detector as _, FailureWatch, Graph, Report, Subjects, Surroundings};
use swarmpulse_model::record::{Call, Failure};
use swarmpulse_model::{Record, Text, Timestamp};

const START_S: f64 = 1_790_000_000.0;

fn failure(n: usize, agents: usize) -> Record {
    let error = match n % 5 {
        0 => format!(
            "TimeoutError: request {n} to 10.0.{}.1:5432 timed out after {}ms",
            n % 256,
            n % 3000
        ),
        1 => format!("SchemaError: column {n} of 'users_{n}' has no type in /data/in/{n}.csv"),
        2 => format!(
            "HTTP 502 Bad Gateway from https://api{}.example.com/v1/x/{n}?a=1 after 3 attempts",
            n % 9
        ),
        3 => format!(
            "task 6f9619ff-8b86-d011-b42d-{n:012x} lost its lease on worker-{}",
            n % 77
        ),
        _ => format!("KeyError: \"field_{n}\""),
    };
    Record::Failure(Box::new(Failure {
        task: Some(format!("task-{n}").into()),
        agent: Some(format!("bot-{}", n % agents).into()),
        task_type: Some(format!("type-{}", n % 500).into()),
        error: Some(error.into()),
        ..Failure::default()
    }))
}

fn observed(watch: &mut FailureWatch, records: &[Record]) {
    let namespace: Text = "default".into();
    for (n, record) in records.iter().enumerate() {
        watch.observe(
            &namespace,
            Timestamp::from_unix_s(START_S + n as f64 * 0.001),
            record,
        );
    }
}

fn grouping(criterion: &mut Criterion) {
    let records: Vec<Record> = (0..10_000).map(|n| failure(n, 1000)).collect();
    let mut group = criterion.benchmark_group("failures");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function("counted and grouped", |bencher| {
        bencher.iter_batched(
            FailureWatch::new,
            |mut watch| {
                observed(&mut watch, &records);
                watch
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn looking(criterion: &mut Criterion) {
    let mut watch = FailureWatch::new();
    let failures: Vec<Record> = (0..20_000).map(|n| failure(n, 10_000)).collect();
    observed(&mut watch, &failures);
    let calls = (0..20_000).map(|n| {
        Record::Call(Box::new(Call {
            service: format!("service-{}", n % 5000).into(),
            status_code: Some(if n % 17 == 0 { 500 } else { 200 }),
            ..Call::default()
        }))
    });
    observed(&mut watch, &calls.collect::<Vec<_>>());
    let (subjects, graph) = (Subjects::default(), Graph::default());
    let mut minute = 10.0;
    criterion.bench_function(
        "a look at 10,000 agents, 500 types and 5,000 services",
        |bencher| {
            bencher.iter(|| {
                let mut report = Report::default();
                let around = Surroundings {
                    subjects: &subjects,
                    graph: &graph,
                };
                minute += 1.0;
                watch.evaluate(
                    Timestamp::from_unix_s(START_S + minute * 60.0),
                    &around,
                    &mut report,
                );
                black_box(report)
            });
        },
    );
}

criterion_group!(benches, grouping, looking);
criterion_main!(benches);
