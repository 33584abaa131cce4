//! Hourly and daily aggregates: made when a day is packed, kept longer than its samples.

mod read;
mod rows;

pub use rows::fuzz_rows;
pub(crate) use rows::{ROWS_MAX, decode_rows, encode_rows, rows_of};
