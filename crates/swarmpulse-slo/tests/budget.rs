//! Budgets against brute force, on simulated events and figures.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

#[path = "support/evaluator.rs"]
mod support;

use proptest::prelude::*;
use support::Bench;
use swarmpulse_model::Timestamp;
use swarmpulse_slo::{Objective, SloState, SloStatus, parse, status};

const WINDOW_MIN: usize = 360;

fn objective(measured: &str, target: f64) -> Objective {
    let text = format!("slos:\n- {{name: x, service: s, objective: {target}, window: 6h, {measured}}}\n");
    parse("test", &text).unwrap().remove(0)
}

fn counter(bench: &Bench, name: &str, per_minute: &[u32]) {
    // Far from nothing: `increase` does not reach back beyond where a counter would have been nothing, of each counter for
    // itself, and the share of two would be off by as much as the minute that the window cuts.
    let mut total = 1e6;
    let samples = per_minute.iter().enumerate().map(|(minute, count)| {
        total += f64::from(*count);
        (minute as i64 * 60, total)
    });
    bench.feed(&[("__name__", name)], samples);
}

fn at_the_end(minutes: usize) -> Timestamp {
    Timestamp::from_unix_s((minutes - 1) as f64 * 60.0)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

fn expected_state(error: f64, target: f64) -> Option<SloState> {
    let budget = 1.0 - target;
    match error - budget {
        // Too close to call: rounding decides.
        off if off.abs() < 1e-9 => None,
        off if off > 0.0 => Some(SloState::Violating),
        _ => Some(SloState::Meeting),
    }
}

fn judged(bench: &Bench, objective: &Objective, minutes: usize) -> SloStatus {
    let found = status(objective, bench, at_the_end(minutes), "default");
    assert_eq!(found.error, None);
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn of_events(
        stream in proptest::collection::vec((0_u32..50, 0_u32..6), WINDOW_MIN + 1..600),
        target in prop_oneof![Just(0.9), Just(0.95), Just(0.99), 0.5_f64..0.999],
        counts_good in any::<bool>(),
    ) {
        let bench = Bench::default();
        let bad: Vec<u32> = stream.iter().map(|(_, bad)| *bad).collect();
        let good: Vec<u32> = stream.iter().map(|(good, _)| *good).collect();
        let all: Vec<u32> = stream.iter().map(|(good, bad)| good + bad).collect();
        counter(&bench, "bad_total", &bad);
        counter(&bench, "good_total", &good);
        counter(&bench, "all_total", &all);
        let part = if counts_good { "good: good_total" } else { "bad: bad_total" };
        let objective = objective(&format!("{part}, total: all_total"), target);
        let found = judged(&bench, &objective, stream.len());
        // A window of 360 minutes, open at its left end, holds 360 samples and what happened between them.
        let seen = stream.len() - (WINDOW_MIN - 1)..;
        let sum = |of: &[u32]| f64::from(of[seen.clone()].iter().sum::<u32>());
        let (errors, events) = (sum(&bad), sum(&all));
        if events == 0.0 {
            prop_assert_eq!(found.state, SloState::NoData);
            return Ok(());
        }
        let error = errors / events;
        prop_assert!(close(found.sli.unwrap(), 1.0 - error), "{:?} instead of {}", found.sli, 1.0 - error);
        if let Some(state) = expected_state(error, target) {
            prop_assert_eq!(found.state, state);
        }
        let budget = found.budget.unwrap();
        prop_assert!((budget.remaining_ratio.unwrap() - (1.0 - error / (1.0 - target))).abs() < 1e-6);
        // As Prometheus' increase does, the minute that the window cuts is estimated.
        let estimated = budget.total_events.unwrap();
        prop_assert!((estimated / events - 1.0).abs() < 0.01, "{} instead of {}", estimated, events);
        prop_assert!(close(budget.events.unwrap(), estimated * objective.budget()));
        prop_assert!(close(budget.remaining_events.unwrap(), estimated * (objective.budget() - error)));
    }

    #[test]
    fn of_time(
        figures in proptest::collection::vec(proptest::option::weighted(0.9, 0_u32..12), WINDOW_MIN..500),
        target in prop_oneof![Just(0.5), Just(0.9), Just(0.99), Just(1.0)],
        bound in 1_u32..8,
    ) {
        let bench = Bench::default();
        // A figure that is missing is told as such, so that the one before does not stand in for it.
        let samples = figures.iter().enumerate().map(|(minute, figure)| {
            (minute as i64 * 60, figure.map_or(f64::NAN, f64::from))
        });
        bench.feed(&[("__name__", "active")], samples);
        let objective = objective(&format!("at_least: {bound}, of: active"), target);
        let found = judged(&bench, &objective, figures.len());
        let seen: Vec<u32> = figures[figures.len() - WINDOW_MIN..].iter().copied().flatten().collect();
        if seen.is_empty() {
            prop_assert_eq!(found.state, SloState::NoData);
            return Ok(());
        }
        let bad = seen.iter().filter(|figure| **figure < bound).count() as f64;
        let error = bad / seen.len() as f64;
        prop_assert!(close(found.sli.unwrap(), 1.0 - error), "{:?} instead of {}", found.sli, 1.0 - error);
        if let Some(state) = expected_state(error, target) {
            prop_assert_eq!(found.state, state);
        }
        let budget = found.budget.unwrap();
        let minutes = seen.len() as f64 * objective.budget();
        prop_assert!(close(budget.minutes.unwrap(), minutes));
        prop_assert!(close(budget.remaining_minutes.unwrap(), minutes - bad));
        if target < 1.0 {
            prop_assert!(close(budget.remaining_ratio.unwrap(), 1.0 - bad / minutes));
        } else {
            prop_assert_eq!(budget.remaining_ratio, None);
        }
        let now = figures.last().copied().flatten().map(f64::from);
        prop_assert_eq!(found.value, now);
    }

    #[test]
    fn of_slices(
        stream in proptest::collection::vec((0_u32..20, 0_u32..4), WINDOW_MIN + 10..400),
        share in prop_oneof![Just(0.8), Just(0.9)],
    ) {
        let bench = Bench::default();
        counter(&bench, "bad_total", &stream.iter().map(|(_, bad)| *bad).collect::<Vec<_>>());
        counter(&bench, "all_total", &stream.iter().map(|(good, bad)| good + bad).collect::<Vec<_>>());
        let measured = format!("bad: bad_total, total: all_total, slices: {{of: 5m, good: {share}}}");
        let objective = objective(&measured, 0.9);
        let found = judged(&bench, &objective, stream.len());
        let end_min = (stream.len() - 1) as i64;
        let (mut slices, mut bad_slices) = (0.0, 0.0);
        // Slices end at whole multiples of five minutes; each holds five samples, and four minutes between them.
        for end in ((end_min - WINDOW_MIN as i64 + 1)..=end_min).filter(|minute| minute % 5 == 0) {
            let within = &stream[(end - 3).max(1) as usize..=end as usize];
            let events: u32 = within.iter().map(|(good, bad)| good + bad).sum();
            let bad: u32 = within.iter().map(|(_, bad)| *bad).sum();
            if events > 0 {
                slices += 1.0;
                bad_slices += f64::from(u8::from(f64::from(bad) / f64::from(events) > 1.0 - share + 1e-12));
            }
        }
        prop_assert!(close(found.sli.unwrap(), 1.0 - bad_slices / slices), "{:?} {} {}", found.sli, bad_slices, slices);
    }
}
