//! Native histograms: arithmetic, resets, statistics, and how tests write them.

mod arithmetic;
mod bounds;
mod bucket;
mod notation;
mod reset;
mod side;
mod statistics;
mod total;
mod trim;
mod zero;

pub use arithmetic::{Fitted, Incompatible, add, compact, divide, multiply, reduce_resolution, subtract};
pub use bounds::{CUSTOM_SCHEMA, has_custom_bounds, is_exponential};
pub use bucket::{Bucket, ascending, descending, to_text};
pub use notation::{NotationError, parse, parse_prefix, print};
pub use reset::{is_reset, is_same, same_places};
pub use statistics::{NanEffect, fraction, quantile, variance};
pub use total::Total;
pub use trim::{Kept, trim};
