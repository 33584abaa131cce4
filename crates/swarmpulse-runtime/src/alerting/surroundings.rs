//! The entity graph as the desk asks for it, looked up in the fleet while it decides.
//!
//! Where agents are is gathered in one pass over the fleet, and only if the desk asks: a storm asks for a place again and
//! again.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, VecDeque};

use parking_lot::RwLock;
use swarmpulse_alert::{Presence, Surroundings, Witness};
use swarmpulse_fleet::{Agent, Fleet};
use swarmpulse_model::{EntityKey, EntityKind, Text, Timestamp, Verdict};

/// What one subject stands on, at most.
const ANCESTORS_MAX: usize = 64;
/// An agent that is down for so long no longer counts where it was, in seconds.
const LONG_GONE_S: f64 = 24.0 * 3600.0;
/// Agents copied at one look: records wait meanwhile.
const AT_ONCE: usize = 2_000;

/// The graph of a fleet during one decision.
pub(crate) struct FleetSurroundings<'a> {
    fleet: &'a RwLock<Fleet>,
    now: Timestamp,
    gathered: OnceCell<Gathered>,
}

/// What one pass over the agents gives.
#[derive(Default)]
struct Gathered {
    /// Every host and sandbox with the agents there.
    places: HashMap<EntityKey, Vec<Witness>>,
    /// The services that agents at work on tasks of each type call.
    of_types: HashMap<EntityKey, BTreeSet<EntityKey>>,
}

impl<'a> FleetSurroundings<'a> {
    pub fn new(fleet: &'a RwLock<Fleet>, now: Timestamp) -> Self {
        Self {
            fleet,
            now,
            gathered: OnceCell::new(),
        }
    }

    fn gathered(&self) -> &Gathered {
        self.gathered.get_or_init(|| {
            let mut gathered = Gathered::default();
            let mut next = Some(0);
            while let Some(first) = next {
                next = gathered.add_some(&self.fleet.read(), first, self.now);
            }
            gathered
        })
    }
}

impl Gathered {
    /// Adds some agents; gives the slot to go on from.
    fn add_some(&mut self, fleet: &Fleet, first: u32, now: Timestamp) -> Option<u32> {
        for (seen, (index, agent)) in fleet.agents_from(first).enumerate() {
            if seen == AT_ONCE {
                return Some(index);
            }
            self.add_to_places(fleet, agent, now);
            self.add_to_types(fleet, agent);
        }
        None
    }

    fn add_to_places(&mut self, fleet: &Fleet, agent: &Agent, now: Timestamp) {
        let presence = match agent.verdict() {
            Verdict::Down if now.seconds_since(agent.since()) > LONG_GONE_S => return,
            Verdict::Down => Presence::Down,
            Verdict::Stopped => Presence::Unexpected,
            _ if agent.is_on_demand() => Presence::Unexpected,
            _ => Presence::Up,
        };
        for key in whereabouts(fleet, agent) {
            let sign = fleet.sign_of(agent, key.kind);
            let mut witness = Witness {
                presence,
                heard_at: sign.heard_at,
                expected_at: sign.expected_at,
                due_at: sign.due_at,
            };
            // The monitor itself runs there.
            if key.kind == EntityKind::Host && key.id == fleet.settings().local_host {
                witness.heard_at = Some(now);
            }
            self.places.entry(key).or_default().push(witness);
        }
    }

    fn add_to_types(&mut self, fleet: &Fleet, agent: &Agent) {
        let tasks = agent
            .open_tasks()
            .iter()
            .filter_map(|index| fleet.task_at(*index));
        for task_type in tasks.filter_map(|task| task.task_type.as_deref()) {
            let key = EntityKey::new(fleet.namespace_of(agent), EntityKind::TaskType, task_type);
            let called = self.of_types.entry(key).or_default();
            if called.len() < ANCESTORS_MAX {
                called.extend(services(fleet, agent));
            }
        }
    }
}

impl Surroundings for FleetSurroundings<'_> {
    fn stands_on(&self, subject: &EntityKey) -> Vec<EntityKey> {
        if subject.kind == EntityKind::TaskType {
            let called = self.gathered().of_types.get(subject);
            return called.into_iter().flatten().cloned().collect();
        }
        let fleet = self.fleet.read();
        let mut found = Vec::new();
        let mut next = VecDeque::from(below(&fleet, subject));
        while let Some(key) = next.pop_front() {
            if found.len() == ANCESTORS_MAX {
                break;
            }
            if key != *subject && !found.contains(&key) {
                next.extend(below(&fleet, &key));
                found.push(key);
            }
        }
        found
    }

    fn agents_of(&self, place: &EntityKey) -> Vec<Witness> {
        self.gathered().places.get(place).cloned().unwrap_or_default()
    }
}

/// What an entity stands on directly.
fn below(fleet: &Fleet, subject: &EntityKey) -> Vec<EntityKey> {
    let (namespace, id) = (subject.namespace.as_str(), subject.id.as_str());
    match subject.kind {
        EntityKind::Agent => fleet
            .agent_named(namespace, id)
            .map(|agent| own_places(fleet, agent))
            .unwrap_or_default(),
        EntityKind::Task | EntityKind::Service => {
            let edges = fleet.edges(subject.kind, namespace, id).into_iter();
            edges.map(|edge| edge.to).collect()
        }
        EntityKind::Process => {
            let host = id.rsplit_once(':').map(|(host, _)| host);
            host.map(|host| EntityKey::new(namespace, EntityKind::Host, host))
                .into_iter()
                .collect()
        }
        EntityKind::Sandbox => host_of_sandbox(fleet, namespace, id).into_iter().collect(),
        EntityKind::Host | EntityKind::TaskType => Vec::new(),
    }
}

/// The host that all agents of a sandbox run on, if it is one.
fn host_of_sandbox(fleet: &Fleet, namespace: &str, id: &str) -> Option<EntityKey> {
    let sandbox = fleet.sandbox_named(namespace, id)?;
    let agents = sandbox.agents().iter().filter_map(|index| fleet.agent_at(*index));
    let mut hosts = agents.map(|agent| fleet.host_of(agent));
    let first = hosts.next()??;
    hosts
        .all(|host| host == Some(first))
        .then(|| EntityKey::new(namespace, EntityKind::Host, first))
}

/// What an agent stands on: its sandbox, its host, and the services that it calls.
fn own_places(fleet: &Fleet, agent: &Agent) -> Vec<EntityKey> {
    let mut all = whereabouts(fleet, agent);
    all.extend(services(fleet, agent));
    all
}

/// Where an agent is: its sandbox and its host.
fn whereabouts(fleet: &Fleet, agent: &Agent) -> Vec<EntityKey> {
    let namespace = fleet.namespace_of(agent);
    let key = |kind, id: &str| EntityKey::new(namespace, kind, id);
    let sandbox = agent.sandbox().and_then(|index| fleet.sandbox_at(index));
    let sandbox = sandbox.map(|sandbox| key(EntityKind::Sandbox, &sandbox.id));
    let host = fleet.host_of(agent).map(|host| key(EntityKind::Host, host));
    sandbox.into_iter().chain(host).collect()
}

fn services(fleet: &Fleet, agent: &Agent) -> Vec<EntityKey> {
    let namespace: Text = fleet.namespace_of(agent).into();
    let services = agent.services().iter();
    services
        .filter_map(|index| fleet.service_at(*index))
        .map(|service| EntityKey::new(&namespace, EntityKind::Service, &service.id))
        .collect()
}
