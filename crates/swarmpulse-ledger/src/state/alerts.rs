//! The `alerts` table: every life of every alert, as its changes told it.

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, Error, ToSql, params};
use swarmpulse_model::alert::Acknowledgement;
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, Timestamp};
use swarmpulse_store::HistoryRow;

use crate::day::rfc3339;
use crate::history::stored_offset;

/// Shows what an alert is from this row on. One that is not open begins a life.
pub(crate) fn show(connection: &Connection, row: &HistoryRow, alert: &Alert) -> Result<(), Error> {
    let (kind, subject) = match &alert.subject {
        Some(subject) => (subject.kind.as_str(), subject.id.as_str()),
        None => ("", ""),
    };
    let resolved_at = match alert.state {
        AlertState::Resolved => Some(rfc3339(alert.ended_at.unwrap_or(row.at))),
        AlertState::Pending | AlertState::Firing => None,
    };
    let columns = params![
        alert.id.as_str(),
        alert.name.as_str(),
        alert.namespace.as_str(),
        kind,
        subject,
        alert.origin.as_str(),
        alert.state.as_str(),
        alert.severity.as_str(),
        LabelsJson(&alert.labels),
        alert.value,
        rfc3339(alert.active_at),
        alert.fired_at.map(rfc3339),
        resolved_at,
        alert.reason.as_str(),
        alert.cause.as_deref(),
        rfc3339(row.at),
        stored_offset(row.id.position.offset)
    ];
    let update = "UPDATE alerts SET name = ?2, namespace = ?3, subject_kind = ?4, subject = ?5, origin = ?6, state = ?7,
                      severity = ?8, labels = ?9, value = ?10, active_at = ?11, fired_at = ?12, resolved_at = ?13,
                      reason = ?14, cause = ?15, updated_at = ?16, updated_offset = ?17
                  WHERE id = ?1 AND state <> 'resolved'";
    if connection.prepare_cached(update)?.execute(columns)? > 0 {
        return Ok(());
    }
    let insert = "INSERT INTO alerts (id, name, namespace, subject_kind, subject, origin, state, severity, labels, value,
                                      active_at, fired_at, resolved_at, reason, cause, updated_at, updated_offset)
                  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    connection.prepare_cached(insert)?.execute(columns)?;
    Ok(())
}

/// Shows who has an alert in hand.
pub(crate) fn acknowledge(
    connection: &Connection,
    row: &HistoryRow,
    said: &Acknowledgement,
) -> Result<(), Error> {
    let sql = "UPDATE alerts SET acknowledged_by = ?3, updated_at = ?4, updated_offset = ?5
               WHERE state <> 'resolved' AND id = ?1 AND namespace = ?2";
    let author = said.active.then_some(said.author.as_str());
    connection.prepare_cached(sql)?.execute(params![
        said.alert.as_str(),
        said.namespace.as_str(),
        author,
        rfc3339(row.at),
        stored_offset(row.id.position.offset)
    ])?;
    Ok(())
}

/// Deletes lives of alerts that were over before this time.
pub(crate) fn retire(connection: &mut Connection, keep_from: Timestamp) -> Result<u64, Error> {
    let sql = "DELETE FROM alerts WHERE state = 'resolved' AND resolved_at < ?1";
    Ok(connection.execute(sql, [rfc3339(keep_from)])? as u64)
}

/// Labels as a JSON object.
struct LabelsJson<'a>(&'a [Label]);

impl ToSql for LabelsJson<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>, Error> {
        let pairs = self.0.iter().map(|label| {
            let value = serde_json::Value::from(label.value.as_str());
            (label.name.to_string(), value)
        });
        let object = serde_json::Value::Object(pairs.collect());
        Ok(ToSqlOutput::Owned(Value::Text(object.to_string())))
    }
}
