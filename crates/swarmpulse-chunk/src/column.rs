//! A column of integers: predicted from each other, divided by what all have in common, and packed in blocks.
//!
//! The first number is zero by agreement (callers store it) and is not written. On disk: a byte with the predictor; the
//! divisor if it is not 1; what the predictor needs; the last number (where asked for); then the blocks.

mod plan;
mod predictor;
mod read;

pub(crate) use plan::ColumnPlanner;
pub(crate) use read::{ColumnReader, ENTROPY_CODED};
