//! Series to which nothing happens: at most one finding in 1,000 days of them.

use std::collections::BTreeSet;

use swarmpulse_detect::{DETECTORS, Graph, Report, Signal, Subject, SubjectId, Subjects, Surroundings};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, EntityKind, Timestamp};

const SERIES: u32 = 30;
const DAYS: i64 = 5;
/// Monday, 2026-01-05T00:00:00Z.
const START_S: i64 = 1_767_571_200;

/// Random numbers, the same in every run (splitmix64).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + f64::EPSILON
    }

    fn normal(&mut self) -> f64 {
        let angle = std::f64::consts::TAU * self.uniform();
        (-2.0 * self.uniform().ln()).sqrt() * angle.cos()
    }

    fn student_3(&mut self) -> f64 {
        let squares: f64 = (0..3).map(|_| self.normal().powi(2)).sum();
        self.normal() / (squares / 3.0).sqrt()
    }

    fn poisson(&mut self, mean: f64) -> f64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.uniform(), 0.0);
        while product > limit {
            count += 1.0;
            product *= self.uniform();
        }
        count
    }
}

/// Findings in series of one kind; `next` makes a value from the last state, the seconds since the start and chance.
fn findings(signal: Signal, seed: u64, next: impl Fn(&mut f64, f64, &mut Random) -> f64) -> Vec<String> {
    let row = DETECTORS
        .iter()
        .find(|row| row.description.name == "anomaly")
        .unwrap();
    let mut detector = (row.new)();
    let mut subjects = Subjects::default();
    let mut series: Vec<_> = (0..SERIES)
        .map(|id| (0.0, Random(seed + u64::from(id) * 7919)))
        .collect();
    for id in 0..SERIES {
        let entity = EntityKey::new("default", EntityKind::Agent, &format!("a{id}"));
        subjects.set(
            SubjectId(id),
            Some(Subject {
                entity,
                part: "".into(),
            }),
        );
    }
    let graph = Graph::default();
    let (mut firing, mut told) = (BTreeSet::new(), Vec::new());
    for minute in 0..DAYS * 1440 {
        let at = Timestamp((START_S + minute * 60) * SECOND_NS);
        for (id, (state, random)) in (0..).map(SubjectId).zip(&mut series) {
            let value = next(state, (minute * 60) as f64, random);
            detector.sample(id, subjects.get(id).unwrap(), signal, at, value);
        }
        let mut report = Report::default();
        let around = Surroundings {
            subjects: &subjects,
            graph: &graph,
        };
        detector.evaluate(at, &around, &mut report);
        let now: BTreeSet<_> = report.findings.iter().map(|it| it.subject.clone()).collect();
        let new = report.findings.iter().filter(|it| !firing.contains(&it.subject));
        told.extend(new.map(|it| it.sentence.clone()));
        firing = now;
    }
    told
}

/// 900 series-days in all: one finding is what chance may have.
#[test]
fn nothing_is_told_of_series_to_which_nothing_happens() {
    let day = |seconds: f64| (seconds / 86_400.0 * std::f64::consts::TAU).sin();
    let mut told = findings(Signal::MemoryBytes, 1, |_, _, random| 1e8 + 3e7 * random.normal());
    told.extend(findings(Signal::Other, 2, |state, _, random| {
        *state = 0.95 * *state + random.normal();
        100.0 + 3.0 * *state
    }));
    told.extend(findings(Signal::Other, 3, |_, _, random| {
        100.0 + 5.0 * random.student_3()
    }));
    told.extend(findings(Signal::ResponseSeconds, 4, |_, _, random| {
        0.1 * random.normal().exp()
    }));
    told.extend(findings(Signal::QueueLength, 5, |_, _, random| {
        random.poisson(3.0)
    }));
    told.extend(findings(Signal::CpuRatio, 6, |_, seconds, random| {
        (0.5 + 0.3 * day(seconds) + 0.03 * random.normal()).clamp(0.0, 1.0)
    }));
    assert!(told.len() <= 1, "{told:#?}");
}
