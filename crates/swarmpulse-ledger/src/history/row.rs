//! Rows of a day file: an effect as columns, and back.

use std::borrow::Cow;

use rusqlite::types::FromSqlError;
use rusqlite::{Error, Row};
use serde::{Deserialize, Serialize};
use swarmpulse_model::effect::EventSeen;
use swarmpulse_model::record::{Event, EventSource};
use swarmpulse_model::{Attributes, Effect, EffectId, Position, Text, Timestamp};
use swarmpulse_store::{Facets, Place};

/// The columns in the order in which [`place`], [`facets`] and [`effect`] read them.
pub(crate) const COLUMNS: &str = "at_ns, journal_partition, journal_offset, n, kind, namespace, agent, task, sandbox, \
                                  event_type, text, data, body";
const BODY: usize = 12;

/// What of an event has no column of its own.
#[derive(Debug, Serialize, Deserialize)]
struct EventBody<'a> {
    source: EventSource,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<Cow<'a, Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<Cow<'a, Text>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "no_attributes")]
    attributes: Cow<'a, Attributes>,
}

fn no_attributes(attributes: &Attributes) -> bool {
    attributes.is_empty()
}

/// The `body` of an effect.
pub(crate) fn body(effect: &Effect) -> Result<String, serde_json::Error> {
    let Effect::Event(seen) = effect else {
        return serde_json::to_string(effect);
    };
    let event = &seen.event;
    serde_json::to_string(&EventBody {
        source: event.source,
        event: event.event.as_ref().map(Cow::Borrowed),
        instance: event.instance.as_ref().map(Cow::Borrowed),
        at: event.at,
        size_bytes: event.size_bytes,
        attributes: Cow::Borrowed(&event.attributes),
    })
}

/// The place of a row.
pub(crate) fn place(row: &Row<'_>) -> Result<Place, Error> {
    let position = Position {
        partition: row.get(1)?,
        offset: offset(row, 2)?,
    };
    Ok(Place {
        at: Timestamp(row.get(0)?),
        id: EffectId {
            position,
            n: row.get(3)?,
        },
    })
}

/// An offset as SQLite's signed integers hold it; a journal does not get beyond them.
pub(crate) fn stored_offset(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

/// The offset in this column.
pub(crate) fn offset(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    let stored: i64 = row.get(column)?;
    u64::try_from(stored).map_err(|_| Error::IntegralValueOutOfRange(column, stored))
}

/// The facets of a row.
pub(crate) fn facets<'r>(row: &'r Row<'_>) -> Result<Facets<'r>, Error> {
    let text = |column: usize| -> Result<Option<&'r str>, Error> {
        let value = row.get_ref(column)?;
        value.as_str_or_null().map_err(|error| unreadable(column, error))
    };
    Ok(Facets {
        kind: text(4)?.unwrap_or_default(),
        namespace: text(5)?.unwrap_or_default(),
        agent: text(6)?,
        task: text(7)?,
        sandbox: text(8)?,
        event_type: text(9)?,
        text: Cow::Borrowed(text(10)?.unwrap_or_default()),
        data: text(11)?,
    })
}

/// The effect of a row of these facets.
pub(crate) fn effect(row: &Row<'_>, facets: &Facets<'_>) -> Result<Effect, Error> {
    let body = row
        .get_ref(BODY)?
        .as_str()
        .map_err(|error| unreadable(BODY, error))?;
    parse(body, facets).map_err(|error| unreadable(BODY, FromSqlError::other(error)))
}

fn parse(body: &str, facets: &Facets<'_>) -> Result<Effect, serde_json::Error> {
    if facets.kind != "event" {
        return serde_json::from_str(body);
    }
    let rest: EventBody<'_> = serde_json::from_str(body)?;
    let event = Event {
        event: rest.event.map(Cow::into_owned),
        event_type: facets.event_type.unwrap_or_default().into(),
        source: rest.source,
        agent: facets.agent.map(Text::from),
        instance: rest.instance.map(Cow::into_owned),
        sandbox: facets.sandbox.map(Text::from),
        task: facets.task.map(Text::from),
        at: rest.at,
        size_bytes: rest.size_bytes,
        data: facets.data.map(Box::from),
        attributes: rest.attributes.into_owned(),
    };
    Ok(Effect::Event(Box::new(EventSeen {
        namespace: facets.namespace.into(),
        event,
    })))
}

fn unreadable(column: usize, error: FromSqlError) -> Error {
    Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
}

#[cfg(test)]
mod tests {
    use swarmpulse_store::contract::history::sample_rows;

    use super::*;

    #[test]
    fn effects_come_back_from_their_columns() {
        for row in sample_rows(11, 2000) {
            let body = body(&row.effect).unwrap();
            assert_eq!(
                parse(&body, &Facets::of(&row.effect)).unwrap(),
                row.effect,
                "{body}"
            );
        }
    }

    #[test]
    fn a_later_releases_fields_are_passed_over() {
        let facets = Facets {
            namespace: "n",
            kind: "event",
            event_type: Some("t"),
            ..Facets::default()
        };
        let effect = parse(r#"{"source":"worker","event":"e","new_field":[1]}"#, &facets).unwrap();
        let Effect::Event(seen) = effect else {
            unreachable!("an event was stored")
        };
        assert_eq!(
            (seen.event.source, seen.event.event.as_deref()),
            (EventSource::Worker, Some("e"))
        );
    }
}
