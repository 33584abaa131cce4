//! Points to samples.

use std::collections::BTreeMap;

use swarmpulse_model::Timestamp;
use swarmpulse_model::series::{LabelBytes, is_stale};

use crate::decode::{Encoding, Export, Signal};
use crate::{Options, Taken, Telemetry};

const T0_MS: i64 = 1_700_000_000_000;

pub(crate) fn export(signal: Signal, json: &str) -> Export {
    Export::decode(signal, Encoding::Json, json.as_bytes(), 10_000).expect("a request")
}

pub(crate) fn telemetry() -> Telemetry {
    Telemetry::new(
        Options {
            scope_labels: false,
            ..Options::default()
        },
        Timestamp((T0_MS - 1000) * 1_000_000),
    )
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp((T0_MS + second * 1000) * 1_000_000)
}

/// Series as PromQL writes them, with their samples: seconds after the start, and value.
pub(crate) fn series(taken: &Taken) -> BTreeMap<String, Vec<(f64, f64)>> {
    let batch = &taken.samples;
    let mut all = BTreeMap::new();
    for series in &batch.series {
        let labels = LabelBytes::parse(batch.labels_of(series)).expect("labels of a series");
        let samples = batch.samples_of(series);
        let samples = samples
            .iter()
            .map(|sample| ((sample.at_ms - T0_MS) as f64 / 1000.0, sample.value));
        all.entry(labels.to_string())
            .or_insert_with(Vec::new)
            .extend(samples);
    }
    all
}

fn metric(resource: &str, metric: &str) -> String {
    format!(
        r#"{{"resourceMetrics":[{{"resource":{{"attributes":[{resource}]}},"scopeMetrics":[{{"scope":{{"name":"lib","version":"2"}},"metrics":[{metric}]}}]}}]}}"#
    )
}

fn text(key: &str, value: &str) -> String {
    format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#)
}

fn nanos(second: i64) -> String {
    format!("{}", (T0_MS + second * 1000) * 1_000_000)
}

fn sum(start: i64, end: i64, temporality: i32, value: f64) -> String {
    let (start, end, attribute) = (nanos(start), nanos(end), text("k", "v"));
    format!(
        r#"{{"name":"work.done","unit":"By","sum":{{"isMonotonic":true,"aggregationTemporality":{temporality},"dataPoints":[
        {{"startTimeUnixNano":"{start}","timeUnixNano":"{end}","asDouble":{value},"attributes":[{attribute}]}}]}}}}"#
    )
}

fn take(telemetry: &mut Telemetry, second: i64, json: &str) -> Taken {
    telemetry.take("default", at(second), &export(Signal::Metrics, json))
}

#[test]
fn resources_scopes_and_entities_become_labels() {
    let mut telemetry = Telemetry::new(Options::default(), at(-1));
    let resource = [
        text("service.name", "bot"),
        text("service.namespace", "lab"),
        text("service.instance.id", "i-1"),
        text("sandbox.id", "s1"),
        text("os.type", "linux"),
        text("user.id", "jane"),
    ]
    .join(",");
    let points = format!(
        r#"{{"name":"queue.depth","unit":"1","gauge":{{"dataPoints":[{{"timeUnixNano":{},"asInt":"7","attributes":[{},{},{}]}}]}}}}"#,
        nanos(0),
        text("agent.id", "bot-7"),
        text("a.b", "1"),
        text("a_b", "2"),
    );
    let taken = take(&mut telemetry, 0, &metric(&resource, &points));
    let found: Vec<String> = series(&taken).into_keys().collect();
    assert_eq!(
        found,
        [
            r#"queue_depth_ratio{a_b="1;2", agent="bot-7", instance="i-1", job="lab/bot", otel_scope_name="lib", otel_scope_version="2", sandbox="s1"}"#,
            r#"target_info{instance="i-1", job="lab/bot", os_type="linux", sandbox="s1"}"#,
        ]
    );
    assert_eq!(taken.refused.message(), None);
}

