//! What an objective says of itself in situations that people know, sentence by sentence.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

#[path = "support/evaluator.rs"]
mod support;

use support::Bench;
use swarmpulse_model::Timestamp;
use swarmpulse_slo::{Objective, SloState, SloStatus, parse, status};

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 86_400;

fn objective(text: &str) -> Objective {
    parse("test", &format!("slos:\n- {text}\n")).unwrap().remove(0)
}

fn judged(objective: &Objective, bench: &Bench, at_s: i64) -> SloStatus {
    let found = status(objective, bench, Timestamp::from_unix_s(at_s as f64), "default");
    assert_eq!(found.error, None);
    found
}

/// A gauge every minute.
fn gauge(bench: &Bench, name: &str, from_s: i64, to_s: i64, value: impl Fn(i64) -> f64) {
    let samples = (from_s..=to_s).step_by(60).map(|at| (at, value(at)));
    bench.feed(&[("__name__", name)], samples);
}

fn active() -> Objective {
    objective(
        "{name: agents-active, service: agents, objective: 90%, window: 30d, at_least: 8, of: sum(active)}",
    )
}

#[test]
fn nothing_measured_is_never_met() {
    let bench = Bench::default();
    let found = judged(&active(), &bench, 40 * DAY_S);
    assert_eq!(found.state, SloState::NoData);
    assert_eq!((found.sli, found.budget, found.burn.hour), (None, None, None));
    assert_eq!(
        found.sentence,
        "NO DATA: nothing was measured (90% of time at least 8 over 30d)."
    );
}

#[test]
fn what_is_young_says_since_when() {
    let bench = Bench::default();
    let end = 40 * DAY_S;
    gauge(&bench, "active", end - 12_600, end, |_| 9.0);
    let found = judged(&active(), &bench, end);
    assert_eq!(found.state, SloState::Meeting);
    assert_eq!(
        found.data_since,
        Some(Timestamp::from_unix_s((end - 12_600) as f64))
    );
    assert_eq!(
        found.sentence,
        "MEETING: 100% was good (now 9, wanted at least 8), promised 90% of time at least 8 over 30d; 100% of the error \
         budget is left (21.1 min of 21.1 min), burning at 0 over 1h; data since 1970-02-09 20:30 UTC, 3.5 h of it."
    );
}

#[test]
fn what_is_missing_in_between_is_neither_good_nor_bad_and_is_told() {
    let bench = Bench::default();
    let end = 40 * DAY_S;
    // The monitor was down for six of thirty days; in the rest 1 of 100 minutes was bad.
    let present = (0..=end)
        .step_by(60)
        .filter(|at| !(end - 20 * DAY_S..end - 14 * DAY_S).contains(at));
    let value = |at: i64| if at % 6000 == 0 { 5.0 } else { 9.0 };
    bench.feed(&[("__name__", "active")], present.map(|at| (at, value(at))));
    let found = judged(&active(), &bench, end);
    assert_eq!((found.state, found.data_since), (SloState::Meeting, None));
    // What was there last stands for five minutes.
    let observed = found.observed_ratio.unwrap();
    assert!((observed - 0.8).abs() < 1e-3, "{observed}");
    assert!((found.sli.unwrap() - 0.99).abs() < 1e-4, "{:?}", found.sli);
    let budget = found.budget.unwrap();
    let seen_min = observed * 30.0 * 24.0 * 60.0;
    assert!(
        (budget.minutes.unwrap() - seen_min / 10.0).abs() < 1.0,
        "{budget:?}"
    );
    assert!(
        found.sentence.ends_with("; 6 d of it without data."),
        "{}",
        found.sentence
    );
}

#[test]
fn a_month_has_no_data_before_its_first_sample_and_its_own_budget_from_then_on() {
    let objective = objective(
        "{name: a, service: s, objective: 99%, calendar: month, timezone: America/New_York, at_least: 1, of: up}",
    );
    let bench = Bench::default();
    let second = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    // March of 2026 has 743 hours there: the clocks go forward on the 8th.
    let (begin, ends) = (second("2026-03-01T05:00:00Z"), second("2026-04-01T04:00:00Z"));
    // February was bad throughout, and nothing is heard in the last minutes of it.
    gauge(&bench, "up", begin - DAY_S, begin - 600, |_| 0.0);
    gauge(&bench, "up", begin + 1800, ends, |_| 1.0);
    let february = judged(&objective, &bench, begin - 1);
    assert_eq!(february.state, SloState::Violating);
    let fresh = judged(&objective, &bench, begin + 900);
    assert_eq!(fresh.state, SloState::NoData, "{}", fresh.sentence);
    assert_eq!(fresh.span.unwrap().from, Timestamp::from_unix_s(begin as f64));
    let march = judged(&objective, &bench, ends - 60);
    assert_eq!(march.state, SloState::Meeting, "{}", march.sentence);
    assert_eq!(march.span.unwrap().whole_s, 743 * 3600);
    let minutes = march.budget.unwrap().minutes.unwrap();
    assert!((minutes - 743.0 * 60.0 * 0.01).abs() < 1e-6, "{minutes}");
    let april = judged(&objective, &bench, ends + 1);
    assert_eq!(april.span.unwrap().from, Timestamp::from_unix_s(ends as f64));
}

