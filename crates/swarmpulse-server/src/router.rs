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
use crate::{admin, gate, ingest, live, openapi, own, page, read};

/// The whole API and page, over that application. Requests need a [`crate::Peer`] among their extensions; without
/// one they count as coming from elsewhere.
pub fn router(app: Arc<App>) -> Router {
    let needs = |scope| from_fn(move |request, next| access::check(scope, request, next));
    Router::new()
        .merge(ingest::routes().route_layer(needs(Scope::Ingest)))
        .merge(read::routes().route_layer(needs(Scope::Read)))
        .merge(live::routes().route_layer(needs(Scope::Read)))
        .merge(own::figures().route_layer(needs(Scope::Read)))
        .merge(admin::routes().route_layer(needs(Scope::Admin)))
        .merge(openapi::routes())
        .merge(own::health())
        .merge(page::routes())
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), gate::pass))
        .with_state(app)
}

async fn nowhere(uri: Uri) -> ApiError {
    ApiError::not_found(format!("there is nothing at `{}`; `/api` lists the routes", uri.path()))
}

async fn wrong_method(_: State<Arc<App>>, method: Method, request: Request) -> ApiError {
    let path = request.uri().path();
    ApiError::new(
        http::StatusCode::METHOD_NOT_ALLOWED,
        format!("`{path}` does not take {method}; `/api` lists the routes and their methods"),
    )
}
