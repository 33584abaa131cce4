//! What happened, from history: found by entity, kind, type, time and text.

use axum::response::Response;
use swarmpulse_api::Page;
use swarmpulse_model::{Effect, Text};
use swarmpulse_store::{HistoryQuery, HistoryRow};

use super::desk::Desk;
use super::parameter::{CURSOR, FROM, LIMIT, NAMESPACE, Parameter, TO, one_of, some_of, text};
use super::past;
use super::query::Query;
use super::question::Asked;
use crate::access::Access;
use crate::app::App;
use crate::audience::Audience;
use crate::convert;
use crate::problem::ApiError;

const KINDS: &[&str] = &[
    "event",
    "verdict",
    "task",
    "sandbox",
    "restart",
    "failure",
    "condition",
    "joined",
    "forgotten",
    "alert",
    "silence",
    "acknowledgement",
    "notification",
    "delivery",
];
const SOURCES: &[&str] = &["agent", "worker", "system"];

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "d0000",
        ..CURSOR
    },
    text(
        "type",
        "Events of this type alone; a trailing `*` stands for any ending.",
        "agent.*",
    ),
    some_of("kind", "These kinds alone.", KINDS),
    some_of("source", "Events that these said, alone.", SOURCES),
    text("agent", "Of this agent alone.", "bot-1"),
    text("task", "Of this task alone.", "task-1"),
    text("sandbox", "Of this sandbox alone.", "sb-1"),
    text("q", "What contains this text, in any case.", "timeout"),
    FROM,
    TO,
    one_of(
        "order",
        "`desc`: the newest first; `asc`: the oldest first.",
        &["desc", "asc"],
    ),
    NAMESPACE,
];

/// `GET /api/v1/events`.
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    asked.read(PARAMETERS)?.answer(Desk::History, page).await
}

fn page(app: &App, query: &Query, access: &Access) -> Result<Page<swarmpulse_api::HistoryEvent>, ApiError> {
    let now = app.runtime().now();
    let of = |name| query.text(name).map(Text::from);
    let mut kinds: Vec<Text> = query.list("kind").map(Text::from).collect();
    if kinds.is_empty() && query.text("source").is_some() {
        // Only events say who said so.
        kinds.push(Text::const_new("event"));
    }
    let wanted = HistoryQuery {
        namespace: access.namespace.clone(),
        kinds,
        agent: of("agent"),
        task: of("task"),
        sandbox: of("sandbox"),
        event_type: of("type"),
        text: query.text("q").map(str::to_owned),
        from: query.time("from", now),
        to: query.time("to", now),
        ascending: query.text("order") == Some("asc"),
        limit: query.limit(),
        cursor: query.text("cursor").map(str::to_owned),
    };
    let page = past::page(app.runtime(), wanted, |row| {
        query.passes("source", source(row)) && Audience::of(&row.effect).has(access.namespace.as_deref())
    })?;
    Ok(Page {
        items: page.rows.iter().map(convert::history_event).collect(),
        next: page.next,
    })
}

fn source(row: &HistoryRow) -> Option<&'static str> {
    match &row.effect {
        Effect::Event(seen) => Some(seen.event.source.as_str()),
        _ => None,
    }
}
