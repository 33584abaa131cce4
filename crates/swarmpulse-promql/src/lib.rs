//! PromQL as Prometheus 3 has it: parser, evaluator over any metric store, and the language of its tests.
//!
//! An expression is parsed once ([`parse`]) and evaluated for a whole range at once ([`evaluate`]): a selector reads the
//! samples of a series one time, whatever the number of steps, and series are worked on in parallel.

mod annotations;
mod answer;
mod error;
mod eval;
pub mod functions;
pub mod histogram;
pub mod kahan;
pub mod label_set;
pub mod matrix;
pub mod merge;
mod notes;
mod number_text;
mod options;
mod parser;
pub mod promqltest;
pub mod quantile;
mod quote;
mod span;
pub mod syntax;
pub mod window;

pub use annotations::Annotations;
pub use answer::{Answer, MatrixSeries, PointValue, Value, VectorSample};
pub use error::EvalError;
pub use eval::evaluate;
pub use notes::Notes;
pub use options::{Cancel, Options, When};
pub use parser::{
    ParseError, format_duration, parse, parse_duration, parse_labels, parse_number, parse_selector,
};
pub use span::Span;
