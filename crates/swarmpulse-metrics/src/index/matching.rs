//! Which series match.

use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::Mutex;
use roaring::RoaringBitmap;
use swarmpulse_store::metrics::{MatchOp, Matcher};

use super::Index;
use super::posting::Posting;

/// So many conditions are remembered with the labels that pass them.
const REMEMBERED_MAX: usize = 256;

/// The labels that pass a condition, as far as they were looked at.
#[derive(Clone, Debug, Default)]
struct Passed {
    removals: u64,
    checked: usize,
    pairs: Arc<RoaringBitmap>,
}

/// For conditions that are not plain equality: which labels pass. Only labels that are new are looked at again.
#[derive(Debug, Default)]
pub(crate) struct MatchedPairs {
    passed: Mutex<HashMap<(String, MatchOp, String), Passed>>,
}

impl MatchedPairs {
    fn of(&self, index: &Index, name: u32, matcher: &Matcher) -> Arc<RoaringBitmap> {
        let name = index.pairs.name_at(name);
        let key = (
            matcher.name().to_owned(),
            matcher.op(),
            matcher.value().to_owned(),
        );
        let mut known = self.passed.lock().get(&key).cloned().unwrap_or_default();
        if known.removals != name.removals {
            known = Passed {
                removals: name.removals,
                ..Passed::default()
            };
        }
        if known.checked < name.pairs.len() {
            let new = name.pairs[known.checked..].iter().copied();
            let passing = new.filter(|pair| matcher.matches(&index.pairs.at(*pair).value));
            Arc::make_mut(&mut known.pairs).extend(passing);
            known.checked = name.pairs.len();
            let mut passed = self.passed.lock();
            if passed.len() >= REMEMBERED_MAX {
                passed.clear();
            }
            passed.insert(key, known.clone());
        }
        known.pairs
    }
}

/// A condition that is looked at series by series.
enum Check {
    /// Has exactly this label.
    Has(u32),
    /// Its label of that name is one of these; without one it passes or not.
    OneOf {
        name: u32,
        pairs: Arc<RoaringBitmap>,
        absent: bool,
    },
    /// Its label of that name is not this one; without one it passes or not.
    Not {
        name: u32,
        pair: Option<u32>,
        absent: bool,
    },
}

impl Check {
    fn passes(&self, index: &Index, pairs: &[u32]) -> bool {
        match self {
            Self::Has(pair) => pairs.contains(pair),
            Self::OneOf {
                name,
                pairs: passing,
                absent,
            } => {
                let found = index.pairs.of_name(pairs, *name);
                found.map_or(*absent, |pair| passing.contains(pair))
            }
            Self::Not { name, pair, absent } => {
                let found = index.pairs.of_name(pairs, *name);
                found.map_or(*absent, |found| Some(found) != *pair)
            }
        }
    }

    /// How many series it lets through, if it names them.
    fn candidates(&self, index: &Index) -> Option<u64> {
        match self {
            Self::Has(pair) => Some(index.pairs.at(*pair).series.len()),
            Self::OneOf {
                pairs, absent: false, ..
            } => Some(pairs.iter().map(|pair| index.pairs.at(pair).series.len()).sum()),
            _ => None,
        }
    }
}

/// The checks of conditions; `None` if no series can pass them.
fn checks(index: &Index, known: &MatchedPairs, matchers: &[Matcher]) -> Option<Vec<Check>> {
    let mut checks = Vec::with_capacity(matchers.len());
    for matcher in matchers {
        let absent = matcher.matches_absent();
        let Some(name) = index.pairs.name(matcher.name()) else {
            if absent {
                continue;
            }
            return None;
        };
        checks.push(match matcher.op() {
            MatchOp::Equal if !matcher.value().is_empty() => {
                Check::Has(index.pairs.find(matcher.name(), matcher.value())?)
            }
            MatchOp::NotEqual => Check::Not {
                name,
                pair: index.pairs.find(matcher.name(), matcher.value()),
                absent,
            },
            MatchOp::Equal | MatchOp::Regex | MatchOp::NotRegex => Check::OneOf {
                name,
                pairs: known.of(index, name, matcher),
                absent,
            },
        });
    }
    Some(checks)
}

impl Index {
    /// The series that pass all conditions, ascending.
    pub(crate) fn matching(&self, known: &MatchedPairs, matchers: &[Matcher]) -> Vec<u32> {
        let Some(mut checks) = checks(self, known, matchers) else {
            return Vec::new();
        };
        let smallest = checks.iter().enumerate();
        let smallest = smallest
            .filter_map(|(place, check)| check.candidates(self).map(|count| (count, place)))
            .min();
        let candidates = match smallest.map(|(_, place)| checks.swap_remove(place)) {
            None => self.all().iter().collect(),
            Some(Check::Has(pair)) => self.with_label(pair, &mut checks),
            Some(Check::OneOf { pairs, .. }) => {
                let mut series = RoaringBitmap::new();
                for pair in pairs.iter() {
                    self.pairs.at(pair).series.add_to(&mut series);
                }
                series.iter().collect()
            }
            Some(Check::Not { .. }) => Vec::new(),
        };
        if checks.is_empty() {
            return candidates;
        }
        let passes = |series: &u32| {
            let pairs = self.table.pairs(*series).unwrap_or_default();
            checks.iter().all(|check| check.passes(self, pairs))
        };
        candidates.into_iter().filter(passes).collect()
    }

    /// The series with a label. Where there are many, those of other labels are intersected at once.
    fn with_label(&self, pair: u32, checks: &mut Vec<Check>) -> Vec<u32> {
        let Posting::Many(series) = &self.pairs.at(pair).series else {
            return self.pairs.at(pair).series.to_vec();
        };
        let mut narrowed: Option<RoaringBitmap> = None;
        checks.retain(|check| match check {
            Check::Has(other) => match &self.pairs.at(*other).series {
                Posting::Many(other) => {
                    let both = match &narrowed {
                        Some(narrowed) => narrowed & &**other,
                        None => &**series & &**other,
                    };
                    narrowed = Some(both);
                    false
                }
                _ => true,
            },
            _ => true,
        });
        narrowed.map_or_else(|| series.iter().collect(), |narrowed| narrowed.iter().collect())
    }
}
