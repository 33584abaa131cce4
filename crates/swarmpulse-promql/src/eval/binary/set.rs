//! Operations on sets of series: `and`, `or`, `unless`.

use super::groups::groups;
use crate::matrix::{ABSENT, Matrix, Series, Steps};
use crate::syntax::{Binary, BinaryOp};

/// At which steps any series of a group has a value.
type Presence = Vec<bool>;

fn presence(matrix: &Matrix, places: &[usize], steps: &Steps) -> Presence {
    let mut presence = vec![false; steps.count];
    for place in places {
        for (step, present) in presence.iter_mut().enumerate() {
            *present |= matrix[*place].has(step);
        }
    }
    presence
}

/// Leaves the values at steps that pass.
fn mask(series: &mut Series, passes: impl Fn(usize) -> bool) {
    for (step, value) in series.values.iter_mut().enumerate() {
        if !passes(step) {
            *value = ABSENT;
        }
    }
    series.histograms.retain(|(step, _)| passes(*step as usize));
}

/// An operation on sets.
pub(super) fn eval(binary: &Binary, mut left: Matrix, mut right: Matrix, steps: &Steps) -> Matrix {
    let matching = binary.matching.clone().unwrap_or_default();
    let groups = groups(&left, &right, &matching);
    for group in &groups {
        match binary.op {
            BinaryOp::And => {
                let there = presence(&right, &group.right, steps);
                for place in &group.left {
                    mask(&mut left[*place], |step| there[step]);
                }
            }
            BinaryOp::Unless if !group.right.is_empty() => {
                let there = presence(&right, &group.right, steps);
                for place in &group.left {
                    mask(&mut left[*place], |step| !there[step]);
                }
            }
            BinaryOp::Or if !group.left.is_empty() && !group.right.is_empty() => {
                let there = presence(&left, &group.left, steps);
                for place in &group.right {
                    mask(&mut right[*place], |step| !there[step]);
                }
            }
            _ => {}
        }
    }
    if binary.op == BinaryOp::Or {
        left.append(&mut right);
    }
    left.retain(|series| !series.is_empty());
    left
}
