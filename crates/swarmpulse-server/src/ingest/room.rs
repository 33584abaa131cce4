//! Room for new entities: records that would add one beyond the limits are refused one by one, known ones go on.
//!
//! The fleet itself never grows beyond its limits; it would pass such a record over after the sender was told that it is
//! durable. Here the sender is told. Far from the limits, bodies pass side by side by counting; near them they are
//! checked one after another, each against a fleet that holds all that passed before or was promised room.

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::Mutex;
use swarmpulse_fleet::Fleet;
use swarmpulse_model::record::EventSource;
use swarmpulse_model::{EntityKind, Record, Text};
use swarmpulse_runtime::Handle;
use swarmpulse_wire::{Decoded, Rejection};
use tokio::sync::{RwLock, RwLockReadGuard};

const KINDS: [EntityKind; 4] = [
    EntityKind::Agent,
    EntityKind::Task,
    EntityKind::Sandbox,
    EntityKind::Service,
];

/// New entities of each kind.
type New = [i64; KINDS.len()];

/// What is known of the room without looking at the fleet.
#[derive(Debug, Default)]
pub(crate) struct Room {
    /// So many records may pass before the fleet must be looked at again: even if each adds one of every kind.
    headroom: AtomicI64,
    /// Records that passed by counting and may not be in the fleet yet. Each holds the door open.
    under_way: AtomicI64,
    door: RwLock<()>,
    /// New entities of records that passed one by one and may not be in the fleet yet.
    promised: Mutex<New>,
}

/// Room taken by a body until its records are in the fleet.
#[derive(Debug)]
pub(crate) struct Place<'r> {
    room: &'r Room,
    /// Passed by counting: how many, and the door.
    counted: Option<(i64, RwLockReadGuard<'r, ()>)>,
    new: New,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some((records, _)) = &self.counted {
            self.room.under_way.fetch_sub(*records, Ordering::AcqRel);
        }
        if self.new != New::default() {
            let mut promised = self.room.promised.lock();
            for (promised, new) in promised.iter_mut().zip(self.new) {
                *promised -= new;
            }
        }
    }
}

impl Room {
    /// Takes room for what was decoded; records for which there is none become rejections.
    pub(crate) async fn find(&self, runtime: &Handle, namespace: &str, decoded: &mut Decoded) -> Place<'_> {
        if let Some(place) = self.count(runtime, decoded.records.len()).await {
            return place;
        }
        // Once nobody holds the door, all that was counted is in the fleet.
        let alone = self.door.write().await;
        let new = self.one_by_one(runtime, namespace, decoded);
        drop(alone);
        Place {
            room: self,
            counted: None,
            new,
        }
    }

    /// Lets records pass if there is room even if all of them are new.
    async fn count(&self, runtime: &Handle, records: usize) -> Option<Place<'_>> {
        let records = i64::try_from(records).unwrap_or(i64::MAX);
        let door = self.door.read().await;
        self.under_way.fetch_add(records, Ordering::AcqRel);
        let place = Place {
            room: self,
            counted: Some((records, door)),
            new: New::default(),
        };
        if self.headroom.fetch_sub(records, Ordering::AcqRel) >= records {
            return Some(place);
        }
        let least =
            self.free(runtime).into_iter().min().unwrap_or(0) - self.under_way.load(Ordering::Acquire);
        self.headroom.store(least, Ordering::Release);
        (least >= 0).then_some(place)
    }

    /// What is neither in the fleet nor promised.
    fn free(&self, runtime: &Handle) -> New {
        let promised = *self.promised.lock();
        let mut free = runtime.fleet(free_in);
        for (free, promised) in free.iter_mut().zip(promised) {
            *free -= promised;
        }
        free
    }

    /// Lets records pass one by one; gives what they add.
    fn one_by_one(&self, runtime: &Handle, namespace: &str, decoded: &mut Decoded) -> New {
        let free = self.free(runtime);
        let mut refused = New::default();
        let new = runtime.fleet(|fleet| {
            let names = KINDS.map(|_| HashSet::new());
            let mut newcomers = Newcomers {
                fleet,
                namespace,
                free,
                names,
            };
            keep(decoded, |record| {
                newcomers.admit(record).map_err(|kind| {
                    refused[kind] += 1;
                    refusal(fleet, KINDS[kind])
                })
            });
            newcomers.count()
        });
        for (promised, new) in self.promised.lock().iter_mut().zip(new) {
            *promised += new;
        }
        for (refused, reason) in refused.into_iter().zip(REASONS) {
            if refused > 0 {
                runtime.counters().drop_for(reason, refused.unsigned_abs());
            }
        }
        new
    }
}

