//! Selections as they were found, as long as no series comes or goes.

use std::sync::Arc;

use hashbrown::HashMap;
use parking_lot::Mutex;
use swarmpulse_model::Labels;
use swarmpulse_store::metrics::Matcher;

use super::{Index, MatchedPairs};

/// So many selections are kept.
const SELECTIONS_MAX: usize = 64;
/// A selection of more series is not kept.
const SELECTION_SERIES_MAX: usize = 50_000;
/// Labels of so many series are kept ready.
const LABELS_MAX: usize = 100_000;

/// Series that match, sorted by labels.
pub(crate) type Found = Arc<Vec<(u32, Labels)>>;

#[derive(Debug)]
struct Kept {
    matchers: Vec<Matcher>,
    found: Found,
}

/// What was selected lately.
#[derive(Debug, Default)]
pub(crate) struct SelectionCache {
    selections: Mutex<(u64, Vec<Kept>)>,
    labels: Mutex<HashMap<u32, Labels>>,
    matched: MatchedPairs,
}

impl SelectionCache {
    /// The series that match, sorted by labels; the count alone if there are more than `limit`.
    pub(crate) fn find(&self, index: &Index, matchers: &[Matcher], limit: usize) -> Result<Found, usize> {
        let known = {
            let mut kept = self.selections.lock();
            if kept.0 != index.generation {
                *kept = (index.generation, Vec::new());
            }
            let same = |kept: &&Kept| kept.matchers == matchers;
            kept.1.iter().find(same).map(|kept| Arc::clone(&kept.found))
        };
        if let Some(found) = known {
            return if found.len() > limit {
                Err(found.len())
            } else {
                Ok(found)
            };
        }
        let mut series = index.matching(&self.matched, matchers);
        if series.len() > limit {
            return Err(series.len());
        }
        series.sort_by(|one, other| {
            let pairs = |series: &u32| index.table.pairs(*series).unwrap_or_default();
            index.pairs.compare(pairs(one), pairs(other))
        });
        let found: Found = Arc::new(self.with_labels(index, &series));
        if found.len() <= SELECTION_SERIES_MAX {
            let mut kept = self.selections.lock();
            if kept.0 == index.generation {
                if kept.1.len() >= SELECTIONS_MAX {
                    kept.1.remove(0);
                }
                kept.1.push(Kept {
                    matchers: matchers.to_vec(),
                    found: Arc::clone(&found),
                });
            }
        }
        Ok(found)
    }

    /// The series that match, in no order.
    pub(crate) fn matching(&self, index: &Index, matchers: &[Matcher]) -> Vec<u32> {
        index.matching(&self.matched, matchers)
    }

    fn with_labels(&self, index: &Index, series: &[u32]) -> Vec<(u32, Labels)> {
        let mut ready = self.labels.lock();
        if ready.len() + series.len() > LABELS_MAX {
            ready.clear();
        }
        let keep = series.len() <= LABELS_MAX;
        let mut found = Vec::with_capacity(series.len());
        for series in series.iter().copied() {
            let known = ready.get(&series).cloned();
            let Some(labels) = known.or_else(|| index.labels(series)) else {
                continue;
            };
            if keep {
                ready.entry(series).or_insert_with(|| labels.clone());
            }
            found.push((series, labels));
        }
        found
    }
}
