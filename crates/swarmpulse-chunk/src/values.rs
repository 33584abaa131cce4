//! The values of a chunk.
//!
//! On disk: a byte with the form, whether there are exceptions, and the exponent; the first number; the exceptions; the
//! column of distances from the first. Near decimals have a second column, of units in the last place.

mod plan;
mod read;

pub(crate) use plan::ValuePlanner;
pub(crate) use read::ValueReader;

/// Integers over a power of ten.
const DECIMAL: u8 = 0;
/// The bits of the floats, in order.
const BITS: u8 = 1;
/// Decimals, and by how many units in the last place each misses.
const NEAR: u8 = 2;
/// The bits of the form's byte that hold the form.
const FORM: u8 = 0x03;
/// Set if some values are written apart.
const EXCEPTIONS: u8 = 0x04;
