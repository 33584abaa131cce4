//! Functions of the windows of a range.

use swarmpulse_model::Labels;
use swarmpulse_store::metrics::Points;

use super::aged;
use super::context::Context;
use super::eval_scalar;
use super::parallel::pieces;
use super::rolled::Rolled;
use super::source::Source;
use super::subquery;
use super::time::{Reference, resolve};
use crate::functions::extended::{ExtendedFunction, lookup};
use crate::functions::{RangeBody, RangeContext};
use crate::label_set;
use crate::matrix::{ABSENT, Matrix, Scalar, Series, Steps, is_present};
use crate::syntax::{Call, Expr, Extent, ValueType};
use crate::window::{Window, Windows};
use crate::{EvalError, Notes, PointValue};

/// The series of a range argument, and the windows over them.
pub(super) struct Ranged {
    pub source: Source,
    reference: Reference,
    pub range_ms: i64,
    steps: Steps,
    /// What the source has beyond the ranges.
    margin: Margin,
}

/// How far beyond its start and its end a window sees samples.
#[derive(Clone, Copy, Default)]
struct Margin {
    before_ms: i64,
    after_ms: i64,
}

impl Margin {
    fn of(extent: Extent, lookback_ms: i64) -> Self {
        match extent {
            Extent::Own => Self::default(),
            Extent::Anchored => Self {
                before_ms: lookback_ms,
                after_ms: 0,
            },
            Extent::Smoothed => Self {
                before_ms: lookback_ms,
                after_ms: lookback_ms,
            },
        }
    }
}

impl Ranged {
    pub fn of(
        context: &Context<'_>,
        argument: &Expr,
        steps: &Steps,
        notes: &mut Notes,
    ) -> Result<Self, EvalError> {
        let (range, at, offset) = match argument.unwrapped() {
            Expr::Range(range) => (&range.range, range.selector.at, range.selector.offset.as_ref()),
            Expr::Subquery(subquery) => (&subquery.range, subquery.at, subquery.offset.as_ref()),
            _ => return Err(EvalError::Execution("expected a range vector".to_owned())),
        };
        let reference = Reference::of(context, at, offset, steps)?;
        let range_ms = resolve(context, range, false)?;
        let margin = match argument.unwrapped() {
            Expr::Range(range) => Margin::of(range.selector.extent, context.options.lookback_ms),
            _ => Margin::default(),
        };
        let source = match argument.unwrapped() {
            Expr::Subquery(inner) => subquery::source(context, inner, &reference, range_ms, steps, notes)?,
            other => {
                let from_ms = reference.first_ms.saturating_sub(range_ms).saturating_add(1);
                let from_ms = from_ms.saturating_sub(margin.before_ms);
                let to_ms = reference.last_ms(steps).saturating_add(margin.after_ms);
                match other.selector() {
                    Some(selector) => {
                        let selected = context.select(selector, from_ms, to_ms)?;
                        aged::tell(&*selected, from_ms, other.span(), notes);
                        Source::Selected(selected)
                    }
                    None => return Err(EvalError::Execution("expected a range vector".to_owned())),
                }
            }
        };
        Ok(Self {
            source,
            reference,
            range_ms,
            steps: *steps,
            margin,
        })
    }

    pub fn windows<'a>(&self, points: &'a Points) -> Windows<'a> {
        Windows {
            steps: self.steps,
            first_end_ms: self.reference.first_ms,
            range_ms: self.range_ms,
            fixed: self.reference.fixed,
            times_ms: &points.times_ms,
            values: &points.values,
            histograms: &points.histograms,
        }
    }

    /// The windows, each with the samples that it sees beyond its ends.
    pub fn extended<'a>(&self, points: &'a Points) -> impl Iterator<Item = Option<Window<'a>>> + use<'a> {
        let Margin { before_ms, after_ms } = self.margin;
        let windows = self.windows(points);
        let wide = Windows {
            first_end_ms: windows.first_end_ms.saturating_add(after_ms),
            range_ms: windows
                .range_ms
                .saturating_add(before_ms)
                .saturating_add(after_ms),
            ..windows
        };
        wide.iter().map(move |window| {
            window.map(|window| Window {
                start_ms: window.start_ms.saturating_add(before_ms),
                end_ms: window.end_ms.saturating_sub(after_ms),
                ..window
            })
        })
    }

    /// About how many values working on one series touches.
    pub fn values_each(&self) -> usize {
        let span_ms = self
            .range_ms
            .saturating_add(self.steps.last() - self.steps.start_ms);
        self.steps.count + (span_ms / 15_000).max(0) as usize
    }
}