#[test]
fn deltas_become_totals_that_begin_with_zero_and_repeats_change_nothing() {
    let mut telemetry = telemetry();
    let first = take(&mut telemetry, 10, &metric("", &sum(0, 10, 1, 5.0)));
    let name = r#"work_done_bytes_total{k="v"}"#;
    assert_eq!(series(&first)[name], [(0.001, 0.0), (10.0, 5.0)]);
    let again = take(&mut telemetry, 11, &metric("", &sum(0, 10, 1, 5.0)));
    assert_eq!(series(&again)[name], [(10.0, 5.0)]);
    let second = take(&mut telemetry, 20, &metric("", &sum(10, 20, 1, 2.5)));
    assert_eq!(series(&second)[name], [(20.0, 7.5)]);
    // Another life of the monitor: the counter begins anew.
    let mut restarted = super::tests::telemetry();
    let third = take(&mut restarted, 30, &metric("", &sum(20, 30, 1, 1.0)));
    assert_eq!(series(&third)[name], [(20.001, 0.0), (30.0, 1.0)]);
}

#[test]
fn totals_pass_and_a_new_start_is_a_zero() {
    let mut telemetry = telemetry();
    let name = r#"work_done_bytes_total{k="v"}"#;
    let first = take(&mut telemetry, 10, &metric("", &sum(0, 10, 2, 5.0)));
    assert_eq!(series(&first)[name], [(0.0, 0.0), (10.0, 5.0)]);
    let second = take(&mut telemetry, 20, &metric("", &sum(0, 20, 2, 6.0)));
    assert_eq!(series(&second)[name], [(20.0, 6.0)]);
    let restarted = take(&mut telemetry, 30, &metric("", &sum(25, 30, 2, 9.0)));
    assert_eq!(series(&restarted)[name], [(25.0, 0.0), (30.0, 9.0)]);
    let old = metric("", &sum(-100_000, 40, 2, 1.0)).replace("\"v\"", "\"w\"");
    let old = take(&mut telemetry, 40, &old);
    assert_eq!(
        series(&old)[r#"work_done_bytes_total{k="w"}"#],
        [(40.0, 1.0)],
        "too long ago for a zero"
    );
}

#[test]
fn histograms_and_summaries_have_prometheus_series() {
    let mut telemetry = telemetry();
    let histogram = format!(
        r#"{{"name":"took","unit":"s","histogram":{{"aggregationTemporality":1,"dataPoints":[{{"timeUnixNano":"{}",
        "count":"6","sum":4.5,"bucketCounts":["1","2","3"],"explicitBounds":[0.5,1000000]}}]}}}},
        {{"name":"quick","summary":{{"dataPoints":[{{"timeUnixNano":"{}","count":3,"sum":9,"quantileValues":[{{"quantile":0.5,"value":"NaN"}}]}}]}}}}"#,
        nanos(10),
        nanos(10)
    );
    let taken = take(&mut telemetry, 10, &metric("", &histogram));
    let found = series(&taken);
    for (name, value) in [
        (r#"took_seconds_bucket{le="0.5"}"#, 1.0),
        (r#"took_seconds_bucket{le="1000000"}"#, 3.0),
        (r#"took_seconds_bucket{le="+Inf"}"#, 6.0),
        ("took_seconds_sum", 4.5),
        ("took_seconds_count", 6.0),
        ("quick_sum", 9.0),
        ("quick_count", 3.0),
    ] {
        assert_eq!(found[name], [(10.0, value)], "{name}");
    }
    assert!(found[r#"quick{quantile="0.5"}"#][0].1.is_nan());
    assert_eq!(found.len(), 8);
    let kinds: Vec<_> = taken
        .samples
        .metadata
        .iter()
        .map(|meta| (meta.metric.as_str(), meta.kind.as_str()))
        .collect();
    assert_eq!(kinds, [("took_seconds", "histogram"), ("quick", "summary")]);
}

#[test]
fn a_point_without_a_recorded_value_marks_the_series_as_gone() {
    let mut telemetry = telemetry();
    let gone = format!(
        r#"{{"name":"g","gauge":{{"dataPoints":[{{"timeUnixNano":"{}","flags":1}}]}}}}"#,
        nanos(3)
    );
    let taken = take(&mut telemetry, 3, &metric("", &gone));
    assert!(is_stale(series(&taken)["g"][0].1));
}

#[test]
fn what_cannot_be_taken_is_refused_alone_and_told() {
    let mut telemetry = telemetry();
    let flood = (0..100)
        .map(|n| text(&format!("k{n}"), "v"))
        .collect::<Vec<_>>()
        .join(",");
    let mixed = format!(
        r#"{{"name":"ok","gauge":{{"dataPoints":[{{"asInt":1,"timeUnixNano":"{t}"}},{{"timeUnixNano":"{t}"}},{{"asInt":1,"attributes":[{flood}]}}]}}}},
        {{"name":"???","gauge":{{"dataPoints":[{{"asInt":1}}]}}}},
        {{"name":"untold","sum":{{"dataPoints":[{{"asInt":1}},{{"asInt":2}}]}}}},
        {{"name":"falls","sum":{{"isMonotonic":true,"aggregationTemporality":1,"dataPoints":[{{"asDouble":-1}}]}}}},
        {{"name":"odd","histogram":{{"aggregationTemporality":2,"dataPoints":[{{"bucketCounts":[1,2],"explicitBounds":[3,2]}}]}}}}"#,
        t = nanos(5)
    );
    let taken = take(&mut telemetry, 5, &metric("", &mixed));
    assert_eq!(series(&taken).keys().collect::<Vec<_>>(), ["ok"]);
    assert_eq!(taken.refused.items, 7);
    let message = taken.refused.message().expect("a message");
    assert!(
        message.contains("asDouble or asInt") && message.contains("7 refused"),
        "{message}"
    );
}

#[test]
fn attributes_cannot_forge_names_or_hold_secrets() {
    let mut telemetry = telemetry();
    let forged = format!(
        r#"{{"name":"real","gauge":{{"dataPoints":[{{"asInt":1,"timeUnixNano":"{}","attributes":[{},{},{}]}}]}}}}"#,
        nanos(1),
        text("__name__", "forged"),
        text("api_key", "s3cr3t"),
        text("prompt", "write me a long story"),
    );
    let taken = take(&mut telemetry, 1, &metric("", &forged));
    let names: Vec<String> = series(&taken).into_keys().collect();
    assert_eq!(
        names,
        [r#"real{api_key="[redacted secret]", key__name__="forged", prompt="[redacted 21 characters]"}"#]
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn last(telemetry: &mut Telemetry, json: &str, second: i64) -> f64 {
        let taken = take(telemetry, second, json);
        series(&taken)[r#"work_done_bytes_total{k="v"}"#]
            .last()
            .expect("a sample")
            .1
    }

    proptest! {
        #[test]
        fn deltas_and_totals_come_to_the_same_however_often_each_is_sent(
            steps in prop::collection::vec((0_u32..1000, 1_usize..3), 1..40)
        ) {
            let (mut by_deltas, mut by_totals) = (telemetry(), telemetry());
            let mut total = 0.0;
            for (n, (step, repeats)) in steps.iter().enumerate() {
                let end = n as i64 + 1;
                total += f64::from(*step);
                for _ in 0..*repeats {
                    let delta = last(&mut by_deltas, &metric("", &sum(end - 1, end, 1, f64::from(*step))), end);
                    let running = last(&mut by_totals, &metric("", &sum(0, end, 2, total)), end);
                    prop_assert_eq!(delta, total);
                    prop_assert_eq!(running, total);
                }
            }
        }

        #[test]
        fn no_bytes_make_decoding_fail_badly(body in prop::collection::vec(any::<u8>(), 0..400)) {
            for signal in Signal::ALL {
                for encoding in [Encoding::Protobuf, Encoding::Json] {
                    if let Ok(request) = Export::decode(signal, encoding, &body, 1000) {
                        telemetry().take("default", at(0), &request);
                    }
                }
            }
        }
    }
}
