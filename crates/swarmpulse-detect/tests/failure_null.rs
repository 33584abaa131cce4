//! A fleet without a cause of failure but chance: the watch of failures says nothing about it.

use swarmpulse_detect::{Detector as _, FailureWatch, Graph, Report, Subjects, Surroundings};
use swarmpulse_model::record::{Call, Failure};
use swarmpulse_model::{Record, Text, Timestamp};
use swarmpulse_wire::{Kind, Limits, Privacy, decode};

/// Numbers that are the same every time: xorshift64*.
struct Dice(u64);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    fn below(&mut self, most: usize) -> usize {
        (self.uniform() * most as f64) as usize
    }
}

/// A completed task, as the wire reads it, to be changed for each.
fn completed() -> swarmpulse_model::record::Task {
    let body = br#"{"task":"t","status":"completed"}"#;
    let decoded = decode(Kind::Tasks, body, &Limits::default(), &Privacy::default()).expect("a task in JSON");
    let Some(Record::Task(task)) = decoded.records.into_iter().next() else {
        unreachable!("a task is read as one")
    };
    *task
}

/// Findings over so many days of 8 task types, 20 agents and 5 services, each of which fails by the same chance; load
/// goes by day and night. Every four days another fleet begins.
fn findings(days: usize, seed: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let template = completed();
    let (mut found, mut id) = (Vec::new(), 0);
    let namespace: Text = "default".into();
    for fleet in 0..days.div_ceil(4) {
        let mut watch = FailureWatch::new();
        let start = 1.79e9 + fleet as f64 * 7.0 * 86_400.0;
        let (base, busy) = (0.01 + 0.05 * dice.uniform(), 1.0 + 12.0 * dice.uniform());
        for minute in 0..1440 * days.saturating_sub(4 * fleet).min(4) {
            let minute = minute as f64;
            let load = busy * (0.6 - 0.4 * (minute / 1440.0 * std::f64::consts::TAU).cos());
            let mut part = dice.exponential() / load;
            while part < 1.0 {
                let at = Timestamp::from_unix_s(start + (minute + part) * 60.0);
                id += 1;
                let bad = dice.uniform() < base;
                let record = if id % 3 == 0 {
                    Record::Call(Box::new(Call {
                        service: format!("service-{}", dice.below(5)).into(),
                        status_code: Some(if bad { 500 } else { 200 }),
                        ..Call::default()
                    }))
                } else if bad {
                    Record::Failure(Box::new(Failure {
                        task: Some(format!("task-{id}").into()),
                        agent: Some(format!("bot-{}", dice.below(20)).into()),
                        task_type: Some(format!("type-{}", dice.below(8)).into()),
                        error: Some(format!("ValueError: row {id} is bad").into()),
                        ..Failure::default()
                    }))
                } else {
                    let mut task = template.clone();
                    task.task = format!("task-{id}").into();
                    task.agent = Some(format!("bot-{}", dice.below(20)).into());
                    task.task_type = Some(format!("type-{}", dice.below(8)).into());
                    Record::Task(Box::new(task))
                };
                watch.observe(&namespace, at, &record);
                part += dice.exponential() / load;
            }
            let (subjects, graph, mut report) = (Subjects::default(), Graph::default(), Report::default());
            let around = Surroundings {
                subjects: &subjects,
                graph: &graph,
            };
            watch.evaluate(
                Timestamp::from_unix_s(start + (minute + 1.0) * 60.0),
                &around,
                &mut report,
            );
            found.extend(report.findings.into_iter().map(|finding| finding.sentence));
        }
    }
    found.dedup();
    found
}

#[test]
fn chance_is_not_told_in_sixteen_days() {
    assert_eq!(findings(16, 3), Vec::<String>::new());
}

/// At most one finding in a thousand days: `cargo test --release --test failure_null -- --ignored`.
#[test]
#[ignore = "takes a minute in release"]
fn chance_is_told_at_most_once_in_a_thousand_days() {
    let found = findings(1000, 7);
    assert!(found.len() <= 1, "{found:#?}");
}
