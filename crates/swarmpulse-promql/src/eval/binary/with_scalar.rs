//! Operations on a vector and a scalar.

use super::element::{Outcome, arithmetic, compare, incompatible, with_histogram};
use crate::matrix::{ABSENT, Matrix, Scalar, Series, is_present};
use crate::syntax::Binary;
use crate::{Notes, PointValue};

/// An operation on a vector and a scalar; `scalar_left` tells which side the scalar is on.
pub(super) fn eval(
    binary: &Binary,
    mut matrix: Matrix,
    scalar: &Scalar,
    scalar_left: bool,
    notes: &mut Notes,
) -> Matrix {
    let (op, returns_bool) = (binary.op, binary.returns_bool);
    let ordered = |value: f64, other: f64| {
        if scalar_left {
            (other, value)
        } else {
            (value, other)
        }
    };
    for series in &mut matrix {
        if !series.histograms.is_empty() {
            histograms(binary, series, scalar, scalar_left, notes);
        }
        series.drop_name |= returns_bool || !op.keeps_name();
        if op.is_trim() {
            if series.values.iter().copied().any(is_present) {
                incompatible(binary, ["float", "float"], notes);
            }
            series.values.fill(ABSENT);
            continue;
        }
        match scalar {
            Scalar::Constant(other) => floats(series, |_, value| {
                let (left, right) = ordered(value, *other);
                outcome(binary, value, left, right)
            }),
            Scalar::Steps(others) => floats(series, |step, value| {
                let (left, right) = ordered(value, others[step]);
                outcome(binary, value, left, right)
            }),
        }
    }
    matrix.retain(|series| !series.is_empty());
    matrix
}

#[inline]
fn outcome(binary: &Binary, value: f64, left: f64, right: f64) -> f64 {
    if !binary.op.is_comparison() {
        return arithmetic(binary.op, left, right);
    }
    let holds = compare(binary.op, left, right);
    match (binary.returns_bool, holds) {
        (true, _) => f64::from(u8::from(holds)),
        (false, true) => value,
        (false, false) => ABSENT,
    }
}

#[inline]
fn floats(series: &mut Series, compute: impl Fn(usize, f64) -> f64) {
    for (step, value) in series.values.iter_mut().enumerate() {
        if is_present(*value) {
            *value = compute(step, *value);
        }
    }
}

fn histograms(binary: &Binary, series: &mut Series, scalar: &Scalar, scalar_left: bool, notes: &mut Notes) {
    // Histograms are never compared with numbers, so that nothing becomes a float here.
    series.histograms.retain_mut(|(step, histogram)| {
        let number = PointValue::Float(scalar.at(*step as usize));
        let value = PointValue::Histogram(histogram.clone());
        let (left, right) = if scalar_left {
            (number, value)
        } else {
            (value, number)
        };
        match with_histogram(binary, &left, &right, notes) {
            Outcome::Histogram(made) => {
                *histogram = made;
                true
            }
            Outcome::Compared(_) | Outcome::Nothing => false,
        }
    });
}
