//! Aggregations that add up the values of a group one by one.

use super::cells::{Avg, Cell, Count, Deviation, Group, Max, Min, Sum, Variance};
use super::grouping::Groups;
use super::{histograms, ignored_histograms};
use crate::eval::context::Context;
use crate::matrix::{Matrix, Series, Steps, is_present};
use crate::syntax::{Aggregate, AggregateOp};
use crate::{EvalError, Notes};

/// `sum`, `avg`, `count`, `min`, `max`, `group`, `stddev`, `stdvar`.
pub(super) fn eval(
    context: &Context<'_>,
    aggregate: &Aggregate,
    matrix: &Matrix,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let groups = Groups::of(matrix, &aggregate.grouping);
    context.hold(groups.len(), steps.count)?;
    let mut results = match aggregate.op {
        AggregateOp::Sum => floats::<Sum>(matrix, &groups, steps),
        AggregateOp::Avg => floats::<Avg>(matrix, &groups, steps),
        AggregateOp::Count => presence::<Count>(matrix, &groups, steps),
        AggregateOp::Group => presence::<Group>(matrix, &groups, steps),
        AggregateOp::Min => floats::<Min>(matrix, &groups, steps),
        AggregateOp::Max => floats::<Max>(matrix, &groups, steps),
        AggregateOp::Stddev => floats::<Deviation>(matrix, &groups, steps),
        _ => floats::<Variance>(matrix, &groups, steps),
    };
    for (series, group) in matrix.iter().zip(&groups.of_series) {
        results[*group as usize].drop_name |= series.drop_name;
    }
    if matrix.iter().any(|series| !series.histograms.is_empty()) {
        match aggregate.op {
            AggregateOp::Sum | AggregateOp::Avg => {
                histograms::add(aggregate, matrix, &groups, &mut results, notes);
            }
            AggregateOp::Count | AggregateOp::Group => {}
            _ => ignored_histograms(aggregate, notes),
        }
    }
    results.retain(|series| !series.is_empty());
    Ok(results)
}

fn floats<C: Cell>(matrix: &Matrix, groups: &Groups, steps: &Steps) -> Matrix {
    let mut cells = vec![C::EMPTY; groups.len() * steps.count];
    for (series, group) in matrix.iter().zip(&groups.of_series) {
        let start = *group as usize * steps.count;
        let row = &mut cells[start..start + steps.count];
        for (cell, value) in row.iter_mut().zip(&series.values) {
            if is_present(*value) {
                cell.add(*value);
            }
        }
    }
    finished(&cells, groups, steps)
}

/// Counts histograms as well.
fn presence<C: Cell>(matrix: &Matrix, groups: &Groups, steps: &Steps) -> Matrix {
    let mut cells = vec![C::EMPTY; groups.len() * steps.count];
    for (series, group) in matrix.iter().zip(&groups.of_series) {
        let start = *group as usize * steps.count;
        let row = &mut cells[start..start + steps.count];
        for (cell, value) in row.iter_mut().zip(&series.values) {
            if is_present(*value) {
                cell.add(*value);
            }
        }
        for (step, _) in &series.histograms {
            row[*step as usize].add(0.0);
        }
    }
    finished(&cells, groups, steps)
}

fn finished<C: Cell>(cells: &[C], groups: &Groups, steps: &Steps) -> Matrix {
    let series = |(group, labels): (usize, &swarmpulse_model::Labels)| {
        let row = &cells[group * steps.count..(group + 1) * steps.count];
        Series {
            values: row.iter().map(Cell::finish).collect(),
            ..Series::absent(labels.clone(), false, 0)
        }
    };
    groups.labels.iter().enumerate().map(series).collect()
}
