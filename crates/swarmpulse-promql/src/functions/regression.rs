//! Straight lines through the samples of windows: `deriv`, `predict_linear`.
//!
//! Method: least squares, with Kahan's sums.

use super::{Body, Function, RangeBody, RangeContext, of_range, remarks};
use crate::PointValue;
use crate::kahan::Kahan;
use crate::syntax::ValueType::{Matrix, Scalar};
use crate::window::Window;

pub(super) const FUNCTIONS: &[Function] = &[
    of_range("deriv", slope, None),
    Function {
        sees_time: true,
        ..Function::new(
            "predict_linear",
            &[Matrix, Scalar],
            Body::Range(RangeBody {
                window: prediction,
                series: None,
                keeps_name: false,
                review: None,
            }),
        )
    },
];

fn slope(window: &Window<'_>, _: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    if !has_two_floats(window, context) {
        return None;
    }
    // Times near those of the samples lose the least.
    let line = Line::through(window, *window.times_ms.first()?);
    Some(PointValue::Float(line.slope))
}

fn prediction(window: &Window<'_>, scalars: &[f64], context: &mut RangeContext<'_>) -> Option<PointValue> {
    let ahead_s = *scalars.first()?;
    if !has_two_floats(window, context) {
        return None;
    }
    let line = Line::through(window, window.at_ms);
    Some(PointValue::Float(line.slope * ahead_s + line.intercept))
}

/// Whether there are two floats; says so if histograms are left out.
pub(super) fn has_two_floats(window: &Window<'_>, context: &mut RangeContext<'_>) -> bool {
    if !window.values.is_empty() && !window.histograms.is_empty() {
        let text = remarks::histograms_ignored(context.labels.metric_name());
        context.notes.info(text, context.call.argument_span(0));
    }
    window.values.len() >= 2
}

/// A line through samples.
struct Line {
    /// What it gains each second.
    slope: f64,
    /// Its value at the time that was named.
    intercept: f64,
}

impl Line {
    fn through(window: &Window<'_>, zero_ms: i64) -> Self {
        let first = window.values[0];
        if window.values.iter().all(|value| *value == first) {
            return if first.is_infinite() {
                Self {
                    slope: f64::NAN,
                    intercept: f64::NAN,
                }
            } else {
                Self {
                    slope: 0.0,
                    intercept: first,
                }
            };
        }
        let mut sums = [Kahan::default(); 4];
        for (at_ms, y) in window.times_ms.iter().zip(window.values) {
            let x = (at_ms - zero_ms) as f64 / 1000.0;
            for (sum, number) in sums.iter_mut().zip([x, *y, x * y, x * x]) {
                *sum = sum.plus(number);
            }
        }
        let count = window.values.len() as f64;
        let [x, y, xy, xx] = sums.map(Kahan::total);
        let covariance = xy - x * y / count;
        let variance = xx - x * x / count;
        let slope = covariance / variance;
        Self {
            slope,
            intercept: y / count - slope * x / count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(times_s: &[i64], values: &[f64], zero_s: i64) -> (f64, f64) {
        let times_ms: Vec<i64> = times_s.iter().map(|time| time * 1000).collect();
        let window = Window {
            at_ms: 0,
            start_ms: 0,
            end_ms: 0,
            times_ms: &times_ms,
            values,
            histograms: &[],
        };
        let line = Line::through(&window, zero_s * 1000);
        (line.slope, line.intercept)
    }

    #[test]
    fn lines_go_through_their_samples() {
        assert_eq!(line(&[0, 10, 20], &[5.0, 25.0, 45.0], 30), (2.0, 65.0));
        assert_eq!(line(&[0, 10], &[7.0, 7.0], 0), (0.0, 7.0));
        assert!(line(&[0, 10], &[f64::INFINITY, f64::INFINITY], 0).0.is_nan());
        assert!(line(&[0, 10], &[f64::NAN, f64::NAN], 0).0.is_nan());
    }
}
