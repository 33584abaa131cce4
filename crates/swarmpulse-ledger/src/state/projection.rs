//! The projection of effects into `entities` and `alerts`, each effect once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rusqlite::{Connection, Error, OptionalExtension, TransactionBehavior, params};
use swarmpulse_model::{Effect, EffectId, Position, Timestamp};
use swarmpulse_store::{HistoryRow, Place};

use super::{alerts, entities};
use crate::history::{offset, stored_offset};

/// What became of some effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Projected {
    /// Effects that are shown now.
    pub applied: u64,
    /// Effects that were shown before.
    pub repeated: u64,
}

/// Shows effects that come after the last one shown.
pub(crate) fn apply(connection: &mut Connection, rows: &[HistoryRow]) -> Result<Projected, Error> {
    let mut projected = Projected::default();
    let mut last_shown: BTreeMap<u32, Option<Place>> = BTreeMap::new();
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for row in rows {
        let partition = row.id.position.partition;
        let last = match last_shown.entry(partition) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(last_place(&transaction, partition)?),
        };
        if last.is_some_and(|last| row.place() <= last) {
            projected.repeated += 1;
            continue;
        }
        show(&transaction, row)?;
        *last = Some(row.place());
        projected.applied += 1;
    }
    for (partition, last) in last_shown {
        if let Some(last) = last {
            remember(&transaction, partition, last)?;
        }
    }
    transaction.commit()?;
    Ok(projected)
}

fn show(connection: &Connection, row: &HistoryRow) -> Result<(), Error> {
    match &row.effect {
        Effect::Event(_) | Effect::Failure(_) => Ok(()),
        Effect::Alert(alert) => alerts::show(connection, row, alert),
        Effect::Acknowledgement(said) => alerts::acknowledge(connection, row, said),
        _ => entities::show(connection, row),
    }
}

/// The last effect shown of a partition.
pub(crate) fn last_shown(connection: &mut Connection, partition: u32) -> Result<Option<EffectId>, Error> {
    Ok(last_place(connection, partition)?.map(|place| place.id))
}

/// Shows nothing.
pub(crate) fn reset(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch("DELETE FROM entities; DELETE FROM alerts; DELETE FROM projected;")?;
    transaction.commit()
}

fn last_place(connection: &Connection, partition: u32) -> Result<Option<Place>, Error> {
    let sql = "SELECT at_ns, journal_offset, n FROM projected WHERE journal_partition = ?1";
    let place = |row: &rusqlite::Row<'_>| {
        let position = Position {
            partition,
            offset: offset(row, 1)?,
        };
        Ok(Place {
            at: Timestamp(row.get(0)?),
            id: EffectId {
                position,
                n: row.get(2)?,
            },
        })
    };
    connection
        .prepare_cached(sql)?
        .query_row([partition], place)
        .optional()
}

fn remember(connection: &Connection, partition: u32, place: Place) -> Result<(), Error> {
    let sql = "INSERT INTO projected (journal_partition, at_ns, journal_offset, n) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (journal_partition) DO UPDATE SET at_ns = ?2, journal_offset = ?3, n = ?4";
    let values = params![
        partition,
        place.at.0,
        stored_offset(place.id.position.offset),
        place.id.n
    ];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}
