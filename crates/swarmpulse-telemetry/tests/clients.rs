//! Other LLM clients, spans and floods, as their exporters write them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at what fails")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use swarmpulse_model::record::{CallState, EventSource};
use swarmpulse_model::series::LabelBytes;
use swarmpulse_model::{Record, Timestamp};
use swarmpulse_telemetry::{Encoding, Export, Options, Signal, Taken, Telemetry};

const START_S: i64 = 1_800_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp((START_S + second) * 1_000_000_000)
}

fn nanos(second: f64) -> String {
    ((START_S as f64 + second) * 1e9).to_string()
}

fn attributes(pairs: &Value) -> Value {
    let pairs = pairs.as_object().unwrap().iter().map(|(key, value)| {
        let value = match value {
            Value::String(_) => json!({"stringValue": value}),
            Value::Bool(_) => json!({"boolValue": value}),
            Value::Number(number) if number.is_i64() => json!({"intValue": value.to_string()}),
            Value::Array(list) => json!({"arrayValue": {"values": list.iter().map(|text| json!({"stringValue": text})).collect::<Vec<_>>()}}),
            _ => json!({"doubleValue": value}),
        };
        json!({"key": key, "value": value})
    });
    pairs.collect()
}

fn log(resource: &Value, pairs: &Value) -> Value {
    json!({"resourceLogs": [{"resource": {"attributes": attributes(resource)}, "scopeLogs": [{"logRecords": [
        {"timeUnixNano": nanos(0.0), "attributes": attributes(pairs)}]}]}]})
}

fn span(resource: &Value, span: &Value, pairs: &Value) -> Value {
    let mut span = span.clone();
    span["attributes"] = attributes(pairs);
    json!({"resourceSpans": [{"resource": {"attributes": attributes(resource)}, "scopeSpans": [{"spans": [span]}]}]})
}

fn take(telemetry: &mut Telemetry, second: i64, signal: Signal, body: &Value) -> Taken {
    let export = Export::decode(signal, Encoding::Json, body.to_string().as_bytes(), 100_000).unwrap();
    telemetry.take("default", at(second), &export)
}

fn fresh() -> Telemetry {
    Telemetry::new(Options::default(), at(-10))
}

fn own(taken: &Taken) -> BTreeMap<String, f64> {
    let batch = &taken.samples;
    let found = batch.series.iter().map(|series| {
        let labels = LabelBytes::parse(batch.labels_of(series)).unwrap();
        (labels.to_string(), batch.samples_of(series).last().unwrap().value)
    });
    found
        .filter(|(name, _)| name.starts_with("swarmpulse_") && !name.contains("_seconds"))
        .collect()
}

fn value(found: &BTreeMap<String, f64>, start: &str, part: &str) -> f64 {
    let matching = found
        .iter()
        .filter(|(name, _)| name.starts_with(start) && name.contains(part));
    matching.map(|(_, value)| value).sum()
}

