//! Alerts: conditions that hold, and, from history, those that held.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Alert, Alerts};
use swarmpulse_model::{Condition, Effect, EntityKind, Severity, Text, Timestamp};
use swarmpulse_runtime::Handle;
use swarmpulse_store::{HistoryQuery, HistoryRow};

use super::active::{Holding, active};
use super::desk::{Desk, answer};
use super::parameter::{CURSOR, FROM, LIMIT, NAMESPACE, Parameter, TO, one_of, some_of};
use super::past;
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// Rows of history read at once.
const ROWS_AT_ONCE: usize = 200;
/// Reads of history for one answer: it may be short of the limit and still have a next.
const PAGES_MAX: usize = 5;

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "d0000",
        ..CURSOR
    },
    one_of(
        "state",
        "`active`: those that hold; `resolved`: those that held; `all`: both.",
        &["all", "active", "resolved"],
    ),
    some_of(
        "severity",
        "These severities alone.",
        &["critical", "warning", "info"],
    ),
    FROM,
    TO,
    NAMESPACE,
];

/// `GET /api/observability/alerts`.
pub(super) async fn get(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, ApiError> {
    let query = Query::of(&uri, PARAMETERS)?;
    let namespace = access.looks_in(query.text("namespace"))?;
    answer(app, Desk::History, move |app| {
        alerts(app, Access { namespace, ..access }, &query)
    })
    .await
}

fn alerts(app: &App, access: Access, query: &Query) -> Result<Alerts, ApiError> {
    let handle = app.runtime();
    let state = query.text("state").unwrap_or("all");
    let wanted = |severity: Severity| query.passes("severity", Some(severity.as_str()));
    let (conditions, count) = active(handle, &access, wanted, query.limit());
    let mut answer = Alerts {
        count,
        timestamp: handle.now().to_string(),
        ..Alerts::default()
    };
    if state != "resolved" {
        answer.active = conditions.iter().map(convert::firing).collect();
    }
    if state != "active" {
        (answer.history, answer.next) = past_alerts(handle, access.namespace, query)?;
    }
    Ok(answer)
}

/// What follows a row of a condition in time, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Later {
    /// It was cleared then.
    Cleared(Timestamp),
    /// It was raised again, with another severity: that row stands for it.
    RaisedAgain,
}

/// A page of what was raised and resolved, the newest first. A resolution is met before what it resolves; where a
/// page begins between the two, it is looked up.
fn past_alerts(
    handle: &Handle,
    namespace: Option<Text>,
    query: &Query,
) -> Result<(Vec<Alert>, Option<String>), ApiError> {
    let now = handle.now();
    let limit = query.limit();
    let mut wanted = HistoryQuery {
        namespace,
        kinds: vec![Text::const_new("condition")],
        from: query.time("from", now),
        to: query.time("to", now),
        limit: ROWS_AT_ONCE,
        cursor: query.text("cursor").map(str::to_owned),
        ..HistoryQuery::default()
    };
    let holding = Holding::new(handle);
    let mut later: HashMap<String, Later> = HashMap::new();
    let mut found = Vec::new();
    if limit == 0 {
        return Ok((found, None));
    }
    for _ in 0..PAGES_MAX {
        let page = past::page(handle, wanted.clone(), |_| true)?;
        let last = page.rows.len().saturating_sub(1);
        for (number, row) in page.rows.iter().enumerate() {
            let Some(condition) = condition_of(row) else {
                continue;
            };
            let key = convert::alert_id(condition);
            if !condition.active {
                later.insert(key, Later::Cleared(row.at));
                continue;
            }
            let follows = match later.insert(key, Later::RaisedAgain) {
                Some(follows) => Some(follows),
                None if holding.holds(condition) => None,
                None => look_after(handle, &wanted, row, condition)?,
            };
            let Some(Later::Cleared(end)) = follows else {
                continue;
            };
            if wanted.to.is_some_and(|to| end >= to)
                || !query.passes("severity", Some(condition.severity.as_str()))
            {
                continue;
            }
            found.push(convert::resolved(condition, condition.since.min(end), end));
            if found.len() == limit {
                let is_end = number == last && page.next.is_none();
                return Ok((found, (!is_end).then(|| row.place().to_cursor(false))));
            }
        }
        wanted.cursor = page.next;
        if wanted.cursor.is_none() {
            break;
        }
    }
    Ok((found, wanted.cursor))
}

fn condition_of(row: &HistoryRow) -> Option<&Condition> {
    match &row.effect {
        Effect::Condition(condition) => Some(condition),
        _ => None,
    }
}

/// What followed a condition that was raised in that row; `None` if it still holds.
fn look_after(
    handle: &Handle,
    within: &HistoryQuery,
    row: &HistoryRow,
    condition: &Condition,
) -> Result<Option<Later>, ApiError> {
    let subject = condition.subject.as_ref();
    let agent = subject
        .filter(|subject| subject.kind == EntityKind::Agent)
        .map(|subject| subject.id.clone());
    let next = HistoryQuery {
        namespace: within.namespace.clone(),
        kinds: within.kinds.clone(),
        agent,
        text: Some(condition.name.to_string()),
        from: Some(row.at),
        ascending: true,
        limit: 1,
        ..HistoryQuery::default()
    };
    let id = convert::alert_id(condition);
    let page = past::page(handle, next, |later| {
        later.id > row.id && condition_of(later).is_some_and(|other| convert::alert_id(other) == id)
    })?;
    let follows = page
        .rows
        .first()
        .and_then(|row| Some((row.at, condition_of(row)?.active)));
    Ok(follows.map(|(at, active)| {
        if active {
            Later::RaisedAgain
        } else {
            Later::Cleared(at)
        }
    }))
}
