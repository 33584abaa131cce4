//! Alerts on the budget fire within the times of the SRE workbook, not on blips, and end when it is over.

#![expect(clippy::unwrap_used, reason = "a wrong answer ends the test")]

#[path = "support/evaluator.rs"]
mod support;

use std::collections::BTreeSet;

use support::Bench;
use swarmpulse_slo::{Objective, parse};

const MINUTE_S: i64 = 60;
/// What happened before: long enough for the longest window.
const QUIET_S: i64 = 3 * 86_400;
/// Requests a minute.
const REQUESTS: f64 = 600.0;

fn objective() -> Objective {
    let text = "slos:\n- {name: api, service: web, objective: 99.9%, window: 30d, bad: errors_total, total: requests_total}\n";
    parse("test", text).unwrap().remove(0)
}

/// Runs the rules every `step` minutes over errors that are a share of all requests, minute by minute; the first minute
/// in which each severity fires, and the last in which any does.
fn run(share: impl Fn(i64) -> f64, minutes: i64, step: usize) -> (Option<i64>, Option<i64>, Option<i64>) {
    let bench = Bench::default();
    let (mut errors, mut requests) = (0.0, 0.0);
    let mut counted = |minute: i64| {
        requests += REQUESTS;
        errors += REQUESTS * if minute > 0 { share(minute) } else { 0.0 };
        (errors, requests)
    };
    let counts: Vec<(i64, (f64, f64))> = (-QUIET_S / MINUTE_S..=minutes)
        .map(|minute| (QUIET_S + minute * MINUTE_S, counted(minute)))
        .collect();
    bench.feed(
        &[("__name__", "errors_total")],
        counts.iter().map(|(at, (errors, _))| (*at, *errors)),
    );
    bench.feed(
        &[("__name__", "requests_total")],
        counts.iter().map(|(at, (_, all))| (*at, *all)),
    );
    let file = objective().rules();
    let (mut page, mut ticket, mut last) = (None, None, None);
    for minute in (0..=minutes).step_by(step) {
        let firing: BTreeSet<String> = bench.evaluate(&file, QUIET_S + minute * MINUTE_S);
        if firing.contains("page") {
            page = page.or(Some(minute));
        }
        if firing.contains("ticket") {
            ticket = ticket.or(Some(minute));
        }
        if !firing.is_empty() {
            last = Some(minute);
        }
    }
    (page, ticket, last)
}

/// Minutes after which a window of so many hours burns at a factor, if this share of requests fails: the workbook's
/// detection time.
fn detection(factor: f64, hours: f64, share: f64) -> f64 {
    factor * 0.001 * hours * 60.0 / share
}

#[test]
fn a_page_comes_within_the_workbooks_times() {
    // Everything, a tenth and 1.5 % fail: 52 s, 8.6 min and 58 min; 1 % is for the slow page of six hours.
    for (share, factor, hours) in [
        (1.0, 14.4, 1.0),
        (0.1, 14.4, 1.0),
        (0.015, 14.4, 1.0),
        (0.01, 6.0, 6.0),
    ] {
        let expected = detection(factor, hours, share);
        let (page, _, _) = run(|_| share, expected as i64 + 5, 1);
        let page = page.unwrap() as f64;
        assert!(
            page >= expected.floor() && page <= expected + 2.0,
            "{share}: {page} min instead of {expected} min"
        );
    }
}

#[test]
fn a_ticket_comes_within_the_workbooks_times() {
    // 0.4 %: four times the budget, above 3 over a day after 18 h, above 1 over three days after 18 h as well.
    let share = 0.004;
    let expected = detection(3.0, 24.0, share).min(detection(1.0, 72.0, share));
    let (page, ticket, _) = run(|_| share, expected as i64 + 30, 10);
    assert_eq!(page, None, "nobody is woken");
    let ticket = ticket.unwrap() as f64;
    assert!(
        ticket >= expected - 10.0 && ticket <= expected + 20.0,
        "{ticket} min instead of {expected} min"
    );
}

#[test]
fn a_blip_wakes_nobody() {
    // Half of a minute's requests fail: 0.8 % of an hour's, and below every factor.
    let (page, ticket, _) = run(|minute| if minute == 30 { 0.5 } else { 0.0 }, 120, 1);
    assert_eq!((page, ticket), (None, None));
}

#[test]
fn what_fits_the_budget_never_alerts() {
    let (page, ticket, _) = run(|_| 0.000_9, 72 * 60, 60);
    assert_eq!((page, ticket), (None, None));
}

#[test]
fn a_page_ends_soon_after_the_trouble_does() {
    let (page, _, last) = run(|minute| if minute <= 20 { 0.2 } else { 0.0 }, 240, 1);
    assert!(page.is_some_and(|page| page <= 7), "{page:?}");
    // The slow page looks at half an hour, until the trouble has left it.
    assert!(
        last.is_some_and(|last| (20..=20 + 30).contains(&last)),
        "{last:?}"
    );
}
