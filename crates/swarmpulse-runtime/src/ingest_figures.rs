//! What goes through, as figures: events by type and size, and how long records take to be seen.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use swarmpulse_model::{Record, Text};

use crate::latency::Latency;

/// Upper bounds of the sizes of events, in bytes.
pub const SIZE_BOUNDS_BYTES: [u64; 9] = [
    64,
    256,
    1 << 10,
    4 << 10,
    16 << 10,
    64 << 10,
    256 << 10,
    1 << 20,
    16 << 20,
];
/// So many types of events are told apart, over all namespaces; further ones count as `other`.
const TYPES_MAX: usize = 500;
/// What further types count as.
const OTHER: Text = Text::const_new("other");

/// What goes through, as figures. Counts are since the start.
#[derive(Debug, Default)]
pub struct IngestFigures {
    /// From a batch handed over to its being durable and applied.
    pub acknowledged: Latency,
    /// From a record's receipt to its being seen by whoever looks at the fleet.
    pub visible: Latency,
    /// Applying the records of a group to the fleet.
    pub applied: Latency,
    events: RwLock<BTreeMap<(Text, Text), AtomicU64>>,
    sizes: [AtomicU64; SIZE_BOUNDS_BYTES.len() + 1],
    sizes_sum: AtomicU64,
}

impl IngestFigures {
    /// Counts the events among records.
    pub(crate) fn count_events(&self, namespace: &Text, records: &[Record]) {
        for record in records {
            let Record::Event(event) = record else { continue };
            self.count_type(namespace, &event.event_type);
            let size = event
                .size_bytes
                .unwrap_or_else(|| event.data.as_ref().map_or(0, |data| data.len() as u64));
            let bucket = SIZE_BOUNDS_BYTES
                .iter()
                .position(|bound| size <= *bound)
                .unwrap_or(SIZE_BOUNDS_BYTES.len());
            self.sizes[bucket].fetch_add(1, Ordering::Relaxed);
            self.sizes_sum.fetch_add(size, Ordering::Relaxed);
        }
    }

    fn count_type(&self, namespace: &Text, event_type: &Text) {
        let mut key = (namespace.clone(), event_type.clone());
        if let Some(count) = self.events.read().get(&key) {
            count.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut events = self.events.write();
        if events.len() >= TYPES_MAX {
            key.1 = OTHER;
        }
        events.entry(key).or_default().fetch_add(1, Ordering::Relaxed);
    }

    /// Events by namespace and type.
    #[must_use]
    pub fn events(&self) -> Vec<(Text, Text, u64)> {
        let events = self.events.read();
        events
            .iter()
            .map(|((namespace, event_type), count)| {
                (
                    namespace.clone(),
                    event_type.clone(),
                    count.load(Ordering::Relaxed),
                )
            })
            .collect()
    }

    /// Events up to each of [`SIZE_BOUNDS_BYTES`], the last being all; and the sum of their sizes.
    #[must_use]
    pub fn sizes(&self) -> ([u64; SIZE_BOUNDS_BYTES.len() + 1], u64) {
        let mut all = 0;
        let buckets = std::array::from_fn(|n| {
            all += self.sizes[n].load(Ordering::Relaxed);
            all
        });
        (buckets, self.sizes_sum.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::record::Event;

    use super::*;

    fn event(event_type: &str, size_bytes: Option<u64>, data: Option<&str>) -> Record {
        Record::Event(Box::new(Event {
            event_type: event_type.into(),
            size_bytes,
            data: data.map(Into::into),
            ..Event::default()
        }))
    }

    #[test]
    fn events_are_counted_by_type_and_size() {
        let figures = IngestFigures::default();
        let records = [
            event("a", Some(64), None),
            event("a", None, Some("0123456789")),
            event("b", Some(1 << 30), None),
        ];
        figures.count_events(&"n".into(), &records);
        assert_eq!(
            figures.events(),
            [("n".into(), "a".into(), 2), ("n".into(), "b".into(), 1)]
        );
        let (buckets, sum) = figures.sizes();
        assert_eq!((buckets[0], buckets[8], buckets[9]), (2, 2, 3));
        assert_eq!(sum, (1 << 30) + 74);
    }

    #[test]
    fn types_are_bounded() {
        let figures = IngestFigures::default();
        for n in 0..TYPES_MAX + 3 {
            figures.count_events(&"n".into(), &[event(&format!("t{n}"), None, None)]);
        }
        let events = figures.events();
        assert_eq!(events.len(), TYPES_MAX + 1);
        let other = events.iter().find(|(_, event_type, _)| *event_type == OTHER);
        assert_eq!(other.map(|(_, _, count)| *count), Some(3));
    }
}
