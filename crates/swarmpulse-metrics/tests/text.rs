//! What comes out of an export, and what a check finds.

use std::fs;

use swarmpulse_metrics::{
    BesideKind, ExportError, ExportFormat, MetricOptions, SegmentKind, check_store, compact_store,
    export_store,
};
use swarmpulse_model::series::{MetricMetadata, MetricType, SampleBatch, stale_marker};
use swarmpulse_model::{Labels, Sample, Timestamp};
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_store::metrics::{Matcher, MetricLimits, MetricStore, Selection};

fn store() -> MemoryMetrics {
    let store = MemoryMetrics::new(MetricLimits::unlimited());
    let mut batch = SampleBatch::default();
    let sample = |at_ms, value| Sample { at_ms, value };
    batch.push(
        &Labels::from_pairs([("__name__", "up"), ("Zone", "a"), ("job", "say \"hi\", you")]),
        &[sample(1_500, 1.0), sample(3_000, stale_marker())],
    );
    batch.push(
        &Labels::from_pairs([("__name__", "requests_total")]),
        &[
            sample(-1_001, f64::NAN),
            sample(2_000, 1e300),
            sample(2_001, f64::INFINITY),
        ],
    );
    batch.push(
        &Labels::from_pairs([("__name__", "up"), ("job", "b\\\n")]),
        &[sample(0, 0.25)],
    );
    batch.push(
        &Labels::from_pairs([("__name__", "with.dots"), ("la.bel", "x")]),
        &[sample(7, 3.0)],
    );
    for (metric, kind) in [("requests_total", MetricType::Counter), ("up", MetricType::Gauge)] {
        batch.metadata.push(MetricMetadata {
            metric: metric.into(),
            kind,
            ..MetricMetadata::default()
        });
    }
    store
        .append_durably("default", Timestamp(0), &batch)
        .expect("valid samples");
    store
}

fn all() -> Selection {
    Selection {
        matchers: Vec::new(),
        from_ms: i64::MIN,
        to_ms: i64::MAX,
        series_max: 1000,
    }
}

fn export(selection: &Selection, format: ExportFormat) -> (String, u64) {
    let (mut text, mut calls) = (Vec::new(), 0);
    let done = export_store(&store(), selection, format, &mut text, &mut |_| calls += 1).expect("a store");
    assert_eq!((done.series, done.series_done), (calls, calls));
    (String::from_utf8(text).expect("text"), done.markers_left_out)
}

#[test]
fn openmetrics_keeps_metrics_together_and_says_what_they_are() {
    let (text, left_out) = export(&all(), ExportFormat::OpenMetrics);
    let expected = r#"# TYPE requests counter
requests_total NaN -1.001
requests_total 1e300 2.000
requests_total +Inf 2.001
# TYPE up gauge
up{Zone="a",job="say \"hi\", you"} 1 1.500
up{job="b\\\n"} 0.25 0.000
# TYPE "with.dots" unknown
{"with.dots","la.bel"="x"} 3 0.007
# EOF
"#;
    assert_eq!((text.as_str(), left_out), (expected, 1));
}

#[test]
fn csv_quotes_what_needs_it() {
    let selection = Selection {
        matchers: vec![Matcher::equal("__name__", "up")],
        ..all()
    };
    let (text, left_out) = export(&selection, ExportFormat::Csv);
    let expected = r#"metric,labels,time,value
up,"Zone=""a"",job=""say \""hi\"", you""",1970-01-01T00:00:01.500Z,1
up,"job=""b\\\n""",1970-01-01T00:00:00.000Z,0.25
"#;
    assert_eq!((text.as_str(), left_out), (expected, 1));
}

#[test]
fn ndjson_says_everything() {
    let (text, left_out) = export(&all(), ExportFormat::Ndjson);
    let expected = r#"{"metric":{"__name__":"requests_total"},"values":["NaN",1e300,"Infinity"],"timestamps":[-1001,2000,2001]}
{"metric":{"Zone":"a","__name__":"up","job":"say \"hi\", you"},"values":[1,null],"timestamps":[1500,3000]}
{"metric":{"__name__":"up","job":"b\\\n"},"values":[0.25],"timestamps":[0]}
{"metric":{"__name__":"with.dots","la.bel":"x"},"values":[3],"timestamps":[7]}
"#;
    assert_eq!((text.as_str(), left_out), (expected, 0));
    for format in ExportFormat::ALL {
        assert_eq!(ExportFormat::parse(format.as_str()), Some(format));
    }
}

#[test]
fn an_export_that_cannot_be_written_says_so() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let error = export_store(&store(), &all(), ExportFormat::Csv, &mut Full, &mut |_| {});
    assert!(matches!(error, Err(ExportError::Write(_))), "{error:?}");
}

#[test]
fn a_check_finds_what_is_wrong_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let none = check_store(folder.path(), &mut |_| {}).expect("a folder");
    assert!(none.is_sound() && none.files.is_empty());
    let missing = check_store(&folder.path().join("missing"), &mut |_| {});
    assert!(missing.is_err_and(|error| error.to_string().contains("missing")));
    let options = MetricOptions::default();
    let report = compact_store(folder.path(), &options, Timestamp(0), &mut |_| {}).expect("a folder");
    assert_eq!(report.before, report.after);
    let segments = folder.path().join("segments");
    fs::write(segments.join("hot-0000000001.seg"), vec![0; 500]).expect("a file");
    let mut seen = 0;
    let report = check_store(folder.path(), &mut |_| seen += 1).expect("a folder");
    assert_eq!((seen, report.files.len(), report.is_sound()), (1, 1, false));
    assert_eq!(report.files[0].kind, None::<SegmentKind>);
    assert!(
        report.files[0].damage[0].contains("does not end as a segment"),
        "{report:?}"
    );
    assert!(segments.join("hot-0000000001.seg").exists());
    for (name, holds) in [
        ("series.log", BesideKind::Catalogue { series: 0 }),
        ("state", BesideKind::State),
        ("metadata", BesideKind::Metadata),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, "nonsense").expect("a file");
        let report = check_store(folder.path(), &mut |_| {}).expect("a folder");
        let [beside] = report.beside.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!((&beside.path, beside.holds, beside.bytes), (&path, holds, 8));
        assert!(beside.damage.is_some(), "{report:?}");
        fs::remove_file(path).expect("a file");
    }
}
