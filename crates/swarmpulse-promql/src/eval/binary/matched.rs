//! Operations on two vectors, series by series.

use super::element::{Outcome, arithmetic, compare, incompatible, with_histogram};
use super::groups::{Group, groups};
use crate::eval::context::Context;
use crate::label_set::{in_braces, only, removed, with, without, without_name};
use crate::matrix::{ABSENT, Matrix, Series, Steps, is_present};
use crate::merge::merge_same_labels;
use crate::syntax::{Binary, BinaryOp, Cardinality, VectorMatching};
use crate::{EvalError, Notes, PointValue};
use swarmpulse_model::Labels;

/// An operation on two vectors that is not one of sets.
pub(super) fn eval(
    context: &Context<'_>,
    binary: &Binary,
    left: Matrix,
    right: Matrix,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let matching = binary.matching.clone().unwrap_or_default();
    // From here on the left is the side of many.
    let swapped = matching.cardinality == Cardinality::OneToMany;
    let (many, one) = if swapped { (right, left) } else { (left, right) };
    let fills = matching.fill_left.is_some() || matching.fill_right.is_some();
    if !fills && (many.is_empty() || one.is_empty()) {
        return Ok(Matrix::new());
    }
    let mut groups = groups(&many, &one, &matching);
    let mut work = Matched {
        binary,
        matching,
        swapped,
        many,
        one,
        steps: *steps,
    };
    for group in &groups {
        work.check_one(group)?;
    }
    if fills {
        for group in &mut groups {
            work.fill(group);
        }
    }
    let mut results = Matrix::with_capacity(groups.len());
    for group in &groups {
        context.check()?;
        if group.left.is_empty() || group.right.is_empty() {
            continue;
        }
        work.group(group, &mut results, notes)?;
    }
    if steps.is_instant() {
        return Ok(results);
    }
    merge_same_labels(results)
}

struct Matched<'a> {
    binary: &'a Binary,
    matching: VectorMatching,
    swapped: bool,
    many: Matrix,
    one: Matrix,
    steps: Steps,
}

fn execution(text: impl Into<String>) -> EvalError {
    EvalError::Execution(text.into())
}

