//! Aggregates of one series as bytes: columns, each packed as the values of a chunk are.
//!
//! On disk: how many rows; the length of a bucket and the end of the first; which columns are left out, because they repeat
//! others; the columns, each with its length.

use swarmpulse_chunk::{CHUNK_SAMPLES_MAX, ChunkError, Effort, Encoder, decode_values};
use swarmpulse_model::series::is_stale;
use swarmpulse_store::metrics::{Bucket, RollupRow};

/// Left out: the smallest is the first of each bucket, as with counters.
const MIN_IS_FIRST: u8 = 1;
/// Left out: the largest is the last of each bucket.
const MAX_IS_LAST: u8 = 2;
/// Left out: nothing was lost by resets.
const NOTHING_LOST: u8 = 4;
/// The code of days in place of hours.
const DAYS: u8 = 8;

/// The most rows of one record.
pub(crate) const ROWS_MAX: usize = CHUNK_SAMPLES_MAX;

/// The rows of samples in order, markers among them or not; a bucket without samples has no row.
pub(crate) fn rows_of(bucket: Bucket, times_ms: &[i64], values: &[f64], into: &mut Vec<RollupRow>) {
    let (mut some_times, mut some_values) = (Vec::new(), Vec::new());
    let mut from = 0;
    while let Some(first) = times_ms.get(from) {
        let end_ms = bucket.end_of(*first);
        let count = times_ms[from..].partition_point(|time| *time <= end_ms);
        let (times, values) = (&times_ms[from..from + count], &values[from..from + count]);
        if values.iter().any(|value| is_stale(*value)) {
            some_times.clear();
            some_values.clear();
            for (time, value) in times.iter().zip(values) {
                if !is_stale(*value) {
                    some_times.push(*time);
                    some_values.push(*value);
                }
            }
            into.extend(RollupRow::of(end_ms, &some_times, &some_values));
        } else {
            into.extend(RollupRow::of(end_ms, times, values));
        }
        from += count.max(1);
    }
}

/// Appends rows as bytes; at least one and at most [`ROWS_MAX`], in order.
pub(crate) fn encode_rows(
    bucket: Bucket,
    rows: &[RollupRow],
    encoder: &mut Encoder,
    into: &mut Vec<u8>,
) -> Result<(), ChunkError> {
    let first_end = rows.first().ok_or(ChunkError::Empty)?.end_ms;
    let mut left_out = if bucket == Bucket::Day { DAYS } else { 0 };
    let same = |a: fn(&RollupRow) -> f64, b: fn(&RollupRow) -> f64| {
        rows.iter().all(|row| a(row).to_bits() == b(row).to_bits())
    };
    if same(|row| row.min, |row| row.first) {
        left_out |= MIN_IS_FIRST;
    }
    if same(|row| row.max, |row| row.last) {
        left_out |= MAX_IS_LAST;
    }
    if same(|row| row.lost_by_resets, |_| 0.0) {
        left_out |= NOTHING_LOST;
    }
    into.extend_from_slice(&(rows.len() as u16).to_le_bytes());
    into.push(left_out);
    into.extend_from_slice(&first_end.to_le_bytes());
    let mut column = Column {
        encoder,
        values: Vec::with_capacity(rows.len()),
        bytes: Vec::new(),
        into,
    };
    let length = bucket.length_ms();
    column.push(rows, |row| ((row.end_ms - first_end) / length) as f64)?;
    column.push(rows, |row| row.count as f64)?;
    column.push(rows, |row| (row.end_ms - row.first_at_ms) as f64)?;
    column.push(rows, |row| (row.end_ms - row.last_at_ms) as f64)?;
    column.push(rows, |row| row.sum)?;
    column.push(rows, |row| row.first)?;
    column.push(rows, |row| row.last)?;
    if left_out & MIN_IS_FIRST == 0 {
        column.push(rows, |row| row.min)?;
    }
    if left_out & MAX_IS_LAST == 0 {
        column.push(rows, |row| row.max)?;
    }
    if left_out & NOTHING_LOST == 0 {
        column.push(rows, |row| row.lost_by_resets)?;
    }
    Ok(())
}

struct Column<'a> {
    encoder: &'a mut Encoder,
    values: Vec<f64>,
    bytes: Vec<u8>,
    into: &'a mut Vec<u8>,
}

impl Column<'_> {
    fn push(&mut self, rows: &[RollupRow], value: impl Fn(&RollupRow) -> f64) -> Result<(), ChunkError> {
        self.values.clear();
        self.values.extend(rows.iter().map(value));
        self.bytes.clear();
        self.encoder
            .encode_values(&self.values, Effort::Cold, &mut self.bytes)?;
        let length = u16::try_from(self.bytes.len()).map_err(|_| ChunkError::Invalid { part: "column" })?;
        self.into.extend_from_slice(&length.to_le_bytes());
        self.into.extend_from_slice(&self.bytes);
        Ok(())
    }
}

