//! Joins series that came to have the same labels.

use hashbrown::HashMap;
use swarmpulse_model::Labels;

use crate::EvalError;
use crate::matrix::{Matrix, Series, is_present};

/// Joins series that have the same labels and never a value at the same step, in the order of the first of each.
///
/// # Errors
/// If two of them have values at the same step.
pub fn merge_same_labels(matrix: Matrix) -> Result<Matrix, EvalError> {
    // As they come from a store: nothing to look for.
    if matrix.windows(2).all(|pair| pair[0].labels < pair[1].labels) {
        return Ok(matrix);
    }
    let mut places: HashMap<Labels, usize> = HashMap::with_capacity(matrix.len());
    let mut twice = false;
    for (place, series) in matrix.iter().enumerate() {
        twice |= places.insert(series.labels.clone(), place).is_some();
    }
    if !twice {
        return Ok(matrix);
    }
    places.clear();
    let mut merged: Matrix = Vec::with_capacity(matrix.len());
    for series in matrix {
        match places.get(&series.labels) {
            Some(place) => merge_into(&mut merged[*place], series)?,
            None => {
                places.insert(series.labels.clone(), merged.len());
                merged.push(series);
            }
        }
    }
    Ok(merged)
}

fn merge_into(into: &mut Series, other: Series) -> Result<(), EvalError> {
    let overlaps = other
        .values
        .iter()
        .enumerate()
        .any(|(step, value)| is_present(*value) && into.has(step))
        || other.histograms.iter().any(|(step, _)| into.has(*step as usize));
    if overlaps {
        return Err(EvalError::Execution(
            "vector cannot contain metrics with the same labelset".to_owned(),
        ));
    }
    for (value, other) in into.values.iter_mut().zip(other.values) {
        if is_present(other) {
            *value = other;
        }
    }
    into.drop_name |= other.drop_name;
    into.histograms.extend(other.histograms);
    into.histograms.sort_by_key(|(step, _)| *step);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::ABSENT;

    fn series(name: &str, values: &[f64]) -> Series {
        Series {
            values: values.to_vec(),
            ..Series::absent(Labels::from_pairs([("a", name)]), false, 0)
        }
    }

    #[test]
    fn series_that_never_meet_are_joined() {
        let merged = merge_same_labels(vec![
            series("x", &[1.0, ABSENT]),
            series("y", &[5.0, 6.0]),
            series("x", &[ABSENT, 2.0]),
        ]);
        let merged = merged.expect("no overlap");
        assert_eq!(merged.len(), 2);
        assert_eq!(merged[0].values, [1.0, 2.0]);
        let overlap = merge_same_labels(vec![series("x", &[1.0]), series("x", &[1.0])]);
        assert!(matches!(overlap, Err(EvalError::Execution(_))));
    }
}
