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

#[cfg(test)]
mod tests {
    use super::*;
    use swarmpulse_model::record::{FleetSettings, Heartbeat};
    use swarmpulse_model::{Envelope, Position, Record, Source};

    const BEGIN: Timestamp = Timestamp(1_767_571_200_000_000_000);

    /// Agents that report once, at the beginning: their host, their sandbox, whether on demand.
    fn fleet(agents: &[(&str, &str, Option<&str>, bool)]) -> RwLock<Fleet> {
        let settings = FleetSettings {
            local_host: "here".into(),
            ..FleetSettings::default()
        };
        let mut fleet = Fleet::new(settings);
        let heartbeats = agents.iter().map(|(agent, host, sandbox, on_demand)| {
            Record::Heartbeat(Box::new(Heartbeat {
                agent: (*agent).into(),
                host: Some((*host).into()),
                sandbox: sandbox.map(Text::from),
                interval_s: Some(10.0),
                on_demand: on_demand.then_some(true),
                ..Heartbeat::default()
            }))
        });
        let envelope = |offset, received_at, source, records| Envelope {
            position: Position { partition: 0, offset },
            received_at,
            namespace: Text::const_new("default"),
            principal: Text::default(),
            source,
            records,
        };
        let mut effects = Vec::new();
        let reports = envelope(0, BEGIN, Source::Http, heartbeats.collect());
        fleet.apply_envelope(reports, &mut effects);
        let tick = envelope(1, BEGIN.plus_s(31.0), Source::Monitor, vec![Record::Tick]);
        fleet.apply_envelope(tick, &mut effects);
        RwLock::new(fleet)
    }

    fn key(kind: EntityKind, id: &str) -> EntityKey {
        EntityKey::new("default", kind, id)
    }

    #[test]
    fn agents_tell_of_their_hosts_and_the_monitor_of_its_own() {
        let fleet = fleet(&[
            ("a1", "h1", None, false),
            ("a2", "h1", None, true),
            ("a3", "here", None, false),
        ]);
        let around = FleetSurroundings::new(&fleet, BEGIN.plus_s(40.0));
        let there = around.agents_of(&key(EntityKind::Host, "h1"));
        let mut presences: Vec<(Presence, bool)> = there
            .iter()
            .map(|witness| (witness.presence, witness.due_at == BEGIN.plus_s(13.0)))
            .collect();
        presences.sort_by_key(|(presence, _)| *presence != Presence::Down);
        assert_eq!(presences, [(Presence::Down, true), (Presence::Unexpected, false)]);
        assert!(there.iter().all(|witness| witness.heard_at == Some(BEGIN)));
        let [here] = around.agents_of(&key(EntityKind::Host, "here"))[..] else {
            panic!("one agent runs here");
        };
        assert_eq!(
            (here.presence, here.heard_at),
            (Presence::Down, Some(BEGIN.plus_s(40.0)))
        );
        assert_eq!(around.agents_of(&key(EntityKind::Host, "h9")), []);
        // A day later it no longer counts where it was.
        let later = FleetSurroundings::new(&fleet, BEGIN.plus_s(25.0 * 3600.0));
        let still = later.agents_of(&key(EntityKind::Host, "h1"));
        assert!(still.iter().all(|witness| witness.presence != Presence::Down));
    }

    #[test]
    fn a_sandbox_stands_on_the_host_of_its_agents_if_that_is_one() {
        let fleet = fleet(&[
            ("a1", "h1", Some("s1"), false),
            ("a2", "h1", Some("s1"), false),
            ("b1", "h1", Some("s2"), false),
            ("b2", "h2", Some("s2"), false),
        ]);
        let around = FleetSurroundings::new(&fleet, BEGIN.plus_s(40.0));
        let below = |sandbox| around.stands_on(&key(EntityKind::Sandbox, sandbox));
        assert_eq!(below("s1"), [key(EntityKind::Host, "h1")]);
        assert_eq!(below("s2"), []);
        assert_eq!(around.agents_of(&key(EntityKind::Sandbox, "s1")).len(), 2);
        assert_eq!(around.agents_of(&key(EntityKind::Host, "h1")).len(), 3);
    }
}
