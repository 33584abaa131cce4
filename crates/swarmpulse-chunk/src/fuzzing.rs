//! What fuzzing runs: every way to read a chunk, on any bytes.

use crate::chunk::{FORMAT, REGULAR};
use crate::column::ENTROPY_CODED;
use crate::cursor::push_varint;
use crate::{CHUNK_SAMPLES_MAX, Chunk};

/// Reads bytes as a chunk in every way there is. Errors are expected; panics, and samples that do not agree with each other,
/// are bugs.
pub fn fuzz_chunk(bytes: &[u8]) {
    let Ok(chunk) = Chunk::open(bytes) else { return };
    let (mut times, mut values) = (Vec::new(), Vec::new());
    let whole = chunk.decode(&mut times, &mut values);
    if whole.is_ok() {
        assert_eq!((times.len(), values.len()), (chunk.len(), chunk.len()));
    }
    assert!(times.len() <= CHUNK_SAMPLES_MAX && values.len() <= CHUNK_SAMPLES_MAX);
    let middle = chunk.first_ms().midpoint(chunk.last_ms());
    let (mut some_times, mut some_values) = (Vec::new(), Vec::new());
    let some = chunk.decode_span(chunk.first_ms(), middle, &mut some_times, &mut some_values);
    if some.is_ok() && whole.is_ok() {
        assert_eq!(some_times.len(), some_values.len());
    }
    // What these answer on damaged bytes has no meaning; that they come back does.
    let (_, _) = (chunk.last(), chunk.last_in(i64::MIN, middle));
}

/// Reads bytes as the entropy-coded columns of a chunk of a thousand samples: they are what follows a valid front.
pub fn fuzz_cold_column(bytes: &[u8]) {
    // Regular times from 0 on, decimals from 0 on, a column of residuals from the first that is entropy-coded.
    for predictor in [1, 2] {
        for word in [2, 4, 8] {
            let mut chunk = vec![FORMAT | REGULAR];
            push_varint(&mut chunk, 1000);
            chunk.extend_from_slice(&[0, 30, 0, 0, predictor | ENTROPY_CODED, 0, 0, word]);
            push_varint(&mut chunk, bytes.len() as u64);
            chunk.extend_from_slice(bytes);
            fuzz_chunk(&chunk);
        }
    }
}
