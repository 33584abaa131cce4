//! The life of segment files: written, read, packed, damaged, removed; compared with what was put in.

mod damage;
mod model;
mod retaining;

use std::path::Path;

use swarmpulse_chunk::{Effort, Encoder};
use swarmpulse_store::metrics::Bucket;

use super::{Archive, SegmentKind};
use crate::MetricOptions;

const HOUR: i64 = Bucket::Hour.length_ms();
const DAY: i64 = Bucket::Day.length_ms();

/// The value of a series at a time: always the same.
fn value(series: u32, at_ms: i64) -> f64 {
    ((at_ms / 1000 * 7 + i64::from(series) * 13) % 1000) as f64 / 10.0
}

fn open(folder: &Path) -> Archive {
    let (archive, aside) = Archive::open(folder).expect("a folder that is free");
    assert_eq!(aside, []);
    archive
}

/// Writes a hot segment: for each series its times, in order.
fn flush(archive: &Archive, series: &[(u32, Vec<i64>)]) {
    let mut writer = archive.begin(SegmentKind::Hot).expect("room on disk");
    let mut encoder = Encoder::default();
    for (series, times) in series {
        for times in times.chunks(240) {
            let values: Vec<f64> = times.iter().map(|time| value(*series, *time)).collect();
            let mut bytes = Vec::new();
            encoder
                .encode(times, &values, Effort::Hot, &mut bytes)
                .expect("valid samples");
            writer.add(*series, &bytes).expect("room on disk");
        }
    }
    archive.commit(vec![writer]).expect("room on disk");
}

/// Times from one to another, exclusive, 15 s apart.
fn every_15_s(from_ms: i64, to_ms: i64) -> Vec<i64> {
    (from_ms..to_ms).step_by(15_000).collect()
}

fn read(archive: &Archive, series: u32, span: (i64, i64)) -> Vec<i64> {
    let (mut times, mut values) = (Vec::new(), Vec::new());
    archive.shelf().read(series, span, &mut times, &mut values);
    let expected: Vec<f64> = times.iter().map(|time| value(series, *time)).collect();
    assert_eq!(values, expected, "series {series}");
    times
}

/// Has all done that is due at a time, once no more samples come.
fn settle(archive: &Archive, now_ms: i64) {
    let options = MetricOptions::unlimited();
    archive.maintain(now_ms - HOUR, &options).expect("room on disk");
    while archive.maintain(now_ms, &options).expect("room on disk").1 {}
}

fn names(folder: &Path, extension: &str) -> Vec<String> {
    let paths = super::files(folder).expect("a folder");
    let names = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|is| is == extension));
    names
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect()
}
