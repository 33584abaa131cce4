//! The writer of one day's file: rows, their block and the progress in one transaction.

use std::path::Path;

use rusqlite::{Connection, Error, OptionalExtension, Transaction, TransactionBehavior, params};
use swarmpulse_model::Position;
use swarmpulse_store::{Facets, HistoryRow};

use super::block::OpenBlock;
use super::row::{self, stored_offset};
use crate::connection::{self, Durability};
use crate::day::Day;
use crate::migration;

/// Writes one day's file.
pub(crate) struct DayWriter {
    /// The day.
    pub(crate) day: Day,
    connection: Connection,
    block: Option<OpenBlock>,
}

impl DayWriter {
    /// Opens or creates the file.
    pub(crate) fn open(day: Day, path: &Path, durability: Durability) -> Result<Self, Error> {
        let connection = connection::open_writer(path, migration::HISTORY, durability)?;
        Ok(Self {
            day,
            connection,
            block: None,
        })
    }

    /// Stores rows, and how far the journal has been followed, together or not at all.
    pub(crate) fn write(&mut self, rows: &[&HistoryRow], next_offset: Option<u64>) -> Result<(), Error> {
        let Self {
            connection, block, ..
        } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut open_block = block.take();
        insert_rows(&transaction, rows, &mut open_block)?;
        if let Some(next_offset) = next_offset {
            let sql = "INSERT INTO progress (id, next_offset) VALUES (0, ?1)
                       ON CONFLICT (id) DO UPDATE SET next_offset = ?1";
            transaction
                .prepare_cached(sql)?
                .execute([stored_offset(next_offset)])?;
        }
        transaction.commit()?;
        self.block = open_block;
        Ok(())
    }

    /// Makes sure that all of this file is on disk, before another file says so.
    pub(crate) fn seal(self) -> Result<(), Error> {
        connection::set_durability(&self.connection, Durability::EachCommit)?;
        self.connection.execute(
            "INSERT INTO progress (id, next_offset) VALUES (0, 0) ON CONFLICT DO NOTHING",
            [],
        )?;
        self.connection
            .execute("UPDATE progress SET next_offset = next_offset", [])?;
        // The log is on disk now. Copying it into the file as well only keeps the folder tidy; a reader may be in the way.
        let _busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
            .optional();
        Ok(())
    }
}

fn insert_rows(
    transaction: &Transaction<'_>,
    rows: &[&HistoryRow],
    open_block: &mut Option<OpenBlock>,
) -> Result<(), Error> {
    let sql = format!(
        "INSERT OR IGNORE INTO effects ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        row::COLUMNS
    );
    let mut insert = transaction.prepare_cached(&sql)?;
    for row in rows {
        let Position { partition, offset } = row.id.position;
        let facets = Facets::of(&row.effect);
        let body = row::body(&row.effect).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))?;
        let text = Some(&*facets.text).filter(|text| !text.is_empty());
        let inserted = insert.execute(params![
            row.at.0,
            partition,
            stored_offset(offset),
            row.id.n,
            facets.kind,
            facets.namespace,
            facets.agent,
            facets.task,
            facets.sandbox,
            facets.event_type,
            text,
            facets.data,
            body
        ])?;
        if inserted == 0 {
            continue;
        }
        if let Some(full) = open_block.as_mut().filter(|block| block.ends_before(row.place())) {
            full.save(transaction)?;
            *open_block = None;
        }
        open_block
            .get_or_insert_with(|| OpenBlock::new(row.place()))
            .add(row.place(), &facets);
    }
    open_block
        .as_mut()
        .map_or(Ok(()), |block| block.save(transaction))
}
