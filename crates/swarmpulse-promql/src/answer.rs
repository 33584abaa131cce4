//! What an expression comes to.

use std::sync::Arc;

use swarmpulse_model::Labels;
use swarmpulse_model::series::NativeHistogram;
use swarmpulse_store::metrics::Points;

use crate::Annotations;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The values.
    pub value: Value,
    /// What is to be said of them.
    pub annotations: Annotations,
    /// Samples that were read.
    pub samples_read: u64,
}

/// The values of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// One number, of an instant query.
    Scalar {
        /// When.
        at_ms: i64,
        /// The number.
        value: f64,
    },
    /// Text, of an instant query.
    String {
        /// When.
        at_ms: i64,
        /// The text.
        value: String,
    },
    /// Series with one value each, of an instant query; in the order that the expression asks for.
    Vector(Vec<VectorSample>),
    /// Series with many values each, sorted by labels: of a range query, or of a range selector in an instant query.
    Matrix(Vec<MatrixSeries>),
}

/// One series of a vector.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorSample {
    /// Its labels.
    pub labels: Labels,
    /// When.
    pub at_ms: i64,
    /// Its value.
    pub value: PointValue,
}

/// A value at one time.
#[derive(Clone, Debug, PartialEq)]
pub enum PointValue {
    /// A number.
    Float(f64),
    /// A native histogram.
    Histogram(Arc<NativeHistogram>),
}

/// One series of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixSeries {
    /// Its labels.
    pub labels: Labels,
    /// Its values; no markers.
    pub points: Points,
}
