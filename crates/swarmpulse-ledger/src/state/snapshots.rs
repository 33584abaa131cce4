//! Snapshots, cut into chunks: the newest three.

use rusqlite::{Connection, Error, OptionalExtension, TransactionBehavior, params};
use swarmpulse_model::Timestamp;
use swarmpulse_store::Snapshot;

use crate::history::{offset, stored_offset};

const KEPT: i64 = 3;
const CHUNK_BYTES: usize = 1 << 20;

/// Keeps a snapshot and drops the oldest.
pub(crate) fn save(connection: &mut Connection, snapshot: &Snapshot) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // First, so that the new one takes their place in the file.
    transaction.execute(
        "DELETE FROM snapshots WHERE snapshot NOT IN (SELECT snapshot FROM snapshots ORDER BY snapshot DESC LIMIT ?1)",
        [KEPT - 1],
    )?;
    transaction.execute(
        "INSERT INTO snapshots (next_offset, at_ns, version, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![
            stored_offset(snapshot.next_offset),
            snapshot.at.0,
            snapshot.version,
            snapshot.body.len() as i64
        ],
    )?;
    let number = transaction.last_insert_rowid();
    let mut insert =
        transaction.prepare("INSERT INTO snapshot_chunks (snapshot, chunk, body) VALUES (?1, ?2, ?3)")?;
    for (index, chunk) in snapshot.body.chunks(CHUNK_BYTES).enumerate() {
        insert.execute(params![number, index as i64, chunk])?;
    }
    drop(insert);
    transaction.commit()
}

/// The newest snapshot of this form that is whole and goes no further than `limit`.
pub(crate) fn newest(
    connection: &mut Connection,
    version: u32,
    limit: u64,
) -> Result<Option<Snapshot>, Error> {
    let transaction = connection.transaction()?;
    let mut heads = transaction.prepare(
        "SELECT snapshot, next_offset, at_ns, bytes FROM snapshots
         WHERE version = ?1 AND next_offset <= ?2 ORDER BY snapshot DESC",
    )?;
    let mut found = heads.query(params![version, stored_offset(limit)])?;
    while let Some(head) = found.next()? {
        if let Some(body) = body(&transaction, head.get(0)?, head.get(3)?)? {
            return Ok(Some(Snapshot {
                next_offset: offset(head, 1)?,
                at: Timestamp(head.get(2)?),
                version,
                body,
            }));
        }
    }
    Ok(None)
}

/// The chunks of a snapshot joined; `None` if some are missing.
fn body(connection: &Connection, number: i64, bytes: i64) -> Result<Option<Vec<u8>>, Error> {
    let expected = usize::try_from(bytes).unwrap_or_default();
    let mut select =
        connection.prepare_cached("SELECT body FROM snapshot_chunks WHERE snapshot = ?1 AND chunk = ?2")?;
    let mut body = Vec::with_capacity(expected);
    for index in 0..expected.div_ceil(CHUNK_BYTES) {
        let added = select
            .query_row(params![number, index as i64], |row| {
                body.extend_from_slice(row.get_ref(0)?.as_blob()?);
                Ok(())
            })
            .optional()?;
        if added.is_none() {
            return Ok(None);
        }
    }
    Ok((body.len() == expected).then_some(body))
}
