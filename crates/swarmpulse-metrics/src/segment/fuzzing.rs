//! What fuzzing runs: a segment of any bytes, read in every way.

use std::sync::Arc;

use super::{Segment, Shelf};
use crate::rollup::decode_rows;

/// Reads bytes as a segment in every way there is. Errors are expected; panics are bugs.
pub fn fuzz_segment(bytes: &[u8]) {
    let Ok(segment) = Segment::of_bytes(bytes.to_vec()) else {
        return;
    };
    let segment = Arc::new(segment);
    let (shelf, _) = Shelf::of(&[Arc::clone(&segment)], i64::MIN);
    let (mut times, mut values, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for series in segment.series().take(64) {
        times.clear();
        values.clear();
        shelf.read(series, (i64::MIN, i64::MAX), &mut times, &mut values);
        assert_eq!(times.len(), values.len());
        let (_, _) = (shelf.newest_ms(series), shelf.last(series, 0, 1 << 40));
        for record in segment.records(series) {
            rows.clear();
            // Errors are expected.
            let _ = decode_rows(record.unchecked(), &mut rows);
        }
    }
}
