//! Labels of what rules give: those of the answer, with the rule's own over them.

use swarmpulse_model::series::{Label, METRIC_NAME};
use swarmpulse_model::{Labels, Text};

/// Sets a label in a list that is sorted by name; an empty value takes it out.
pub(super) fn set(labels: &mut Vec<Label>, name: &str, value: Text) {
    match labels.binary_search_by(|label| label.name.as_str().cmp(name)) {
        Ok(place) if value.is_empty() => {
            labels.remove(place);
        }
        Ok(place) => labels[place].value = value,
        Err(_) if value.is_empty() => {}
        Err(place) => labels.insert(
            place,
            Label {
                name: name.into(),
                value,
            },
        ),
    }
}

/// The labels of an answer without the metric's name.
pub(super) fn without_name(labels: &Labels, room: usize) -> Vec<Label> {
    let mut own = Vec::with_capacity(labels.iter().len() + room);
    own.extend(labels.iter().filter(|label| label.name != METRIC_NAME).cloned());
    own
}

/// A group's labels with a rule's over them, sorted by name.
pub(super) fn merged(group: &[Label], rule: &[Label]) -> Vec<Label> {
    let mut all: Vec<Label> = rule.to_vec();
    for label in group {
        if !rule.iter().any(|own| own.name == label.name) {
            all.push(label.clone());
        }
    }
    all.sort();
    all
}
