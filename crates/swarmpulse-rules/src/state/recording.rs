//! Rules that record: the answer under another name.

use hashbrown::HashSet;
use swarmpulse_model::Labels;
use swarmpulse_model::series::{Label, METRIC_NAME};

use super::labels::{set, without_name};
use crate::expression::QuerySample;

/// The answer as series of that name.
///
/// # Errors
/// If two of them have the same labels, or there are more than the limit.
pub(super) fn recorded(
    name: &str,
    labels: &[Label],
    limit: usize,
    answer: Vec<QuerySample>,
) -> Result<Vec<(Labels, f64)>, String> {
    let mut seen = HashSet::with_capacity(answer.len());
    let mut series = Vec::with_capacity(answer.len());
    for sample in answer {
        let mut own = without_name(&sample.labels, labels.len() + 1);
        set(&mut own, METRIC_NAME, name.into());
        for label in labels {
            set(&mut own, &label.name, label.value.clone());
        }
        let own = Labels::from_sorted(own);
        if !seen.insert(own.clone()) {
            return Err("vector contains metrics with the same labelset after applying rule labels".into());
        }
        series.push((own, sample.value));
    }
    if limit > 0 && series.len() > limit {
        return Err(format!("exceeded limit of {limit} with {} series", series.len()));
    }
    series.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(series)
}
