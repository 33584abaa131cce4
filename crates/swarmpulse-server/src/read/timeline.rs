//! What happened to one agent.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Page;
use swarmpulse_model::Text;
use swarmpulse_store::HistoryQuery;

use super::desk::{Desk, answer};
use super::parameter::{CURSOR, FROM, IN_NAMESPACE, LIMIT, Parameter, TO, some_of, text};
use super::past;
use super::query::Query;
use super::question::{namespace_of, unknown};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// The kinds of a timeline.
const KINDS: &[&str] = &[
    "verdict",
    "task",
    "restart",
    "event",
    "failure",
    "condition",
    "sandbox",
    "joined",
    "forgotten",
];

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "d0000",
        ..CURSOR
    },
    some_of("kinds", "These kinds alone.", KINDS),
    FROM,
    TO,
    text("q", "Entries that contain this text, in any case.", "oom"),
    IN_NAMESPACE,
];

/// `GET /api/v1/agents/{id}/timeline`: the newest first. It outlives the agent, as long as history is kept.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, PARAMETERS)?;
    let namespace = namespace_of(&query, &access)?;
    answer(app, Desk::History, move |app| {
        entries(app, &query, &namespace, &id)
    })
    .await
}

fn entries(
    app: &App,
    query: &Query,
    namespace: &Text,
    id: &str,
) -> Result<Page<swarmpulse_api::TimelineEntry>, ApiError> {
    let handle = app.runtime();
    let now = handle.now();
    let known = handle.fleet(|fleet| {
        fleet
            .agent_named(namespace, id)
            .map(|agent| Text::from(agent.id()))
    });
    let is_known = known.is_some();
    let wanted = HistoryQuery {
        agent: Some(known.unwrap_or_else(|| id.into())),
        namespace: Some(namespace.clone()),
        kinds: query.list("kinds").map(Text::from).collect(),
        text: query.text("q").map(str::to_owned),
        from: query.time("from", now),
        to: query.time("to", now),
        limit: query.limit(),
        cursor: query.text("cursor").map(str::to_owned),
        ..HistoryQuery::default()
    };
    let asks_for_part = wanted.cursor.is_some() || wanted.limit == 0;
    let page = past::page(handle, wanted, |_| true)?;
    if page.rows.is_empty() && page.next.is_none() && !is_known && !asks_for_part {
        return Err(unknown("agent", "agents", namespace, id));
    }
    let items = page
        .rows
        .iter()
        .map(|row| convert::timeline_entry(row, now))
        .collect();
    Ok(Page {
        items,
        next: page.next,
    })
}
