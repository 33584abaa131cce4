//! PromQL as Prometheus 3 has it: parser, evaluator over any metric store, and the language of its tests.
//!
//! An expression is parsed once ([`parse`]) and evaluated for a whole range at once ([`evaluate`]): a selector reads the
//! samples of a series one time, whatever the number of steps, and series are worked on in parallel.

mod annotations;
mod answer;
mod error;
mod options;

pub use annotations::Annotations;
pub use answer::{Answer, MatrixSeries, PointValue, Value, VectorSample};
pub use error::EvalError;
pub use options::{Cancel, Options, When};
