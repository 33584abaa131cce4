//! The engine of one namespace: counts what goes well and what fails, and assesses it when asked.

use std::collections::VecDeque;

use swarmpulse_model::{Text, Timestamp};

use super::agents::Agents;
use super::assessment::Assessment;
use super::judgement::Judgement;
use super::links::Links;
use super::names::{Named, Names};
use super::pulse::{Pulse, SLOT_S, SLOTS};

/// The most services of a namespace; a service takes about 1 KiB.
pub const SERVICES_MAX: usize = 5_000;
/// The most agents of a namespace; an agent takes about 100 bytes.
pub const AGENTS_MAX: usize = 10_000;
/// The most types of work of a namespace; a type takes up to 34 KiB, most of it while it fails.
pub const TYPES_MAX: usize = 500;
/// Failures that are remembered one by one, of all services and of each type of work.
pub(super) const FAILURES_MAX: usize = 2_048;

/// What was left out for want of room, since the engine began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Outcomes of services beyond [`SERVICES_MAX`].
    pub services: u64,
    /// Outcomes of agents beyond [`AGENTS_MAX`]; they count, but nobody knows whose they are.
    pub agents: u64,
    /// Outcomes of types beyond [`TYPES_MAX`].
    pub types: u64,
    /// Outcomes that came minutes late.
    pub late: u64,
}

/// A failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    /// When.
    pub slot: i64,
    /// The service, if one was named.
    pub service: Option<u32>,
    /// The agent, if one was named.
    pub agent: Option<u32>,
}

/// A type of work.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub pulse: Pulse,
    /// Its latest failures, the newest last.
    pub failures: VecDeque<Failed>,
}

/// A cascade that was seen.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// What was held of it last.
    pub assessment: Assessment,
    /// Where it began.
    pub root: u32,
    /// Who failed with it.
    pub failing: Vec<u32>,
}

/// Watches the failures of one namespace.
#[derive(Clone, Debug)]
pub struct CascadeEngine {
    pub(super) service_names: Names,
    pub(super) services: Vec<Pulse>,
    pub(super) agents: Agents,
    pub(super) type_names: Names,
    pub(super) types: Vec<Work>,
    /// The latest failures of services, the newest last.
    pub(super) failures: VecDeque<Failed>,
    /// The slot of the first outcome.
    pub(super) first: Option<i64>,
    /// The last high assessment, while it holds.
    pub(super) standing: Option<Box<Standing>>,
    dropped: Dropped,
}

impl Default for CascadeEngine {
    fn default() -> Self {
        Self::new()
    }
}

/// The slot that a time is in.
pub(super) fn slot(at: Timestamp) -> i64 {
    at.0.div_euclid(SLOT_S * 1_000_000_000)
}

/// The time at which a slot begins.
pub(super) fn begin(slot: i64) -> Timestamp {
    Timestamp(slot.saturating_mul(SLOT_S * 1_000_000_000))
}

impl CascadeEngine {
    /// Knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            service_names: Names::new(SERVICES_MAX),
            services: Vec::new(),
            agents: Agents::new(AGENTS_MAX),
            type_names: Names::new(TYPES_MAX),
            types: Vec::new(),
            failures: VecDeque::new(),
            first: None,
            standing: None,
            dropped: Dropped::default(),
        }
    }

    /// Counts an outcome: of a call of a service, of a task of a type, or of both, by an agent.
    pub fn observe(
        &mut self,
        at: Timestamp,
        service: Option<&str>,
        agent: Option<&str>,
        task_type: Option<&str>,
        ok: bool,
    ) {
        let slot = slot(at);
        self.first.get_or_insert(slot);
        let mut on_time = true;
        let service = service.and_then(|name| self.service(name, slot));
        let agent = agent.and_then(|name| {
            let number = self.agents.hear(name, slot);
            self.dropped.agents += u64::from(number.is_none());
            number
        });
        let failed = Failed { slot, service, agent };
        if let Some(number) = service {
            on_time &= self.services[number as usize].add(slot, ok);
            if !ok {
                remember(&mut self.failures, failed);
            }
        }
        if let Some(number) = task_type.and_then(|name| self.task_type(name, slot)) {
            let work = &mut self.types[number as usize];
            on_time &= work.pulse.add(slot, ok);
            if !ok {
                remember(&mut work.failures, failed);
            }
        }
        self.dropped.late += u64::from(!on_time);
    }

    /// The number of a service, also of one that only others speak of.
    pub(super) fn service(&mut self, name: &str, slot: i64) -> Option<u32> {
        match self.service_names.hear(name, slot) {
            Named::Known(number) => Some(number),
            Named::New(number) => {
                put(&mut self.services, number, Pulse::new(slot));
                if let Some(standing) = &mut self.standing {
                    standing.failing.retain(|other| *other != number);
                }
                Some(number)
            }
            Named::Full => {
                self.dropped.services += 1;
                None
            }
        }
    }

    fn task_type(&mut self, name: &str, slot: i64) -> Option<u32> {
        match self.type_names.hear(name, slot) {
            Named::Known(number) => Some(number),
            Named::New(number) => {
                let work = Work {
                    pulse: Pulse::new(slot),
                    failures: VecDeque::new(),
                };
                put(&mut self.types, number, work);
                Some(number)
            }
            Named::Full => {
                self.dropped.types += 1;
                None
            }
        }
    }

    /// What is held at `now`, given what each service needs. Services that were never heard of count as links between
    /// others, not as evidence.
    pub fn assess<'a>(
        &mut self,
        now: Timestamp,
        needs: impl IntoIterator<Item = (&'a Text, &'a [Text])>,
    ) -> Assessment {
        let now = slot(now);
        for pulse in &mut self.services {
            pulse.advance(now);
        }
        forget(&mut self.failures, now);
        for work in &mut self.types {
            work.pulse.advance(now);
            forget(&mut work.failures, now);
        }
        let mut links = Links::new(self.service_names.len());
        for (service, needs) in needs {
            let Some(service) = self.service_names.find(service) else {
                continue;
            };
            for need in needs {
                if let Some(need) = self.service_names.find(need) {
                    links.add(service, need);
                }
            }
        }
        Judgement::new(self, links, now).assess()
    }

    /// How long outcomes have been coming in, in seconds.
    #[must_use]
    pub fn watched_s(&self, now: Timestamp) -> f64 {
        self.first
            .map_or(0.0, |first| now.seconds_since(begin(first)).max(0.0))
    }

    /// What was left out.
    #[must_use]
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }
}

fn remember(failures: &mut VecDeque<Failed>, failed: Failed) {
    if failures.len() >= FAILURES_MAX {
        failures.pop_front();
    }
    failures.push_back(failed);
}

fn forget(failures: &mut VecDeque<Failed>, now: i64) {
    while failures.front().is_some_and(|it| it.slot <= now - SLOTS as i64) {
        failures.pop_front();
    }
}

fn put<T>(rows: &mut Vec<T>, number: u32, row: T) {
    if let Some(old) = rows.get_mut(number as usize) {
        *old = row;
    } else {
        rows.push(row);
    }
}
