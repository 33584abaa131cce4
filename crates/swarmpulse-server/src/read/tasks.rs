//! Tasks: the list, one of them.

use axum::extract::Path;
use axum::response::Response;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Fleet, TaskEntry};

use super::desk::Desk;
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, NAMESPACE, Parameter, flag, some_of, text};
use super::query::Query;
use super::question::{self, Asked};
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
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    asked.read(LIST)?.answer(Desk::Fleet, page).await
}

fn page(app: &App, query: &Query, access: &Access) -> Result<Page<swarmpulse_api::Task>, ApiError> {
    let now = app.runtime().now();
    let stuck = query.flag("stuck");
    let wanted = |fleet: &Fleet, task: &TaskEntry| {
        query.passes("status", Some(task.status.as_str()))
            && query.is("type", task.task_type.as_deref())
            && query.is("queue", task.queue.as_deref())
            && query.is("agent", task.agent_name.as_deref())
            && query.is("sandbox", task.sandbox.as_deref())
            && stuck.is_none_or(|stuck| fleet.task_stuck(task, now) == stuck)
    };
    let show = |fleet: &Fleet, task: &TaskEntry| convert::task(fleet, task, now);
    question::page(app, query, access, wanted, show)
}

/// `GET /api/v1/tasks/{id}`.
pub(super) async fn one(asked: Asked, Path(id): Path<String>) -> Result<Response, ApiError> {
    let find = |fleet: &Fleet, namespace: &str, id: &str, now| {
        let task = fleet.task_named(namespace, id)?;
        Some(convert::task(fleet, task, now))
    };
    asked.one(ONE, ("task", "tasks"), id, find).await
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
