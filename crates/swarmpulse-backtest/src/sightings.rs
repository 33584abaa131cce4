//! Where agents were and when each was heard, by what the monitor recorded of them every few seconds.
//!
//! The series of an agent's last contact names its host, and its values are the times at which the agent was heard. So a host
//! that nobody asked about then can be asked about now: its agents tell of it what they told then.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use swarmpulse_alert::{Presence, Witness};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::{METRIC_NAME, is_stale};
use swarmpulse_model::{EntityKey, EntityKind, Timestamp};
use swarmpulse_store::MetricStore;
use swarmpulse_store::metrics::{Matcher, Points, Selection};

/// Its labels name an agent and its host, its values are Unix seconds.
const CONTACT: &str = "swarmpulse_agent_last_contact_timestamp_seconds";
/// 0 of an agent that does not count as available.
const UP: &str = "swarmpulse_agent_up";
/// Only the host that the monitor runs on has it.
const OF_OWN_HOST: &str = "swarmpulse_host_cpu_ratio";
/// So much is read at once, with as much before it and a little after it, in milliseconds.
const BLOCK_MS: i64 = 3_600_000;
/// A contact is recorded so much later at most.
const RECORDED_LATE_MS: i64 = 15_000;
/// What was read is kept of so many hosts and hours.
const BLOCKS_MAX: usize = 1_000;
const SERIES_MAX: usize = 10_000;
/// An agent's interval is learned from so many gaps, and is this without.
const GAPS_MAX: usize = 30;
const GAPS_MIN: usize = 3;
const INTERVAL_S: f64 = 10.0;
/// Reports of agents that are well come so much late, in seconds.
const LATE_S: f64 = 1.0;
/// An agent that is down for so long no longer counts where it was, in seconds.
const LONG_GONE_S: f64 = 86_400.0;

/// What the metric store has of agents and their hosts.
pub(crate) struct Sightings {
    store: Arc<dyn MetricStore>,
    from_ms: i64,
    to_ms: i64,
    blocks: RefCell<HashMap<(EntityKey, i64), Rc<Block>>>,
    hosts: RefCell<HashMap<EntityKey, Rc<[EntityKey]>>>,
}

/// A host's agents during an hour and the one before.
#[derive(Default)]
struct Block {
    agents: Vec<Seen>,
    is_own_host: bool,
}

/// What was recorded of one agent.
struct Seen {
    agent: EntityKey,
    /// Milliseconds at which it was recorded there first, and from which on it no longer was.
    from_ms: i64,
    gone_ms: i64,
    /// Times at which it was heard, each once.
    contacts: Vec<Timestamp>,
    /// Whether it was available, by the millisecond from which on.
    up: Vec<(i64, bool)>,
}

impl Sightings {
    /// Of agents that were recorded between two times.
    pub fn new(store: Arc<dyn MetricStore>, from: Timestamp, to: Timestamp) -> Self {
        Self {
            store,
            from_ms: from.unix_ms(),
            to_ms: to.unix_ms(),
            blocks: RefCell::default(),
            hosts: RefCell::default(),
        }
    }

    /// The host that an agent was recorded on last, if any.
    pub fn host_of(&self, agent: &EntityKey, now: Timestamp) -> Option<EntityKey> {
        if agent.kind != EntityKind::Agent {
            return None;
        }
        let known = self.hosts.borrow().get(agent).cloned();
        let hosts = known.unwrap_or_else(|| {
            let found = self.read_hosts(agent);
            self.hosts.borrow_mut().insert(agent.clone(), Rc::clone(&found));
            found
        });
        match &*hosts {
            [] => None,
            [only] => Some(only.clone()),
            several => several
                .iter()
                .filter_map(|host| {
                    let block = self.block(host, now);
                    let seen = block.agents.iter().find(|seen| seen.agent == *agent)?;
                    Some((seen.heard_at(now)?, host))
                })
                .max()
                .map(|(_, host)| host.clone()),
        }
    }

