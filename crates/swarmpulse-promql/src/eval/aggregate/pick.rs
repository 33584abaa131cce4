//! Aggregations that pick some series and leave them as they are.

use xxhash_rust::xxh64::xxh64;

use super::grouping::Groups;
use super::heap::{Best, Wanted};
use super::{Extent, ignored_histograms};
use crate::eval::context::Context;
use crate::matrix::{Matrix, Scalar, Series, Steps, is_present};
use crate::number_text::general;
use crate::syntax::{Aggregate, AggregateOp};
use crate::{EvalError, Notes};
use swarmpulse_model::Labels;

/// `topk`, `bottomk`, `limitk`, `limit_ratio`.
pub(super) fn eval(
    context: &Context<'_>,
    aggregate: &Aggregate,
    parameter: &Scalar,
    matrix: &Matrix,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let extent = Extent::of(parameter, steps);
    if extent.any_nan {
        let what = if aggregate.op == AggregateOp::LimitRatio {
            "Ratio"
        } else {
            "Parameter"
        };
        return Err(EvalError::Execution(format!("{what} value is NaN")));
    }
    if aggregate.op == AggregateOp::LimitRatio {
        if extent.most == 0.0 && extent.least == 0.0 {
            return Ok(Matrix::new());
        }
        warn_of_ratio(&extent, aggregate, notes);
    } else if extent.most < 1.0 {
        return Ok(Matrix::new());
    }
    let groups = Groups::of(matrix, &aggregate.grouping);
    context.hold(matrix.len(), steps.count)?;
    let mut picks = Picks {
        groups: &groups,
        picked: vec![None; matrix.len()],
        order: Vec::new(),
        matrix,
        steps: *steps,
        ignored: false,
    };
    for step in 0..steps.count {
        context.check()?;
        if !matrix.iter().any(|series| series.has(step)) {
            continue;
        }
        match aggregate.op {
            AggregateOp::LimitRatio => picks.ratio(step, parameter.at(step)),
            AggregateOp::Limitk => picks.first(step, whole(parameter.at(step), matrix.len())?),
            AggregateOp::Topk => {
                picks.best(step, Wanted::Largest, whole(parameter.at(step), matrix.len())?);
            }
            _ => picks.best(step, Wanted::Smallest, whole(parameter.at(step), matrix.len())?),
        }
    }
    if picks.ignored {
        ignored_histograms(aggregate, notes);
    }
    Ok(picks.order)
}

/// How many, at most all.
fn whole(limit: f64, all: usize) -> Result<usize, EvalError> {
    if !(limit >= i64::MIN as f64 && limit <= i64::MAX as f64) {
        let limit = general(limit);
        return Err(EvalError::Execution(format!(
            "Scalar value {limit} overflows int64"
        )));
    }
    Ok((limit.max(0.0) as usize).min(all))
}

fn warn_of_ratio(extent: &Extent, aggregate: &Aggregate, notes: &mut Notes) {
    let span = aggregate
        .parameter
        .as_ref()
        .map_or(aggregate.span, |parameter| parameter.span());
    let mut warn = |got: f64, cap: f64| {
        let (got, cap) = (general(got), general(cap));
        let text = format!("ratio value should be between -1 and 1, got {got}, capping to {cap}");
        notes.warn(text, span);
    };
    if extent.most > 1.0 {
        warn(extent.most, 1.0);
    }
    if extent.least < -1.0 {
        warn(extent.least, -1.0);
    }
}

/// Where a series stands among all, from 0 to 1, by its labels alone.
fn offset(labels: &Labels) -> f64 {
    let mut bytes = Vec::with_capacity(256);
    for label in labels {
        for part in [&label.name, &label.value] {
            let length = part.len();
            if length < 255 {
                bytes.push(length as u8);
            } else {
                bytes.push(255);
                bytes.extend_from_slice(&(length as u32).to_le_bytes()[..3]);
            }
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    xxh64(&bytes, 0) as f64 / u64::MAX as f64
}

struct Picks<'a> {
    groups: &'a Groups,
    matrix: &'a Matrix,
    /// Of every series, where it is in `order`.
    picked: Vec<Option<usize>>,
    order: Vec<Series>,
    steps: Steps,
    ignored: bool,
}

impl Picks<'_> {
    fn pick(&mut self, place: usize, step: usize) {
        let from = &self.matrix[place];
        let into = match self.picked[place] {
            Some(into) => into,
            None => {
                let series = Series::absent(from.labels.clone(), from.drop_name, self.steps.count);
                self.order.push(series);
                self.picked[place] = Some(self.order.len() - 1);
                self.order.len() - 1
            }
        };
        let into = &mut self.order[into];
        into.values[step] = from.values[step];
        if let Some(histogram) = from.histogram(step) {
            into.histograms.push((step as u32, histogram.clone()));
        }
    }

    fn best(&mut self, step: usize, wanted: Wanted, limit: usize) {
        if limit == 0 {
            return;
        }
        let mut best = vec![Best::new(wanted, limit); self.groups.len()];
        for (place, series) in self.matrix.iter().enumerate() {
            let value = series.values[step];
            if is_present(value) {
                best[self.groups.of_series[place] as usize].offer(value, place);
            } else if series.histogram(step).is_some() {
                self.ignored = true;
            }
        }
        for best in best {
            for (_, place) in best.sorted() {
                self.pick(place, step);
            }
        }
    }

    fn first(&mut self, step: usize, limit: usize) {
        let mut left = vec![limit; self.groups.len()];
        for place in 0..self.matrix.len() {
            let left = &mut left[self.groups.of_series[place] as usize];
            if *left > 0 && self.matrix[place].has(step) {
                *left -= 1;
                self.pick(place, step);
            }
        }
    }

    fn ratio(&mut self, step: usize, ratio: f64) {
        let ratio = ratio.clamp(-1.0, 1.0);
        if ratio == 0.0 {
            return;
        }
        for place in 0..self.matrix.len() {
            let series = &self.matrix[place];
            if !series.has(step) {
                continue;
            }
            let offset = offset(&series.labels);
            if (ratio > 0.0 && offset < ratio) || (ratio < 0.0 && offset >= 1.0 + ratio) {
                self.pick(place, step);
            }
        }
    }
}
