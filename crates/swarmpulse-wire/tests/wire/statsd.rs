//! StatsD: what packets add up to, and what they may not do.

use proptest::prelude::*;
use swarmpulse_model::series::{LabelBytes, MetricType, SampleBatch, is_stale};
use swarmpulse_wire::statsd::{Aggregator, StatsdLimits};

fn flushed(aggregator: &mut Aggregator) -> Vec<String> {
    let mut batch = SampleBatch::default();
    aggregator.flush(1, &mut batch);
    shown(&batch)
}

fn shown(batch: &SampleBatch) -> Vec<String> {
    let one = |series| {
        let labels = LabelBytes::parse(batch.labels_of(series)).unwrap();
        let value = batch.samples_of(series)[0].value;
        if is_stale(value) {
            format!("{labels} stale")
        } else {
            format!("{labels} {value}")
        }
    };
    let mut all: Vec<String> = batch.series.iter().map(one).collect();
    all.sort();
    all
}

#[test]
fn counters_count_up_and_gauges_stay() {
    let mut aggregator = Aggregator::default();
    aggregator.packet(
        b"hits:1|c\nhits:2|c|@0.5\nlevel:7|g\nlevel:-2|g\nlevel:+0.5|g\nusers:a|s\nusers:b|s\nusers:a|s",
    );
    assert_eq!(flushed(&mut aggregator), ["hits 5", "level 5.5", "users 2"]);
    aggregator.packet(b"hits:1|c\nlevel:3|g\nusers:c|s\n");
    assert_eq!(flushed(&mut aggregator), ["hits 6", "level 3", "users 1"]);
    assert_eq!(
        flushed(&mut aggregator),
        ["hits 6", "level 3", "users 0"],
        "still there"
    );
}

#[test]
fn timings_are_histograms_in_seconds() {
    let mut aggregator = Aggregator::default();
    aggregator.packet(
        b"db.query:5|ms|#table:users,slow\ndb.query:320:7000|ms|@0.5|#slow,table:users\nsize:10|h\nsize:20|d",
    );
    let mut batch = SampleBatch::default();
    aggregator.flush(1, &mut batch);
    let samples = shown(&batch);
    for expected in [
        r#"db_query_seconds_bucket{le="0.0025", slow="true", table="users"} 0"#,
        r#"db_query_seconds_bucket{le="0.005", slow="true", table="users"} 1"#,
        r#"db_query_seconds_bucket{le="0.5", slow="true", table="users"} 3"#,
        r#"db_query_seconds_bucket{le="+Inf", slow="true", table="users"} 5"#,
        r#"db_query_seconds_count{slow="true", table="users"} 5"#,
        r#"db_query_seconds_sum{slow="true", table="users"} 14.645"#,
        r#"size_bucket{le="10"} 1"#,
        "size_sum 30",
    ] {
        assert!(
            samples.iter().any(|sample| sample == expected),
            "{expected} in {samples:#?}"
        );
    }
    let kinds: Vec<_> = batch
        .metadata
        .iter()
        .map(|entry| (&*entry.metric, entry.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("db_query_seconds", MetricType::Histogram),
            ("size", MetricType::Histogram)
        ]
    );
}

#[test]
fn what_is_no_line_is_counted_by_its_reason() {
    let mut aggregator = Aggregator::default();
    for (line, reason) in [
        ("hits", "no_value"),
        (":1|c", "no_name"),
        ("hits:1", "no_type"),
        ("hits:1|x", "unknown_type"),
        ("hits:one|c", "bad_value"),
        ("hits:nan|g", "bad_value"),
        ("hits:1:inf|h", "bad_value"),
        ("hits:-1|c", "counter_goes_down"),
        ("hits:1|c|@0", "bad_sample_rate"),
        ("hits:1|c|@2", "bad_sample_rate"),
        ("hits:1|c|@x", "bad_sample_rate"),
        ("_e{5,4}:title|text", "no_metric"),
        ("_sc|name|0", "no_metric"),
    ] {
        aggregator.packet(format!("ok:1|c\n\n{line}\r\nok:1|c").as_bytes());
        let counts = aggregator.take_counts();
        assert_eq!(counts.lines, 2, "{line}");
        assert_eq!(
            counts.refused.into_iter().collect::<Vec<_>>(),
            [(reason, 1)],
            "{line}"
        );
    }
    aggregator.packet(b"a\xff:1|c");
    assert_eq!(aggregator.take_counts().refused.get("not_utf8"), Some(&1));
    assert_eq!(aggregator.metrics(), 1, "nothing of a bad line is kept");
}

#[test]
fn floods_end_at_the_limits_and_known_metrics_go_on() {
    let mut aggregator = Aggregator::new(StatsdLimits {
        metrics: 2,
        tags: 2,
        set_members: 3,
        idle_flushes: 2,
    });
    aggregator.packet(b"a:1|c\nb:1|s\nc:1|c\na:1|c\na:1|c|#x:1\na:1|c|#x:1,y:2,z:3");
    aggregator.packet(b"b:2|s\nb:3|s\nb:4|s\nb:5|s");
    let counts = aggregator.take_counts();
    assert_eq!(
        counts.refused.into_iter().collect::<Vec<_>>(),
        [("metrics_limit", 2), ("too_many_tags", 1)]
    );
    assert_eq!(flushed(&mut aggregator), ["a 2", "b 3"]);
    // One is forgotten after two flushes without a word, and makes room.
    aggregator.packet(b"a:1|c");
    assert_eq!(flushed(&mut aggregator), ["a 3", "b 0"]);
    aggregator.packet(b"a:1|c");
    assert_eq!(flushed(&mut aggregator), ["a 4", "b stale"]);
    aggregator.packet(b"c:1|c");
    assert_eq!(flushed(&mut aggregator), ["a 4", "c 1"]);
    let mut batch = SampleBatch::default();
    aggregator.end(2, &mut batch);
    assert_eq!(shown(&batch), ["a stale", "c stale"]);
    aggregator.packet(b"a:1|c");
    assert_eq!(flushed(&mut aggregator), ["a 1"]);
}

#[test]
fn no_two_metrics_write_the_same_series() {
    let mut aggregator = Aggregator::default();
    aggregator.packet(b"a.b:1|c\na_b:5|c\na.b:5|g\na.b:1|c|#x:1\na_b:1|c|#x:2");
    assert_eq!(
        flushed(&mut aggregator),
        ["a_b 1", r#"a_b{x="1"} 1"#, r#"a_b{x="2"} 1"#]
    );
    assert_eq!(
        aggregator.take_counts().refused.get("name_of_another_metric"),
        Some(&2)
    );
}

proptest! {
    #[test]
    fn no_packet_breaks_the_aggregator(text in "[ab:|c@g#ms0-9.,+\n-]{0,120}", bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut aggregator = Aggregator::default();
        aggregator.packet(text.as_bytes());
        aggregator.packet(&bytes);
        let mut batch = SampleBatch::default();
        aggregator.flush(1, &mut batch);
        for series in &batch.series {
            prop_assert!(LabelBytes::parse(batch.labels_of(series)).is_ok(), "{:?}", text);
        }
    }
}
