//! What nobody saw is told apart from what had no data, and is neither good nor bad.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

#[path = "support/evaluator.rs"]
mod support;

use support::Bench;
use swarmpulse_model::Timestamp;
use swarmpulse_slo::{SloState, SloStatus, parse, shipped, status};

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 86_400;
const END_S: i64 = 80 * DAY_S;

const ACTIVE: &str =
    "slos:\n- {name: a, service: s, objective: 90%, window: 30d, at_least: 8, of: sum(active)}\n";

fn judged(file: &str, bench: &Bench, at_s: i64) -> SloStatus {
    let objective = parse("test", file).unwrap().remove(0);
    let found = status(&objective, bench, Timestamp::from_unix_s(at_s as f64), "default");
    assert_eq!(found.error, None);
    found
}

/// A series every 30 seconds, but for the times that are left out.
fn feed(bench: &Bench, name: &str, from_s: i64, out: &[(i64, i64)], value: impl Fn(i64) -> f64) {
    let samples = (from_s..=END_S)
        .step_by(30)
        .filter(|at| !out.iter().any(|(from, to)| (*from..*to).contains(at)));
    bench.feed(&[("__name__", name)], samples.map(|at| (at, value(at))));
}

/// The monitor's own, 1 between those times.
fn own(bench: &Bench, from_s: i64, out: &[(i64, i64)], blind: (i64, i64)) {
    feed(bench, "swarmpulse_monitor_blind", from_s, out, |at| {
        f64::from(u8::from((blind.0..blind.1).contains(&at)))
    });
}

#[test]
fn an_outage_of_the_monitor_is_told_apart_from_what_had_no_data() {
    let bench = Bench::default();
    let outage = (END_S - 10 * DAY_S, END_S - 10 * DAY_S + 15 * HOUR_S);
    let quiet = (END_S - 5 * DAY_S, END_S - 4 * DAY_S);
    own(&bench, 0, &[outage], (outage.1, outage.1 + 300));
    feed(&bench, "active", 0, &[outage, quiet], |_| 9.0);
    let found = judged(ACTIVE, &bench, END_S);
    let watch = found.watch.unwrap();
    assert_eq!(watch.from, Timestamp::from_unix_s((END_S - 30 * DAY_S) as f64));
    assert!((watch.unseen_s - 15.0 * 3600.0).abs() <= 60.0, "{watch:?}");
    assert!((watch.unseen_ratio() - 15.0 / 720.0).abs() < 1e-4, "{watch:?}");
    assert!((watch.blind_s - 300.0).abs() <= 60.0, "{watch:?}");
    assert_eq!((found.state, found.sli), (SloState::Meeting, Some(1.0)));
    assert!(
        found.sentence.contains(
            "; the monitor did not look for 15 h of 30 d (2.1%); it may have been blind for 5 min; "
        ),
        "{}",
        found.sentence
    );
    // What is left of what is missing is what had no data; what was there last stands for five minutes.
    let rest = found.sentence.rsplit("; ").next().unwrap();
    assert!(
        rest == "23.8 h of it without data." || rest == "23.9 h of it without data.",
        "{rest}"
    );
}

#[test]
fn a_monitor_that_is_new_did_not_miss_what_was_before_it() {
    let bench = Bench::default();
    let first = END_S - 12 * HOUR_S;
    own(&bench, first, &[], (0, 0));
    feed(&bench, "active", first, &[], |_| 9.0);
    let found = judged(ACTIVE, &bench, END_S);
    let watch = found.watch.unwrap();
    assert_eq!(watch.unseen_s, 0.0);
    assert!((watch.length_s - 12.0 * 3600.0).abs() <= 60.0, "{watch:?}");
    assert_eq!(found.state, SloState::Meeting);
    assert!(!found.sentence.contains("did not look"), "{}", found.sentence);
}

#[test]
fn where_half_was_not_seen_being_met_cannot_be_said() {
    // Before the window the monitor ran, so that it should have looked from its beginning on.
    let outage = |days: i64| [(END_S - 30 * DAY_S - HOUR_S, END_S - 30 * DAY_S + days * DAY_S)];
    let of = |days: i64, value: f64| {
        let bench = Bench::default();
        own(&bench, 20 * DAY_S, &outage(days), (0, 0));
        feed(&bench, "active", 20 * DAY_S, &outage(days), move |_| value);
        judged(ACTIVE, &bench, END_S)
    };
    assert_eq!(of(14, 9.0).state, SloState::Meeting);
    let found = of(16, 9.0);
    assert_eq!((found.state, found.sli), (SloState::NoData, Some(1.0)));
    assert!(
        found
            .sentence
            .starts_with("NO DATA: too little was seen, 100% was good (now 9,"),
        "{}",
        found.sentence
    );
    assert!(
        found
            .sentence
            .contains("; the monitor did not look for 16 d of 30 d (53.3%)"),
        "{}",
        found.sentence
    );
    // What was seen to go badly did.
    assert_eq!(of(16, 5.0).state, SloState::Violating);
    let nothing = of(31, 9.0);
    assert_eq!((nothing.state, nothing.sli), (SloState::NoData, None));
    assert_eq!(
        nothing.sentence,
        "NO DATA: nothing was measured (90% of time at least 8 over 30d); the monitor did not look for 30 d of 30 d (100%)."
    );
}

#[test]
fn where_the_monitor_writes_nothing_of_itself_nothing_is_said() {
    let bench = Bench::default();
    feed(&bench, "active", 0, &[], |_| 9.0);
    let found = judged(ACTIVE, &bench, END_S);
    assert_eq!((found.watch, found.state), (None, SloState::Meeting));
}

#[test]
fn agents_that_are_unknown_because_the_monitor_is_blind_are_neither_good_nor_bad() {
    let objectives = shipped();
    let objective = objectives.iter().find(|one| one.name == "agents-active").unwrap();
    // For an hour none of ten agents was heard; in one of the two cases the monitor says that it may be blind.
    let hour = (END_S - 3 * HOUR_S, END_S - 2 * HOUR_S);
    let of = |blind: (i64, i64), namespace: &str| {
        let bench = Bench::default();
        let series = |name: &str, value: &dyn Fn(i64) -> f64| {
            let samples = (END_S - 10 * HOUR_S..=END_S).step_by(30);
            let mut labels = vec![("__name__", name)];
            if namespace != "default" {
                labels.push(("namespace", namespace));
            }
            bench.feed(&labels, samples.map(|at| (at, value(at))));
        };
        let within = |at: i64, (from, to): (i64, i64)| (from..to).contains(&at);
        series("swarmpulse_agents_expected", &|_| 10.0);
        series("swarmpulse_agents_available", &|at| {
            if within(at, hour) { 0.0 } else { 10.0 }
        });
        series("swarmpulse_monitor_blind", &|at| {
            f64::from(u8::from(within(at, blind)))
        });
        status(objective, &bench, Timestamp::from_unix_s(END_S as f64), namespace)
    };
    for namespace in ["default", "team-a"] {
        let seen = of((0, 0), namespace);
        assert!((seen.sli.unwrap() - 0.9).abs() < 0.005, "{seen:?}");
        let blind = of(hour, namespace);
        assert_eq!(blind.sli, Some(1.0), "{blind:?}");
        assert!(
            (blind.observed_ratio.unwrap() - 9.0 / 720.0).abs() < 1e-4,
            "{blind:?}"
        );
    }
}
