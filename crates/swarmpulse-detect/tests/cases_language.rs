//! The language of cases itself: what is wrong is told with its line, and what is not as expected fails.

#[path = "cases_support/language.rs"]
mod cases_support;

use cases_support::{Case, run};

/// A case of a growth that is told, with these lines at its end.
fn case(end: &str) -> String {
    format!(
        "detector exhaustion\nshows firing\n\
         series fd_limit of agent a1: every 1m: 1k x 100\n\
         series open_fds of agent a1: every 1m: 200 8*n x 100 # 480 an hour\n\
         eval at 80m\n{end}\n"
    )
}

fn faults(end: &str) -> Vec<String> {
    run("x.case", &case(end)).err().unwrap_or_default()
}

#[test]
fn what_holds_passes() {
    for end in [
        "expect firing fd_exhaustion of agent a1 severity warning confidence >= 90%",
        "expect figure rate_per_hour of fd_exhaustion of agent a1 between 470 and 490",
        "expect figure time_to_limit_s of fd_exhaustion of agent a1 between 15m and 25m",
        "expect quiet fd_exhaustion of agent a2",
        "expect never disk_exhaustion",
        "expect first fd_exhaustion of agent a1 <= 1h",
        "expect published swarmpulse_exhaustion_used_ratio{agent=\"a1\"} >= 0.8",
        "expect no published swarmpulse_exhaustion_used_ratio{agent=\"a2\"}",
        "expect log process_health details.resource fds",
        "expect no log api_health event anything",
        "expect dropped exhaustion_tracks = 0",
    ] {
        assert_eq!(faults(end), Vec::<String>::new(), "{end}");
    }
}

#[test]
fn what_does_not_hold_fails_with_its_line_and_what_is_there() {
    for (end, there) in [
        ("expect quiet", "firing: fd_exhaustion of agent a1"),
        ("expect never", "fired first after"),
        ("expect firing fd_exhaustion of agent a2", "it does not fire"),
        (
            "expect firing fd_exhaustion of agent a1 severity critical",
            "severity is warning",
        ),
        (
            "expect firing fd_exhaustion of agent a1 confidence <= 0.5",
            "confidence is",
        ),
        (
            "expect figure rate_per_hour of fd_exhaustion of agent a1 >= 500",
            "rate_per_hour is 480",
        ),
        (
            "expect figure rate of fd_exhaustion of agent a1 >= 500",
            "there is no figure `rate`",
        ),
        (
            "expect sentence of fd_exhaustion of agent a1 contains \"nothing\"",
            "it reads",
        ),
        (
            "expect related of fd_exhaustion of agent a1 host h1",
            "related are []",
        ),
        (
            "expect first fd_exhaustion of agent a1 >= 2h",
            "first fired after",
        ),
        ("expect waiting of agent a1", "waiting are []"),
        (
            "expect published swarmpulse_exhaustion_used_ratio{agent=\"a2\"} >= 0",
            "it is not published",
        ),
        (
            "expect no published swarmpulse_exhaustion_used_ratio",
            "it is published",
        ),
        (
            "expect published swarmpulse_nothing >= 0",
            "the detector has no series",
        ),
        (
            "expect log process_health details.resource disk",
            "the log holds 1 lines",
        ),
        ("expect no log process_health bot_id a1", "the log holds 1 lines"),
    ] {
        let faults = faults(end);
        let told = faults.len() == 1 && faults[0].starts_with("x.case:6: ") && faults[0].contains(there);
        assert!(told, "{end}: {faults:?}");
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_what_was_expected() {
    for (end, expected) in [
        ("expect", "x.case:6: expected what is expected"),
        ("expect loud", "x.case:6: expected firing, figure"),
        (
            "expect firing fd_exhaustion of robot a1",
            "x.case:6: expected a kind of entity",
        ),
        (
            "expect quiet a b",
            "x.case:6: expected the end of the line, got `b`",
        ),
        ("expect dropped x between 1", "x.case:6: expected `and`"),
        (
            "expect quiet\neval at 20s",
            "x.case:7: expected a multiple of 15s",
        ),
        (
            "expect quiet\neval at 10m\nexpect quiet",
            "x.case: expected the times of `eval` to grow",
        ),
        ("", "x.case: expected an `expect` line after every `eval at T`"),
        (
            "series rss of agent a: every 1m: 1 x 3",
            "x.case:6: expected a signal",
        ),
        (
            "series threads of agent a: every 1m: 1",
            "x.case:6: expected the number of steps",
        ),
        (
            "series threads of agent a: every 1m: 1 saw 3 x 3",
            "x.case:6: expected AMPLITUDE/PERIOD of `saw`",
        ),
        (
            "series threads of agent a: every soon: 1 x 3",
            "x.case:6: expected the step after `every`",
        ),
        (
            "edge agent a likes b",
            "x.case:6: expected `service A depends_on B`",
        ),
        ("nonsense", "x.case:6: expected detector, shows, series"),
    ] {
        let fault = Case::read("x.case", &case(end)).expect_err(end);
        assert!(fault.starts_with(expected), "{end}: {fault}");
    }
    let bad = "expect quiet\nat 1m: {\"record\":\"calls\",\"service\":\"db\"}";
    let faults = faults(bad);
    assert!(
        faults[0].starts_with("x.case:7: expected `record` to be heartbeat"),
        "{faults:?}"
    );
}
