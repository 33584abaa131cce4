//! Usage counted once.

use std::collections::BTreeMap;

use swarmpulse_model::Record;
use swarmpulse_model::record::CallState;

use crate::decode::Signal;
use crate::series::tests::{at, export, series, telemetry};
use crate::{Taken, Telemetry};

/// What the test's client did: each request has 10 input tokens and costs a cent.
#[derive(Clone, Copy, Debug)]
enum Word {
    /// An event about request n.
    Log(u32),
    /// A metric about so many requests, up to second n.
    Metric(u32, u32),
}

fn log(sequence: u32, id: &str) -> String {
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"agent.id","value":{{"stringValue":"bot"}}}}]}},
        "scopeLogs":[{{"scope":{{"name":"com.anthropic.claude_code.events"}},"logRecords":[{{"timeUnixNano":"{}","body":{{"stringValue":"claude_code.api_request"}},"attributes":[
        {{"key":"session.id","value":{{"stringValue":"s"}}}},{{"key":"event.name","value":{{"stringValue":"api_request"}}}},
        {{"key":"event.sequence","value":{{"intValue":"{sequence}"}}}},{{"key":"model","value":{{"stringValue":"opus"}}}},{id}
        {{"key":"input_tokens","value":{{"intValue":10}}}},{{"key":"cost_usd","value":{{"doubleValue":0.01}}}},
        {{"key":"duration_ms","value":{{"stringValue":"700"}}}}]}}]}}]}}]}}"#,
        1_700_000_000_000_000_000_u64 + u64::from(sequence)
    )
}

fn metric(requests: u32, second: u32) -> String {
    let start = 1_700_000_000_000_000_000_u64 + u64::from(second.saturating_sub(1)) * 1_000_000_000;
    let end = start + 1_000_000_000;
    let point = |unit: &str, name: &str, value: f64, class: &str| {
        format!(
            r#"{{"name":"{name}","unit":"{unit}","sum":{{"aggregationTemporality":1,"isMonotonic":true,"dataPoints":[{{"attributes":[
            {{"key":"session.id","value":{{"stringValue":"s"}}}},{{"key":"model","value":{{"stringValue":"opus[1m]"}}}}{class}],
            "startTimeUnixNano":"{start}","timeUnixNano":"{end}","asDouble":{value}}}]}}}}"#
        )
    };
    format!(
        r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{{"key":"agent.id","value":{{"stringValue":"bot"}}}}]}},"scopeMetrics":[{{"metrics":[{},{}]}}]}}]}}"#,
        point(
            "tokens",
            "claude_code.token.usage",
            f64::from(requests) * 10.0,
            r#",{"key":"type","value":{"stringValue":"input"}}"#
        ),
        point("USD", "claude_code.cost.usage", f64::from(requests) * 0.01, "")
    )
}

/// Own series by name and labels, with the last value; never one that falls.
#[derive(Default)]
struct Seen(BTreeMap<String, f64>);

impl Seen {
    fn note(&mut self, taken: &Taken) {
        for (name, samples) in series(taken) {
            if !name.starts_with("swarmpulse_") {
                continue;
            }
            let (_, value) = *samples.last().expect("a sample");
            let before = self.0.insert(name.clone(), value).unwrap_or_default();
            assert!(value >= before, "{name} fell from {before} to {value}");
        }
    }

    fn value(&self, name: &str) -> f64 {
        let found = self.0.iter().filter(|(known, _)| known.starts_with(name));
        found.map(|(_, value)| value).sum()
    }
}

fn play(telemetry: &mut Telemetry, words: &[Word]) -> Seen {
    let mut seen = Seen::default();
    for (n, word) in words.iter().enumerate() {
        let (signal, body) = match word {
            Word::Log(sequence) => (Signal::Logs, log(*sequence, "")),
            Word::Metric(requests, second) => (Signal::Metrics, metric(*requests, *second)),
        };
        seen.note(&telemetry.take("default", at(n as i64), &export(signal, &body)));
    }
    seen
}

#[test]
fn logs_and_metrics_of_one_session_count_once_in_whatever_order() {
    use Word::{Log, Metric};
    for words in [
        &[Log(0), Log(1), Log(2), Metric(3, 1)][..],
        &[Metric(3, 1), Log(0), Log(1), Log(2)],
        &[Log(0), Metric(3, 1), Log(1), Log(2)],
        &[Metric(1, 1), Log(0), Metric(2, 2), Log(1), Log(2)],
        &[Metric(2, 1), Metric(1, 2), Log(2), Log(0), Log(1)],
        &[Metric(3, 1)],
        &[Log(0), Log(1), Log(2), Log(1), Metric(3, 1), Metric(3, 1)],
    ] {
        let seen = play(&mut telemetry(), words);
        assert_eq!(
            seen.value("swarmpulse_llm_tokens_total"),
            30.0,
            "{words:?}: {:?}",
            seen.0
        );
        assert!(
            (seen.value("swarmpulse_llm_cost_usd_total") - 0.03).abs() < 1e-9,
            "{words:?}: {:?}",
            seen.0
        );
    }
}

