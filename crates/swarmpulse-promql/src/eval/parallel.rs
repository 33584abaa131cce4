//! Spreads work on many series over threads, if there is enough of it.

use std::ops::Range;

use rayon::prelude::*;

use super::context::Context;
use crate::{EvalError, Notes};

/// So many values are worked on by one thread faster than others wake up.
const CELLS_ALONE: usize = 100_000;
/// Series of one piece of work at most: between pieces is looked whether to stop.
const PIECE_SERIES_MAX: usize = 64;

/// Works on pieces of `count` series, each of about so many values, in any order, and returns the results in order.
/// Pieces are the same however many threads there are, so that results are, too.
pub(super) fn pieces<T: Send>(
    context: &Context<'_>,
    count: usize,
    values_each: usize,
    notes: &mut Notes,
    work: impl Fn(Range<usize>, &mut Notes) -> Result<T, EvalError> + Sync,
) -> Result<Vec<T>, EvalError> {
    let piece = (CELLS_ALONE / 2 / values_each.max(1)).clamp(1, PIECE_SERIES_MAX);
    let pieces = count.div_ceil(piece);
    let range = |at: usize| at * piece..((at + 1) * piece).min(count);
    if pieces <= 1 || count.saturating_mul(values_each) < CELLS_ALONE {
        let mut results = Vec::with_capacity(pieces);
        for at in 0..pieces {
            context.check()?;
            results.push(work(range(at), notes)?);
        }
        return Ok(results);
    }
    let empty = notes.another();
    let results: Result<Vec<(T, Notes)>, EvalError> = (0..pieces)
        .into_par_iter()
        .map(|at| {
            context.check()?;
            let mut notes = empty.clone();
            Ok((work(range(at), &mut notes)?, notes))
        })
        .collect();
    Ok(results?
        .into_iter()
        .map(|(result, found)| {
            notes.merge(found);
            result
        })
        .collect())
}