const REASONS: [&str; KINDS.len()] = [
    "refused_agents_limit",
    "refused_tasks_limit",
    "refused_sandboxes_limit",
    "refused_services_limit",
];

fn limit_of(fleet: &Fleet, kind: EntityKind) -> u64 {
    match kind {
        EntityKind::Agent => fleet.settings().agents_max,
        _ => fleet.settings().entities_max,
    }
}

fn free_in(fleet: &Fleet) -> New {
    KINDS.map(|kind| {
        let free = limit_of(fleet, kind).saturating_sub(fleet.known(kind));
        i64::try_from(free).unwrap_or(i64::MAX / 2)
    })
}

fn refusal(fleet: &Fleet, kind: EntityKind) -> String {
    let setting = if kind == EntityKind::Agent {
        "fleet.agents_max"
    } else {
        "fleet.entities_max"
    };
    format!(
        "`{name}`: is new, and the limit of {limit} {name}s is reached; known ones go on; raise `{setting}`, or wait until \
         some are forgotten",
        name = kind.as_str(),
        limit = limit_of(fleet, kind),
    )
}

/// Entities that records of one body would add.
struct Newcomers<'f> {
    fleet: &'f Fleet,
    namespace: &'f str,
    free: New,
    names: [HashSet<Text>; KINDS.len()],
}

impl Newcomers<'_> {
    /// Lets a record pass, or says which kind has no room. It passes whole or not at all.
    fn admit(&mut self, record: &Record) -> Result<(), usize> {
        let named = named_by(record);
        let adds =
            |(kind, name): &(usize, &Text)| !self.names[*kind].contains(*name) && !self.is_known(*kind, name);
        let added: Vec<(usize, &Text)> = named.into_iter().flatten().filter(adds).collect();
        for (kind, _) in &added {
            if self.names[*kind].len() as i64 >= self.free[*kind] {
                return Err(*kind);
            }
        }
        for (kind, name) in added {
            self.names[kind].insert(name.clone());
        }
        Ok(())
    }

    fn is_known(&self, kind: usize, name: &str) -> bool {
        match KINDS[kind] {
            EntityKind::Agent => self.fleet.agent_named(self.namespace, name).is_some(),
            EntityKind::Task => self.fleet.task_named(self.namespace, name).is_some(),
            EntityKind::Sandbox => self.fleet.sandbox_named(self.namespace, name).is_some(),
            _ => self.fleet.service_named(self.namespace, name).is_some(),
        }
    }

    fn count(&self) -> New {
        let mut new = New::default();
        for (new, names) in new.iter_mut().zip(&self.names) {
            *new = names.len() as i64;
        }
        new
    }
}

/// The entities that a record adds if they are not known: places in [`KINDS`] and names.
fn named_by(record: &Record) -> [Option<(usize, &Text)>; 2] {
    let agent = |name| (0, name);
    let sandbox = |name| (2, name);
    match record {
        Record::Heartbeat(record) => [Some(agent(&record.agent)), record.sandbox.as_ref().map(sandbox)],
        Record::Task(record) => [Some((1, &record.task)), None],
        Record::Sandbox(record) => [Some(sandbox(&record.sandbox)), None],
        Record::Service(record) => [Some((3, &record.service)), None],
        Record::Call(record) => [Some((3, &record.service)), record.agent.as_ref().map(agent)],
        Record::Event(record) => {
            let speaker = record
                .agent
                .as_ref()
                .filter(|_| record.source != EventSource::System);
            [speaker.map(agent), record.sandbox.as_ref().map(sandbox)]
        }
        _ => [None, None],
    }
}

/// Keeps the records that pass; the others join the rejections, in the order of the body.
fn keep(decoded: &mut Decoded, mut pass: impl FnMut(&Record) -> Result<(), String>) {
    let records = std::mem::take(&mut decoded.records);
    let indexes = std::mem::take(&mut decoded.indexes);
    for (record, index) in records.into_iter().zip(indexes) {
        match pass(&record) {
            Ok(()) => {
                decoded.records.push(record);
                decoded.indexes.push(index);
            }
            Err(error) => decoded.rejected.push(Rejection {
                index: index.into(),
                error,
            }),
        }
    }
    decoded.rejected.sort_by_key(|rejection| rejection.index);
}
