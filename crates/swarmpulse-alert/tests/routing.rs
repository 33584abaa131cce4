//! Routes, groups, time intervals and errors: cases in `tests/routes`, each a file of sections that begin with `==`.
//!
//! `== config` is the file. Then, one a line: `== routes` labels `->` receivers; `== groups` labels `->` the key and times of
//! the group at the first destination; `== times` labels `at` a time `->` names of intervals that mute, or `told`;
//! `== errors` places with the beginning of what is said there, all of them, or `*` for any one.

#[path = "routing/case.rs"]
mod case;

use case::{Case, cases};
use proptest::prelude::*;
use swarmpulse_alert::{Routing, RoutingFile};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Text, Timestamp};

fn zones(name: &str) -> Option<jiff::tz::TimeZone> {
    jiff::tz::TimeZone::get(name).ok()
}

fn parse(case: &Case) -> Result<RoutingFile, String> {
    Routing::parse(&case.config, &zones).map_err(|errors| format!("{}: {errors:#?}", case.name))
}

fn labels(text: &str) -> Vec<Label> {
    let mut labels: Vec<Label> = text
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| Label {
            name: Text::from(name),
            value: Text::from(value),
        })
        .collect();
    labels.sort_by(|a, b| a.name.cmp(&b.name));
    labels
}

/// Walks one section of all cases: what it says against what `answer` says. How many lines there were.
fn compare(section: &str, answer: impl Fn(&RoutingFile, &str) -> String) -> usize {
    let mut seen = 0;
    for case in cases() {
        let lines = case.lines(section);
        if lines.is_empty() {
            continue;
        }
        let file = parse(&case).expect("a file in order");
        for line in lines {
            let (asked, expected) = line.split_once(" -> ").expect("an arrow");
            assert_eq!(answer(&file, asked), expected, "{}: {line}", case.name);
            seen += 1;
        }
    }
    seen
}

#[test]
fn alerts_go_where_the_cases_say() {
    let seen = compare("routes", |file, asked| {
        let destinations = file.routing.destinations(&labels(asked));
        let names: Vec<&str> = destinations.iter().map(|route| route.receiver.as_str()).collect();
        names.join(", ")
    });
    assert!(seen >= 20, "{seen}");
}

#[test]
fn groups_are_keyed_and_timed_as_the_cases_say() {
    let seen = compare("groups", |file, asked| {
        let labels = labels(asked);
        let route = file.routing.destinations(&labels)[0];
        let key = route.group_key(&route.group_by.of(&labels));
        format!(
            "{key} wait {}s interval {}s repeat {}s",
            route.group_wait_s, route.group_interval_s, route.repeat_interval_s
        )
    });
    assert!(seen >= 6, "{seen}");
}

#[test]
fn intervals_hold_when_the_cases_say() {
    let seen = compare("times", |file, asked| {
        let (asked, at) = asked.split_once(" at ").expect("a time");
        let at: jiff::Timestamp = at.parse().expect("RFC 3339");
        let at = Timestamp(i64::try_from(at.as_nanosecond()).unwrap());
        let muted = file
            .routing
            .muted_by(file.routing.destinations(&labels(asked))[0], at);
        if muted.is_empty() {
            "told".to_owned()
        } else {
            muted.join(", ")
        }
    });
    assert!(seen >= 20, "{seen}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let mut seen = 0;
    for case in cases() {
        let lines = case.lines("errors");
        if lines.is_empty() {
            continue;
        }
        seen += 1;
        let errors = Routing::parse(&case.config, &zones).expect_err(&case.name);
        let found: Vec<String> = errors
            .iter()
            .map(|error| format!("{}:{} {}", error.line, error.column, error.message))
            .collect();
        if lines == ["*"] {
            assert!(
                errors.iter().all(|error| error.line > 0),
                "{}: {found:#?}",
                case.name
            );
            continue;
        }
        for line in &lines {
            assert!(
                found.iter().any(|found| found.starts_with(line)),
                "{}: no {line:?} in {found:#?}",
                case.name
            );
        }
        assert_eq!(found.len(), lines.len(), "{}: {found:#?}", case.name);
    }
    assert!(seen >= 10, "{seen}");
}

#[test]
fn ids_of_routes_are_unique_where_keys_are_not() {
    let case = cases().into_iter().find(|case| case.name == "continue").unwrap();
    let file = parse(&case).unwrap();
    let routes = file.routing.routes();
    assert_eq!(routes[1].key, routes[2].key);
    let mut ids: Vec<_> = routes.iter().map(|route| &route.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), routes.len());
    assert_eq!(routes[1].id, "{}/{severity=\"critical\"}/0");
}

#[test]
fn without_a_file_everything_goes_to_one_receiver() {
    let routing = Routing::default();
    let labels = labels("alertname=agent_down namespace=n agent=a");
    let destinations = routing.destinations(&labels);
    assert_eq!(destinations.len(), 1);
    assert_eq!(destinations[0].receiver, "default");
    let group = destinations[0].group_by.of(&labels);
    assert_eq!(
        destinations[0].group_key(&group),
        "{}:{alertname=\"agent_down\", namespace=\"n\"}"
    );
}

#[test]
fn inhibition_and_what_has_no_effect() {
    let file = Routing::parse(
        concat!(
            "route: {receiver: a}\nreceivers: [{name: a, slack_configs: [{anything: 1}]}]\n",
            "templates: ['x/*.tmpl']\nglobal: {resolve_timeout: 2m, whatever: 1}\n",
            "inhibit_rules:\n  - name: one\n    source_match: {severity: critical}\n    target_match_re: {severity: 'w.*'}\n",
            "    target_matchers: [team!=\"x\"]\n    equal: [host, 'a b']\n",
        ),
        &zones,
    )
    .unwrap();
    let rule = &file.routing.inhibit_rules()[0];
    assert_eq!(rule.name.as_deref(), Some("one"));
    assert_eq!(rule.source.to_string(), "{severity=\"critical\"}");
    assert_eq!(rule.target.to_string(), "{severity=~\"w.*\",team!=\"x\"}");
    assert_eq!(rule.equal, ["host", "a b"]);
    assert_eq!(file.resolve_timeout_s, 120.0);
    assert_eq!(file.receivers, ["a"]);
    assert_eq!(file.warnings, [], "templates are read with the receivers");
}

proptest! {
    /// Cases with a piece cut out and another put in are read or refused, nothing else; what is refused says where.
    #[test]
    fn no_file_makes_it_panic(pick in 0_usize..100, from in 0_usize..2000, cut in 0_usize..40, put in "[-a-z:{}\\[\\]'\",~.0-9 \n]{0,12}") {
        let cases = cases();
        let mut text: Vec<char> = cases[pick % cases.len()].config.chars().collect();
        let from = from.min(text.len());
        let end = (from + cut).min(text.len());
        text.splice(from..end, put.chars());
        let text: String = text.into_iter().collect();
        match Routing::parse(&text, &zones) {
            Ok(file) => {
                let labels = labels("team=frontend severity=critical");
                prop_assert!(!file.routing.destinations(&labels).is_empty());
            }
            Err(errors) => prop_assert!(!errors.is_empty()),
        }
    }
}
