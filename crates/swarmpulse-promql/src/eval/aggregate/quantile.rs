//! `quantile`.

use super::grouping::Groups;
use super::{Extent, ignored_histograms, warn_of_quantile};
use crate::eval::context::Context;
use crate::matrix::{Matrix, Scalar, Series, Steps, is_present};
use crate::quantile::quantile;
use crate::syntax::Aggregate;
use crate::{EvalError, Notes};

/// Steps that are gathered together: a line of the cache of values of each series.
const STEPS_TOGETHER: usize = 8;

/// `quantile`.
pub(super) fn eval(
    context: &Context<'_>,
    aggregate: &Aggregate,
    parameter: &Scalar,
    matrix: &Matrix,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    warn_of_quantile(&Extent::of(parameter, steps), aggregate, notes);
    let groups = Groups::of(matrix, &aggregate.grouping);
    context.hold(groups.len(), steps.count)?;
    let empty = |labels: &swarmpulse_model::Labels| Series::absent(labels.clone(), false, steps.count);
    let mut results: Matrix = groups.labels.iter().map(empty).collect();
    let mut members = vec![Vec::new(); groups.len()];
    for (series, group) in matrix.iter().zip(&groups.of_series) {
        results[*group as usize].drop_name |= series.drop_name;
        members[*group as usize].push(series);
    }
    if matrix.iter().any(|series| !series.histograms.is_empty()) {
        ignored_histograms(aggregate, notes);
    }
    let mut columns: [Vec<f64>; STEPS_TOGETHER] = Default::default();
    for (result, members) in results.iter_mut().zip(&members) {
        for first in (0..steps.count).step_by(STEPS_TOGETHER) {
            context.check()?;
            for series in members {
                for (column, value) in columns.iter_mut().zip(&series.values[first..]) {
                    if is_present(*value) {
                        column.push(*value);
                    }
                }
            }
            for (place, column) in columns.iter_mut().enumerate() {
                if !column.is_empty() {
                    result.values[first + place] = quantile(parameter.at(first + place), column);
                    column.clear();
                }
            }
        }
    }
    results.retain(|series| !series.is_empty());
    Ok(results)
}
