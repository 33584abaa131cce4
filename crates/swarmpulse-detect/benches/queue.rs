//! What the detector of queues costs: a record, and a look at 100,000 open tasks in 20 queues of 50 types.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use swarmpulse_detect::{Detector as _, Graph, QueueWatch, Report, Subjects, Surroundings};
use swarmpulse_model::record::Task;
use swarmpulse_model::{Attributes, Record, TaskStatus, Text, Timestamp};

const NAMESPACE: Text = Text::const_new("default");
const OPEN: u64 = 100_000;

fn record(number: u64, status: TaskStatus) -> Record {
    Record::Task(Box::new(Task {
        task: format!("task-{number:08}").into(),
        task_type: Some(format!("type-{}", number % 50).into()),
        status,
        queue: Some(format!("queue-{}", number % 20).into()),
        agent: Some(format!("worker-{}", number % 97).into()),
        sandbox: None,
        priority: Some(["high", "normal", "low"][number as usize % 3].into()),
        user: Some(format!("user-{}", number % 50).into()),
        attempt: None,
        queued_at: None,
        assigned_at: None,
        started_at: None,
        finished_at: None,
        timeout_s: None,
        error: None,
        retryable: None,
        attributes: Attributes::default(),
    }))
}

fn at(milliseconds: u64) -> Timestamp {
    Timestamp::from_unix_s(1_767_571_200.0 + milliseconds as f64 / 1000.0)
}

fn records(criterion: &mut Criterion) {
    let mut watch = QueueWatch::new();
    let mut group = criterion.benchmark_group("queue");
    group.throughput(Throughput::Elements(3));
    let mut number = 0;
    group.bench_function("three records of a task", |bencher| {
        bencher.iter_batched(
            || {
                number += 1;
                let of = |status| record(number, status);
                (
                    number,
                    [TaskStatus::Pending, TaskStatus::Running, TaskStatus::Completed].map(of),
                )
            },
            |(number, records)| {
                for (step, record) in records.iter().enumerate() {
                    watch.observe(&NAMESPACE, at(number * 6 + step as u64), black_box(record));
                }
            },
            criterion::BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn looks(criterion: &mut Criterion) {
    let mut watch = QueueWatch::new();
    for number in 0..200_000 {
        for (step, status) in [TaskStatus::Pending, TaskStatus::Running, TaskStatus::Completed]
            .into_iter()
            .enumerate()
        {
            watch.observe(&NAMESPACE, at(number * 10 + step as u64), &record(number, status));
        }
    }
    for number in 1_000_000..1_000_000 + OPEN {
        let status = if number % 2 == 0 {
            TaskStatus::Pending
        } else {
            TaskStatus::Running
        };
        watch.observe(&NAMESPACE, at(2_000_000), &record(number, status));
    }
    let (subjects, graph) = (Subjects::default(), Graph::default());
    let around = Surroundings {
        subjects: &subjects,
        graph: &graph,
    };
    let mut now_ms = 2_000_000;
    criterion.bench_function("queue/a look at 100,000 open tasks", |bencher| {
        bencher.iter(|| {
            now_ms += 15_000;
            let mut report = Report::default();
            watch.evaluate(at(now_ms), &around, &mut report);
            black_box(report)
        });
    });
}

criterion_group!(benches, records, looks);
criterion_main!(benches);
