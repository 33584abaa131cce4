//! A scan: walks the rows of one day in order and gathers those that a query asks for, within a bounded amount of
//! work.
//!
//! Statements only seek and step; all filtering is done here. So every row costs one unit of the budget, no statement
//! can run on unseen, and where a page ends for want of budget is known exactly.

use std::ops::ControlFlow;

use rusqlite::{Connection, Error, Row, Statement, params};
use swarmpulse_model::Effect;
use swarmpulse_store::{Filter, HistoryQuery, HistoryRow, PAGE_ROWS_MAX, Place};

use super::candidates::{BlockStatements, Candidates, Stretch, Wanted};
use super::row::{self, stored_offset};

/// Units of work in one call: about half a second of one core.
pub(crate) const BUDGET: u64 = 500_000;
/// What looking at a block costs, in rows.
const BLOCK_COST: u64 = 8;

/// A page in the making.
pub(crate) struct Scan<'q> {
    wanted: Option<Wanted>,
    ascending: bool,
    page: Page<'q>,
}

/// What has been gathered so far.
pub(crate) struct Page<'q> {
    filter: Filter<'q>,
    limit: usize,
    budget: u64,
    /// The rows found.
    pub(crate) rows: Vec<HistoryRow>,
    /// Where the next page goes on, once this one has ended before the last row.
    pub(crate) next: Option<Place>,
    /// Rows that could not be read.
    pub(crate) unreadable: u64,
}

impl<'q> Scan<'q> {
    /// An empty page of this query.
    pub(crate) fn new(query: &'q HistoryQuery, budget: u64) -> Self {
        let filter = Filter::new(query);
        let wanted = Wanted::of(query, &filter);
        let limit = query.limit.min(PAGE_ROWS_MAX);
        let page = Page {
            filter,
            limit,
            budget,
            rows: Vec::new(),
            next: None,
            unreadable: 0,
        };
        Self {
            wanted,
            ascending: query.ascending,
            page,
        }
    }

    /// Adds what one day has within these bounds; breaks when the page has ended.
    pub(crate) fn day(&mut self, connection: &Connection, bounds: Stretch) -> Result<ControlFlow<()>, Error> {
        let snapshot = connection.unchecked_transaction()?;
        let mut rows = prepare_rows(&snapshot, self.ascending)?;
        let Some(wanted) = &self.wanted else {
            return self.page.add_stretch(&mut rows, bounds);
        };
        let mut statements = BlockStatements::prepare(&snapshot, self.ascending)?;
        let mut candidates = Candidates::new(&mut statements, wanted, bounds, self.ascending)?;
        while let Some(window) = candidates.next_window()? {
            for stretch in window.stretches {
                if self.page.add_stretch(&mut rows, stretch)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if self
                .page
                .spend(window.blocks * BLOCK_COST, window.through)
                .is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What was gathered.
    pub(crate) fn into_page(self) -> Page<'q> {
        self.page
    }
}

impl Page<'_> {
    fn add_stretch(
        &mut self,
        rows: &mut Statement<'_>,
        (first, last): Stretch,
    ) -> Result<ControlFlow<()>, Error> {
        let parts = |place: Place| {
            let position = place.id.position;
            (
                place.at.0,
                position.partition,
                stored_offset(position.offset),
                place.id.n,
            )
        };
        let (first, last) = (parts(first), parts(last));
        let bounds = params![first.0, first.1, first.2, first.3, last.0, last.1, last.2, last.3];
        let mut found = rows.query(bounds)?;
        while let Some(row) = found.next()? {
            if self.add(row)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn add(&mut self, row: &Row<'_>) -> Result<ControlFlow<()>, Error> {
        let place = row::place(row)?;
        match self.accepted(row) {
            Ok(Some(_)) if self.rows.len() == self.limit => {
                self.next = self.rows.last().map(HistoryRow::place);
                return Ok(ControlFlow::Break(()));
            }
            Ok(Some(effect)) => self.rows.push(HistoryRow {
                id: place.id,
                at: place.at,
                effect,
            }),
            Ok(None) => {}
            Err(_) => self.unreadable += 1,
        }
        Ok(self.spend(1, place))
    }

    fn accepted(&self, row: &Row<'_>) -> Result<Option<Effect>, Error> {
        let facets = row::facets(row)?;
        if self.filter.accepts(&facets) {
            row::effect(row, &facets).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Pays for all up to and with this place.
    fn spend(&mut self, units: u64, through: Place) -> ControlFlow<()> {
        self.budget = self.budget.saturating_sub(units);
        if self.budget > 0 {
            return ControlFlow::Continue(());
        }
        self.next = Some(through);
        ControlFlow::Break(())
    }
}

fn prepare_rows(connection: &Connection, ascending: bool) -> Result<Statement<'_>, Error> {
    let order = if ascending { "ASC" } else { "DESC" };
    connection.prepare(&format!(
        "SELECT {} FROM effects INDEXED BY effects_by_time
         WHERE (at_ns, journal_partition, journal_offset, n) >= (?1, ?2, ?3, ?4)
           AND (at_ns, journal_partition, journal_offset, n) <= (?5, ?6, ?7, ?8)
         ORDER BY at_ns {order}, journal_partition {order}, journal_offset {order}, n {order}",
        row::COLUMNS
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration;

    fn plan(connection: &Connection, sql: &str) -> String {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let places = rusqlite::params_from_iter(vec![0; statement.parameter_count()]);
        let steps = statement
            .query_map(places, |row| row.get::<_, String>(3))
            .unwrap();
        steps.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn rows_are_sought_and_never_sorted() {
        let mut connection = Connection::open_in_memory().unwrap();
        migration::HISTORY.run(&mut connection).unwrap();
        for ascending in [true, false] {
            let sql = prepare_rows(&connection, ascending)
                .unwrap()
                .expanded_sql()
                .unwrap();
            let plan = plan(&connection, &sql);
            assert_eq!(
                plan,
                "SEARCH effects USING INDEX effects_by_time \
                 ((at_ns,journal_partition,journal_offset,n)>(?,?,?,?) AND (at_ns,journal_partition,journal_offset,n)<(?,?,?,?))"
            );
        }
    }
}
