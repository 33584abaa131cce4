//! Sandboxes: the list, one of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Fleet, SandboxEntry};
use swarmpulse_model::Text;

use super::agents::{namespace_of, unknown};
use super::desk::{Desk, answer};
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, NAMESPACE, Parameter, some_of, text};
use super::query::Query;
use super::sweep;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

const STATES: &[&str] = &[
    "creating",
    "running",
    "paused",
    "stopped",
    "terminated",
    "failed",
    "unknown",
];

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    CURSOR,
    some_of("state", "These states alone.", STATES),
    text("agent", "Sandboxes of this agent alone.", "bot-1"),
    text("provider", "Sandboxes of this provider alone.", "docker"),
    NAMESPACE,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[IN_NAMESPACE];

/// `GET /api/v1/sandboxes`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    let namespace = access.looks_in(query.text("namespace"))?;
    answer(app, Desk::Fleet, move |app| page(app, &query, namespace.as_ref())).await
}

fn page(
    app: &App,
    query: &Query,
    namespace: Option<&Text>,
) -> Result<Page<swarmpulse_api::Sandbox>, ApiError> {
    let now = app.runtime().now();
    let wanted = |fleet: &Fleet, sandbox: &SandboxEntry| {
        namespace.is_none_or(|namespace| fleet.namespace_of_sandbox(sandbox) == namespace)
            && query.passes("state", Some(sandbox.state.as_str()))
            && query.is("provider", sandbox.provider.as_deref())
            && query
                .text("agent")
                .is_none_or(|agent| holds(fleet, sandbox, agent))
    };
    let show = |fleet: &Fleet, sandbox: &SandboxEntry| convert::sandbox(fleet, sandbox, now);
    let (items, next) = sweep::page(app.runtime(), query.text("cursor"), query.limit(), wanted, show)?;
    Ok(Page { items, next })
}

/// Whether an agent is in a sandbox, or the sandbox was made for it.
fn holds(fleet: &Fleet, sandbox: &SandboxEntry, agent: &str) -> bool {
    let inside = sandbox.agents().iter().filter_map(|index| fleet.agent_at(*index));
    inside
        .map(|inside| inside.id())
        .chain(sandbox.agent_name.as_deref())
        .any(|id| id == agent)
}

/// `GET /api/v1/sandboxes/{id}`.
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
            let sandbox = fleet.sandbox_named(&namespace, &id)?;
            Some(convert::sandbox(fleet, sandbox, now))
        });
        found.ok_or_else(|| unknown("sandbox", "sandboxes", &namespace, &id))
    })
    .await
}
