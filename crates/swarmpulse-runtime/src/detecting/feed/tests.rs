//! What reaches the detectors, at logical times, from a store in memory.

use std::sync::Arc;

use parking_lot::Mutex;
use swarmpulse_detect::{Hour, Report, Surroundings};
use swarmpulse_model::Sample;
use swarmpulse_model::series::{SampleBatch, stale_marker};
use swarmpulse_store::memory::MemoryMetrics;

use super::*;

const MEMORY: &str = "swarmpulse_agent_resident_memory_bytes";
const LIMIT: &str = "swarmpulse_agent_memory_limit_bytes";

/// What a detector was told, in short.
#[derive(Clone, Debug, PartialEq)]
enum Heard {
    Sample(SubjectId, Signal, i64, f64),
    Hour(SubjectId, i64, u64, f64, f64),
    Gone(SubjectId),
}

/// Writes down what it is told.
struct Listener(Arc<Mutex<Vec<Heard>>>);

impl Detector for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn sample(&mut self, id: SubjectId, _: &Subject, signal: Signal, at: Timestamp, value: f64) {
        self.0
            .lock()
            .push(Heard::Sample(id, signal, at.unix_ms() / 1000, value));
    }

    fn hour(&mut self, id: SubjectId, _: &Subject, _: Signal, hour: &Hour) {
        let end_s = hour.end.unix_ms() / 1000;
        self.0
            .lock()
            .push(Heard::Hour(id, end_s, hour.count, hour.min, hour.max));
    }

    fn forget(&mut self, id: SubjectId) {
        self.0.lock().push(Heard::Gone(id));
    }

    fn evaluate(&mut self, _: Timestamp, _: &Surroundings<'_>, _: &mut Report) {}
}

struct Rig {
    store: MemoryMetrics,
    feed: Feed,
    detectors: Vec<Box<dyn Detector>>,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Rig {
    fn new() -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        Self {
            store: MemoryMetrics::default(),
            feed: Feed::new().unwrap(),
            detectors: vec![Box::new(Listener(Arc::clone(&heard)))],
            heard,
        }
    }

    fn write(&self, name: &str, labels: &[(&str, &str)], samples: &[(i64, f64)]) {
        let mut batch = SampleBatch::default();
        let samples: Vec<Sample> = samples
            .iter()
            .map(|(at_s, value)| Sample {
                at_ms: at_s * 1000,
                value: *value,
            })
            .collect();
        let pairs = std::iter::once((METRIC_NAME, name)).chain(labels.iter().copied());
        batch.push_pairs(pairs, &samples);
        self.store
            .append_durably("default", Timestamp::from_unix_s(0.0), &batch)
            .unwrap();
    }

    fn round(&mut self, at_s: i64) -> Vec<Heard> {
        let now = Timestamp(at_s * 1_000_000_000);
        self.feed.read(now, &self.store, &mut self.detectors).unwrap();
        std::mem::take(&mut self.heard.lock())
    }

    fn sweep(&mut self, at_s: i64) -> Vec<Heard> {
        let now = Timestamp(at_s * 1_000_000_000);
        self.feed.sweep(now, &mut self.detectors);
        std::mem::take(&mut self.heard.lock())
    }
}

const ID: SubjectId = SubjectId(0);

fn memory(at_s: i64, value: f64) -> Heard {
    Heard::Sample(ID, Signal::MemoryBytes, at_s, value)
}

#[test]
fn each_sample_is_told_once_also_a_late_one() {
    let mut rig = Rig::new();
    let agent = [("agent", "a")];
    rig.write(MEMORY, &agent, &[(99_990, 1.0), (100_000, 2.0)]);
    assert_eq!(rig.round(100_000), [memory(99_990, 1.0), memory(100_000, 2.0)]);
    assert_eq!(rig.round(100_015), []);
    rig.write(
        MEMORY,
        &agent,
        &[(100_010, 3.0), (100_020, stale_marker()), (100_025, f64::NAN)],
    );
    assert_eq!(rig.round(100_080), [memory(100_010, 3.0)]);
}

#[test]
fn the_past_comes_in_hours_and_then_sample_by_sample() {
    let mut rig = Rig::new();
    // A sample a minute for five hours; the present is 5:30.
    let samples: Vec<(i64, f64)> = (0..=300).map(|minute| (minute * 60, minute as f64)).collect();
    rig.write(MEMORY, &[("agent", "a")], &samples);
    rig.write(MEMORY, &[("agent", "a")], &[(5 * 3600 + 1790, 1000.0)]);
    let heard = rig.round(5 * 3600 + 1800);
    let hours: Vec<_> = heard
        .iter()
        .filter(|heard| matches!(heard, Heard::Hour(..)))
        .collect();
    assert_eq!(
        hours,
        [
            &Heard::Hour(ID, 0, 1, 0.0, 0.0),
            &Heard::Hour(ID, 3600, 60, 1.0, 60.0),
            &Heard::Hour(ID, 7200, 60, 61.0, 120.0),
        ]
    );
    let samples: Vec<_> = heard[hours.len()..].to_vec();
    assert_eq!(samples.first(), Some(&memory(7_260, 121.0)));
    assert_eq!(samples.last(), Some(&memory(5 * 3600 + 1790, 1000.0)));
    assert_eq!(samples.len(), 181);
    assert_eq!(rig.round(5 * 3600 + 1815), []);
}

#[test]
fn limits_come_before_what_they_limit() {
    let mut rig = Rig::new();
    rig.write(LIMIT, &[("agent", "z")], &[(100, 9.0)]);
    rig.write(MEMORY, &[("agent", "a")], &[(100, 1.0)]);
    let signals: Vec<Signal> = rig
        .round(100)
        .iter()
        .map(|heard| match heard {
            Heard::Sample(_, signal, _, _) => *signal,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(signals, [Signal::MemoryLimitBytes, Signal::MemoryBytes]);
}

#[test]
fn of_two_series_that_tell_the_same_one_is_believed_until_it_is_silent() {
    let mut rig = Rig::new();
    let (first, second) = ([("agent", "a"), ("host", "h1")], [("agent", "a"), ("host", "h2")]);
    rig.write(MEMORY, &first, &[(1000, 1.0)]);
    rig.write(MEMORY, &second, &[(1000, 50.0)]);
    assert_eq!(rig.round(1000), [memory(1000, 1.0)]);
    rig.write(MEMORY, &second, &[(1015, 51.0)]);
    assert_eq!(rig.round(1015), []);
    rig.write(MEMORY, &second, &[(1400, 52.0)]);
    let heard = rig.round(1400);
    assert_eq!(heard.last(), Some(&memory(1400, 52.0)));
}

#[test]
fn what_is_silent_is_forgotten_and_its_number_given_again() {
    let mut rig = Rig::new();
    rig.write(MEMORY, &[("agent", "a")], &[(1000, 1.0)]);
    rig.round(1000);
    assert_eq!(rig.sweep(1060), []);
    assert_eq!(rig.feed.subjects_known(), 1);
    assert_eq!(rig.round(1000 + 2 * 3600), []);
    assert_eq!(rig.sweep(1000 + 2 * 3600), [Heard::Gone(ID)]);
    assert_eq!(rig.feed.subjects_known(), 0);
    rig.write(MEMORY, &[("agent", "b")], &[(20_000, 7.0)]);
    assert_eq!(rig.round(20_000), [memory(20_000, 7.0)]);
    assert_eq!(rig.feed.subjects.get(ID).unwrap().entity.id, "b");
}
