//! The leak detector on shapes of memory with known truth: few false alarms on any healthy one, leaks found in time.
//!
//! There are as many traces as an unoptimised build runs in seconds. Seeds are fixed, so a failure is a change of the
//! detector and no accident.

#[path = "leak/shapes.rs"]
mod shapes;

use shapes::{Dice, MIB, Shape, trace};
use swarmpulse_detect::{LeakState, LeakTracker};
use swarmpulse_model::Timestamp;

/// Traces of each shape.
const TRACES: usize = 4;

/// A trace of the shape by its number.
fn numbered(shape: Shape, number: usize, hours: usize) -> Vec<(f64, bool)> {
    let seed = 1_000_003 * (number as u64 + 1) + 104_729 * shape as u64;
    trace(shape, hours, &mut Dice(seed))
}

/// The states at each minute.
fn states(values: &[(f64, bool)]) -> Vec<LeakState> {
    let mut tracker = LeakTracker::default();
    let each = values.iter().enumerate().map(|(minute, (value, restart))| {
        if *restart {
            tracker.restart();
        }
        tracker.sample(Timestamp::from_unix_s(60.0 * minute as f64), *value);
        tracker.verdict().state
    });
    each.collect()
}

/// The minute of the first leak at or after one.
fn found(states: &[LeakState], from: usize) -> Option<usize> {
    (from..states.len()).find(|at| states[*at] == LeakState::Leak)
}

#[test]
fn healthy_shapes_do_not_alarm() {
    for shape in Shape::HEALTHY {
        let alarms: usize = (0..TRACES)
            .filter(|number| {
                let found = found(&states(&numbered(shape, *number, 24)), 0);
                if let Some(minute) = found {
                    eprintln!("{shape:?} {number}: leak at minute {minute}");
                }
                found.is_some()
            })
            .count();
        assert_eq!(alarms, 0, "{shape:?}: {alarms} of {TRACES} days");
    }
}

#[test]
fn healthy_weeks_do_not_alarm_either() {
    for shape in [Shape::Daily, Shape::BatchPlateaus, Shape::Step] {
        let states = states(&numbered(shape, 100, 5 * 24));
        assert_eq!(found(&states, 0), None, "{shape:?}");
    }
}

#[test]
fn leaks_are_found_in_time() {
    // The limits are those of the 99th percentile over thousands of traces, rounded up.
    for (shape, within) in [
        (Shape::Leak15, 90),
        (Shape::Leak9, 180),
        (Shape::Leak1, 48 * 60),
        (Shape::Leak15Sawtooth, 120),
        (Shape::Leak20Restarts, 90),
        (Shape::Leak15After6h, 95),
    ] {
        let (_, hours, start) = shape.leak().expect("it leaks");
        let traces = if shape == Shape::Leak1 { 2 } else { 5 * TRACES };
        let late = (0..traces)
            .filter(|number| {
                let hours = hours.min(start / 60 + within / 60 + 2);
                let found = found(&states(&numbered(shape, *number, hours)), start);
                let in_time = found.is_some_and(|minute| minute - start <= within);
                if !in_time {
                    eprintln!(
                        "{shape:?} {number}: {:?} minutes",
                        found.map(|minute| minute - start)
                    );
                }
                !in_time
            })
            .count();
        assert!(
            late * 20 <= traces,
            "{shape:?}: {late} of {traces} after {within} minutes"
        );
    }
}

#[test]
fn rates_are_right_and_their_intervals_hold_them() {
    let (mut held, mut asked) = (0, 0);
    for number in 0..TRACES {
        let mut tracker = LeakTracker::default();
        for (minute, (value, _)) in numbered(Shape::Leak15, number, 4).iter().enumerate() {
            tracker.sample(Timestamp::from_unix_s(60.0 * minute as f64), *value);
        }
        let verdict = tracker.verdict();
        let rate = verdict.rate_bytes_per_hour.expect("it leaks") / MIB;
        let (low, high) = verdict.interval.expect("it leaks");
        assert!((12.0..18.0).contains(&rate), "{number}: {rate}");
        held += usize::from((low..=high).contains(&(15.0 * MIB)));
        asked += 1;
        let from = verdict.from.expect("it leaks").unix_s() / 60.0;
        assert!(from <= 45.0, "{number}: growth is said to begin at minute {from}");
    }
    assert!(
        held * 10 >= asked * 8,
        "{held} of {asked} intervals hold the true rate"
    );
}

#[test]
fn a_leak_that_begins_late_is_dated() {
    for number in 0..TRACES {
        let values = numbered(Shape::Leak15After6h, number, 9);
        let mut tracker = LeakTracker::default();
        for (minute, (value, _)) in values.iter().enumerate() {
            tracker.sample(Timestamp::from_unix_s(60.0 * minute as f64), *value);
        }
        let from = tracker.verdict().from.expect("it leaks").unix_s() / 60.0;
        assert!((300.0..=420.0).contains(&from), "{number}: minute {from}");
    }
}

#[test]
fn neither_a_larger_process_nor_another_date_changes_the_verdict() {
    for shape in [Shape::Leak15, Shape::Autocorrelated, Shape::Sawtooth] {
        let values = numbered(shape, 7, 6);
        // A multiple of what single precision tells apart, so that nothing is rounded.
        let larger: Vec<_> = values
            .iter()
            .map(|(value, restart)| (value.round() + 1024.0 * MIB, *restart))
            .collect();
        let plain: Vec<_> = values
            .iter()
            .map(|(value, restart)| (value.round(), *restart))
            .collect();
        assert_eq!(states(&plain), states(&larger), "{shape:?}");
        let mut later = LeakTracker::default();
        let moved: Vec<_> = plain
            .iter()
            .enumerate()
            .map(|(minute, (value, _))| {
                later.sample(Timestamp::from_unix_s(1.7e9 + 60.0 * minute as f64), *value);
                later.verdict().state
            })
            .collect();
        assert_eq!(states(&plain), moved, "{shape:?}");
    }
}

#[test]
fn a_fill_of_45_minutes_is_growing_at_most() {
    let mut growing = 0;
    for number in 0..TRACES {
        let states = states(&numbered(Shape::CacheFill, number, 3));
        growing += usize::from(states[..60].contains(&LeakState::Growing));
        assert_eq!(found(&states, 0), None, "{number}");
    }
    assert!(
        growing * 4 >= TRACES * 3,
        "{growing} of {TRACES} fills were seen to grow"
    );
}

#[test]
fn faster_samples_say_the_same() {
    let mut dice = Dice(5);
    let mut tracker = LeakTracker::default();
    let mut first = None;
    for step in 0..2 * 720 {
        let at_s = 5.0 * f64::from(step);
        let value = 300.0 * MIB + 15.0 * MIB * at_s / 3600.0 + dice.normal(5.0 * MIB);
        tracker.sample(Timestamp::from_unix_s(at_s), value);
        if tracker.verdict().state == LeakState::Leak {
            first.get_or_insert(at_s / 60.0);
        }
    }
    let first = first.expect("it leaks");
    assert!((80.0..=91.0).contains(&first), "{first}");
}

#[test]
fn nothing_but_numbers_is_taken() {
    let mut tracker = LeakTracker::default();
    for minute in 0..200 {
        let value = if minute % 2 == 0 { f64::NAN } else { 1e8 };
        tracker.sample(Timestamp::from_unix_s(60.0 * f64::from(minute)), value);
    }
    assert_eq!(tracker.verdict().state, LeakState::Ok);
    assert_eq!(tracker.verdict().rate_bytes_per_hour, None);
}
