//! Which series go into which group.

use hashbrown::HashMap;
use swarmpulse_model::Labels;
use swarmpulse_model::series::METRIC_NAME;

use crate::label_set::{only, without};
use crate::matrix::Matrix;
use crate::syntax::Grouping;

/// Which series go into which group.
#[derive(Debug)]
pub(super) struct Groups {
    /// Of every series, its group.
    pub of_series: Vec<u32>,
    /// The labels of every group, in the order in which they are met first.
    pub labels: Vec<Labels>,
}

impl Groups {
    pub fn of(matrix: &Matrix, grouping: &Grouping) -> Self {
        if matches!(grouping, Grouping::By(names) if names.is_empty()) {
            let labels = if matrix.is_empty() {
                Vec::new()
            } else {
                vec![Labels::empty()]
            };
            return Self {
                of_series: vec![0; matrix.len()],
                labels,
            };
        }
        let mut places: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut groups = Self {
            of_series: Vec::with_capacity(matrix.len()),
            labels: Vec::new(),
        };
        let mut key = Vec::with_capacity(256);
        for series in matrix {
            write_key(&series.labels, grouping, &mut key);
            let place = match places.get(key.as_slice()) {
                Some(place) => *place,
                None => {
                    let place = groups.labels.len() as u32;
                    places.insert(key.clone(), place);
                    groups.labels.push(group_labels(&series.labels, grouping));
                    place
                }
            };
            groups.of_series.push(place);
        }
        groups
    }

    pub fn len(&self) -> usize {
        self.labels.len()
    }
}

/// The labels of the group that a series goes into.
pub(super) fn group_labels(labels: &Labels, grouping: &Grouping) -> Labels {
    match grouping {
        Grouping::By(names) => only(labels, names),
        Grouping::Without(names) => without(labels, names),
    }
}

fn write_key(labels: &Labels, grouping: &Grouping, key: &mut Vec<u8>) {
    key.clear();
    for label in labels {
        let kept = match grouping {
            Grouping::By(names) => names.iter().any(|name| *name == label.name),
            Grouping::Without(names) => {
                label.name != METRIC_NAME && !names.iter().any(|name| *name == label.name)
            }
        };
        if kept {
            for part in [&label.name, &label.value] {
                key.extend_from_slice(part.as_bytes());
                key.push(0xff);
            }
        }
    }
}
