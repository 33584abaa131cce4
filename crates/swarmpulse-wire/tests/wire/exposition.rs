//! Prometheus' text and OpenMetrics: what they say, line numbers of what is none, and one target over time.

use proptest::prelude::*;
use swarmpulse_model::series::{LabelBytes, MetricType, SampleBatch, is_stale};
use swarmpulse_wire::exposition::{
    ImportOptions, Imported, ScrapeCache, ScrapeError, ScrapeRules, Scraped, TextFormat, import,
};

const NOW_MS: i64 = 1_795_000_000_000;

fn options(format: TextFormat) -> ImportOptions<'static> {
    ImportOptions {
        format,
        now_ms: NOW_MS,
        labels: &[],
        samples_max: 1000,
        label_bytes_max: 1 << 20,
    }
}

/// Samples as text: series, value, time.
fn shown(batch: &SampleBatch) -> Vec<String> {
    let one = |series| {
        let labels = LabelBytes::parse(batch.labels_of(series)).map(|labels| labels.to_string());
        let sample = batch.samples_of(series)[0];
        let value = if is_stale(sample.value) {
            "stale".to_owned()
        } else {
            sample.value.to_string()
        };
        let after = sample.at_ms - NOW_MS;
        format!(
            "{} {value} {after}",
            labels.unwrap_or_else(|error| format!("<{error}>"))
        )
    };
    batch.series.iter().map(one).collect()
}

fn read(text: &str, format: TextFormat) -> (Vec<String>, Imported, SampleBatch) {
    let mut batch = SampleBatch::default();
    let imported = import(text.as_bytes(), &options(format), &mut batch);
    (shown(&batch), imported, batch)
}