#[test]
fn one_model_is_one_series_and_durations_are_counted() {
    let seen = play(
        &mut telemetry(),
        &[Word::Metric(1, 1), Word::Log(0), Word::Log(1)],
    );
    let models: Vec<&String> = seen.0.keys().filter(|name| name.contains("_tokens_")).collect();
    assert_eq!(
        models,
        [r#"swarmpulse_llm_tokens_total{agent="bot", model="opus", provider="anthropic", type="input"}"#]
    );
    assert_eq!(seen.value("swarmpulse_llm_requests_total"), 2.0);
    assert_eq!(seen.value("swarmpulse_llm_request_duration_seconds_count"), 2.0);
    let at = |bound: &str| {
        let mut found = seen
            .0
            .iter()
            .filter(|(name, _)| name.contains(&format!("le=\"{bound}\"")));
        *found.next().expect("a bucket").1
    };
    assert_eq!((at("0.5"), at("1"), at("+Inf")), (0.0, 2.0, 2.0));
}

#[test]
fn a_request_id_tells_repeats_even_if_all_else_differs() {
    let mut telemetry = telemetry();
    let id = r#"{"key":"request_id","value":{"stringValue":"req_1"}},"#;
    let mut seen = Seen::default();
    for sequence in 0..3 {
        seen.note(&telemetry.take("default", at(0), &export(Signal::Logs, &log(sequence, id))));
    }
    assert_eq!(seen.value("swarmpulse_llm_requests_total"), 1.0);
}

#[test]
fn gaps_in_numbers_are_lost_telemetry_once_time_has_shown_it() {
    let mut telemetry = telemetry();
    let mut seen = play(&mut telemetry, &[Word::Log(0), Word::Log(4), Word::Log(2)]);
    assert_eq!(seen.value("swarmpulse_telemetry_lost_total"), 0.0);
    for (namespace, samples) in telemetry.repeat(at(120)) {
        assert_eq!(namespace, "default");
        seen.note(&Taken {
            samples,
            ..Taken::default()
        });
    }
    assert_eq!(seen.value("swarmpulse_telemetry_lost_total"), 2.0);
}

#[test]
fn errors_are_told_apart_and_become_calls() {
    let mut telemetry = telemetry();
    let mut seen = Seen::default();
    let mut codes = Vec::new();
    for (sequence, code) in [(0, "429"), (1, "529"), (2, "529")] {
        let more = format!(r#"{{"key":"status_code","value":{{"stringValue":"{code}"}}}},"#);
        let body = log(sequence, &more).replace("api_request", "api_error");
        let taken = telemetry.take("default", at(i64::from(sequence)), &export(Signal::Logs, &body));
        for record in &taken.records {
            if let Record::Call(call) = record {
                assert_eq!(
                    (call.service.as_str(), call.state, call.error.is_some()),
                    ("anthropic", CallState::Closed, true)
                );
                codes.extend(call.status_code);
            }
        }
        seen.note(&taken);
    }
    assert_eq!(codes, [429, 529, 529]);
    let of = |status: &str| {
        let name = format!(
            r#"swarmpulse_llm_errors_total{{agent="bot", model="opus", provider="anthropic", status="{status}"}}"#
        );
        seen.0[&name]
    };
    assert_eq!((of("429"), of("529")), (1.0, 2.0));
}

#[test]
fn a_new_series_begins_with_a_zero_and_goes_on() {
    let mut telemetry = telemetry();
    let taken = telemetry.take("default", at(30), &export(Signal::Logs, &log(0, "")));
    let name =
        r#"swarmpulse_llm_tokens_total{agent="bot", model="opus", provider="anthropic", type="input"}"#;
    assert_eq!(series(&taken)[name], [(15.0, 0.0), (30.0, 10.0)]);
    let repeated = telemetry.repeat(at(45));
    let taken = Taken {
        samples: repeated[0].1.clone(),
        ..Taken::default()
    };
    assert_eq!(series(&taken)[name], [(45.0, 10.0)]);
    assert!(telemetry.repeat(at(30 + 3601)).is_empty(), "quiet for an hour");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Some requests, told by logs in some order and by metrics of some stretches, all of them or up to a point.
        #[test]
        fn never_the_sum_and_never_less_than_the_better_source(
            order in Just((0..12_u32).collect::<Vec<_>>()).prop_shuffle(),
            stretches in prop::collection::vec(1_u32..4, 4),
            mix in prop::collection::vec(any::<bool>(), 24),
        ) {
            let mut words = Vec::new();
            let (mut logs, mut told, mut second) = (order.iter(), 0, 0);
            let mut stretches = stretches.iter();
            for metric_next in mix {
                if metric_next && let Some(requests) = stretches.next() {
                    second += 1;
                    let requests = (*requests).min(12 - told);
                    told += requests;
                    words.push(Word::Metric(requests, second));
                } else if let Some(log) = logs.next() {
                    words.push(Word::Log(*log));
                }
            }
            words.extend(logs.map(|log| Word::Log(*log)));
            let seen = play(&mut telemetry(), &words);
            prop_assert_eq!(seen.value("swarmpulse_llm_tokens_total"), 120.0);
            prop_assert_eq!(seen.value("swarmpulse_llm_requests_total"), 12.0);
        }
    }
}
