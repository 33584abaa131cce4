//! Operations on two values.

use std::sync::Arc;

use swarmpulse_model::series::{CounterReset, NativeHistogram};

use crate::functions::remarks::{self, Operation};
use crate::histogram::{self, Kept};
use crate::quote::quote;
use crate::syntax::{Binary, BinaryOp};
use crate::{Notes, PointValue};

/// An arithmetic operation on numbers.
#[inline]
pub(super) fn arithmetic(op: BinaryOp, left: f64, right: f64) -> f64 {
    match op {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide => left / right,
        BinaryOp::Modulo => left % right,
        BinaryOp::Power => left.powf(right),
        BinaryOp::Atan2 => left.atan2(right),
        _ => f64::NAN,
    }
}

/// A comparison of numbers.
#[inline]
pub(super) fn compare(op: BinaryOp, left: f64, right: f64) -> bool {
    match op {
        BinaryOp::Equal => left == right,
        BinaryOp::NotEqual => left != right,
        BinaryOp::Greater => left > right,
        BinaryOp::Less => left < right,
        BinaryOp::GreaterOrEqual => left >= right,
        BinaryOp::LessOrEqual => left <= right,
        _ => false,
    }
}

/// What an operation on two values, one of them a histogram, comes to.
pub(super) enum Outcome {
    /// A histogram.
    Histogram(Arc<NativeHistogram>),
    /// A comparison.
    Compared(bool),
    /// Nothing: the operation makes no sense; said in the notes.
    Nothing,
}

/// Says that the operation makes no sense on values of these kinds.
pub(super) fn incompatible(binary: &Binary, [left, right]: [&str; 2], notes: &mut Notes) {
    let op = binary.op.as_str();
    let quoted = quote(op);
    let text =
        format!("incompatible sample types encountered for binary operator {quoted}: {left} {op} {right}");
    notes.info(text, binary.span());
}

/// An operation on two values, at least one of them a histogram.
pub(super) fn with_histogram(
    binary: &Binary,
    left: &PointValue,
    right: &PointValue,
    notes: &mut Notes,
) -> Outcome {
    use PointValue::{Float, Histogram};
    let result = match (binary.op, left, right) {
        (BinaryOp::Multiply, Float(factor), Histogram(histogram))
        | (BinaryOp::Multiply, Histogram(histogram), Float(factor)) => {
            let mut product = NativeHistogram::clone(histogram);
            histogram::multiply(&mut product, *factor);
            Ok(product)
        }
        (BinaryOp::Divide, Histogram(histogram), Float(divisor)) => {
            let mut quotient = NativeHistogram::clone(histogram);
            histogram::divide(&mut quotient, *divisor);
            Ok(quotient)
        }
        (BinaryOp::Add, Histogram(left), Histogram(right)) => {
            let mut sum = NativeHistogram::clone(left);
            histogram::add(&mut sum, right).map(|fitted| {
                remarks::fitted(fitted, Operation::Addition, binary.span(), notes);
                sum
            })
        }
        (BinaryOp::Subtract, Histogram(left), Histogram(right)) => {
            let mut difference = NativeHistogram::clone(left);
            histogram::subtract(&mut difference, right).map(|fitted| {
                remarks::fitted(fitted, Operation::Subtraction, binary.span(), notes);
                difference.counter_reset = CounterReset::Gauge;
                difference
            })
        }
        (BinaryOp::TrimUpper, Histogram(whole), Float(limit)) => {
            Ok(histogram::trim(whole, *limit, Kept::Below))
        }
        (BinaryOp::TrimLower, Histogram(whole), Float(limit)) => {
            Ok(histogram::trim(whole, *limit, Kept::Above))
        }
        (BinaryOp::Equal, Histogram(left), Histogram(right)) => {
            return Outcome::Compared(histogram::is_same(left, right));
        }
        (BinaryOp::NotEqual, Histogram(left), Histogram(right)) => {
            return Outcome::Compared(!histogram::is_same(left, right));
        }
        _ => {
            let kind = |value: &PointValue| match value {
                Float(_) => "float",
                Histogram(_) => "histogram",
            };
            incompatible(binary, [kind(left), kind(right)], notes);
            return Outcome::Nothing;
        }
    };
    match result {
        Ok(mut histogram) => {
            histogram::compact(&mut histogram);
            Outcome::Histogram(Arc::new(histogram))
        }
        Err(_) => {
            let op = binary.op.as_str();
            let text = format!("incompatible bucket layout encountered for binary operator {op}");
            notes.warn(text, binary.span());
            Outcome::Nothing
        }
    }
}