/// Appends the rows of a record.
pub(crate) fn decode_rows(mut bytes: &[u8], into: &mut Vec<RollupRow>) -> Result<(), ChunkError> {
    const SHORT: ChunkError = ChunkError::Truncated { part: "aggregates" };
    const WRONG: ChunkError = ChunkError::Invalid { part: "aggregates" };
    let (head, rest) = bytes.split_first_chunk::<11>().ok_or(SHORT)?;
    bytes = rest;
    let count = usize::from(u16::from_le_bytes([head[0], head[1]]));
    let left_out = head[2];
    let mut end = [0; 8];
    end.copy_from_slice(&head[3..]);
    let first_end = i64::from_le_bytes(end);
    let bucket = if left_out & DAYS == 0 {
        Bucket::Hour
    } else {
        Bucket::Day
    };
    let mut columns: [Vec<f64>; 10] = Default::default();
    for (place, column) in columns.iter_mut().enumerate() {
        let absent = place >= 7 && left_out & 1 << (place - 7) != 0;
        if absent {
            column.resize(count, 0.0);
            continue;
        }
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(SHORT)?;
        let (body, rest) = rest
            .split_at_checked(usize::from(u16::from_le_bytes(*length)))
            .ok_or(SHORT)?;
        bytes = rest;
        decode_values(body, count, column)?;
        if column.len() != count {
            return Err(WRONG);
        }
    }
    for (row, buckets) in columns[0].iter().enumerate() {
        let at = |column: usize| columns[column][row];
        let buckets = (*buckets as i64).checked_mul(bucket.length_ms());
        let end_ms = buckets
            .and_then(|after| first_end.checked_add(after))
            .ok_or(WRONG)?;
        let (first, last) = (at(5), at(6));
        into.push(RollupRow {
            end_ms,
            count: at(1) as u64,
            first_at_ms: end_ms.checked_sub(at(2) as i64).ok_or(WRONG)?,
            last_at_ms: end_ms.checked_sub(at(3) as i64).ok_or(WRONG)?,
            sum: at(4),
            first,
            last,
            min: if left_out & MIN_IS_FIRST == 0 {
                at(7)
            } else {
                first
            },
            max: if left_out & MAX_IS_LAST == 0 { at(8) } else { last },
            lost_by_resets: at(9),
        });
    }
    Ok(())
}

/// Reads any bytes as aggregates: for fuzzing. Errors are expected; panics are bugs.
pub fn fuzz_rows(bytes: &[u8]) {
    let mut rows = Vec::new();
    if decode_rows(bytes, &mut rows).is_ok() {
        assert!(rows.len() <= ROWS_MAX);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use swarmpulse_model::series::stale_marker;

    use super::*;

    fn round_trip(bucket: Bucket, times: &[i64], values: &[f64]) {
        let (mut rows, mut bytes, mut back) = (Vec::new(), Vec::new(), Vec::new());
        rows_of(bucket, times, values, &mut rows);
        if rows.is_empty() {
            return;
        }
        encode_rows(bucket, &rows, &mut Encoder::default(), &mut bytes).expect("valid rows");
        decode_rows(&bytes, &mut back).expect("own bytes");
        // Compared as text, in which NaN is like NaN.
        assert_eq!(format!("{back:?}"), format!("{rows:?}"));
        for cut in (0..bytes.len()).step_by(bytes.len() / 8 + 1) {
            assert!(
                decode_rows(&bytes[..cut], &mut Vec::new()).is_err(),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn buckets_without_samples_have_no_row() {
        let hour = Bucket::Hour.length_ms();
        let times = [1, hour, hour + 1, 5 * hour];
        let values = [1.0, 2.0, stale_marker(), 4.0];
        let mut rows = Vec::new();
        rows_of(Bucket::Hour, &times, &values, &mut rows);
        let ends: Vec<_> = rows.iter().map(|row| (row.end_ms, row.count)).collect();
        assert_eq!(ends, [(hour, 2), (5 * hour, 1)]);
        round_trip(Bucket::Hour, &times, &values);
        round_trip(Bucket::Day, &times, &values);
    }

    proptest! {
        #[test]
        fn any_rows_round_trip(
            samples in proptest::collection::btree_map(-500_000_000i64..500_000_000, prop_oneof![
                any::<f64>(), Just(stale_marker()), (0i32..1000).prop_map(f64::from),
            ], 1..200),
        ) {
            let (times, values): (Vec<_>, Vec<_>) = samples.into_iter().unzip();
            round_trip(Bucket::Hour, &times, &values);
            round_trip(Bucket::Day, &times, &values);
        }

        #[test]
        fn any_bytes_are_an_error_or_rows(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            fuzz_rows(&bytes);
        }
    }
}
