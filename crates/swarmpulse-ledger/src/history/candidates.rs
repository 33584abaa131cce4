//! Candidates: the stretches of a day whose blocks may hold what a query asks for, in the query's order.

use rusqlite::{Connection, Error, Statement};
use swarmpulse_store::{Filter, HistoryQuery, Place};

use super::block::{place_bytes, place_of};
use super::grams::WantedGrams;
use super::keys::WantedKeys;

/// Blocks looked at before their rows are.
const BLOCKS_PER_WINDOW: usize = 64;

/// A stretch of places, both ends included.
pub(crate) type Stretch = (Place, Place);

/// What a query asks of blocks.
pub(crate) struct Wanted {
    keys: WantedKeys,
    grams: WantedGrams,
}

impl Wanted {
    /// What this query asks of blocks; `None` if blocks cannot answer it.
    pub(crate) fn of(query: &HistoryQuery, filter: &Filter<'_>) -> Option<Self> {
        let keys = WantedKeys::of(query);
        let grams = filter.folded_text().map(WantedGrams::of).unwrap_or_default();
        (!keys.is_empty() || !grams.is_empty()).then_some(Self { keys, grams })
    }
}

/// A part of the walk.
pub(crate) struct Window {
    /// Where rows may be, in order, without overlaps.
    pub(crate) stretches: Vec<Stretch>,
    /// With these stretches, all is covered up to and with this place.
    pub(crate) through: Place,
    /// How many blocks were looked at.
    pub(crate) blocks: u64,
}

/// The statements of a walk.
pub(crate) struct BlockStatements<'c> {
    walk: Statement<'c>,
    text: Statement<'c>,
}

impl<'c> BlockStatements<'c> {
    /// Statements for a walk in this order.
    pub(crate) fn prepare(connection: &'c Connection, ascending: bool) -> Result<Self, Error> {
        let order = if ascending {
            "INDEXED BY blocks_by_first WHERE last_place >= ?1 AND first_place <= ?2 ORDER BY first_place"
        } else {
            "INDEXED BY blocks_by_last WHERE last_place >= ?1 AND first_place <= ?2 ORDER BY last_place DESC"
        };
        let sql = format!("SELECT block, first_place, last_place, key_filter FROM blocks {order}");
        let text = connection.prepare("SELECT text_filter FROM block_texts WHERE block = ?1")?;
        Ok(Self {
            walk: connection.prepare(&sql)?,
            text,
        })
    }
}

/// A walk over the blocks of a day.
pub(crate) struct Candidates<'w, 'c> {
    wanted: &'w Wanted,
    blocks: rusqlite::Rows<'w>,
    text: &'w mut Statement<'c>,
    ascending: bool,
    /// Read ahead: its stretch, and whether it may hold what is asked for.
    ahead: Option<(Stretch, bool)>,
    /// Stretches that reach beyond the windows so far.
    active: Vec<Stretch>,
    /// What is not covered yet.
    rest: Stretch,
    done: bool,
}

impl<'w, 'c> Candidates<'w, 'c> {
    /// A walk within these bounds.
    pub(crate) fn new(
        statements: &'w mut BlockStatements<'c>,
        wanted: &'w Wanted,
        bounds: Stretch,
        ascending: bool,
    ) -> Result<Self, Error> {
        let BlockStatements { walk, text } = statements;
        let blocks = walk.query([place_bytes(bounds.0), place_bytes(bounds.1)])?;
        let mut candidates = Self {
            wanted,
            blocks,
            text,
            ascending,
            ahead: None,
            active: Vec::new(),
            rest: bounds,
            done: false,
        };
        candidates.ahead = candidates.read_block()?;
        Ok(candidates)
    }

    /// The next part; `None` when all is covered.
    pub(crate) fn next_window(&mut self) -> Result<Option<Window>, Error> {
        if self.done {
            return Ok(None);
        }
        let mut blocks = 0;
        while let Some((stretch, may_hold)) = self.ahead.take() {
            if may_hold {
                self.active.push(stretch);
            }
            blocks += 1;
            self.ahead = self.read_block()?;
            if blocks >= BLOCKS_PER_WINDOW {
                break;
            }
        }
        // Blocks that were not read yet lie wholly beyond the edge of the first of them.
        let (first, last) = self.rest;
        let through = match self.ahead {
            None => {
                self.done = true;
                if self.ascending { last } else { first }
            }
            Some(((next_first, _), _)) if self.ascending => next_first.before().min(last),
            Some(((_, next_last), _)) => next_last.after().max(first),
        };
        let window = if self.ascending {
            (first, through)
        } else {
            (through, last)
        };
        let stretches = self.stretches_within(window);
        if self.ascending {
            self.active.retain(|stretch| stretch.1 > through);
            self.rest.0 = first.max(through.after());
        } else {
            self.active.retain(|stretch| stretch.0 < through);
            self.rest.1 = last.min(through.before());
        }
        Ok(Some(Window {
            stretches,
            through,
            blocks: blocks as u64,
        }))
    }

    fn stretches_within(&self, (first, last): Stretch) -> Vec<Stretch> {
        let mut within: Vec<Stretch> = self
            .active
            .iter()
            .map(|stretch| (stretch.0.max(first), stretch.1.min(last)))
            .filter(|stretch| stretch.0 <= stretch.1)
            .collect();
        within.sort_unstable();
        let mut merged: Vec<Stretch> = Vec::with_capacity(within.len());
        for stretch in within {
            match merged.last_mut() {
                Some(before) if stretch.0 <= before.1 => before.1 = before.1.max(stretch.1),
                _ => merged.push(stretch),
            }
        }
        if !self.ascending {
            merged.reverse();
        }
        merged
    }

    fn read_block(&mut self) -> Result<Option<(Stretch, bool)>, Error> {
        let Some(row) = self.blocks.next()? else {
            return Ok(None);
        };
        let blob = |column: usize| row.get_ref(column)?.as_blob().map_err(Error::from);
        let place = |column: usize| Ok::<_, Error>(place_of(blob(column)?));
        // A block that cannot be understood may hold anything.
        let stretch = (
            place(1)?.unwrap_or(Place::FIRST),
            place(2)?.unwrap_or(Place::LAST),
        );
        let mut may_hold = self.wanted.keys.may_be_in(blob(3)?);
        if may_hold && !self.wanted.grams.is_empty() {
            let grams = &self.wanted.grams;
            let number: i64 = row.get(0)?;
            may_hold = self
                .text
                .query_row([number], |row| Ok(grams.may_be_in(row.get_ref(0)?.as_blob()?)))?;
        }
        Ok(Some((stretch, may_hold)))
    }
}
