//! Which series there are, and which have which labels.

mod cache;
mod lookup;
mod matching;
mod pairs;
mod posting;
mod table;

use hashbrown::HashMap;
use roaring::RoaringBitmap;
use swarmpulse_model::Labels;
use swarmpulse_model::series::{Label, LabelBytes, METRIC_NAME};
use swarmpulse_store::metrics::{MetricError, MetricLimits, RejectReason};

use crate::hash::{SeriesHash, SeriesHasher};
pub(crate) use cache::{Found, SelectionCache};
pub(crate) use lookup::{Lookup, UNKNOWN};
use matching::MatchedPairs;
use pairs::Pairs;
pub(crate) use table::PAGE_SERIES;
use table::SeriesTable;

/// The label that names an agent.
const AGENT: &str = "agent";
/// So many orders in which the labels of one series came are remembered; others take the long way.
const ALIASES_MAX: usize = 8;

/// All series by number and by label.
pub(crate) struct Index {
    pub(crate) pairs: Pairs,
    pub(crate) table: SeriesTable,
    all: RoaringBitmap,
    next: u32,
    aliases: HashMap<u32, Vec<SeriesHash>>,
    /// Grows whenever a series comes or goes.
    pub(crate) generation: u64,
}

impl Index {
    pub(crate) fn new() -> Self {
        Self {
            pairs: Pairs::default(),
            table: SeriesTable::default(),
            all: RoaringBitmap::new(),
            next: 0,
            aliases: HashMap::new(),
            generation: 0,
        }
    }

    /// How many series there are.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The number that the next new series gets.
    pub(crate) fn next(&self) -> u32 {
        self.next
    }

    /// Numbers below this are never given to new series.
    pub(crate) fn raise_next(&mut self, next: u32) {
        self.next = self.next.max(next);
    }

    /// All series.
    pub(crate) fn all(&self) -> &RoaringBitmap {
        &self.all
    }

    /// Why a new series would be refused, if it would.
    pub(crate) fn refused(&self, labels: &Labels, limits: &MetricLimits) -> Option<RejectReason> {
        let with = |name: &str, value: &str| {
            let pair = self.pairs.find(name, value);
            pair.map_or(0, |pair| self.pairs.at(pair).series.len())
        };
        // The last number is the one that says "unknown".
        if self.len() as u64 >= limits.series_max || self.next >= UNKNOWN - 1 {
            return Some(RejectReason::TooManySeries);
        }
        if with(METRIC_NAME, labels.metric_name()) >= limits.series_per_metric_max {
            return Some(RejectReason::TooManySeriesOfMetric);
        }
        let agent = labels.get(AGENT)?;
        (with(AGENT, agent) >= limits.series_per_agent_max).then_some(RejectReason::TooManySeriesOfAgent)
    }

    /// Adds a series of which nothing was known; gives its number.
    pub(crate) fn create(&mut self, labels: &Labels) -> Result<u32, MetricError> {
        let pairs: Vec<u32> = labels
            .iter()
            .map(|label| self.pairs.intern(&label.name, &label.value))
            .collect();
        let series = self.next;
        self.insert(series, &pairs)?;
        Ok(series)
    }

    /// The number of a label, new if it was not known.
    pub(crate) fn intern(&mut self, name: &str, value: &str) -> u32 {
        self.pairs.intern(name, value)
    }

    /// Adds a series whose number and labels are known from before. Numbers must rise.
    pub(crate) fn insert(&mut self, series: u32, pairs: &[u32]) -> Result<(), MetricError> {
        self.table.add(series, pairs)?;
        for pair in pairs {
            self.pairs.add(*pair, series);
        }
        self.all.insert(series);
        self.next = self.next.max(series + 1);
        self.generation += 1;
        Ok(())
    }

    /// Whether labels in this form may be remembered for a series.
    pub(crate) fn add_alias(&mut self, series: u32, hash: SeriesHash) -> bool {
        let aliases = self.aliases.entry(series).or_default();
        let room = aliases.len() < ALIASES_MAX;
        if room {
            aliases.push(hash);
        }
        room
    }

    /// Forgets a series, everywhere. Gives the labels that went with it, whose numbers will be given again.
    pub(crate) fn remove(&mut self, series: u32, hasher: &SeriesHasher, lookup: &Lookup) -> Vec<u32> {
        let mut bytes = Vec::new();
        let Some(mut pairs) = self.table.remove(series) else {
            return Vec::new();
        };
        self.push_label_bytes(&pairs, &mut bytes);
        lookup.remove(hasher.series(hasher.namespace(""), &bytes), series);
        for hash in self.aliases.remove(&series).unwrap_or_default() {
            lookup.remove(hash, series);
        }
        pairs.retain(|pair| self.pairs.remove(*pair, series));
        self.all.remove(series);
        self.generation += 1;
        pairs
    }

    /// The labels of a series.
    pub(crate) fn labels(&self, series: u32) -> Option<Labels> {
        let pairs = self.table.pairs(series)?;
        let label = |pair: &u32| {
            let pair = self.pairs.at(*pair);
            Label {
                name: self.pairs.name_at(pair.name).text.clone(),
                value: pair.value.clone(),
            }
        };
        Some(Labels::from_sorted(pairs.iter().map(label).collect()))
    }

    /// Appends the labels of a series as bytes, sorted.
    pub(crate) fn push_label_bytes(&self, pairs: &[u32], into: &mut Vec<u8>) {
        for pair in pairs {
            let pair = self.pairs.at(*pair);
            LabelBytes::push(into, &self.pairs.name_at(pair.name).text, &pair.value);
        }
    }

    /// Gives back room after many series went.
    pub(crate) fn shrink(&mut self) {
        self.pairs.shrink();
        self.aliases.shrink_to(2 * self.aliases.len());
    }
}