/// A call of a function of windows.
pub(super) fn eval(
    context: &Context<'_>,
    call: &Call,
    body: &RangeBody,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let mut scalars = Vec::new();
    let mut argument = None;
    for expr in &call.arguments {
        if expr.value_type() == ValueType::Matrix {
            argument = Some(expr);
        } else {
            scalars.push(eval_scalar(context, expr, steps, notes)?);
        }
    }
    let Some(argument) = argument else {
        return Err(EvalError::Execution("expected a range vector".to_owned()));
    };
    let extended = lookup(call.function.name, argument).map_err(EvalError::Execution)?;
    let held = context.held();
    let ranged = Ranged::of(context, argument, steps, notes)?;
    context.hold(ranged.source.len(), steps.count)?;
    let apply = Apply {
        call,
        body,
        scalars: &scalars,
        ranged: &ranged,
        extended,
    };
    let rolled = if extended.is_some() {
        None
    } else {
        Rolled::of(call, &ranged)
    };
    let found = pieces(
        context,
        ranged.source.len(),
        ranged.values_each(),
        notes,
        |range, notes| {
            let mut points = Points::default();
            let mut rows = Vec::new();
            let mut found = Matrix::with_capacity(range.len());
            for place in range {
                let labels = ranged.source.labels(place);
                if let Some(rolled) = &rolled
                    && let Some(values) = rolled.values(context, &ranged, place, &mut rows)?
                {
                    found.extend(apply.of_values(labels, values, notes));
                    continue;
                }
                ranged.source.read(context, place, &mut points)?;
                let series = apply.series(labels, &points, notes);
                if let Some(mut series) = series {
                    series.drop_name |= ranged.source.drops_name(place);
                    found.push(series);
                }
            }
            Ok(found)
        },
    )?;
    let found: Matrix = found.into_iter().flatten().collect();
    context.release_to(held, found.len(), steps.count);
    Ok(found)
}

struct Apply<'a> {
    call: &'a Call,
    body: &'a RangeBody,
    scalars: &'a [Scalar],
    ranged: &'a Ranged,
    /// If the range is anchored or smoothed.
    extended: Option<(Extent, ExtendedFunction)>,
}

impl Apply<'_> {
    fn series(&self, labels: &Labels, points: &Points, notes: &mut Notes) -> Option<Series> {
        if points.times_ms.is_empty() && points.histograms.is_empty() {
            return None;
        }
        let windows = self.ranged.windows(points);
        let mut series = Series::absent(labels.clone(), !self.body.keeps_name, windows.steps.count);
        let mut about = RangeContext {
            call: self.call,
            labels,
            notes,
        };
        if let Some((extent, function)) = self.extended {
            for (step, window) in self.ranged.extended(points).enumerate() {
                let value = window.and_then(|window| function(&window, extent, &mut about));
                put(&mut series, step, value);
            }
            return self.reviewed(series, &mut about);
        }
        let fast = self.body.series.is_some_and(|all| {
            points.histograms.is_empty() && all(&windows, self.scalars, &mut series.values, &mut about)
        });
        if !fast {
            self.each(&windows, &mut series, &mut about);
        }
        self.reviewed(series, &mut about)
    }

    /// A series whose values are known already.
    fn of_values(&self, labels: &Labels, values: Vec<f64>, notes: &mut Notes) -> Option<Series> {
        let series = Series {
            values,
            ..Series::absent(labels.clone(), !self.body.keeps_name, 0)
        };
        let mut about = RangeContext {
            call: self.call,
            labels,
            notes,
        };
        self.reviewed(series, &mut about)
    }

    /// The series if it has values, of which is said what there is to say.
    fn reviewed(&self, series: Series, about: &mut RangeContext<'_>) -> Option<Series> {
        let any_float = series.values.iter().copied().any(is_present);
        if !any_float && series.histograms.is_empty() {
            return None;
        }
        if let Some(review) = self.body.review.filter(|_| any_float) {
            review(about);
        }
        Some(series)
    }

    fn each(&self, windows: &Windows<'_>, series: &mut Series, about: &mut RangeContext<'_>) {
        series.values.fill(ABSENT);
        let mut scalars = vec![0.0; self.scalars.len()];
        for (step, window) in windows.iter().enumerate() {
            let Some(window) = window else {
                continue;
            };
            for (value, scalar) in scalars.iter_mut().zip(self.scalars) {
                *value = scalar.at(step);
            }
            put(series, step, (self.body.window)(&window, &scalars, about));
        }
    }
}

fn put(series: &mut Series, step: usize, value: Option<PointValue>) {
    match value {
        Some(PointValue::Float(value)) => series.values[step] = value,
        Some(PointValue::Histogram(histogram)) => {
            series.histograms.push((step as u32, histogram));
        }
        None => {}
    }
}

/// `absent_over_time`: 1 at every step at which no series has a sample in its window.
pub(super) fn absent_over_time(
    context: &Context<'_>,
    call: &Call,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let Some(argument) = call.arguments.first() else {
        return Ok(Matrix::new());
    };
    lookup(call.function.name, argument).map_err(EvalError::Execution)?;
    let ranged = Ranged::of(context, argument, steps, notes)?;
    let mut absent = Series::absent(label_set::of_absent(argument), true, steps.count);
    absent.values.fill(1.0);
    let mut left = steps.count;
    let mut points = Points::default();
    for place in 0..ranged.source.len() {
        context.check()?;
        if left == 0 {
            break;
        }
        ranged.source.read(context, place, &mut points)?;
        for (value, window) in absent.values.iter_mut().zip(ranged.windows(&points).iter()) {
            if window.is_some() && is_present(*value) {
                *value = ABSENT;
                left -= 1;
            }
        }
    }
    Ok(if left == 0 { Matrix::new() } else { vec![absent] })
}
