//! Sandboxes: the list, one of them.

use axum::extract::Path;
use axum::response::Response;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Fleet, SandboxEntry};

use super::desk::Desk;
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, NAMESPACE, Parameter, some_of, text};
use super::query::Query;
use super::question::{self, Asked};
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
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    asked.read(LIST)?.answer(Desk::Fleet, page).await
}

fn page(app: &App, query: &Query, access: &Access) -> Result<Page<swarmpulse_api::Sandbox>, ApiError> {
    let now = app.runtime().now();
    let wanted = |fleet: &Fleet, sandbox: &SandboxEntry| {
        query.passes("state", Some(sandbox.state.as_str()))
            && query.is("provider", sandbox.provider.as_deref())
            && query
                .text("agent")
                .is_none_or(|agent| holds(fleet, sandbox, agent))
    };
    let show = |fleet: &Fleet, sandbox: &SandboxEntry| convert::sandbox(fleet, sandbox, now);
    question::page(app, query, access, wanted, show)
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
pub(super) async fn one(asked: Asked, Path(id): Path<String>) -> Result<Response, ApiError> {
    let find = |fleet: &Fleet, namespace: &str, id: &str, now| {
        let sandbox = fleet.sandbox_named(namespace, id)?;
        Some(convert::sandbox(fleet, sandbox, now))
    };
    asked.one(ONE, ("sandbox", "sandboxes"), id, find).await
}
