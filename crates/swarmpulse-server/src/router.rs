//! Every route, its scope, and the gate before all of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use http::{Method, Uri};
use swarmpulse_store::Scope;

use crate::access;
use crate::app::App;
use crate::problem::ApiError;
use crate::{
    admin, alerting, alertmanager, backtest, gate, ingest, live, openapi, otlp, own, page, prometheus, read,
};

/// The whole API and page, over that application. Requests need a [`crate::Peer`] among their extensions; without
/// one they count as coming from elsewhere.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(needing(Scope::Ingest, ingest::routes()))
        .merge(ingest::open_routes())
        .merge(needing(Scope::Ingest, otlp::routes()))
        .merge(needing(Scope::Read, read::routes()))
        .merge(needing(Scope::Read, live::routes()))
        .merge(needing(Scope::Read, own::figures()))
        .merge(needing(Scope::Read, prometheus::routes()))
        .merge(needing(Scope::Admin, admin::routes()))
        .merge(admin::own_routes())
        .merge(needing(Scope::Admin, alerting::routes()))
        .merge(needing(Scope::Read, alertmanager::reads()))
        .merge(needing(Scope::Ingest, alertmanager::intake()))
        .merge(needing(Scope::Admin, alertmanager::writes()))
        .merge(needing(Scope::Admin, backtest::routes()))
        .merge(openapi::routes())
        .merge(own::health())
        .merge(page::routes())
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), gate::pass))
        .with_state(app)
}

/// The same routes, for those alone who may do what needs that scope.
pub(crate) fn needing(scope: Scope, routes: Router<Arc<App>>) -> Router<Arc<App>> {
    if !routes.has_routes() {
        return routes;
    }
    routes.route_layer(from_fn(move |request, next| access::check(scope, request, next)))
}

pub(crate) async fn nowhere(uri: Uri) -> ApiError {
    ApiError::not_found(format!(
        "there is nothing at `{}`; `/api` lists the routes",
        uri.path()
    ))
}

pub(crate) async fn wrong_method(_: State<Arc<App>>, method: Method, request: Request) -> ApiError {
    let path = request.uri().path();
    ApiError::new(
        http::StatusCode::METHOD_NOT_ALLOWED,
        format!("`{path}` does not take {method}; `/api` lists the routes and their methods"),
    )
}
