//! The OpenAPI document and the page made from it.

mod alerting;
mod alertmanager;
mod document;
mod otlp;
mod page;
mod queries;
mod record;
mod route;
mod routes;
mod samples;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::app::App;

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    document::document()
}

/// The document as it is served and committed.
#[must_use]
pub fn document_text() -> String {
    // The document is made of texts and numbers alone, which always have a JSON.
    document().to_pretty_json().unwrap_or_default()
}

static DOCUMENT: LazyLock<String> = LazyLock::new(document_text);
static PAGE: LazyLock<String> = LazyLock::new(|| page::page(&DOCUMENT));

/// The document's routes, open to all.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/openapi.json",
            get(async || answer("application/json", &DOCUMENT)),
        )
        .route("/api", get(async || answer("text/html; charset=utf-8", &PAGE)))
        .route(
            "/api.css",
            get(async || answer("text/css; charset=utf-8", page::STYLE)),
        )
}

fn answer(content_type: &'static str, body: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
