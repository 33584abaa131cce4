//! Tasks: the list, one of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Fleet, TaskEntry};
use swarmpulse_model::Text;

use super::agents::{namespace_of, unknown};
use super::desk::{Desk, answer};
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, NAMESPACE, Parameter, flag, some_of, text};
use super::query::Query;
use super::sweep;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

const STATUSES: &[&str] = &[
    "pending",
    "claiming",
    "assigned",
    "running",
    "validating",
    "completed",
    "failed",
    "cancelled",
    "retrying",
];

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    CURSOR,
    some_of("status", "These statuses alone.", STATUSES),
    text("type", "This type of task alone.", "crawl"),
    text("queue", "Tasks of this queue alone.", "default"),
    text("agent", "Tasks of this agent alone.", "bot-1"),
    text("sandbox", "Tasks in this sandbox alone.", "sb-1"),
    flag(
        "stuck",
        "Only open tasks without progress beyond their limit, or only others.",
    ),
    NAMESPACE,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[IN_NAMESPACE];

/// `GET /api/v1/tasks`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    let namespace = access.looks_in(query.text("namespace"))?;
    answer(app, Desk::Fleet, move |app| page(app, &query, namespace.as_ref())).await
}

fn page(app: &App, query: &Query, namespace: Option<&Text>) -> Result<Page<swarmpulse_api::Task>, ApiError> {
    let now = app.runtime().now();
    let stuck = query.flag("stuck");
    let wanted = |fleet: &Fleet, task: &TaskEntry| {
        namespace.is_none_or(|namespace| fleet.namespace_of_task(task) == namespace)
            && query.passes("status", Some(task.status.as_str()))
            && query.is("type", task.task_type.as_deref())
            && query.is("queue", task.queue.as_deref())
            && query.is("agent", task.agent_name.as_deref())
            && query.is("sandbox", task.sandbox.as_deref())
            && stuck.is_none_or(|stuck| fleet.task_stuck(task, now) == stuck)
    };
    let show = |fleet: &Fleet, task: &TaskEntry| convert::task(fleet, task, now);
    let (items, next) = sweep::page(app.runtime(), query.text("cursor"), query.limit(), wanted, show)?;
    Ok(Page { items, next })
}

/// `GET /api/v1/tasks/{id}`.
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
            let task = fleet.task_named(&namespace, &id)?;
            Some(convert::task(fleet, task, now))
        });
        found.ok_or_else(|| unknown("task", "tasks", &namespace, &id))
    })
    .await
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::TaskStatus;

    use super::*;

    #[test]
    fn the_words_are_the_models() {
        assert_eq!(STATUSES, TaskStatus::ALL.map(TaskStatus::as_str));
    }
}
