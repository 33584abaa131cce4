//! YAML files that people write, as a tree in which every value knows its line and column.
//!
//! Structs made by derive stop at the first error and lose the place of what they read. Here a file is read into a [`Node`]
//! first, then taken apart by [`Fields`], and everything that is wrong with it is told at once, each with its place.

mod duration;
mod emit;
mod fault;
mod fields;
mod node;
mod parse;

pub use duration::{DurationError, format_duration_s, parse_duration_s};
pub use fault::{Fault, Faults, Place};
pub use fields::Fields;
pub use node::{Entry, Node, Scalar, Value};
pub use parse::{INPUT_MAX_BYTES, parse, parse_all};