#[test]
fn codex_tells_requests_and_tokens_apart_and_is_named_by_its_conversation() {
    let mut telemetry = fresh();
    let who = json!({"service.name": "codex_cli_rs"});
    let mut found = BTreeMap::new();
    let mut agents = Vec::new();
    for pairs in [
        json!({"event.name": "codex.api_request", "conversation.id": "c-1", "model": "gpt-5", "duration_ms": 900, "http.response.status_code": 200}),
        json!({"event.name": "codex.api_request", "conversation.id": "c-1", "model": "gpt-5", "duration_ms": 9, "http.response.status_code": 429, "error.message": "slow down"}),
        json!({"event.name": "codex.sse_event", "conversation.id": "c-1", "model": "gpt-5", "event.kind": "response.completed", "input_token_count": 100, "cached_token_count": 60, "output_token_count": 7}),
        json!({"event.name": "codex.tool_result", "conversation.id": "c-1", "tool_name": "shell", "success": "true", "duration_ms": 30, "call_id": "k"}),
    ] {
        let taken = take(&mut telemetry, 0, Signal::Logs, &log(&who, &pairs));
        agents.extend(taken.records.iter().filter_map(Record::agent).cloned());
        found.extend(own(&taken));
    }
    assert!(
        agents.iter().all(|agent| agent == "c-1") && agents.len() >= 8,
        "{agents:?}"
    );
    assert_eq!(
        value(&found, "swarmpulse_llm_tokens_total", r#"type="input""#),
        40.0
    );
    assert_eq!(
        value(&found, "swarmpulse_llm_tokens_total", r#"type="cache_read""#),
        60.0
    );
    assert_eq!(
        value(&found, "swarmpulse_llm_requests_total", r#"status="ok""#),
        1.0
    );
    assert_eq!(
        value(&found, "swarmpulse_llm_errors_total", r#"status="429""#),
        1.0
    );
    assert_eq!(
        value(
            &found,
            "swarmpulse_llm_tool_results_total",
            r#"outcome="ok", tool="shell""#
        ),
        1.0
    );
}

#[test]
fn gemini_is_counted_by_its_events_though_two_sorts_of_metrics_tell_the_same() {
    let mut telemetry = fresh();
    let who = json!({"service.name": "gemini-cli", "session.id": "g-1"});
    let metric = |name: &str, pairs: &Value, value: f64| {
        json!({"resourceMetrics": [{"resource": {"attributes": attributes(&who)}, "scopeMetrics": [{"metrics": [
            {"name": name, "sum": {"isMonotonic": true, "aggregationTemporality": 2, "dataPoints": [
                {"startTimeUnixNano": nanos(0.0), "timeUnixNano": nanos(5.0), "asInt": value.to_string(), "attributes": attributes(pairs)}]}}]}]}]})
    };
    let general = json!({"resourceMetrics": [{"resource": {"attributes": attributes(&who)}, "scopeMetrics": [{"metrics": [
        {"name": "gen_ai.client.token.usage", "histogram": {"aggregationTemporality": 2, "dataPoints": [
            {"startTimeUnixNano": nanos(0.0), "timeUnixNano": nanos(5.0), "count": "1", "sum": 50, "bucketCounts": ["1"], "explicitBounds": [],
             "attributes": attributes(&json!({"gen_ai.token.type": "output", "gen_ai.request.model": "gemini-2.5-pro", "gen_ai.system": "gcp.gemini"}))}]}}]}]}]});
    let mut found = own(&take(&mut telemetry, 5, Signal::Metrics, &general));
    assert_eq!(
        value(
            &found,
            "swarmpulse_llm_tokens_total",
            r#"provider="google", type="output""#
        ),
        50.0
    );
    let vendor = metric(
        "gemini_cli.token.usage",
        &json!({"type": "output", "model": "gemini-2.5-pro"}),
        45.0,
    );
    found.extend(own(&take(&mut telemetry, 5, Signal::Metrics, &vendor)));
    assert_eq!(
        value(&found, "swarmpulse_llm_tokens_total", r#"type="output""#),
        50.0,
        "it falls never"
    );
    let event = log(
        &who,
        &json!({"event.name": "gemini_cli.api_response", "model": "gemini-2.5-pro", "status_code": 200, "duration_ms": 1000,
        "input_token_count": 30, "cached_content_token_count": 10, "output_token_count": 40, "thoughts_token_count": 12}),
    );
    found.extend(own(&take(&mut telemetry, 6, Signal::Logs, &event)));
    assert_eq!(
        value(&found, "swarmpulse_llm_tokens_total", r#"type="output""#),
        52.0
    );
    assert_eq!(
        value(&found, "swarmpulse_llm_tokens_total", r#"type="input""#),
        20.0
    );
}

#[test]
fn spans_of_models_tools_and_agents_are_calls_and_one_request_is_counted_once() {
    let mut telemetry = fresh();
    let who = json!({"agent.id": "a1", "task.id": "t1", "sandbox.id": "s1"});
    let chat = json!({"spanId": "00000000000000aa", "name": "chat x", "kind": 3, "startTimeUnixNano": nanos(0.0), "endTimeUnixNano": nanos(2.0)});
    let pairs = json!({"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 5, "http.response.header.anthropic-ratelimit-tokens-remaining": ["30"],
        "http.response.header.anthropic-ratelimit-tokens-limit": ["120"]});
    let taken = take(&mut telemetry, 2, Signal::Traces, &span(&who, &chat, &pairs));
    let found = own(&taken);
    assert_eq!(value(&found, "swarmpulse_llm_tokens_total", ""), 15.0);
    assert_eq!(
        value(
            &found,
            "swarmpulse_llm_rate_limit_remaining_ratio",
            r#"limit="tokens""#
        ),
        0.25
    );
    let Record::Call(call) = &taken.records[1] else {
        panic!("{:?}", taken.records)
    };
    assert_eq!(
        (call.service.as_str(), call.latency_ms, call.state),
        ("anthropic", Some(2000.0), CallState::Closed)
    );
    assert_eq!(
        (call.agent.as_deref(), call.task.as_deref()),
        (Some("a1"), Some("t1"))
    );
    let Record::Heartbeat(heartbeat) = &taken.records[0] else {
        panic!("{:?}", taken.records)
    };
    assert_eq!(
        (heartbeat.sandbox.as_deref(), heartbeat.task.as_deref()),
        (Some("s1"), Some("t1"))
    );

    let mut event = log(
        &who,
        &json!({"event.name": "gen_ai.client.inference.operation.details", "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 10}),
    );
    event["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["spanId"] = json!("00000000000000AA");
    assert_eq!(
        value(
            &own(&take(&mut telemetry, 3, Signal::Logs, &event)),
            "swarmpulse_llm_tokens_total",
            ""
        ),
        0.0
    );

    let tool = json!({"spanId": "00000000000000ab", "name": "execute_tool sh", "kind": 1, "startTimeUnixNano": nanos(0.0), "endTimeUnixNano": nanos(1.0)});
    let pairs = json!({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "sh"});
    let taken = take(&mut telemetry, 4, Signal::Traces, &span(&who, &tool, &pairs));
    assert!(
        matches!(&taken.records[1], Record::Call(call) if call.service == "tool:sh" && call.error.is_none())
    );
    let run = json!({"spanId": "00000000000000ac", "name": "invoke_agent", "kind": 1, "startTimeUnixNano": nanos(0.0), "endTimeUnixNano": nanos(9.0), "status": {"code": 2, "message": "gave up"}});
    let pairs = json!({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "planner"});
    let taken = take(&mut telemetry, 9, Signal::Traces, &span(&who, &run, &pairs));
    let cycle = taken.records.iter().find_map(|record| match record {
        Record::Call(call) => Some(call),
        _ => None,
    });
    let cycle = cycle.unwrap();
    assert_eq!(
        (
            cycle.service.as_str(),
            cycle.operation.as_deref(),
            cycle.error.as_deref()
        ),
        ("agent:planner", Some("cycle"), Some("gave up"))
    );
}

#[test]
fn a_span_under_way_opens_a_call_that_its_end_closes() {
    let mut telemetry = fresh();
    let who = json!({"agent.id": "a1"});
    let calls = |taken: &Taken| {
        let calls = taken.records.iter().filter_map(|record| match record {
            Record::Call(call) => Some((call.call.clone().unwrap(), call.state)),
            _ => None,
        });
        calls.collect::<Vec<_>>()
    };
    let pairs = json!({"server.address": "db1"});
    let open = json!({"spanId": "0102030405060708", "name": "q", "kind": "SPAN_KIND_CLIENT", "startTimeUnixNano": nanos(0.0)});
    let taken = take(&mut telemetry, 1, Signal::Traces, &span(&who, &open, &pairs));
    assert_eq!(calls(&taken), [("0102030405060708".into(), CallState::Open)]);
    let mut started = log(&who, &json!({"event.name": "span.started", "span.name": "q"}));
    started["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["spanId"] = json!("0102030405060708");
    let taken = take(&mut telemetry, 2, Signal::Logs, &started);
    assert_eq!(calls(&taken), [("0102030405060708".into(), CallState::Open)]);
    let mut closed = open;
    closed["endTimeUnixNano"] = json!(nanos(3.0));
    let taken = take(&mut telemetry, 3, Signal::Traces, &span(&who, &closed, &pairs));
    assert_eq!(calls(&taken), [("0102030405060708".into(), CallState::Closed)]);
    let mut broken = log(&who, &json!({"event.name": "span.started"}));
    broken["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["spanId"] = json!("01");
    assert!(calls(&take(&mut telemetry, 5, Signal::Logs, &broken)).is_empty());
}

#[test]
fn spans_without_a_call_of_their_own_show_progress() {
    let mut telemetry = fresh();
    let inner = json!({"spanId": "0102030405060708", "name": "step", "kind": 1, "startTimeUnixNano": nanos(0.0), "endTimeUnixNano": nanos(1.0)});
    let taken = take(
        &mut telemetry,
        1,
        Signal::Traces,
        &span(&json!({"agent.id": "a1"}), &inner, &json!({})),
    );
    let progress = taken
        .records
        .iter()
        .filter(|record| matches!(record, Record::Event(event) if event.is_progress()));
    assert_eq!(progress.count(), 1, "{:?}", taken.records);
    let taken = take(
        &mut telemetry,
        2,
        Signal::Traces,
        &span(&json!({"service.name": "db"}), &inner, &json!({})),
    );
    assert!(taken.records.is_empty(), "nobody is named: {:?}", taken.records);
}

#[test]
fn errors_in_logs_are_events_without_secrets_and_no_progress() {
    let mut telemetry = fresh();
    let body = json!({"resourceLogs": [{"resource": {"attributes": attributes(&json!({"agent.id": "a1"}))}, "scopeLogs": [{"logRecords": [
        {"timeUnixNano": nanos(0.0), "severityNumber": 17, "severityText": "ERROR", "body": {"stringValue": "login failed: password=hunter2"},
         "attributes": attributes(&json!({"exception.type": "AuthError"}))},
        {"timeUnixNano": nanos(0.0), "severityNumber": 9, "body": {"stringValue": "all is well"}}]}]}]});
    let taken = take(&mut telemetry, 0, Signal::Logs, &body);
    let [Record::Heartbeat(_), Record::Event(event)] = taken.records.as_slice() else {
        panic!("{:?}", taken.records)
    };
    assert_eq!(
        (event.event_type.as_str(), event.source, event.is_progress()),
        ("log.error", EventSource::System, false)
    );
    let text = format!("{event:?}");
    assert!(
        text.contains("login failed") && text.contains("AuthError") && !text.contains("hunter2"),
        "{text}"
    );
}

#[test]
fn a_flood_of_events_is_thinned_for_history_and_counted_whole() {
    let mut telemetry = fresh();
    let records: Vec<Value> = (0..10_000)
        .map(|n| {
            json!({"timeUnixNano": nanos(f64::from(n) / 1e4), "attributes": attributes(&json!({"event.name": "gemini_cli.api_response",
                "model": "m", "duration_ms": n, "input_token_count": 1}))})
        })
        .collect();
    let body = json!({"resourceLogs": [{"resource": {"attributes": attributes(&json!({"agent.id": "a1"}))}, "scopeLogs": [{"logRecords": records}]}]});
    let taken = take(&mut telemetry, 1, Signal::Logs, &body);
    assert!(taken.records.len() < 500, "{}", taken.records.len());
    assert_eq!(taken.records.len() as u64 + taken.refused.sampled_out, 20_001);
    assert_eq!(value(&own(&taken), "swarmpulse_llm_tokens_total", ""), 10_000.0);
    assert_eq!(taken.refused.message(), None, "thinning is no refusal");
}

#[test]
fn requests_that_are_cut_or_damaged_anywhere_are_refused_or_read_but_do_no_harm() {
    let who = json!({"agent.id": "a1", "service.name": "s"});
    let pairs = json!({"gen_ai.operation.name": "chat", "gen_ai.system": "x", "n": 1, "f": true, "l": ["a", "b"], "d": 0.5});
    let done = json!({"spanId": "0102030405060708", "name": "q", "kind": 3, "startTimeUnixNano": nanos(0.0), "endTimeUnixNano": nanos(1.0)});
    let json = span(&who, &done, &pairs).to_string().into_bytes();
    let Export::Traces(request) = Export::decode(Signal::Traces, Encoding::Json, &json, 10).unwrap() else {
        panic!()
    };
    let protobuf = prost::Message::encode_to_vec(&request);
    let again = Export::decode(Signal::Traces, Encoding::Protobuf, &protobuf, 10).unwrap();
    assert_eq!(again, Export::Traces(request), "both encodings say the same");
    let mut telemetry = fresh();
    let mut taken = 0;
    for (encoding, body) in [(Encoding::Json, json), (Encoding::Protobuf, protobuf)] {
        for place in 0..body.len() {
            let mut damaged = body.clone();
            damaged[place] ^= 1 << (place % 8);
            for hostile in [&body[..place], damaged.as_slice()] {
                for signal in Signal::ALL {
                    if let Ok(export) = Export::decode(signal, encoding, hostile, 10) {
                        telemetry.take("default", at(1), &export);
                        taken += 1;
                    }
                }
            }
        }
    }
    assert!(
        taken > 100,
        "damage within a text is no damage to the request: {taken}"
    );
}

#[test]
fn json_is_read_as_the_specification_says() {
    let odd = r#"{"resourceMetrics":[{"unknown":{"a":[1,{"b":null}]},"resource":null,"scopeMetrics":[{"scope":null,"metrics":[
        {"name":"m","description":null,"gauge":{"dataPoints":[{"asDouble":"NaN","timeUnixNano":1800000000000000000,"attributes":null},
        {"asInt":7,"timeUnixNano":"1800000001000000000"},{"asInt":"8","timeUnixNano":1.8e18}]}}]}]}],"more":true}"#;
    let export = Export::decode(Signal::Metrics, Encoding::Json, odd.as_bytes(), 10).unwrap();
    assert_eq!(export.items(), 3);
    for (body, part) in [
        (
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"xyz"}]}]}]}"#,
            "hexadecimal",
        ),
        (
            r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":-1}]}]}]}"#,
            "whole number from 0",
        ),
        (r#"{"resourceLogs":"#, "line 1 column"),
        (r#"{"resourceLogs":{}}"#, "invalid type"),
        ("[", "line 1 column"),
    ] {
        let error = Export::decode(Signal::Logs, Encoding::Json, body.as_bytes(), 10)
            .unwrap_err()
            .to_string();
        assert!(error.contains(part) && error.contains("logs"), "{error}");
    }
    let many = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": vec![json!({}); 11]}]}]});
    let error = Export::decode(Signal::Logs, Encoding::Json, many.to_string().as_bytes(), 10)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("11 items") && error.contains("limit of 10"),
        "{error}"
    );
    for empty in ["", "{}", "null"] {
        let read = Export::decode(Signal::Traces, Encoding::Json, empty.as_bytes(), 10);
        assert_eq!(
            read.map(|export| export.items()).ok(),
            (empty != "null").then_some(0),
            "{empty}"
        );
    }
}

