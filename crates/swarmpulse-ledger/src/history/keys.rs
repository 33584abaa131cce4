//! Key filters: which namespaces, kinds, agents, tasks, sandboxes and event types occur in a block of rows.
//!
//! A filter is a Bloom filter of 12 to 24 bits per key with 4 probes: less than one block in 150 is looked at in vain.
//! Its layout is kept in files, so neither the hash nor the probes may change without a migration.

use swarmpulse_store::{Facets, HistoryQuery};

const PROBES: u64 = 4;
const BITS_PER_KEY: usize = 12;
const BYTES_MIN: usize = 8;

#[derive(Clone, Copy)]
enum Tag {
    Namespace = 1,
    Kind = 2,
    Agent = 3,
    Task = 4,
    Sandbox = 5,
    EventType = 6,
    EventFamily = 7,
}

/// The keys of an open block.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    hashes: Vec<u64>,
}

impl Keys {
    /// Adds a row's keys.
    pub(crate) fn add(&mut self, facets: &Facets<'_>) {
        self.hashes.push(hash(Tag::Namespace, facets.namespace));
        self.hashes.push(hash(Tag::Kind, facets.kind));
        let named = [
            (Tag::Agent, facets.agent),
            (Tag::Task, facets.task),
            (Tag::Sandbox, facets.sandbox),
        ];
        self.hashes
            .extend(named.iter().filter_map(|(tag, id)| id.map(|id| hash(*tag, id))));
        if let Some(event_type) = facets.event_type {
            self.hashes.push(hash(Tag::EventType, event_type));
            let dots = event_type.bytes().enumerate().filter(|(_, byte)| *byte == b'.');
            self.hashes
                .extend(dots.map(|(dot, _)| hash(Tag::EventFamily, &event_type[..=dot])));
        }
    }

    /// The filter of all keys added so far.
    pub(crate) fn encode(&mut self) -> Vec<u8> {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        let bytes = (self.hashes.len() * BITS_PER_KEY / 8)
            .next_power_of_two()
            .max(BYTES_MIN);
        let mut filter = vec![0; bytes];
        for key in &self.hashes {
            for bit in probes(*key, bytes) {
                filter[bit / 8] |= 1 << (bit % 8);
            }
        }
        filter
    }
}

/// What a query asks of a block's keys: one of each group.
#[derive(Debug, Default)]
pub(crate) struct WantedKeys {
    groups: Vec<Vec<u64>>,
}

impl WantedKeys {
    /// What this query asks for.
    pub(crate) fn of(query: &HistoryQuery) -> Self {
        let named = [
            (Tag::Namespace, &query.namespace),
            (Tag::Agent, &query.agent),
            (Tag::Task, &query.task),
            (Tag::Sandbox, &query.sandbox),
        ];
        let mut groups: Vec<Vec<u64>> = named
            .iter()
            .filter_map(|(tag, id)| id.as_deref().map(|id| vec![hash(*tag, id)]))
            .collect();
        if !query.kinds.is_empty() {
            groups.push(query.kinds.iter().map(|kind| hash(Tag::Kind, kind)).collect());
        }
        if let Some(pattern) = query.event_type.as_deref() {
            match pattern.strip_suffix('*') {
                None => groups.push(vec![hash(Tag::EventType, pattern)]),
                Some(prefix) => {
                    let family = prefix
                        .rfind('.')
                        .map(|dot| vec![hash(Tag::EventFamily, &prefix[..=dot])]);
                    groups.push(family.unwrap_or_else(|| vec![hash(Tag::Kind, "event")]));
                }
            }
        }
        Self { groups }
    }

    /// Whether nothing is asked of the keys.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Whether a block of this filter may hold what is asked for.
    pub(crate) fn may_be_in(&self, filter: &[u8]) -> bool {
        if !filter.len().is_power_of_two() {
            return true;
        }
        let may_hold =
            |key: &u64| probes(*key, filter.len()).all(|bit| filter[bit / 8] & (1 << (bit % 8)) != 0);
        self.groups.iter().all(|group| group.iter().any(may_hold))
    }
}

fn probes(key: u64, bytes: usize) -> impl Iterator<Item = usize> {
    let (first, step) = (key & 0xffff_ffff, (key >> 32) | 1);
    let bits = bytes as u64 * 8;
    (0..PROBES).map(move |probe| ((first + probe * step) & (bits - 1)) as usize)
}

/// FNV-1a with a finisher that spreads it over all bits.
fn hash(tag: Tag, text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ (tag as u64);
    let mut hash = text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(name: &str) -> Facets<'_> {
        Facets {
            namespace: "default",
            kind: "event",
            agent: Some(name),
            event_type: Some("a.b.c"),
            ..Facets::default()
        }
    }

    #[test]
    fn keys_added_are_found_and_few_others_are() {
        let names: Vec<String> = (0..2000).map(|number| format!("agent-{number}")).collect();
        let mut keys = Keys::default();
        names[..500].iter().for_each(|name| keys.add(&agent(name)));
        let filter = keys.encode();
        assert!(filter.len() <= 2048, "{} bytes", filter.len());
        let found = |name: &String| {
            WantedKeys::of(&HistoryQuery {
                agent: Some(name.as_str().into()),
                ..HistoryQuery::default()
            })
            .may_be_in(&filter)
        };
        assert!(names[..500].iter().all(found));
        let in_vain = names[500..].iter().filter(|name| found(name)).count();
        assert!(in_vain <= 15, "{in_vain} of 1500 in vain");
    }

    #[test]
    fn event_types_are_found_by_their_families() {
        let mut keys = Keys::default();
        keys.add(&agent("x"));
        let filter = keys.encode();
        let found = |pattern: &str| {
            let query = HistoryQuery {
                event_type: Some(pattern.into()),
                ..HistoryQuery::default()
            };
            WantedKeys::of(&query).may_be_in(&filter)
        };
        for pattern in ["a.b.c", "a.*", "a.b.*", "a.b.c*", "a*", "*"] {
            assert!(found(pattern), "{pattern}");
        }
        for pattern in ["a.b", "b.*", "a.c.*"] {
            assert!(!found(pattern), "{pattern}");
        }
    }
}
