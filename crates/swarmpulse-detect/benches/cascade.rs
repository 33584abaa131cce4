//! What the engine of cascades costs: outcomes taken in, and assessments of large graphs in good and in bad times.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_detect::CascadeEngine;
use swarmpulse_model::{Text, Timestamp};

const SERVICES: usize = 5_000;

fn names(kind: &str, count: usize) -> Vec<Text> {
    (0..count)
        .map(|number| format!("{kind}-{number}").into())
        .collect()
}

/// Half an hour of calls, a few a minute of every service; the first hundred services fail at the end if it is bad.
fn watched(services: &[Text], bad: bool) -> CascadeEngine {
    let agents = names("agent", 200);
    let mut engine = CascadeEngine::new();
    for step in 0..360_usize {
        let at = Timestamp::from_unix_s(step as f64 * 5.0);
        for (number, service) in services.iter().enumerate() {
            if (number + step) % 4 == 0 {
                let ok = (number * 7 + step * 13) % 53 != 0 && !(bad && number < 100 && step > 340);
                engine.observe(at, Some(service), Some(&agents[(number + step) % 200]), None, ok);
            }
        }
    }
    engine
}

fn cascade(criterion: &mut Criterion) {
    let services = names("service", SERVICES);
    let graph: Vec<(Text, Vec<Text>)> = (1..SERVICES)
        .map(|number| {
            let needs = [number / 3, number / 7].map(|need| services[need].clone());
            (services[number].clone(), needs.into())
        })
        .collect();
    let mut group = criterion.benchmark_group("cascade");
    group.sample_size(10);
    let (agents, types) = (names("agent", 200), names("type", 20));
    group.throughput(Throughput::Elements(100_000));
    group.bench_function("outcomes", |bencher| {
        bencher.iter_batched(
            CascadeEngine::new,
            |mut engine| {
                for number in 0..100_000_usize {
                    engine.observe(
                        Timestamp::from_unix_s(number as f64 * 0.01),
                        Some(&services[number * 31 % 400]),
                        Some(&agents[number * 17 % 200]),
                        Some(&types[number % 20]),
                        number % 50 != 0,
                    );
                }
                black_box(engine.dropped())
            },
            BatchSize::PerIteration,
        );
    });
    group.throughput(Throughput::Elements(SERVICES as u64));
    for (name, bad) in [("good times", false), ("bad times", true)] {
        let engine = watched(&services, bad);
        group.bench_function(format!("assess {SERVICES} services in {name}"), |bencher| {
            bencher.iter_batched(
                || engine.clone(),
                |mut engine| {
                    let needs = graph.iter().map(|(service, needs)| (service, needs.as_slice()));
                    black_box(engine.assess(Timestamp::from_unix_s(1800.0), needs))
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, cascade);
criterion_main!(benches);
