//! `histogram_quantile` and `histogram_fraction`: of native histograms, and of classic ones put together from series.

use std::sync::Arc;

use hashbrown::HashMap;
use swarmpulse_model::Labels;
use swarmpulse_model::series::NativeHistogram;

use super::classic_histogram::{self, ClassicBucket};
use super::{Body, Function, Inputs, Variadic, remarks};
use crate::histogram::{self, NanEffect};
use crate::label_set::{removed, with};
use crate::matrix::{Evaluated, Matrix, Scalar, Series, is_present};
use crate::number_text::open_metrics;
use crate::syntax::ValueType::{self, Vector};
use crate::{EvalError, Notes, Span};

/// The label that says where a bucket ends.
const BOUND_LABEL: &str = "le";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "histogram_fraction",
        &[ValueType::Scalar, ValueType::Scalar, Vector],
        Body::Vector(fraction),
    ),
    Function::new(
        "histogram_quantile",
        &[ValueType::Scalar, Vector],
        Body::Vector(quantile),
    ),
    Function {
        variadic: Variadic::UpTo(10),
        experimental: true,
        ..Function::new(
            "histogram_quantiles",
            &[Vector, ValueType::String, ValueType::Scalar, ValueType::Scalar],
            Body::Vector(quantiles),
        )
    },
];

fn quantile(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let place = inputs.take_scalar(0)?;
    let matrix = inputs.take_vector(1)?;
    let spans = Spans {
        place: inputs.call.argument_span(0),
        vector: inputs.call.argument_span(1),
        native: inputs.call.argument_span(0),
    };
    let found = quantile_of(&matrix, &place, inputs.steps.count, spans, inputs.notes);
    Ok(Evaluated::Vector(found))
}

/// Several quantiles at once, told apart by a label.
fn quantiles(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let matrix = inputs.take_vector(0)?;
    let label = inputs.take_text(1)?;
    if label.is_empty() {
        return Err(EvalError::Execution(
            "invalid label name \"\" in histogram_quantiles()".to_owned(),
        ));
    }
    let mut results = Matrix::new();
    for argument in 2..inputs.arguments.len() {
        let place = inputs.take_scalar(argument)?;
        let spans = Spans {
            place: inputs.call.argument_span(argument),
            vector: inputs.call.argument_span(0),
            native: inputs.call.argument_span(0),
        };
        let found = quantile_of(&matrix, &place, inputs.steps.count, spans, inputs.notes);
        for series in found {
            labelled(series, &label, &place, &mut results)?;
        }
    }
    Ok(Evaluated::Vector(results))
}

/// How many different values one argument may have in the steps of a query: each makes series of its own.
const PLACES_MAX: usize = 100;

/// Adds the series with the quantile as a label; a series for each of its values.
fn labelled(series: Series, label: &str, place: &Scalar, results: &mut Matrix) -> Result<(), EvalError> {
    let named = |at: f64| with(&series.labels, label, &open_metrics(at));
    let Scalar::Steps(places) = place else {
        results.push(Series {
            labels: named(place.at(0)),
            ..series
        });
        return Ok(());
    };
    let mut split: Vec<(u64, Series)> = Vec::new();
    for (step, at) in places.iter().copied().enumerate() {
        let value = series.values[step];
        if !is_present(value) {
            continue;
        }
        let known = split.iter().position(|(bits, _)| *bits == at.to_bits());
        let known = known.unwrap_or_else(|| {
            split.push((at.to_bits(), Series::absent(named(at), true, places.len())));
            split.len() - 1
        });
        if split.len() > PLACES_MAX {
            let text = format!("a quantile of histogram_quantiles() may have {PLACES_MAX} values, no more");
            return Err(EvalError::Execution(text));
        }
        split[known].1.values[step] = value;
    }
    results.extend(split.into_iter().map(|(_, series)| series));
    Ok(())
}

/// What messages point to.
#[derive(Clone, Copy)]
struct Spans {
    place: Span,
    vector: Span,
    /// For what there is to say of native histograms.
    native: Span,
}

fn quantile_of(matrix: &[Series], place: &Scalar, steps: usize, spans: Spans, notes: &mut Notes) -> Matrix {
    let vector_span = spans.vector;
    check_places(place, steps, spans.place, notes);
    let classic = |step: usize, labels: &Labels, buckets: &mut Vec<ClassicBucket>, notes: &mut Notes| {
        let (value, forced) = classic_histogram::quantile(place.at(step), buckets);
        if forced {
            notes.info(remarks::forced_monotonic(labels.metric_name()), vector_span);
        }
        value
    };
    let native = |step: usize, labels: &Labels, found: &NativeHistogram, notes: &mut Notes| {
        let (value, effect) = histogram::quantile(place.at(step), found);
        let text = match effect {
            Some(NanEffect::Result) => remarks::nan_quantile,
            Some(NanEffect::Skew) => remarks::skewed_quantile,
            None => return value,
        };
        notes.info(text(labels.metric_name()), spans.native);
        value
    };
    each(matrix, steps, vector_span, notes, classic, native)
}

