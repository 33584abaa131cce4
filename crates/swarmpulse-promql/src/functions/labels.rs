//! Functions that change labels: `label_replace`, `label_join`.

use swarmpulse_model::series::METRIC_NAME;

use super::{Body, Function, Inputs, Variadic};
use crate::EvalError;
use crate::label_set::with;
use crate::matrix::{Evaluated, Matrix, Series};
use crate::merge::merge_same_labels;
use crate::quote::is_label_name;
use crate::syntax::ValueType::{String as Text, Vector};

/// The most memory that a compiled regular expression may take, in bytes.
const REGEX_BYTES_MAX: usize = 1 << 20;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        variadic: Variadic::Any,
        ..Function::new("label_join", &[Vector, Text, Text, Text], Body::Vector(join))
    },
    Function::new(
        "label_replace",
        &[Vector, Text, Text, Text, Text],
        Body::Vector(replace),
    ),
];

/// Gives a label a new value made of what a regular expression finds in another one.
fn replace(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let (target, template) = (inputs.take_text(1)?, inputs.take_text(2)?);
    let (source, pattern) = (inputs.take_text(3)?, inputs.take_text(4)?);
    let regex = regex::RegexBuilder::new(&format!("^(?s:{pattern})$"))
        .size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|_| {
            failed(format!(
                "invalid regular expression in label_replace(): {pattern}"
            ))
        })?;
    check_name(&target, "destination", "label_replace")?;
    let mut matrix = inputs.take_vector(0)?;
    for series in &mut matrix {
        let value = series.labels.get(&source).unwrap_or_default();
        if let Some(found) = regex.captures(value) {
            let mut new = String::new();
            found.expand(&template, &mut new);
            set(series, &target, &new);
        }
    }
    unique(matrix)
}

/// Gives a label the values of others, with a separator between them.
fn join(mut inputs: Inputs<'_>) -> Result<Evaluated, EvalError> {
    let (target, separator) = (inputs.take_text(1)?, inputs.take_text(2)?);
    let mut sources = Vec::new();
    for place in 3..inputs.arguments.len() {
        let source = inputs.take_text(place)?;
        check_name(&source, "source", "label_join")?;
        sources.push(source);
    }
    check_name(&target, "destination", "label_join")?;
    let mut matrix = inputs.take_vector(0)?;
    for series in &mut matrix {
        let values: Vec<&str> = sources
            .iter()
            .map(|source| series.labels.get(source).unwrap_or_default())
            .collect();
        let new = values.join(&separator);
        set(series, &target, &new);
    }
    unique(matrix)
}

fn set(series: &mut Series, target: &str, value: &str) {
    series.labels = with(&series.labels, target, value);
    if target == METRIC_NAME {
        series.drop_name = false;
    }
}

fn check_name(name: &str, which: &str, function: &str) -> Result<(), EvalError> {
    if !is_label_name(name) {
        return Err(failed(format!(
            "invalid {which} label name in {function}(): {name}"
        )));
    }
    Ok(())
}

fn failed(text: String) -> EvalError {
    EvalError::Execution(text)
}

/// The series, those joined that have the same labels now and never meet.
fn unique(matrix: Matrix) -> Result<Evaluated, EvalError> {
    merge_same_labels(matrix).map(Evaluated::Vector)
}
