//! A program with a collector: its counters, by generation or kind of collection, and its memory.

use std::collections::BTreeMap;

use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{EntityKey, Timestamp};

use super::minutes::Minutes;
use super::pressure::Pressure;
use crate::detector::SubjectId;
use crate::signal::Signal;

/// Parts of one program; further ones are left out and counted.
pub(super) const PARTS_MAX: usize = 16;
/// Two samples that lie further apart are no neighbours: what happened between is not told to a minute.
const APART_MAX_S: f64 = 900.0;

/// Counters and gauges of one part.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    seconds: Option<f64>,
    collections: Option<f64>,
    heap_bytes: Option<f64>,
}

/// A program, in at most 2 KiB and 64 bytes a part.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub entity: EntityKey,
    parts: BTreeMap<SubjectId, Part>,
    memory_bytes: Option<f64>,
    start_s: Option<f64>,
    /// The last sample of time in collection, and of anything.
    collected_at: Option<Timestamp>,
    pub heard_at: Timestamp,
    pub minutes: Minutes,
    pub has_seconds: bool,
    pub has_collections: bool,
    pub pressure: Pressure,
}

impl Program {
    pub(super) fn new(entity: EntityKey) -> Self {
        Self {
            entity,
            parts: BTreeMap::new(),
            memory_bytes: None,
            start_s: None,
            collected_at: None,
            heard_at: Timestamp(0),
            minutes: Minutes::default(),
            has_seconds: false,
            has_collections: false,
            pressure: Pressure::default(),
        }
    }

    /// Takes a sample; false if there is no room for its part.
    pub(super) fn push(&mut self, id: SubjectId, signal: Signal, at: Timestamp, value: f64) -> bool {
        match signal {
            Signal::MemoryBytes => {
                self.memory_bytes = Some(value);
                return true;
            }
            Signal::StartTimeSeconds => {
                self.started(id, value);
                return true;
            }
            _ => {}
        }
        if self.parts.len() >= PARTS_MAX && !self.parts.contains_key(&id) {
            return false;
        }
        self.heard_at = self.heard_at.max(at);
        let minute = at.0.div_euclid(60 * SECOND_NS);
        let part = self.parts.entry(id).or_default();
        match signal {
            Signal::HeapBytes => part.heap_bytes = Some(value),
            Signal::GcCollectionsTotal => {
                let more = increase(part.collections.replace(value), value);
                self.has_collections = true;
                match more {
                    Some(more) => self.minutes.at(minute).collections += more as f32,
                    None => self.begin_anew(id, None),
                }
            }
            Signal::GcSecondsTotal => {
                let more = increase(part.seconds.replace(value), value);
                self.has_seconds = true;
                match more {
                    Some(more) => self.collect(minute, at, more),
                    None => self.begin_anew(id, Some(at)),
                }
            }
            _ => {}
        }
        true
    }

    /// So much more time was spent since the last sample. Parts are told at the same times: each time counts once.
    fn collect(&mut self, minute: i64, at: Timestamp, more: f64) {
        let seen = self.collected_at.map_or(0.0, |before| at.seconds_since(before));
        let memory = self.memory();
        self.collected_at = Some(self.collected_at.map_or(at, |before| before.max(at)));
        if seen > APART_MAX_S {
            return;
        }
        let cell = self.minutes.at(minute);
        cell.seen_s += seen.max(0.0) as f32;
        cell.collecting_s += more as f32;
        cell.memory_bytes = memory as f32;
    }

    /// Another start time is another life.
    fn started(&mut self, id: SubjectId, start_s: f64) {
        // Exporters compute it from a clock that is adjusted now and then.
        const SAME_S: f64 = 5.0;
        let before = self.start_s.replace(start_s);
        if before.is_some_and(|before| (before - start_s).abs() > SAME_S) {
            if let Some(part) = self.parts.get_mut(&id) {
                (part.seconds, part.collections) = (None, None);
            }
            self.begin_anew(id, None);
        }
    }

    fn memory(&self) -> f64 {
        let heaps = self.parts.values().filter_map(|part| part.heap_bytes);
        let heap: f64 = heaps.sum();
        if heap > 0.0 {
            heap
        } else {
            self.memory_bytes.unwrap_or_default()
        }
    }

    /// Whether the memory is that of the heap.
    pub(super) fn has_heap(&self) -> bool {
        self.parts.values().any(|part| part.heap_bytes.is_some())
    }

    /// A counter fell: another life, of which nothing is known yet. The other counters fall with it.
    fn begin_anew(&mut self, id: SubjectId, collected_at: Option<Timestamp>) {
        for (part, counters) in &mut self.parts {
            if *part != id {
                (counters.seconds, counters.collections) = (None, None);
            }
        }
        self.collected_at = collected_at;
        self.minutes = Minutes::default();
        self.pressure = Pressure::default();
    }

    /// A part is gone; true if it was the last.
    pub(super) fn forget(&mut self, id: SubjectId) -> bool {
        self.parts.remove(&id);
        self.parts.is_empty()
    }
}

/// How much a counter grew: nothing for its first sample, `None` if it fell.
fn increase(before: Option<f64>, now: f64) -> Option<f64> {
    match before {
        None => Some(0.0),
        Some(before) if now >= before => Some(now - before),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::EntityKind;

    use super::*;

    fn program() -> Program {
        Program::new(EntityKey::new("default", EntityKind::Agent, "a"))
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp(minute * 60 * SECOND_NS)
    }

    fn total(program: &Program) -> (f32, f32) {
        program
            .minutes
            .closed()
            .fold((0.0, 0.0), |(seen, collecting), (_, cell)| {
                (seen + cell.seen_s, collecting + cell.collecting_s)
            })
    }

    #[test]
    fn parts_add_up_and_time_counts_once() {
        let mut it = program();
        for minute in 0..=10 {
            for part in 0..3 {
                let value = minute as f64 * f64::from(part + 1);
                it.push(SubjectId(part), Signal::GcSecondsTotal, at(minute), value);
            }
        }
        // Minutes 1 to 9 are closed; the first sample tells nothing.
        assert_eq!(total(&it), (540.0, 54.0));
    }

    #[test]
    fn a_counter_that_falls_begins_another_life() {
        let mut it = program();
        for (minute, value) in [(0, 100.0), (1, 110.0), (2, 120.0), (3, 2.0), (4, 5.0), (5, 5.0)] {
            it.push(SubjectId(1), Signal::GcSecondsTotal, at(minute), value);
        }
        assert_eq!(total(&it), (60.0, 3.0));
    }

    #[test]
    fn another_start_begins_another_life_though_the_counter_grew() {
        let mut it = program();
        for (minute, start_s, value) in [
            (0, 100.0, 1.0),
            (1, 100.3, 2.0),
            (2, 900.0, 3.0),
            (3, 900.0, 4.0),
            (4, 900.0, 4.0),
        ] {
            it.push(SubjectId(1), Signal::StartTimeSeconds, at(minute), start_s);
            it.push(SubjectId(1), Signal::GcSecondsTotal, at(minute), value);
        }
        assert_eq!(total(&it), (60.0, 1.0));
    }

    #[test]
    fn there_is_room_for_so_many_parts() {
        let mut it = program();
        let taken = (0..PARTS_MAX as u32 + 2)
            .filter(|part| it.push(SubjectId(*part), Signal::GcSecondsTotal, at(0), 0.0))
            .count();
        assert_eq!(taken, PARTS_MAX);
    }

    #[test]
    fn a_program_takes_at_most_two_kibibytes() {
        assert!(size_of::<Program>() <= 2048, "{} bytes", size_of::<Program>());
    }
}