#[test]
fn a_changed_objective_is_judged_as_it_is_written_now() {
    let bench = Bench::default();
    let end = 40 * DAY_S;
    gauge(&bench, "active", 0, end, |at| {
        if at < end - 10 * DAY_S { 8.0 } else { 9.0 }
    });
    let state = |least: u32| {
        let text = format!(
            "{{name: a, service: s, objective: 90%, window: 30d, at_least: {least}, of: sum(active)}}"
        );
        judged(&objective(&text), &bench, end).state
    };
    assert_eq!((state(8), state(9)), (SloState::Meeting, SloState::Violating));
}

#[test]
fn a_budget_that_burns_is_forecast_along_a_line() {
    let bench = Bench::default();
    let end = 40 * DAY_S;
    // 30 days are full; half of the last six hours was bad: burning at 5, 3 hours of 72 spent.
    gauge(&bench, "active", 0, end, |at| {
        if at > end - 6 * HOUR_S && at % 120 == 0 {
            5.0
        } else {
            9.0
        }
    });
    let found = judged(&active(), &bench, end);
    assert_eq!((found.state, found.data_since), (SloState::Meeting, None));
    let rate = found.burn.six_hours.unwrap();
    assert!((rate - 5.0).abs() < 1e-9, "{rate}");
    let left = found.budget.unwrap().remaining_ratio.unwrap();
    assert!((left - (1.0 - 3.0 / 72.0)).abs() < 1e-6, "{left}");
    let at = found.forecast.exhausted_at.unwrap();
    let expected_s = left * 30.0 * DAY_S as f64 / rate;
    assert!((at.unix_s() - end as f64 - expected_s).abs() < 1.0);
    assert!(
        found.sentence.contains("at the rate of the last 6h"),
        "{}",
        found.sentence
    );
}

#[test]
fn what_burns_slower_than_it_lasts_has_no_end() {
    let bench = Bench::default();
    let end = 40 * DAY_S;
    gauge(
        &bench,
        "active",
        0,
        end,
        |at| if at % 1200 == 0 { 5.0 } else { 9.0 },
    );
    let found = judged(&active(), &bench, end);
    assert_eq!(found.state, SloState::Meeting);
    assert!((found.burn.six_hours.unwrap() - 0.5).abs() < 0.01);
    assert_eq!(found.forecast.exhausted_at, None);
}

#[test]
fn what_is_overdrawn_says_by_how_much() {
    let bench = Bench::default();
    let end = 40 * DAY_S;
    gauge(
        &bench,
        "active",
        0,
        end,
        |at| if at % 300 == 0 { 5.0 } else { 9.0 },
    );
    let found = judged(&active(), &bench, end);
    assert_eq!(found.state, SloState::Violating);
    assert!((found.sli.unwrap() - 0.8).abs() < 1e-9);
    let budget = found.budget.unwrap();
    assert!((budget.remaining_ratio.unwrap() + 1.0).abs() < 1e-6);
    assert!(
        (budget.remaining_minutes.unwrap() + 4320.0).abs() < 1.0,
        "{budget:?}"
    );
    assert_eq!(found.forecast.exhausted_at, None, "it is gone already");
    assert!(
        found.sentence.starts_with("VIOLATING: 80% was good"),
        "{}",
        found.sentence
    );
    assert!(
        found.sentence.contains("overdrawn: -100% left (-3 d of 3 d)"),
        "{}",
        found.sentence
    );
}

#[test]
fn a_promise_without_a_budget_holds_or_does_not() {
    let objective =
        objective("{name: leaks, service: memory, objective: 100%, window: 1h, at_most: 0, of: leaks}");
    let end = 10 * HOUR_S;
    for (value, state) in [(0.0, SloState::Meeting), (1.0, SloState::Violating)] {
        let bench = Bench::default();
        gauge(&bench, "leaks", 0, end, |at| {
            if at == end - 1800 { value } else { 0.0 }
        });
        let found = judged(&objective, &bench, end);
        assert_eq!(found.state, state, "{}", found.sentence);
        assert_eq!((found.burn.hour, found.forecast.exhausted_at), (None, None));
        assert!(
            found.sentence.contains("it allows no errors"),
            "{}",
            found.sentence
        );
    }
}