/// Says which quantiles are none.
fn check_places(place: &Scalar, steps: usize, span: Span, notes: &mut Notes) {
    let bad = |place: f64| !(0.0..=1.0).contains(&place);
    match place {
        Scalar::Constant(place) if bad(*place) && steps > 0 => {
            notes.warn(remarks::bad_quantile(*place), span);
        }
        Scalar::Constant(_) => {}
        Scalar::Steps(places) => {
            for place in places.iter().copied().filter(|place| bad(*place)) {
                notes.warn(remarks::bad_quantile(place), span);
            }
        }
    }
}

fn fraction(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let (lower, upper) = (inputs.take_scalar(0)?, inputs.take_scalar(1)?);
    let matrix = inputs.take_vector(2)?;
    let (first_span, vector_span) = (inputs.call.argument_span(0), inputs.call.argument_span(2));
    let notes = inputs.notes;
    let steps = inputs.steps.count;
    let classic = |step: usize, _: &Labels, buckets: &mut Vec<ClassicBucket>, _: &mut Notes| {
        classic_histogram::fraction(lower.at(step), upper.at(step), buckets)
    };
    let native = |step: usize, labels: &Labels, found: &NativeHistogram, notes: &mut Notes| {
        let (value, has_nan) = histogram::fraction(lower.at(step), upper.at(step), found);
        if has_nan {
            notes.info(remarks::nan_fraction(labels.metric_name()), first_span);
        }
        value
    };
    Ok(Evaluated::Vector(each(
        &matrix,
        steps,
        vector_span,
        notes,
        classic,
        native,
    )))
}

/// Series that make up one histogram.
struct Group {
    labels: Labels,
    /// Buckets of a classic histogram: their bounds and series.
    buckets: Vec<(f64, usize)>,
    /// The series with native histograms.
    native: Option<usize>,
}

/// Computes a value for every histogram at every step.
fn each(
    matrix: &[Series],
    steps: usize,
    span: Span,
    notes: &mut Notes,
    classic: impl Fn(usize, &Labels, &mut Vec<ClassicBucket>, &mut Notes) -> f64,
    native: impl Fn(usize, &Labels, &NativeHistogram, &mut Notes) -> f64,
) -> Matrix {
    let mut results = Matrix::new();
    let mut buckets = Vec::new();
    for group in groups(matrix, span, notes) {
        let mut result = Series::absent(group.labels, true, steps);
        for (step, value) in result.values.iter_mut().enumerate() {
            buckets.clear();
            for (upper_bound, place) in &group.buckets {
                let count = matrix[*place].values[step];
                if is_present(count) {
                    buckets.push(ClassicBucket {
                        upper_bound: *upper_bound,
                        count,
                    });
                }
            }
            let histogram: Option<&Arc<NativeHistogram>> =
                group.native.and_then(|place| matrix[place].histogram(step));
            match (histogram, buckets.is_empty()) {
                (Some(_), false) => {
                    notes.warn(remarks::classic_and_native(result.labels.metric_name()), span);
                }
                (Some(histogram), true) => *value = native(step, &result.labels, histogram, notes),
                (None, false) => *value = classic(step, &result.labels, &mut buckets, notes),
                (None, true) => {}
            }
        }
        if !result.is_empty() {
            results.push(result);
        }
    }
    results
}

/// Finds the series that make up each histogram, in the order of the first of each.
fn groups(matrix: &[Series], span: Span, notes: &mut Notes) -> Vec<Group> {
    let mut places: HashMap<Labels, usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let bound_label = [BOUND_LABEL.to_owned()];
    let mut place_of = |labels: Labels, groups: &mut Vec<Group>| {
        *places.entry(labels).or_insert_with_key(|labels| {
            groups.push(Group {
                labels: labels.clone(),
                buckets: Vec::new(),
                native: None,
            });
            groups.len() - 1
        })
    };
    for (place, series) in matrix.iter().enumerate() {
        if !series.histograms.is_empty() {
            let group = place_of(series.labels.clone(), &mut groups);
            groups[group].native = Some(place);
        }
        if !series.values.iter().copied().any(is_present) {
            continue;
        }
        let text = series.labels.get(BOUND_LABEL).unwrap_or_default();
        match text.parse::<f64>() {
            Ok(bound) => {
                let group = place_of(removed(&series.labels, &bound_label), &mut groups);
                groups[group].buckets.push((bound, place));
            }
            Err(_) => notes.warn(remarks::bad_bucket(text, series.labels.metric_name()), span),
        }
    }
    groups
}