#[test]
fn lines_are_read_as_prometheus_reads_them() {
    for (line, expected) in [
        ("up 1", "up 1 0"),
        ("up 1 1795000000005", "up 1 5"),
        ("  up\t \t1  1795000000005 \r", "up 1 5"),
        ("up{} 1", "up 1 0"),
        ("up {a=\"b\"} 1", "up{a=\"b\"} 1 0"),
        ("up{a=\"b\",} 1", "up{a=\"b\"} 1 0"),
        ("up{a=\"b\", c = \"d\" } 1", "up{a=\"b\", c=\"d\"} 1 0"),
        ("up{a=\"b\"}1", "up{a=\"b\"} 1 0"),
        ("a:b:c 1", "a:b:c 1 0"),
        ("up{a=\"\"} 1", "up 1 0"),
        (r#"up{a="x\\y\"z\nw\q"} 1"#, r#"up{a="x\\y\"z\nw\\q"} 1 0"#),
        (r#"up{a="ünï,}{ #"} 1"#, r#"up{a="ünï,}{ #"} 1 0"#),
        (r#"{"my.metric"} 1"#, "my.metric 1 0"),
        (
            r#"{"my.metric", "label.name"="v", b="c"} 1"#,
            r#"my.metric{b="c", label.name="v"} 1 0"#,
        ),
        (r#"up{"quoted \" name"="v"} 1"#, r#"up{quoted " name="v"} 1 0"#),
        ("up +Inf", "up inf 0"),
        ("up -Inf", "up -inf 0"),
        ("up 1e3", "up 1000 0"),
        ("up .5", "up 0.5 0"),
        ("up -0", "up -0 0"),
        ("up 1 -1", "up 1 -1795000000001"),
    ] {
        let (samples, imported, _) = read(line, TextFormat::Prometheus);
        assert_eq!(imported, Imported::default(), "{line}");
        assert_eq!(samples, [expected], "{line}");
    }
    let (_, _, batch) = read("up NaN\nup nan\n", TextFormat::Prometheus);
    for sample in &batch.samples {
        assert_eq!(sample.value.to_bits(), 0x7ff8_0000_0000_0001);
    }
}

#[test]
fn a_bad_line_costs_only_itself_and_is_told_by_its_number() {
    for (line, problem) in [
        ("up", "no value"),
        ("up ", "no value"),
        ("up{a=\"b\"}", "a value that is no number"),
        ("up one", "a value that is no number"),
        ("up 1 soon", "a time that is no number"),
        ("up 1 1.5", "a time that is no number"),
        ("up 1 2 3", "more than a value and a time"),
        ("up{a=\"b} 1", "a quote that never closes"),
        ("up{a=\"b\\", "a quote that never closes"),
        ("up{a=b} 1", "not in quotes"),
        ("up{a} 1", "without `=`"),
        ("up{=\"b\"} 1", "without a name"),
        ("up{a=\"b\" c=\"d\"} 1", "expected `,` or `}`"),
        ("up{\"other\"} 1", "without `=`"),
        ("{a=\"b\"} 1", "no metric name"),
        ("{} 1", "no metric name"),
        ("my.metric 1", "a character that it cannot have"),
        ("9up 1", "expected a metric name"),
        ("# TYPE up blue", "an unknown metric type"),
        ("# HELP", "a comment without a metric name"),
    ] {
        let text = format!("before 1\n\n# a remark\n{line}\nafter 2\n");
        let (samples, imported, _) = read(&text, TextFormat::Prometheus);
        assert_eq!(samples, ["before 1 0", "after 2 0"], "{line}");
        assert_eq!(imported.refused_lines, 1, "{line}");
        assert!(
            imported.errors[0].starts_with("line 4: ") && imported.errors[0].contains(problem),
            "{line}: {}",
            imported.errors[0]
        );
    }
    let mut batch = SampleBatch::default();
    let imported = import(
        b"a 1\nb{c=\"\xff\"} 2\nd 3\n",
        &options(TextFormat::Prometheus),
        &mut batch,
    );
    assert_eq!(shown(&batch), ["a 1 0", "d 3 0"]);
    assert!(
        imported.errors[0].starts_with("line 2: a line that is not UTF-8"),
        "{imported:?}"
    );
}

#[test]
fn openmetrics_has_seconds_exemplars_and_an_end() {
    let text = "# TYPE foo counter\n# UNIT foo_seconds seconds\n# HELP foo_seconds Time \\\"spent\\\"\\n.\n\
                foo_total{a=\"b\"} 17.0 1795000000.123 # {trace_id=\"x y\"} 0.67 1795000000.1\n\
                foo_total 3 # {} 1\nfoo_total 4 1795000000.0005\n# EOF\n";
    let (samples, imported, batch) = read(text, TextFormat::OpenMetrics);
    assert_eq!(
        samples,
        ["foo_total{a=\"b\"} 17 123", "foo_total 3 0", "foo_total 4 1"]
    );
    assert_eq!((imported.exemplars, imported.refused_lines), (2, 0));
    let seconds = &batch.metadata[1];
    assert_eq!((&*seconds.metric, &*seconds.unit), ("foo_seconds", "seconds"));
    assert_eq!(seconds.help, "Time \"spent\"\n.");
    let (samples, imported, _) = read("a 1\n", TextFormat::OpenMetrics);
    assert_eq!(samples, ["a 1 0"]);
    assert!(
        imported.errors[0].contains("ends without `# EOF`"),
        "{imported:?}"
    );
    let (_, imported, _) = read("a 1\n# EOF\nb 2\n", TextFormat::OpenMetrics);
    assert!(
        imported.errors[0].starts_with("line 3: text after `# EOF`"),
        "{imported:?}"
    );
    let (samples, imported, _) = read("a 1 # {} 1\n# EOF\nb 2\n", TextFormat::Prometheus);
    assert_eq!(
        (samples.len(), imported.refused_lines),
        (1, 1),
        "no exemplars here, and no end"
    );
}

#[test]
fn metadata_is_put_together_by_metric() {
    let text = "# HELP a What \\\\a\\n is.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\n# TYPE b untyped\n\
                # HELP \"c.d\" Dotted.\n# TYPE \"c.d\" gauge\n";
    let (_, imported, batch) = read(text, TextFormat::Prometheus);
    assert_eq!(imported.refused_lines, 0);
    let all: Vec<_> = batch
        .metadata
        .iter()
        .map(|entry| (&*entry.metric, entry.kind, entry.help.as_str()))
        .collect();
    assert_eq!(
        all,
        [
            ("a", MetricType::Histogram, "What \\a\n is."),
            ("b", MetricType::Unknown, ""),
            ("c.d", MetricType::Gauge, "Dotted."),
        ]
    );
}

#[test]
fn pushed_labels_win_and_floods_end_at_the_limits() {
    let labels = [("job".to_owned(), "push".to_owned())];
    let with = ImportOptions {
        labels: &labels,
        samples_max: 2,
        ..options(TextFormat::Prometheus)
    };
    let mut batch = SampleBatch::default();
    let imported = import(b"a{job=\"own\"} 1\nb 2\nc 3\nd 4\n", &with, &mut batch);
    assert_eq!(shown(&batch), ["a{job=\"push\"} 1 0", "b{job=\"push\"} 2 0"]);
    assert_eq!(imported.refused_lines, 2);
    assert!(
        imported.errors[0].starts_with("line 3: beyond the limit"),
        "{imported:?}"
    );
    let narrow = ImportOptions {
        label_bytes_max: 10,
        ..options(TextFormat::Prometheus)
    };
    let imported = import(b"a 1\nb 2\nc 3\n", &narrow, &mut batch);
    assert_eq!((batch.series.len(), imported.refused_lines), (1, 2));
}

fn rules() -> ScrapeRules {
    ScrapeRules {
        labels: vec![
            ("instance".to_owned(), "i".to_owned()),
            ("job".to_owned(), "j".to_owned()),
        ],
        honor_timestamps: true,
        samples_max: 100,
        ..ScrapeRules::default()
    }
}

#[test]
fn series_that_are_gone_are_marked_once() {
    let (mut cache, mut batch, rules) = (ScrapeCache::default(), SampleBatch::default(), rules());
    let take = |cache: &mut ScrapeCache, batch: &mut SampleBatch, text: &str, after: i64| {
        let scraped = cache.take(
            text.as_bytes(),
            TextFormat::Prometheus,
            &rules,
            NOW_MS + after,
            batch,
        );
        let mut samples = shown(batch);
        samples.sort();
        (scraped, samples)
    };
    let (scraped, samples) = take(&mut cache, &mut batch, "a 1\nb{x=\"1\"} 2\n", 0);
    let counts = |samples, kept, series_added| Scraped {
        samples,
        kept,
        series_added,
    };
    assert_eq!(scraped, Ok(counts(2, 2, 2)));
    assert_eq!(
        samples,
        [
            r#"a{instance="i", job="j"} 1 0"#,
            r#"b{instance="i", job="j", x="1"} 2 0"#
        ]
    );
    let (scraped, samples) = take(&mut cache, &mut batch, "a 3\na 4\n", 10);
    assert_eq!(
        scraped,
        Ok(counts(2, 1, 0)),
        "the second of one series is left out"
    );
    assert_eq!(
        samples,
        [
            r#"a{instance="i", job="j"} 3 10"#,
            r#"b{instance="i", job="j", x="1"} stale 10"#
        ]
    );
    let (_, samples) = take(&mut cache, &mut batch, "a 5\nc 1 1795000000000\n", 20);
    assert_eq!(samples.len(), 2, "told once");
    // A text that breaks off ends what was there, but not what it alone held.
    let (scraped, samples) = take(&mut cache, &mut batch, "a 6\nnew 1\nbroken", 30);
    assert!(matches!(scraped, Err(ScrapeError::Syntax(error)) if error.line == 3));
    assert_eq!(
        samples,
        [r#"a{instance="i", job="j"} stale 30"#],
        "not `c`, whose times are its own"
    );
    assert_eq!(cache.series(), 0);
    let (scraped, samples) = take(&mut cache, &mut batch, "a 7\n", 40);
    assert_eq!((scraped, samples.len()), (Ok(counts(1, 1, 1)), 1));
    cache.fail(NOW_MS + 50, &mut batch);
    assert_eq!(shown(&batch), [r#"a{instance="i", job="j"} stale 50"#]);
}

#[test]
fn reports_tell_of_the_scrape_and_end_with_the_target() {
    let (mut cache, mut batch, rules) = (ScrapeCache::default(), SampleBatch::default(), rules());
    cache.end(&rules, NOW_MS, &mut batch);
    assert!(batch.series.is_empty(), "nothing was ever told");
    let scraped = cache
        .take(b"a 1\n", TextFormat::Prometheus, &rules, NOW_MS, &mut batch)
        .unwrap();
    cache.report(&rules, NOW_MS, 0.25, Some(scraped), &mut batch);
    assert_eq!(
        shown(&batch)[1..],
        [
            r#"up{instance="i", job="j"} 1 0"#,
            r#"scrape_duration_seconds{instance="i", job="j"} 0.25 0"#,
            r#"scrape_samples_scraped{instance="i", job="j"} 1 0"#,
            r#"scrape_samples_post_metric_relabeling{instance="i", job="j"} 1 0"#,
            r#"scrape_series_added{instance="i", job="j"} 1 0"#,
        ]
    );
    cache.end(&rules, NOW_MS + 5, &mut batch);
    let ends = shown(&batch);
    assert_eq!(ends.len(), 6);
    assert!(ends.iter().all(|sample| sample.ends_with("stale 5")), "{ends:?}");
}

#[test]
fn labels_of_both_are_joined_as_the_job_says() {
    let text = b"a{job=\"own\",instance=\"\",exported_job=\"x\"} 1\n";
    for (honor_labels, expected) in [
        (
            false,
            r#"a{exported_exported_job="own", exported_job="x", instance="i", job="j"} 1 0"#,
        ),
        (true, r#"a{exported_job="x", job="own"} 1 0"#),
    ] {
        let rules = ScrapeRules {
            honor_labels,
            ..rules()
        };
        let mut batch = SampleBatch::default();
        ScrapeCache::default()
            .take(text, TextFormat::Prometheus, &rules, NOW_MS, &mut batch)
            .unwrap();
        assert_eq!(shown(&batch), [expected]);
    }
}

#[test]
fn times_of_the_text_are_taken_only_if_the_job_says_so() {
    for (honor_timestamps, expected) in [(true, "7"), (false, "0")] {
        let rules = ScrapeRules {
            honor_timestamps,
            labels: Vec::new(),
            ..rules()
        };
        let mut batch = SampleBatch::default();
        ScrapeCache::default()
            .take(
                b"a 1 1795000000007\n",
                TextFormat::Prometheus,
                &rules,
                NOW_MS,
                &mut batch,
            )
            .unwrap();
        assert_eq!(shown(&batch), [format!("a 1 {expected}")]);
    }
}

#[test]
fn too_many_samples_are_refused_whole() {
    let rules = ScrapeRules {
        samples_max: 2,
        ..rules()
    };
    let mut batch = SampleBatch::default();
    let mut cache = ScrapeCache::default();
    let scraped = cache.take(
        b"a 1\nb 1\nc 1\n",
        TextFormat::Prometheus,
        &rules,
        NOW_MS,
        &mut batch,
    );
    assert_eq!(scraped, Err(ScrapeError::TooManySamples { limit: 2 }));
    assert!(batch.series.is_empty() && cache.series() == 0);
}

proptest! {
    #[test]
    fn no_text_breaks_the_parser(text in "[a{}\",=#\\\\ \n\t0-9.EOF]{0,120}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for format in [TextFormat::Prometheus, TextFormat::OpenMetrics] {
            for input in [text.as_bytes(), &bytes] {
                let mut batch = SampleBatch::default();
                import(input, &options(format), &mut batch);
                let _ = ScrapeCache::default().take(input, format, &rules(), NOW_MS, &mut batch);
            }
        }
    }

    #[test]
    fn any_label_value_comes_back(value in "[^\\PC\n]{0,40}|[\\\\\"n\n]{0,10}") {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let (_, imported, batch) = read(&format!("up{{a=\"{escaped}\"}} 1\n"), TextFormat::Prometheus);
        prop_assert_eq!(imported.refused_lines, 0);
        let labels = LabelBytes::parse(batch.labels_of(&batch.series[0])).unwrap();
        prop_assert_eq!(labels.get("a").unwrap_or_default(), value);
    }
}