    /// What the agents of a host tell of it; none if nothing is recorded. `down_since` says since when an agent is down.
    pub fn agents_of(
        &self,
        host: &EntityKey,
        now: Timestamp,
        down_since: &dyn Fn(&EntityKey) -> Option<Timestamp>,
    ) -> Vec<Witness> {
        if host.kind != EntityKind::Host {
            return Vec::new();
        }
        let block = self.block(host, now);
        let there = block.agents.iter().filter(|seen| seen.is_there(now));
        there
            .filter_map(|seen| {
                let mut witness = seen.witness(now, down_since(&seen.agent))?;
                if block.is_own_host {
                    witness.heard_at = Some(now);
                }
                Some(witness)
            })
            .collect()
    }

    fn read_hosts(&self, agent: &EntityKey) -> Rc<[EntityKey]> {
        let matchers = vec![
            Matcher::equal(METRIC_NAME, CONTACT),
            Matcher::equal("agent", &agent.id),
            of_namespace(&agent.namespace),
        ];
        let mut hosts = Vec::new();
        self.each(matchers, self.from_ms, self.to_ms, false, |labels, _| {
            if let Some(host) = labels.get("host").filter(|host| !host.is_empty()) {
                hosts.push(EntityKey::new(&agent.namespace, EntityKind::Host, host));
            }
        });
        hosts.dedup();
        hosts.into()
    }

    fn block(&self, host: &EntityKey, now: Timestamp) -> Rc<Block> {
        let number = now.unix_ms().div_euclid(BLOCK_MS);
        let key = (host.clone(), number);
        if let Some(block) = self.blocks.borrow().get(&key) {
            return Rc::clone(block);
        }
        let block = Rc::new(self.read_block(host, number));
        let mut blocks = self.blocks.borrow_mut();
        if blocks.len() >= BLOCKS_MAX {
            blocks.clear();
        }
        blocks.insert(key, Rc::clone(&block));
        block
    }

    fn read_block(&self, host: &EntityKey, number: i64) -> Block {
        let from_ms = (number - 1) * BLOCK_MS;
        let to_ms = (number + 1) * BLOCK_MS + RECORDED_LATE_MS;
        let of = |metric: &str| {
            vec![
                Matcher::equal(METRIC_NAME, metric),
                Matcher::equal("host", &host.id),
                of_namespace(&host.namespace),
            ]
        };
        let mut block = Block::default();
        let agent_of = |labels: &swarmpulse_model::Labels| {
            let agent = labels.get("agent")?;
            Some(EntityKey::new(&host.namespace, EntityKind::Agent, agent))
        };
        self.each(of(CONTACT), from_ms, to_ms, true, |labels, points| {
            block
                .agents
                .extend(agent_of(labels).and_then(|agent| Seen::of(agent, points)));
        });
        self.each(of(UP), from_ms, to_ms, true, |labels, points| {
            let agent = agent_of(labels);
            if let Some(seen) = block
                .agents
                .iter_mut()
                .find(|seen| Some(&seen.agent) == agent.as_ref())
            {
                seen.up = changes(points);
            }
        });
        let own = vec![
            Matcher::equal(METRIC_NAME, OF_OWN_HOST),
            Matcher::equal("host", &host.id),
        ];
        self.each(own, from_ms, to_ms, false, |_, _| block.is_own_host = true);
        block
    }

    /// Hands over all series that match, with their samples if these are wanted. What cannot be read is not known.
    fn each(
        &self,
        matchers: Vec<Matcher>,
        from_ms: i64,
        to_ms: i64,
        with_samples: bool,
        mut take: impl FnMut(&swarmpulse_model::Labels, &Points),
    ) {
        let selection = Selection {
            matchers,
            from_ms,
            to_ms,
            series_max: SERIES_MAX,
        };
        let Ok(selected) = self.store.select(&selection) else {
            return;
        };
        let mut points = Points::default();
        for number in 0..selected.len() {
            if !with_samples || selected.read(number, &mut points).is_ok() {
                take(selected.labels(number), &points);
            }
        }
    }
}

