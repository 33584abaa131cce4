//! Agents: the list, one of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Agent, Fleet};
use swarmpulse_model::Text;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;

use super::agent_filter::{self, AgentFilter};
use super::desk::{Desk, answer};
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, Parameter, one_of};
use super::query::Query;
use super::{severity, sweep};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    CURSOR,
    one_of(
        "order",
        "`id`: in the order in which they became known, each agent on just one page. `severity`: the worst first; \
         agents whose verdict changes while pages are read come at the end, and may be met twice.",
        &["id", "severity"],
    ),
    agent_filter::VERDICT,
    agent_filter::HEALTH,
    agent_filter::KIND,
    agent_filter::HOST,
    agent_filter::PART,
    agent_filter::ACROSS,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[IN_NAMESPACE];

/// `GET /api/v1/agents`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    let filter = AgentFilter::of(&query, &access)?;
    answer(app, Desk::Fleet, move |app| page(app, &query, &filter)).await
}

fn page(app: &App, query: &Query, filter: &AgentFilter) -> Result<Page<swarmpulse_api::Agent>, ApiError> {
    let handle = app.runtime();
    let now = handle.now();
    let wanted = |fleet: &Fleet, agent: &Agent| filter.wants(fleet, agent);
    let show = |fleet: &Fleet, agent: &Agent| convert::agent(fleet, agent, now);
    let (cursor, limit) = (query.text("cursor"), query.limit());
    let (items, next) = match query.text("order") {
        Some("severity") => severity::page(handle, cursor, limit, wanted, show)?,
        _ => sweep::page(handle, cursor, limit, wanted, show)?,
    };
    Ok(Page { items, next })
}

/// `GET /api/v1/agents/{id}`; an alias is as good as the id.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, ONE)?;
    let namespace = namespace_of(&query, &access)?;
    answer(app, Desk::Fleet, move |app| {
        let now = app.runtime().now();
        let found = app.runtime().fleet(|fleet| {
            let agent = fleet.agent_named(&namespace, &id)?;
            Some(convert::agent(fleet, agent, now))
        });
        found.ok_or_else(|| unknown("agent", "agents", &namespace, &id))
    })
    .await
}

/// The namespace that one entity is looked for in.
///
/// # Errors
/// If it may not be seen.
pub(super) fn namespace_of(query: &Query, access: &Access) -> Result<Text, ApiError> {
    let asked = access.looks_in(query.text("namespace"))?;
    Ok(asked.unwrap_or_else(|| Text::const_new(DEFAULT_NAMESPACE)))
}

/// There is no such entity.
pub(super) fn unknown(kind: &str, list: &str, namespace: &str, id: &str) -> ApiError {
    let id: String = id.chars().take(200).collect();
    ApiError::not_found(format!(
        "no {kind} `{id}` in the namespace `{namespace}`: it was never heard of, or was forgotten; `?namespace=` names \
         another, `GET /api/v1/{list}` lists those known"
    ))
}
