//! The `alerts` table: every time that a condition was raised, and when it was cleared.

use rusqlite::{Connection, Error, params};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Condition, EntityKey, Timestamp};
use swarmpulse_store::HistoryRow;

use crate::day::rfc3339;
use crate::history::stored_offset;

/// Shows that a condition was raised, is still true in other words, or was cleared.
pub(crate) fn show(connection: &Connection, row: &HistoryRow, condition: &Condition) -> Result<(), Error> {
    let subject = condition.subject.as_ref();
    let namespace = subject.map_or(DEFAULT_NAMESPACE, |subject| subject.namespace.as_str());
    let subject_kind = subject.map_or("", |subject| subject.kind.as_str());
    let subject_id = subject.map_or("", |subject| subject.id.as_str());
    let offset = stored_offset(row.id.position.offset);
    if !condition.active {
        let sql = "UPDATE alerts SET active = 0, resolved_at = ?5, updated_offset = ?6
                   WHERE active AND name = ?1 AND namespace = ?2 AND subject_kind = ?3 AND subject = ?4";
        let resolved_at = rfc3339(row.at);
        let values = params![
            condition.name.as_str(),
            namespace,
            subject_kind,
            subject_id,
            resolved_at,
            offset
        ];
        connection.prepare_cached(sql)?.execute(values)?;
        return Ok(());
    }
    let sql = "INSERT INTO alerts (name, namespace, subject_kind, subject, severity, active, since, reason, updated_offset)
               VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8)
               ON CONFLICT (name, namespace, subject_kind, subject) WHERE active
               DO UPDATE SET severity = ?5, since = ?6, reason = ?7, updated_offset = ?8";
    connection.prepare_cached(sql)?.execute(params![
        condition.name.as_str(),
        namespace,
        subject_kind,
        subject_id,
        condition.severity.as_str(),
        rfc3339(condition.since),
        condition.reason.as_str(),
        offset
    ])?;
    Ok(())
}

/// Shows that whatever was true of this subject is no longer: it is gone.
pub(crate) fn resolve_all_of(
    connection: &Connection,
    row: &HistoryRow,
    subject: &EntityKey,
) -> Result<(), Error> {
    let sql = "UPDATE alerts SET active = 0, resolved_at = ?4, updated_offset = ?5
               WHERE active AND namespace = ?1 AND subject_kind = ?2 AND subject = ?3";
    let offset = stored_offset(row.id.position.offset);
    let (namespace, kind, id) = (
        subject.namespace.as_str(),
        subject.kind.as_str(),
        subject.id.as_str(),
    );
    connection
        .prepare_cached(sql)?
        .execute(params![namespace, kind, id, rfc3339(row.at), offset])?;
    Ok(())
}

/// Deletes alerts that were resolved before this time.
pub(crate) fn retire(connection: &mut Connection, keep_from: Timestamp) -> Result<u64, Error> {
    let sql = "DELETE FROM alerts WHERE NOT active AND resolved_at < ?1";
    Ok(connection.execute(sql, [rfc3339(keep_from)])? as u64)
}
