//! What is counted of each task type, agent, service and host: at most so many, the idle forgotten.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use swarmpulse_model::{EntityKind, Text, Timestamp};

use super::calendar::Calendar;
use super::class::ErrorClass;
use super::incident::Fault;
use super::marks::Marks;
use super::tally::{Ring, SPANS, Tally, hour_of, span_of};

/// Something that nothing ended of for so long is forgotten.
const IDLE_NS: i64 = 24 * 3_600 * 1_000_000_000;
/// When there is no room, what is idle for so long and never failed is forgotten.
const IDLE_NS_WHEN_FULL: i64 = 3_600 * 1_000_000_000;

/// How many of each kind are remembered, in all namespaces together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) types: usize,
    pub(super) agents: usize,
    pub(super) services: usize,
    pub(super) hosts: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            types: 500,
            agents: 10_000,
            services: 5_000,
            hosts: 1_000,
        }
    }
}

impl Room {
    fn of(&mut self, kind: EntityKind) -> &mut usize {
        match kind {
            EntityKind::TaskType => &mut self.types,
            EntityKind::Service => &mut self.services,
            EntityKind::Host => &mut self.hosts,
            _ => &mut self.agents,
        }
    }
}

/// What failed of it, in more detail. 200 bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Trouble {
    /// In which spans more failed than usual.
    pub(super) marks: Marks,
    /// Failures by class.
    pub(super) classes: [u32; ErrorClass::ALL.len()],
    /// Failures after which another attempt makes sense.
    pub(super) retryable: u64,
    /// Failures of which that is known.
    pub(super) retry_known: u64,
    /// Failures that one alone is worth a person's time.
    pub(super) critical: u64,
    /// What the last one was called.
    pub(super) last_name: Text,
}

/// What is counted of one entity. About 550 bytes, a task type 9 KB.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// By spans of five minutes: two hours.
    pub(super) spans: Ring,
    /// By hours: a day.
    pub(super) hours: Ring,
    /// By hour and day: six weeks.
    pub(super) calendar: Option<Box<Calendar>>,
    /// Since it was first seen.
    pub(super) total: Tally,
    /// Whether ends that went well are told of it, too: without them there is no share, only a number per time.
    pub(super) exposed: bool,
    /// When it was first seen.
    pub(super) first: Timestamp,
    /// When something of it ended last.
    pub(super) last: Timestamp,
    /// The machine that an agent runs on.
    pub(super) host: Option<Text>,
    /// There once something failed.
    pub(super) trouble: Option<Box<Trouble>>,
}

impl Cell {
    pub(super) fn new(at: Timestamp, with_calendar: bool) -> Self {
        Self {
            spans: Ring::default(),
            hours: Ring::default(),
            calendar: with_calendar.then(Box::default),
            total: Tally::default(),
            exposed: false,
            first: at,
            last: at,
            host: None,
            trouble: None,
        }
    }

    /// Counts an end. `exposed`: the sender tells of ends that went well, too.
    pub(super) fn count(&mut self, at: Timestamp, fault: Option<&Fault<'_>>, exposed: bool) {
        let failed = u32::from(fault.is_some());
        self.spans.count(span_of(at), 1, failed);
        self.hours.count(hour_of(at), 1, failed);
        if let Some(calendar) = &mut self.calendar {
            calendar.count(hour_of(at), failed);
        }
        self.total = self.total.plus(Tally {
            ended: 1,
            failed: u64::from(failed),
        });
        self.exposed |= exposed;
        self.last = at;
        if let Some(fault) = fault {
            let trouble = self.trouble.get_or_insert_default();
            trouble.classes[fault.class as usize] += 1;
            trouble.retry_known += u64::from(fault.retryable.is_some());
            trouble.retryable += u64::from(fault.retryable == Some(true));
            trouble.critical += u64::from(fault.class.is_critical());
            let name = fault.name();
            if trouble.last_name != name {
                trouble.last_name = name.into();
            }
        }
    }

    /// The last hour: twelve spans and the running one.
    pub(super) fn last_hour(&self, now: Timestamp) -> Tally {
        self.last(12, now)
    }

    /// So many whole spans and the running one.
    pub(super) fn last(&self, spans: i64, now: Timestamp) -> Tally {
        let span = span_of(now);
        self.spans.sum(span - spans..=span)
    }

    /// The last day: the running hour and those before it.
    pub(super) fn last_day(&self, now: Timestamp) -> Tally {
        let hour = hour_of(now);
        self.hours.sum(hour - SPANS as i64 + 1..=hour)
    }

    /// The last day without the last hour, and how many hours of it the entity was known.
    pub(super) fn before(&self, now: Timestamp) -> (Tally, f64) {
        let recent = self.last_hour(now);
        let known_s = now.seconds_since(self.first) - 3600.0;
        let day_s = (SPANS as f64 - 1.0) * 3600.0;
        (
            self.last_day(now).minus(recent),
            known_s.clamp(0.0, day_s) / 3600.0,
        )
    }
}

/// Everything of one kind.
#[derive(Debug)]
pub(super) struct Cells {
    kind: EntityKind,
    cells: BTreeMap<Text, Cell>,
}

impl Cells {
    pub(super) fn new(kind: EntityKind) -> Self {
        Self {
            kind,
            cells: BTreeMap::new(),
        }
    }

    pub(super) fn kind(&self) -> EntityKind {
        self.kind
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Text, &Cell)> {
        self.cells.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Text, &mut Cell)> {
        self.cells.iter_mut()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Cell> {
        self.cells.get(id)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Cell> {
        self.cells.get_mut(id)
    }

    /// The cell of an entity, a new one if there is room.
    pub(super) fn of(&mut self, id: &Text, at: Timestamp, room: &mut Room) -> Option<&mut Cell> {
        match self.cells.entry(id.clone()) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(new) => {
                let left = room.of(self.kind);
                *left = left.checked_sub(1)?;
                Some(new.insert(Cell::new(at, self.kind == EntityKind::TaskType)))
            }
        }
    }

    /// Forgets what is idle, sooner where the room is short.
    pub(super) fn sweep(&mut self, now: Timestamp, room: &mut Room) {
        let left = room.of(self.kind);
        let before = self.cells.len();
        let full = *left == 0;
        self.cells.retain(|_, cell| {
            let idle = now.since(cell.last);
            idle < IDLE_NS && !(full && cell.trouble.is_none() && idle >= IDLE_NS_WHEN_FULL)
        });
        *left += before - self.cells.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_so_many_and_idle_ones_make_room() {
        let mut room = Room {
            agents: 3,
            ..Room::default()
        };
        let mut cells = Cells::new(EntityKind::Agent);
        for (n, id) in ["a", "b", "c", "d"].into_iter().enumerate() {
            let at = Timestamp::from_unix_s(n as f64 * 1000.0);
            let cell = cells.of(&id.into(), at, &mut room);
            assert_eq!(cell.is_some(), n < 3, "{id}");
        }
        let later = Timestamp::from_unix_s(3700.0);
        cells.sweep(later, &mut room);
        assert!(cells.get("a").is_none() && cells.get("b").is_some());
        assert!(cells.of(&"d".into(), later, &mut room).is_some());
        cells.sweep(later.plus_s(86_400.0), &mut room);
        assert_eq!((cells.iter().count(), room.agents), (0, 3));
    }
}
