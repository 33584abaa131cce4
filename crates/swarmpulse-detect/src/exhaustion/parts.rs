//! Parts that share one limit: connections by database and state count together against the server's.

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKey, Timestamp};

use crate::detector::SubjectId;

/// Parts of one whole that are kept; further ones are left out and counted.
const PARTS_MAX: usize = 256;
/// A part that was silent for so long counts no more, in seconds.
const SILENT_S: f64 = 300.0;

/// The parts of one whole.
#[derive(Debug)]
struct Whole {
    id: SubjectId,
    parts: BTreeMap<SubjectId, (Timestamp, f64)>,
}

/// Wholes that have a limit, with the last values of their parts.
#[derive(Debug, Default)]
pub(super) struct Wholes {
    by_entity: BTreeMap<EntityKey, Whole>,
    dropped: u64,
}

impl Wholes {
    /// The whole has a limit.
    pub(super) fn limited(&mut self, id: SubjectId, entity: &EntityKey) {
        if !self.by_entity.contains_key(entity) {
            let whole = Whole {
                id,
                parts: BTreeMap::new(),
            };
            self.by_entity.insert(entity.clone(), whole);
        }
    }

    /// A part tells its value: the whole's number and the sum of its parts, if there is a limit that they share.
    pub(super) fn sum(
        &mut self,
        part: SubjectId,
        entity: &EntityKey,
        at: Timestamp,
        value: f64,
    ) -> Option<(SubjectId, f64)> {
        let whole = self.by_entity.get_mut(entity)?;
        if whole.parts.len() >= PARTS_MAX && !whole.parts.contains_key(&part) {
            self.dropped += 1;
            return None;
        }
        whole.parts.insert(part, (at, value));
        whole
            .parts
            .retain(|_, (heard, _)| at.seconds_since(*heard) <= SILENT_S);
        let sum = whole.parts.values().map(|(_, value)| value).sum();
        Some((whole.id, sum))
    }

    /// A subject is gone.
    pub(super) fn forget(&mut self, id: SubjectId) {
        self.by_entity.retain(|_, whole| whole.id != id);
        for whole in self.by_entity.values_mut() {
            whole.parts.remove(&id);
        }
    }

    /// Values left out since this was last asked.
    pub(super) fn take_dropped(&mut self) -> u64 {
        std::mem::take(&mut self.dropped)
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::EntityKind;

    use super::*;

    #[test]
    fn parts_count_together_until_they_are_silent() {
        let entity = EntityKey::new("default", EntityKind::Service, "pg");
        let at = |seconds: f64| Timestamp::from_unix_s(seconds);
        let (whole, shop, idle) = (SubjectId(1), SubjectId(2), SubjectId(3));
        let mut wholes = Wholes::default();
        assert_eq!(wholes.sum(shop, &entity, at(0.0), 5.0), None, "no limit is known");
        wholes.limited(whole, &entity);
        assert_eq!(wholes.sum(shop, &entity, at(0.0), 5.0), Some((whole, 5.0)));
        assert_eq!(wholes.sum(idle, &entity, at(0.0), 7.0), Some((whole, 12.0)));
        assert_eq!(wholes.sum(idle, &entity, at(400.0), 8.0), Some((whole, 8.0)));
        wholes.forget(whole);
        assert_eq!(wholes.sum(idle, &entity, at(400.0), 8.0), None);
    }
}
