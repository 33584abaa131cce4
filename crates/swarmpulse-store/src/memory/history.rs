//! History in memory: bounded, the oldest rows go first.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_model::{Effect, Timestamp};

use crate::{
    Facets, Filter, History, HistoryError, HistoryPage, HistoryQuery, HistoryRow, PAGE_ROWS_MAX, Place,
    Retired,
};

const DAY_NS: i64 = 86_400 * SECOND_NS;
/// What a row takes beside its texts, about.
const ROW_BYTES: u64 = 256;

/// History that ends with the process.
#[derive(Debug)]
pub struct MemoryHistory {
    rows_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rows: BTreeMap<Place, Effect>,
    bytes: u64,
    next_offset: u64,
    dropped: u64,
}

impl Default for MemoryHistory {
    fn default() -> Self {
        Self::new(100_000)
    }
}

impl MemoryHistory {
    /// An empty history that keeps the newest `rows_max` rows.
    #[must_use]
    pub fn new(rows_max: usize) -> Self {
        Self {
            rows_max,
            inner: Mutex::default(),
        }
    }

    /// Rows that went because there were too many.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.inner.lock().dropped
    }
}

impl Inner {
    fn remove_oldest(&mut self) -> Option<u64> {
        let (_, effect) = self.rows.pop_first()?;
        let freed = row_bytes(&effect);
        self.bytes -= freed;
        Some(freed)
    }

    fn remove_oldest_day(&mut self, retired: &mut Retired) {
        let Some(day) = self.rows.keys().next().map(day_of) else {
            return;
        };
        while self.rows.keys().next().map(day_of) == Some(day) {
            retired.bytes += self.remove_oldest().unwrap_or_default();
        }
        retired.days += 1;
    }
}

impl History for MemoryHistory {
    fn append(&self, rows: &[HistoryRow], next_offset: u64) -> Result<(), HistoryError> {
        let mut inner = self.inner.lock();
        for row in rows {
            if inner.rows.contains_key(&row.place()) {
                continue;
            }
            inner.bytes += row_bytes(&row.effect);
            inner.rows.insert(row.place(), row.effect.clone());
        }
        while inner.rows.len() > self.rows_max {
            inner.remove_oldest();
            inner.dropped += 1;
        }
        inner.next_offset = next_offset;
        Ok(())
    }

    fn next_offset(&self) -> Result<u64, HistoryError> {
        Ok(self.inner.lock().next_offset)
    }

    fn query(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryError> {
        let cursor = query
            .cursor
            .as_deref()
            .map(|cursor| Place::from_cursor(cursor, query.ascending))
            .transpose()?;
        let filter = Filter::new(query);
        let limit = query.limit.min(PAGE_ROWS_MAX);
        let inner = self.inner.lock();
        let (mut first, mut last) = (Place::FIRST, Place::LAST);
        match cursor {
            Some(place) if query.ascending => first = place.after(),
            Some(place) => last = place.before(),
            None => {}
        }
        if first > last {
            return Ok(HistoryPage::default());
        }
        let range = inner
            .rows
            .range(first..=last)
            .map(|(place, effect)| (*place, effect));
        let in_order: Box<dyn Iterator<Item = (Place, &Effect)>> = if query.ascending {
            Box::new(range)
        } else {
            Box::new(range.rev())
        };
        let mut page = HistoryPage::default();
        for (place, effect) in in_order {
            if !filter.accepts_time(place.at) || !filter.accepts(&Facets::of(effect)) {
                continue;
            }
            if page.rows.len() == limit {
                page.next = page
                    .rows
                    .last()
                    .map(|row: &HistoryRow| row.place().to_cursor(query.ascending));
                break;
            }
            page.rows.push(HistoryRow {
                id: place.id,
                at: place.at,
                effect: effect.clone(),
            });
        }
        Ok(page)
    }

    fn retire(&self, keep_from: Timestamp, max_bytes: u64) -> Result<Retired, HistoryError> {
        let mut inner = self.inner.lock();
        let mut retired = Retired::default();
        while let Some(oldest) = inner.rows.keys().next().map(day_of) {
            let newest = inner.rows.keys().next_back().map(day_of);
            let ended = (oldest + 1).saturating_mul(DAY_NS) <= keep_from.0;
            if newest == Some(oldest) || !(ended || inner.bytes > max_bytes) {
                break;
            }
            inner.remove_oldest_day(&mut retired);
        }
        Ok(retired)
    }

    fn bytes(&self) -> u64 {
        self.inner.lock().bytes
    }
}

fn day_of(place: &Place) -> i64 {
    place.at.0.div_euclid(DAY_NS)
}

fn row_bytes(effect: &Effect) -> u64 {
    let texts: usize = Facets::of(effect).texts().map(str::len).sum();
    ROW_BYTES + texts as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;

    #[test]
    fn keeps_the_contract() {
        contract::history::check(MemoryHistory::default, |history| history);
    }

    #[test]
    fn the_oldest_rows_go_and_are_counted() {
        let history = MemoryHistory::new(10);
        let rows = contract::history::sample_rows(1, 25);
        history.append(&rows, 25).unwrap();
        assert_eq!(history.dropped(), 15);
        let kept = history
            .query(&HistoryQuery {
                limit: 100,
                ascending: true,
                ..HistoryQuery::default()
            })
            .unwrap();
        assert_eq!(kept.rows, rows[15..]);
        history.append(&rows[..1], 26).unwrap();
        assert_eq!(history.dropped(), 16, "an old row does not push out a newer one");
    }
}
