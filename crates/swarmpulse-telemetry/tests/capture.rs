//! A real export of Claude Code, as it came over http/json.

#![expect(clippy::unwrap_used, reason = "a test stops at what fails")]
#![expect(clippy::print_stdout, reason = "a test that skips says why")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use swarmpulse_model::series::LabelBytes;
use swarmpulse_model::{Record, Timestamp};
use swarmpulse_telemetry::{Encoding, Export, Options, Signal, Taken, Telemetry};

/// Just after the export was made.
const NOW: Timestamp = Timestamp(1_795_301_059_000_000_000);

fn folder() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "tests are told where the data lies")]
    let told = std::env::var_os("SWARMPULSE_SHARED");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = told.map_or(beside, PathBuf::from).join("data/claude_code_otlp");
    if !folder.is_dir() {
        println!("skipped: no data in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn export(folder: &Path, signal: Signal) -> Export {
    let body = std::fs::read(folder.join(format!("{}.json", signal.as_str()))).unwrap();
    Export::decode(signal, Encoding::Json, &body, 1000).unwrap()
}

/// The last value of each series.
fn series(taken: &Taken) -> BTreeMap<String, f64> {
    let batch = &taken.samples;
    let found = batch.series.iter().map(|series| {
        let labels = LabelBytes::parse(batch.labels_of(series)).unwrap();
        (labels.to_string(), batch.samples_of(series).last().unwrap().value)
    });
    found.collect()
}

fn records(taken: &Taken) -> Vec<String> {
    let words = taken.records.iter().map(|record| match record {
        Record::Heartbeat(heartbeat) => format!(
            "heartbeat {} {}",
            heartbeat.agent,
            heartbeat.kind.as_deref().unwrap_or("?")
        ),
        Record::Call(call) => format!("call {} {}", call.service, call.latency_ms.unwrap_or_default()),
        Record::Event(event) => format!("event {} {}", event.event_type, event.is_progress()),
        other => other.type_name().to_owned(),
    });
    words.collect()
}

#[test]
fn metrics_are_series_under_the_names_of_the_rules_and_no_user_is_kept() {
    let Some(folder) = folder() else { return };
    let mut telemetry = Telemetry::new(Options::default(), NOW);
    let taken = telemetry.take("default", NOW, &export(&folder, Signal::Metrics));
    assert_eq!(taken.refused.message(), None);
    assert_eq!(records(&taken), ["heartbeat bot-7 claude-code"]);
    let found = series(&taken);
    assert!(
        found.keys().all(|name| name.contains(r#"agent="bot-7""#)),
        "{found:#?}"
    );
    assert!(
        !found
            .keys()
            .any(|name| name.contains("user") || name.contains("fd523ba0")),
        "{found:#?}"
    );
    let value = |start: &str, part: &str| {
        let named = |name: &&String| name.starts_with(start) && name.contains(part);
        let named: Vec<f64> = found.keys().filter(named).map(|name| found[name]).collect();
        assert_eq!(named.len(), 1, "{start} {part}: {found:#?}");
        named[0]
    };
    assert_eq!(
        value("claude_code_token_usage_tokens_total", r#"type="input""#),
        120.0
    );
    assert_eq!(
        value("claude_code_token_usage_tokens_total", r#"type="cacheRead""#),
        30.0
    );
    assert_eq!(
        value("claude_code_cost_usage_USD_total", "claude-opus-4-8[1m]"),
        0.000_977_5
    );
    assert_eq!(value("claude_code_active_time_seconds_total", ""), 0.146);
    assert_eq!(value("claude_code_session_count_total", ""), 1.0);
    assert_eq!(value("target_info", r#"job="claude-code""#), 1.0);
    assert_eq!(
        value(
            "swarmpulse_llm_tokens_total",
            r#"model="claude-opus-4-8", provider="anthropic", type="input""#
        ),
        120.0
    );
}

#[test]
fn logs_are_a_call_and_events_without_prompts() {
    let Some(folder) = folder() else { return };
    let mut telemetry = Telemetry::new(Options::default(), NOW);
    let taken = telemetry.take("default", NOW, &export(&folder, Signal::Logs));
    assert_eq!(
        records(&taken),
        [
            "heartbeat bot-7 claude-code",
            "event claude_code.user_prompt true",
            "call anthropic 19",
            "event claude_code.api_request true",
            "event claude_code.assistant_response true",
        ]
    );
    let joins: Vec<_> = taken
        .joins
        .iter()
        .map(|join| (join.agent.as_str(), join.reason.as_str()))
        .collect();
    assert_eq!(joins, [("bot-7", "session.id")]);
    assert!(
        !format!("{:?}", taken.records).contains("fd523ba0"),
        "no user is kept"
    );
}

#[test]
fn both_together_count_once_in_either_order() {
    let Some(folder) = folder() else { return };
    for order in [[Signal::Metrics, Signal::Logs], [Signal::Logs, Signal::Metrics]] {
        let mut telemetry = Telemetry::new(Options::default(), NOW);
        let mut found = BTreeMap::new();
        // Each is sent twice, as a sender does that got no answer.
        for signal in order.into_iter().chain(order) {
            found.extend(series(&telemetry.take("default", NOW, &export(&folder, signal))));
        }
        let own: Vec<(String, f64)> = found
            .into_iter()
            .filter(|(name, _)| name.starts_with("swarmpulse_llm_") && !name.contains("_seconds"))
            .collect();
        let labels = r#"agent="bot-7", model="claude-opus-4-8", provider="anthropic""#;
        let expected = [
            (format!("swarmpulse_llm_cost_usd_total{{{labels}}}"), 0.000_977_5),
            (
                format!(r#"swarmpulse_llm_requests_total{{{labels}, status="ok"}}"#),
                1.0,
            ),
            (
                format!(r#"swarmpulse_llm_tokens_total{{{labels}, type="cache_creation"}}"#),
                10.0,
            ),
            (
                format!(r#"swarmpulse_llm_tokens_total{{{labels}, type="cache_read"}}"#),
                30.0,
            ),
            (
                format!(r#"swarmpulse_llm_tokens_total{{{labels}, type="input"}}"#),
                120.0,
            ),
            (
                format!(r#"swarmpulse_llm_tokens_total{{{labels}, type="output"}}"#),
                12.0,
            ),
        ];
        assert_eq!(own, expected, "{order:?}");
    }
}