/// One cumulative gauge of a program, as SDKs export it on a schedule.
fn gauge(resource: &Value, second: i64) -> Value {
    json!({"resourceMetrics": [{"resource": {"attributes": attributes(resource)}, "scopeMetrics": [{"metrics": [
        {"name": "depth", "gauge": {"dataPoints": [{"timeUnixNano": nanos(second as f64), "asDouble": 1.0}]}}]}]}]})
}

fn heard(taken: &Taken) -> (bool, Option<f64>) {
    let Some(Record::Heartbeat(heartbeat)) = taken.records.first() else {
        panic!("{:?}", taken.records)
    };
    (heartbeat.on_demand == Some(true), heartbeat.interval_s)
}

#[test]
fn only_what_exports_on_a_schedule_is_expected_to_go_on() {
    let mut telemetry = fresh();
    let coder = json!({"agent.id": "coder", "service.name": "claude-code"});
    let bot = json!({"agent.id": "bot", "service.name": "bot"});
    let told = json!({"agent.id": "told", "service.name": "claude-code", "agent.interval_s": 20});
    let said = json!({"event.name": "step"});
    let metrics = |telemetry: &mut Telemetry, who: &Value, second: i64| {
        heard(&take(telemetry, second, Signal::Metrics, &gauge(who, second)))
    };
    assert_eq!(
        metrics(&mut telemetry, &coder, 0),
        (true, None),
        "a person drives it"
    );
    assert_eq!(
        metrics(&mut telemetry, &told, 0),
        (false, Some(20.0)),
        "it said so itself"
    );
    let logs = take(&mut telemetry, 0, Signal::Logs, &log(&bot, &said));
    assert_eq!(heard(&logs), (true, None), "logs follow no schedule");
    for (second, interval_s) in [(0, 60.0), (10, 60.0), (20, 60.0), (30, 10.0)] {
        let heard = metrics(&mut telemetry, &bot, second);
        assert_eq!(heard, (false, Some(interval_s)), "at {second} s");
    }
    let logs = take(&mut telemetry, 35, Signal::Logs, &log(&bot, &said));
    assert_eq!(heard(&logs), (false, Some(10.0)), "its metrics go on");
}