#[test]
fn every_series_must_keep_to_the_bound() {
    let objective =
        objective("{name: fds, service: memory, objective: 99%, window: 1h, below: 100, of: fds}");
    let bench = Bench::default();
    for (agent, value) in [("a", 5.0), ("b", 150.0)] {
        bench.feed(
            &[("__name__", "fds"), ("agent", agent)],
            (0..=120).map(|minute| (minute * 60, value)),
        );
    }
    let found = judged(&objective, &bench, 2 * HOUR_S);
    assert_eq!(
        (found.state, found.value, found.sli),
        (SloState::Violating, Some(150.0), Some(0.0))
    );
}

#[test]
fn time_counts_only_while_the_promise_applies() {
    let text =
        "{name: a, service: s, objective: 90%, window: 6h, at_least: 8, of: active, only: expected >= 8}";
    let objective = objective(text);
    let bench = Bench::default();
    let end = 10 * HOUR_S;
    gauge(
        &bench,
        "active",
        0,
        end,
        |at| if at < 8 * HOUR_S { 3.0 } else { 8.0 },
    );
    gauge(&bench, "expected", 0, end, |at| {
        if at < 8 * HOUR_S { 3.0 } else { 9.0 }
    });
    let found = judged(&objective, &bench, end);
    assert_eq!((found.state, found.sli), (SloState::Meeting, Some(1.0)));
    let found = judged(&objective, &bench, 7 * HOUR_S);
    assert_eq!(found.state, SloState::NoData);
    assert!(found.sentence.contains("while it applies"), "{}", found.sentence);
}

#[test]
fn a_calendars_budget_is_of_its_whole_period() {
    let text =
        "{name: a, service: s, objective: 99%, calendar: day, timezone: Europe/Berlin, at_least: 1, of: up}";
    let objective = objective(text);
    let bench = Bench::default();
    // 2026-03-29 in Berlin has 23 hours and begins at 23:00 UTC of the day before.
    let midnight: jiff::Timestamp = "2026-03-28T23:00:00Z".parse().unwrap();
    let from = midnight.as_second();
    // Down for 6 minutes of the first hour: 10 % of it, and less than the 13.8 minutes of the day.
    gauge(&bench, "up", from - DAY_S, from + HOUR_S, |at| {
        f64::from(!(from + 60..=from + 360).contains(&at))
    });
    let found = judged(&objective, &bench, from + HOUR_S);
    assert_eq!(found.state, SloState::Meeting, "{}", found.sentence);
    assert!((found.sli.unwrap() - 0.9).abs() < 1e-9);
    let budget = found.budget.unwrap();
    assert!((budget.minutes.unwrap() - 23.0 * 60.0 * 0.01).abs() < 1e-6);
    assert!((budget.remaining_minutes.unwrap() - (13.8 - 6.0)).abs() < 1e-6);
    let span = found.span.unwrap();
    assert_eq!(span.ends.unwrap().seconds_since(span.from), 23.0 * 3600.0);
    // It burned at 10 over the last hour; at that rate the rest is gone within the day.
    let at = found.forecast.exhausted_at.unwrap();
    assert!(at < span.ends.unwrap() && at > span.to);
}

#[test]
fn no_requests_are_no_data_and_no_errors_are_none() {
    let objective = objective(
        "{name: a, service: s, objective: 99%, window: 1h, bad: errors_total, total: requests_total}",
    );
    let bench = Bench::default();
    bench.feed(
        &[("__name__", "requests_total")],
        (0..=120).map(|minute| (minute * 60, 7.0)),
    );
    let quiet = judged(&objective, &bench, 2 * HOUR_S);
    assert_eq!(
        quiet.state,
        SloState::NoData,
        "nothing was asked of it: {}",
        quiet.sentence
    );
    let bench = Bench::default();
    bench.feed(
        &[("__name__", "requests_total")],
        (0..=120).map(|minute| (minute * 60, minute as f64)),
    );
    let busy = judged(&objective, &bench, 2 * HOUR_S);
    assert_eq!(
        (busy.state, busy.sli),
        (SloState::Meeting, Some(1.0)),
        "{}",
        busy.sentence
    );
    let total = busy.budget.unwrap().total_events.unwrap();
    assert!((total - 60.0).abs() < 1e-6, "{total}");
}

#[test]
fn a_query_that_fails_is_no_data_with_the_reason() {
    let objective = objective("{name: a, service: s, objective: 99%, window: 1h, at_least: 1, of: 'sum(('}");
    let found = status(
        &objective,
        &Bench::default(),
        Timestamp::from_unix_s(0.0),
        "default",
    );
    assert_eq!(found.state, SloState::NoData);
    assert!(found.error.is_some());
    assert!(
        found.sentence.starts_with("NO DATA: cannot be judged, "),
        "{}",
        found.sentence
    );
}
