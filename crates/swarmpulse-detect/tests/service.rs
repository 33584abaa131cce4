//! Services over simulated days: stationary traffic is left in peace, what becomes bad is found, and soon.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use swarmpulse_detect::{Detector, Graph, Report, ServiceBook, ServiceStatus, Subjects, Surroundings};
use swarmpulse_model::record::Call;
use swarmpulse_model::{Record, Text, Timestamp};

const DAY_S: f64 = 86_400.0;
/// Monday, 2026-01-05.
const BEGIN_S: f64 = 1_767_571_200.0;

/// SplitMix64 (<https://prng.di.unimi.it/splitmix64.c>).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.uniform()).cos();
        median * (sigma * normal).exp()
    }
}

/// Calls at random moments, with these figures from a time on.
#[derive(Clone, Copy)]
struct Traffic {
    gap_s: f64,
    is_probe: bool,
    /// Median latency and share of failures.
    usual: (f64, f64),
    /// From a time on, until another.
    then: Option<(f64, f64, f64)>,
    until_s: f64,
}

const STATIONARY: Traffic = Traffic {
    gap_s: 15.0,
    is_probe: false,
    usual: (100.0, 0.01),
    then: None,
    until_s: f64::INFINITY,
};

/// Runs it for so many days: what began to be true when, in seconds.
fn run(seed: u64, days: f64, traffic: Traffic) -> (Vec<(f64, &'static str)>, ServiceBook) {
    let (mut numbers, mut book) = (Numbers(seed), ServiceBook::new());
    let (subjects, graph, namespace) = (Subjects::default(), Graph::default(), Text::from("default"));
    let around = Surroundings {
        subjects: &subjects,
        graph: &graph,
    };
    let (mut began, mut held) = (Vec::new(), BTreeSet::new());
    let (mut next_s, mut round_s) = (numbers.uniform() * traffic.gap_s, 15.0);
    while round_s <= days * DAY_S {
        while next_s < round_s {
            let (median_ms, failing) = match traffic.then {
                Some((from_s, median_ms, failing)) if (from_s..traffic.until_s).contains(&next_s) => {
                    (median_ms, failing)
                }
                _ => traffic.usual,
            };
            let failed = numbers.uniform() < failing;
            let call = Call {
                service: "api".into(),
                operation: traffic.is_probe.then(|| "probe".into()),
                agent: (!traffic.is_probe).then(|| "a1".into()),
                status_code: Some(if failed { 500 } else { 200 }),
                latency_ms: Some(numbers.lognormal(median_ms, 0.5)),
                ..Call::default()
            };
            let at = Timestamp::from_unix_s(BEGIN_S + next_s);
            book.observe(&namespace, at, &Record::Call(Box::new(call)));
            next_s += if traffic.is_probe {
                traffic.gap_s
            } else {
                traffic.gap_s * numbers.exponential()
            };
        }
        let mut report = Report::default();
        book.evaluate(Timestamp::from_unix_s(BEGIN_S + round_s), &around, &mut report);
        let now: BTreeSet<&'static str> = report.findings.iter().map(|finding| finding.condition).collect();
        began.extend(now.difference(&held).map(|condition| (round_s, *condition)));
        held = now;
        round_s += 15.0;
    }
    (began, book)
}

#[test]
fn stationary_traffic_is_left_in_peace() {
    let mut service_days = 0.0;
    for (gap_s, is_probe, services, days) in [
        (15.0, false, 4, 1.0),
        (15.0, true, 4, 1.0),
        (120.0, false, 4, 1.0),
        (1.0, false, 1, 0.25),
    ] {
        for seed in 0..services {
            let traffic = Traffic {
                gap_s,
                is_probe,
                ..STATIONARY
            };
            let (began, _) = run(seed, days, traffic);
            assert_eq!(began, [], "gap {gap_s} s, probe {is_probe}, seed {seed}");
            service_days += days;
        }
    }
    assert!(service_days >= 12.0);
}

#[test]
fn what_becomes_three_times_as_slow_is_found_within_a_quarter_of_an_hour() {
    let from_s = 0.2 * DAY_S;
    for seed in 0..5 {
        let traffic = Traffic {
            then: Some((from_s, 300.0, 0.01)),
            ..STATIONARY
        };
        let (began, book) = run(seed, 0.22, traffic);
        assert_eq!(began.len(), 1, "{began:?}");
        let (at_s, condition) = began[0];
        assert_eq!(condition, "service_degraded");
        assert!(
            (from_s..from_s + 900.0).contains(&at_s),
            "{} s later",
            at_s - from_s
        );
        let now = Timestamp::from_unix_s(BEGIN_S + 0.22 * DAY_S);
        let figures = book.figures(now).next().unwrap();
        assert_eq!(figures.status, ServiceStatus::Degraded);
        assert!(figures.is_healthy && figures.usual_p95_ms.unwrap() < 300.0);
    }
}

#[test]
fn what_fails_altogether_is_down_within_a_minute_and_a_half_of_probes() {
    let from_s = 0.3 * DAY_S;
    for seed in 0..5 {
        let traffic = Traffic {
            is_probe: true,
            then: Some((from_s, 1.0, 1.0)),
            ..STATIONARY
        };
        let (began, book) = run(seed, 0.31, traffic);
        assert_eq!(began.len(), 1, "{began:?}");
        let (at_s, condition) = began[0];
        assert_eq!(condition, "service_down");
        assert!(
            (from_s..from_s + 90.0).contains(&at_s),
            "{} s later",
            at_s - from_s
        );
        let now = Timestamp::from_unix_s(BEGIN_S + 0.31 * DAY_S);
        assert!(book.figures(now).all(|figures| !figures.is_healthy));
    }
}

#[test]
fn a_level_that_lasts_becomes_the_usual_one() {
    let traffic = Traffic {
        gap_s: 60.0,
        then: Some((0.5 * DAY_S, 300.0, 0.01)),
        ..STATIONARY
    };
    let (began, book) = run(1, 2.0, traffic);
    assert_eq!(began.len(), 1, "{began:?}");
    let now = Timestamp::from_unix_s(BEGIN_S + 2.0 * DAY_S);
    let figures = book.figures(now).next().unwrap();
    assert_eq!(figures.status, ServiceStatus::Healthy);
    assert!(figures.usual_p95_ms.unwrap() > 500.0, "{figures:?}");
    assert_eq!(figures.day.len(), 96, "a day of quarters of an hour");
}

#[test]
fn a_bad_time_that_is_over_is_told_once() {
    for seed in 0..2 {
        for (median_ms, failing, told) in [(400.0, 0.01, "service_degraded"), (100.0, 0.6, "service_failing")]
        {
            let traffic = Traffic {
                gap_s: 5.0,
                then: Some((0.15 * DAY_S, median_ms, failing)),
                until_s: 0.17 * DAY_S,
                ..STATIONARY
            };
            let (began, book) = run(seed, 0.25, traffic);
            let told_of: Vec<&str> = began.iter().map(|(_, condition)| *condition).collect();
            assert_eq!(told_of, [told], "{began:?}");
            let now = Timestamp::from_unix_s(BEGIN_S + 0.25 * DAY_S);
            assert!(
                book.figures(now)
                    .all(|figures| figures.status == ServiceStatus::Healthy)
            );
        }
    }
}
