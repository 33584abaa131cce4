//! What services cost: a call taken in, and a round over a thousand of them.

#![allow(missing_docs, reason = "the macros make items without them")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_detect::{Detector, Graph, Report, ServiceBook, Subjects, Surroundings};
use swarmpulse_model::record::Call;
use swarmpulse_model::{Record, Text, Timestamp};

const SERVICES: usize = 1000;
const BEGIN_S: f64 = 1_767_571_200.0;

fn call(number: usize) -> Record {
    // A sequence without a pattern is enough here.
    let latency_ms = 20.0 + (number.wrapping_mul(2_654_435_761) % 1000) as f64 / 10.0;
    Record::Call(Box::new(Call {
        service: format!("service-{}", number % SERVICES).into(),
        operation: Some(["get", "put", "list"][number % 3].into()),
        agent: Some(format!("agent-{}", number % 5000).into()),
        status_code: Some(if number.is_multiple_of(97) { 500 } else { 200 }),
        latency_ms: Some(latency_ms),
        ..Call::default()
    }))
}

fn services(criterion: &mut Criterion) {
    let (subjects, graph, namespace) = (Subjects::default(), Graph::default(), Text::from("default"));
    let around = Surroundings {
        subjects: &subjects,
        graph: &graph,
    };
    let calls: Vec<Record> = (0..20_000).map(call).collect();
    let mut book = ServiceBook::new();
    let mut now = Timestamp::from_unix_s(BEGIN_S);
    // An hour of four calls a minute and service.
    for round in 0..240 {
        let first = round * SERVICES % calls.len();
        for record in &calls[first..first + SERVICES] {
            book.observe(&namespace, now, record);
        }
        now = now.plus_s(15.0);
        book.evaluate(now, &around, &mut Report::default());
    }
    let mut group = criterion.benchmark_group("service");
    group.throughput(Throughput::Elements(calls.len() as u64));
    group.bench_function("calls", |bencher| {
        bencher.iter(|| {
            for record in &calls {
                book.observe(&namespace, now, record);
            }
        });
    });
    group.throughput(Throughput::Elements(SERVICES as u64));
    group.bench_function("round", |bencher| {
        let mut first = 0;
        bencher.iter(|| {
            // Time goes on, and each service is called once more.
            first = (first + SERVICES) % calls.len();
            for record in &calls[first..first + SERVICES] {
                book.observe(&namespace, now, record);
            }
            now = now.plus_s(15.0);
            let mut report = Report::default();
            book.evaluate(now, &around, &mut report);
            report
        });
    });
    group.finish();
}

criterion_group!(benches, services);
criterion_main!(benches);
