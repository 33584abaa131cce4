//! Services: the list, one of them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Page;
use swarmpulse_fleet::{Fleet, ServiceEntry};
use swarmpulse_model::Text;

use super::agents::{namespace_of, unknown};
use super::desk::{Desk, answer};
use super::parameter::{CURSOR, IN_NAMESPACE, LIMIT, NAMESPACE, Parameter, text};
use super::query::Query;
use super::sweep;
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
) -> Result<Page<swarmpulse_api::Service>, ApiError> {
    let wanted = |fleet: &Fleet, service: &ServiceEntry| {
        namespace.is_none_or(|namespace| fleet.namespace_of_service(service) == namespace)
            && query.is("kind", service.kind.as_deref())
    };
    let (cursor, limit) = (query.text("cursor"), query.limit());
    let (items, next) = sweep::page(app.runtime(), cursor, limit, wanted, convert::service)?;
    Ok(Page { items, next })
}

/// `GET /api/v1/services/{id}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, ONE)?;
    let namespace = namespace_of(&query, &access)?;
    answer(app, Desk::Fleet, move |app| {
        let found = app.runtime().fleet(|fleet| {
            let service = fleet.service_named(&namespace, &id)?;
            Some(convert::service(fleet, service))
        });
        found.ok_or_else(|| unknown("service", "services", &namespace, &id))
    })
    .await
}
