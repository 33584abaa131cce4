//! Services: the list, one of them.

use axum::extract::Path;
use axum::response::Response;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Fleet, ServiceEntry};

use super::desk::Desk;
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, NAMESPACE, Parameter, text};
use super::query::Query;
use super::question::{self, Asked};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    CURSOR,
    text("kind", "This kind of service alone.", "llm"),
    NAMESPACE,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[IN_NAMESPACE];

/// `GET /api/v1/services`.
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    asked.read(LIST)?.answer(Desk::Fleet, page).await
}

fn page(app: &App, query: &Query, access: &Access) -> Result<Page<swarmpulse_api::Service>, ApiError> {
    let wanted = |_: &Fleet, service: &ServiceEntry| query.is("kind", service.kind.as_deref());
    question::page(app, query, access, wanted, convert::service)
}

/// `GET /api/v1/services/{id}`.
pub(super) async fn one(asked: Asked, Path(id): Path<String>) -> Result<Response, ApiError> {
    let find = |fleet: &Fleet, namespace: &str, id: &str, _| {
        let service = fleet.service_named(namespace, id)?;
        Some(convert::service(fleet, service))
    };
    asked.one(ONE, ("service", "services"), id, find).await
}
