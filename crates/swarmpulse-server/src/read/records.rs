//! The raw record behind evidence, as it stands in the journal.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::JournalEntry;
use swarmpulse_model::{EffectId, Envelope, Position, Record};
use swarmpulse_runtime::Handle;
use swarmpulse_store::JournalError;
use swarmpulse_wire::envelope;

use super::desk::{Desk, answer};
use super::parameter::{CURSOR, LIMIT, Parameter, text};
use super::query::{Query, foreign_cursor};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "at-64",
        ..CURSOR
    },
    text(
        "agent",
        "Records of the batch that speak of this agent alone.",
        "bot-1",
    ),
];

/// `GET /api/v1/records/{position}`.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    Path(position): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, PARAMETERS)?;
    let position = parse(&position)?;
    answer(app, Desk::History, move |app| {
        let envelope = read(app.runtime(), position)?;
        if !access.sees(&envelope.namespace) {
            return Err(missing(
                position,
                "it is of another namespace, or was never there",
            ));
        }
        shown(&envelope, &query)
    })
    .await
}

/// `partition-offset`; the id of an effect names its envelope, too.
fn parse(text: &str) -> Result<Position, ApiError> {
    let as_effect = || text.parse::<EffectId>().or_else(|_| format!("{text}-0").parse());
    as_effect().map(|id| id.position).map_err(|_| {
        let text: String = text.chars().take(60).collect();
        ApiError::not_found(format!(
            "`{text}` is no place in the journal: they look like `0-1234`, as evidence names them"
        ))
    })
}

fn missing(position: Position, why: &str) -> ApiError {
    ApiError::not_found(format!("the journal's entry {position} is not there: {why}"))
}

fn read(handle: &Handle, position: Position) -> Result<Envelope, ApiError> {
    if position.partition != 0 {
        return Err(missing(position, "this server has one partition, 0"));
    }
    let entry = match handle
        .journal()
        .read_from(position.offset)
        .map(|mut entries| entries.next())
    {
        Ok(Some(Ok(entry))) if entry.offset == position.offset => entry,
        Ok(Some(Err(error))) => return Err(unreadable(position, &error)),
        Ok(_) => return Err(missing(position, "nothing has been received there yet")),
        Err(JournalError::OutOfRange { asked, first, .. }) if asked < first => {
            let why = format!(
                "it was retired; the journal begins at {}-{first} now",
                position.partition
            );
            return Err(missing(position, &why));
        }
        Err(JournalError::OutOfRange { .. }) => {
            return Err(missing(position, "nothing has been received there yet"));
        }
        Err(error) => return Err(unreadable(position, &error)),
    };
    envelope::decode_body(position, entry.received_at, &entry.body).map_err(|error| {
        tracing::warn!(%error, %position, "a journal entry cannot be decoded");
        ApiError::internal(format!(
            "the journal's entry {position} cannot be decoded: {error}"
        ))
    })
}

fn unreadable(position: Position, error: &JournalError) -> ApiError {
    tracing::warn!(%error, %position, "a journal entry cannot be read");
    ApiError::unavailable(
        5,
        format!("the journal's entry {position} cannot be read just now"),
    )
}

fn shown(envelope: &Envelope, query: &Query) -> Result<JournalEntry, ApiError> {
    let first = match query.text("cursor") {
        Some(cursor) => {
            let index = cursor
                .strip_prefix("at-")
                .and_then(|index| usize::from_str_radix(index, 16).ok());
            index.ok_or_else(foreign_cursor)?
        }
        None => 0,
    };
    let wanted = |record: &Record| query.is("agent", record.agent().map(|agent| agent.as_str()));
    let mut matching = envelope
        .records
        .iter()
        .enumerate()
        .skip(first)
        .filter(|(_, record)| wanted(record));
    let items: Vec<_> = matching
        .by_ref()
        .take(query.limit())
        .map(|(index, record)| convert::journal_item(index as u64, record))
        .collect();
    let next = matching.next().filter(|_| query.limit() > 0);
    Ok(JournalEntry {
        position: envelope.position.to_string(),
        received_at: envelope.received_at.to_string(),
        namespace: envelope.namespace.to_string(),
        principal: envelope.principal.to_string(),
        source: envelope.source.as_str().to_owned(),
        count: envelope.records.len() as u64,
        items,
        next: next.map(|(index, _)| format!("at-{index:x}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_ids_of_effects_name_an_envelope() {
        let place = Position {
            partition: 0,
            offset: 12,
        };
        assert_eq!(parse("0-12").unwrap(), place);
        assert_eq!(parse("0-12-7").unwrap(), place);
        for wrong in ["", "12", "0-", "a-b", "0-12-7-1", "-1-2", "0--12"] {
            assert_eq!(parse(wrong).unwrap_err().status.as_u16(), 404, "{wrong}");
        }
    }
}
