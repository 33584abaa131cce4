//! `count_values`.

use hashbrown::HashMap;
use swarmpulse_model::Labels;

use super::grouping::group_labels;
use crate::EvalError;
use crate::eval::context::Context;
use crate::histogram;
use crate::label_set::with;
use crate::matrix::{Matrix, Series, Steps, is_present};
use crate::number_text::plain;
use crate::quote::{is_label_name, quote};
use crate::syntax::{Aggregate, Grouping};

/// `count_values`: one series for every value, which becomes the label.
pub(super) fn eval(
    context: &Context<'_>,
    aggregate: &Aggregate,
    label: &str,
    matrix: &Matrix,
    steps: &Steps,
) -> Result<Matrix, EvalError> {
    if !is_label_name(label) {
        return Err(EvalError::Execution(format!(
            "invalid label name {}",
            quote(label)
        )));
    }
    let mut grouping = aggregate.grouping.clone();
    if let Grouping::By(names) = &mut grouping {
        names.push(label.to_owned());
    }
    let mut counts = Counts {
        context,
        steps: *steps,
        places: HashMap::new(),
        results: Matrix::new(),
    };
    for series in matrix {
        context.check()?;
        // Values repeat from step to step: labels are made once for each.
        let mut places: HashMap<u64, usize> = HashMap::new();
        for (step, value) in series.values.iter().copied().enumerate() {
            if !is_present(value) {
                continue;
            }
            let place = match places.get(&value.to_bits()) {
                Some(place) => *place,
                None => {
                    let labels = with(&series.labels, label, &plain(value));
                    let place = counts.place(group_labels(&labels, &grouping))?;
                    places.insert(value.to_bits(), place);
                    place
                }
            };
            counts.add(place, step, series.drop_name);
        }
        for (step, value) in &series.histograms {
            let labels = with(&series.labels, label, &histogram::to_text(value));
            let place = counts.place(group_labels(&labels, &grouping))?;
            counts.add(place, *step as usize, series.drop_name);
        }
    }
    Ok(counts.results)
}

struct Counts<'a> {
    context: &'a Context<'a>,
    steps: Steps,
    places: HashMap<Labels, usize>,
    results: Matrix,
}

impl Counts<'_> {
    fn place(&mut self, labels: Labels) -> Result<usize, EvalError> {
        if let Some(place) = self.places.get(&labels) {
            return Ok(*place);
        }
        self.context.hold(1, self.steps.count)?;
        self.places.insert(labels.clone(), self.results.len());
        self.results.push(Series::absent(labels, false, self.steps.count));
        Ok(self.results.len() - 1)
    }

    fn add(&mut self, place: usize, step: usize, drop_name: bool) {
        let series = &mut self.results[place];
        series.drop_name |= drop_name;
        let count = &mut series.values[step];
        *count = if is_present(*count) { *count + 1.0 } else { 1.0 };
    }
}