impl Matched<'_> {
    /// The side of one has at most one series of a group at any step.
    fn check_one(&self, group: &Group) -> Result<(), EvalError> {
        if group.right.len() < 2 {
            return Ok(());
        }
        for step in 0..self.steps.count {
            let mut present = group.right.iter().filter(|place| self.one[**place].has(step));
            let (Some(first), Some(second)) = (present.next(), present.next()) else {
                continue;
            };
            if !self.many.iter().any(|series| series.has(step)) {
                continue;
            }
            let (first, second) = (&self.one[*first].labels, &self.one[*second].labels);
            let by = if self.matching.on {
                only(first, &self.matching.labels)
            } else {
                without(first, &self.matching.labels)
            };
            let side = if self.swapped { "left" } else { "right" };
            let mut both = [first, second];
            both.sort();
            return Err(execution(format!(
                "found duplicate series for the match group {} on the {side} hand-side of the operation: [{}, {}];many-to-many matching not allowed: matching labels must be unique on one side",
                in_braces(&by),
                in_braces(both[0]),
                in_braces(both[1]),
            )));
        }
        Ok(())
    }

    /// Adds the series that stand in for those that are missing on one side of a group, with the labels that match.
    fn fill(&mut self, group: &mut Group) {
        let (fill_many, fill_one) = if self.swapped {
            (self.matching.fill_right, self.matching.fill_left)
        } else {
            (self.matching.fill_left, self.matching.fill_right)
        };
        let there = |matrix: &Matrix, places: &[usize], step: usize| {
            places.iter().any(|place| matrix[*place].has(step))
        };
        let member = match (group.left.first(), group.right.first()) {
            (Some(many), _) => &self.many[*many].labels,
            (None, Some(one)) => &self.one[*one].labels,
            (None, None) => return,
        };
        let labels = if self.matching.on {
            only(member, &self.matching.labels)
        } else {
            without(member, &self.matching.labels)
        };
        let mut many = Series::absent(labels.clone(), false, self.steps.count);
        let mut one = Series::absent(labels, false, self.steps.count);
        for step in 0..self.steps.count {
            let on_many = there(&self.many, &group.left, step);
            let on_one = there(&self.one, &group.right, step);
            if let Some(value) = fill_many.filter(|_| on_one && !on_many) {
                many.values[step] = value;
            }
            if let Some(value) = fill_one.filter(|_| on_many && !on_one) {
                one.values[step] = value;
            }
        }
        if !many.is_empty() {
            group.left.push(self.many.len());
            self.many.push(many);
        }
        if !one.is_empty() {
            group.right.push(self.one.len());
            self.one.push(one);
        }
    }

    fn group(&mut self, group: &Group, results: &mut Matrix, notes: &mut Notes) -> Result<(), EvalError> {
        if self.matching.cardinality == Cardinality::OneToOne {
            self.check_many(group)?;
        }
        let before = results.len();
        for many in &group.left {
            if let [one] = group.right.as_slice() {
                let labels = self.labels(*many, *one);
                let values = std::mem::take(&mut self.many[*many].values);
                self.pair(*many, *one, values, labels, results, notes);
            } else {
                for one in &group.right {
                    let labels = self.labels(*many, *one);
                    let values = self.many[*many].values.clone();
                    self.pair(*many, *one, values, labels, results, notes);
                }
            }
        }
        if self.matching.cardinality != Cardinality::OneToOne && results.len() - before > 1 {
            let of_group = results.split_off(before);
            let joined = merge_same_labels(of_group).map_err(|_| {
                execution("multiple matches for labels: grouping labels must ensure unique matches")
            })?;
            results.extend(joined);
        }
        Ok(())
    }

    /// Without grouping the side of many has at most one series, too, where there is one on the other side.
    fn check_many(&self, group: &Group) -> Result<(), EvalError> {
        if group.left.len() < 2 {
            return Ok(());
        }
        for step in 0..self.steps.count {
            let many = group
                .left
                .iter()
                .filter(|place| self.many[**place].has(step))
                .take(2)
                .count();
            if many > 1 && group.right.iter().any(|place| self.one[*place].has(step)) {
                return Err(execution(
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
                ));
            }
        }
        Ok(())
    }

    fn labels(&self, many: usize, one: usize) -> Labels {
        let (many, one) = (&self.many[many].labels, &self.one[one].labels);
        let mut labels = if self.binary.op.keeps_name() {
            many.clone()
        } else {
            without_name(many)
        };
        if self.matching.cardinality == Cardinality::OneToOne {
            labels = if self.matching.on {
                only(&labels, &self.matching.labels)
            } else {
                removed(&labels, &self.matching.labels)
            };
        }
        for name in &self.matching.include {
            labels = with(&labels, name, one.get(name).unwrap_or_default());
        }
        labels
    }

    /// One series of many with one of one: `values` are those of the series of many.
    fn pair(
        &self,
        many: usize,
        one: usize,
        mut values: Vec<f64>,
        labels: Labels,
        results: &mut Matrix,
        notes: &mut Notes,
    ) {
        let (many, one) = (&self.many[many], &self.one[one]);
        let histograms = !many.histograms.is_empty() || !one.histograms.is_empty();
        let floats = histograms.then(|| values.clone());
        if self.binary.op.is_trim() {
            self.untrimmed(&mut values, &one.values, notes);
        } else {
            self.floats(&mut values, &one.values);
        }
        let mut series = Series {
            labels,
            drop_name: self.binary.returns_bool,
            values,
            histograms: Vec::new(),
        };
        if let Some(floats) = floats {
            self.histograms(many, one, &floats, &mut series, notes);
        }
        if !series.is_empty() {
            results.push(series);
        }
    }

    /// Numbers cannot be trimmed.
    fn untrimmed(&self, many: &mut [f64], one: &[f64], notes: &mut Notes) {
        if many
            .iter()
            .zip(one)
            .any(|(many, one)| is_present(*many) && is_present(*one))
        {
            incompatible(self.binary, ["float", "float"], notes);
        }
        many.fill(ABSENT);
    }

    fn floats(&self, many: &mut [f64], one: &[f64]) {
        let op = self.binary.op;
        if op.is_comparison() {
            let returns_bool = self.binary.returns_bool;
            // A comparison keeps the value of the left side as written.
            each(many, one, self.swapped, |left, right| {
                match (returns_bool, compare(op, left, right)) {
                    (true, holds) => f64::from(u8::from(holds)),
                    (false, true) => left,
                    (false, false) => ABSENT,
                }
            });
            return;
        }
        match op {
            BinaryOp::Add => each(many, one, self.swapped, |left, right| left + right),
            BinaryOp::Subtract => each(many, one, self.swapped, |left, right| left - right),
            BinaryOp::Multiply => each(many, one, self.swapped, |left, right| left * right),
            BinaryOp::Divide => each(many, one, self.swapped, |left, right| left / right),
            _ => each(many, one, self.swapped, |left, right| arithmetic(op, left, right)),
        }
    }

    fn histograms(&self, many: &Series, one: &Series, floats: &[f64], into: &mut Series, notes: &mut Notes) {
        let value_at = |series: &Series, values: &[f64], step: usize| match series.histogram(step) {
            Some(histogram) => Some(PointValue::Histogram(histogram.clone())),
            None => Some(PointValue::Float(values[step])).filter(|_| is_present(values[step])),
        };
        for step in 0..self.steps.count {
            let (Some(many), Some(one)) = (value_at(many, floats, step), value_at(one, &one.values, step))
            else {
                continue;
            };
            if matches!((&many, &one), (PointValue::Float(_), PointValue::Float(_))) {
                continue;
            }
            let (left, right) = if self.swapped { (one, many) } else { (many, one) };
            into.values[step] = ABSENT;
            match with_histogram(self.binary, &left, &right, notes) {
                Outcome::Histogram(histogram) => into.histograms.push((step as u32, histogram)),
                Outcome::Compared(holds) if self.binary.returns_bool => {
                    into.values[step] = f64::from(u8::from(holds));
                }
                Outcome::Compared(true) => {
                    if let PointValue::Histogram(histogram) = left {
                        into.histograms.push((step as u32, histogram));
                    }
                }
                Outcome::Compared(false) | Outcome::Nothing => {}
            }
        }
    }
}

#[inline]
fn each(many: &mut [f64], one: &[f64], swapped: bool, compute: impl Fn(f64, f64) -> f64) {
    for (many, one) in many.iter_mut().zip(one.iter().copied()) {
        *many = match (is_present(*many) && is_present(one), swapped) {
            (false, _) => ABSENT,
            (true, false) => compute(*many, one),
            (true, true) => compute(one, *many),
        };
    }
}
