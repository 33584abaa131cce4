//! Which series of both sides find each other.

use hashbrown::HashMap;
use swarmpulse_model::Labels;
use swarmpulse_model::series::METRIC_NAME;

use crate::matrix::Matrix;
use crate::syntax::VectorMatching;

/// Series of both sides whose labels match: their places.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub left: Vec<usize>,
    pub right: Vec<usize>,
}

/// Finds the groups, in the order in which they are met first.
pub(super) fn groups(left: &Matrix, right: &Matrix, matching: &VectorMatching) -> Vec<Group> {
    let mut places: HashMap<Vec<u8>, usize> = HashMap::with_capacity(left.len().max(right.len()));
    let mut groups: Vec<Group> = Vec::with_capacity(left.len());
    let mut key = Vec::with_capacity(256);
    let mut place_of = |labels: &Labels, groups: &mut Vec<Group>| {
        write_key(labels, matching, &mut key);
        if let Some(place) = places.get(key.as_slice()) {
            return *place;
        }
        places.insert(key.clone(), groups.len());
        groups.push(Group::default());
        groups.len() - 1
    };
    for (place, series) in left.iter().enumerate() {
        let group = place_of(&series.labels, &mut groups);
        groups[group].left.push(place);
    }
    for (place, series) in right.iter().enumerate() {
        let group = place_of(&series.labels, &mut groups);
        groups[group].right.push(place);
    }
    groups
}

fn write_key(labels: &Labels, matching: &VectorMatching, key: &mut Vec<u8>) {
    key.clear();
    for label in labels {
        let named = matching.labels.iter().any(|name| *name == label.name);
        if named != matching.on || (!matching.on && label.name == METRIC_NAME) {
            continue;
        }
        for part in [&label.name, &label.value] {
            key.extend_from_slice(part.as_bytes());
            key.push(0xff);
        }
    }
}
