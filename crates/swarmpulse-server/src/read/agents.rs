//! Agents: the list, one of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Agent, Fleet};

use super::agent_filter::{self, AgentFilter};
use super::desk::{Desk, answer};
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, Parameter, one_of};
use super::query::Query;
use super::question::Asked;
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
pub(super) async fn one(asked: Asked, Path(id): Path<String>) -> Result<Response, ApiError> {
    let find = |fleet: &Fleet, namespace: &str, id: &str, now| {
        let agent = fleet.agent_named(namespace, id)?;
        Some(convert::agent(fleet, agent, now))
    };
    asked.one(ONE, ("agent", "agents"), id, find).await
}