/// Series of the default namespace are without the label.
fn of_namespace(name: &str) -> Matcher {
    Matcher::equal("namespace", if name == DEFAULT_NAMESPACE { "" } else { name })
}

/// When it changed whether the value is above 0.
fn changes(points: &Points) -> Vec<(i64, bool)> {
    let mut changes: Vec<(i64, bool)> = Vec::new();
    for (at_ms, value) in points.times_ms.iter().zip(&points.values) {
        let is_up = *value > 0.0;
        if changes.last().is_none_or(|(_, was_up)| *was_up != is_up) {
            changes.push((*at_ms, is_up));
        }
    }
    changes
}

impl Seen {
    fn of(agent: EntityKey, points: &Points) -> Option<Self> {
        let mut seen = Self {
            agent,
            from_ms: *points.times_ms.first()?,
            gone_ms: i64::MAX,
            contacts: Vec::new(),
            up: Vec::new(),
        };
        for (at_ms, value) in points.times_ms.iter().zip(&points.values) {
            if is_stale(*value) {
                seen.gone_ms = *at_ms;
                continue;
            }
            seen.gone_ms = i64::MAX;
            let contact = Timestamp::from_unix_s(*value);
            if seen.contacts.last().is_none_or(|last| contact > *last) {
                seen.contacts.push(contact);
            }
        }
        Some(seen)
    }

    fn is_there(&self, now: Timestamp) -> bool {
        (self.from_ms..self.gone_ms).contains(&now.unix_ms())
    }

    /// Contacts up to a time.
    fn heard(&self, now: Timestamp) -> &[Timestamp] {
        &self.contacts[..self.contacts.partition_point(|contact| *contact <= now)]
    }

    fn heard_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.heard(now).last().copied()
    }

    /// How often it was heard: nine of ten gaps are no longer.
    fn interval_s(&self, now: Timestamp) -> f64 {
        let heard = self.heard(now);
        let latest = &heard[heard.len().saturating_sub(GAPS_MAX + 1)..];
        let gaps = latest.windows(2).map(|pair| pair[1].seconds_since(pair[0]));
        let mut gaps: Vec<f64> = gaps.collect();
        if gaps.len() < GAPS_MIN {
            return INTERVAL_S;
        }
        gaps.sort_by(f64::total_cmp);
        gaps[(gaps.len() - 1) * 9 / 10]
    }

    fn witness(&self, now: Timestamp, down_since: Option<Timestamp>) -> Option<Witness> {
        let heard_at = self.heard_at(now)?;
        let interval_s = self.interval_s(now);
        let expected_at = heard_at.plus_s(interval_s + LATE_S);
        let due_at = heard_at.plus_s(1.2 * interval_s + LATE_S);
        let now_ms = now.unix_ms();
        let was_up = self.up[..self.up.partition_point(|(at_ms, _)| *at_ms <= now_ms)]
            .last()
            .is_none_or(|(_, is_up)| *is_up);
        let mute = |presence, heard_at| Witness {
            presence,
            heard_at: Some(heard_at),
            expected_at: Timestamp::NEVER,
            due_at: Timestamp::NEVER,
        };
        let spoken = |presence| Witness {
            presence,
            heard_at: Some(heard_at),
            expected_at,
            due_at,
        };
        match down_since {
            Some(since) if now.seconds_since(since) > LONG_GONE_S => None,
            // It was seen to end, before its silence could say anything: a sign of life of the place.
            Some(since) if since < due_at => Some(mute(Presence::Down, heard_at.max(since))),
            Some(_) => Some(spoken(Presence::Down)),
            None if was_up => Some(spoken(Presence::Up)),
            // It stopped, hangs, or could not be seen: its silence says nothing.
            None => Some(mute(Presence::Unexpected, heard_at)),
        }
    }
}
