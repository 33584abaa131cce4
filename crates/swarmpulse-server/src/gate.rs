//! What every request passes: its id, where it comes from, its token, the security headers, its place in the figures.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_wire::redact;

use crate::access::Access;
use crate::app::App;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::request_id::{self, RequestId};
use crate::{compress, origin, otlp};

/// Pages may use what this server serves and nothing else.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        http::header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
        ),
    ),
    (
        http::header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        http::header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (http::header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];
/// What answers say to requests that need a token.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"swarmpulse\"");
/// The most of a foreign error text that becomes a problem's detail.
const DETAIL_MAX_BYTES: usize = 4096;

/// Marks an answer of a compatibility route, whose errors keep the shape that its clients know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnShape;

/// Lets a request through, or answers it.
pub(crate) async fn pass(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let (mut parts, body) = request.into_parts();
    let id = RequestId::of(&parts.headers);
    let method = parts.method.clone();
    let route = parts.extensions.get::<MatchedPath>().cloned();
    let accepts_gzip = compress::is_accepted(&parts.headers) && !is_query_from_here(&parts);
    let path = tracing::enabled!(tracing::Level::WARN).then(|| parts.uri.path().to_owned());
    let shape = otlp::Shape::of(&parts);
    parts.extensions.insert(id.clone());
    let _busy = app.traffic().begin();

    let response = match admit(&app, &parts).await {
        Ok(access) => {
            if let Some(access) = access {
                parts.extensions.insert(access);
            }
            let run = next.run(Request::from_parts(parts, body));
            AssertUnwindSafe(run).catch_unwind().await.unwrap_or_else(|_| {
                app.runtime().counters().drop_for("handler_panicked", 1);
                ApiError::internal("a fault of this server; its log has more under this request's id")
                    .into_response()
            })
        }
        Err(error) => error.into_response(),
    };
    let mut response = explain(response, &id.0, shape).await;
    if accepts_gzip {
        response = compress::shrink(response).await;
    }
    finish(&mut response, &id);
    let status = response.status();
    app.traffic().count(
        route.as_ref().map_or("unmatched", MatchedPath::as_str),
        &method,
        status,
        watch.seconds(),
    );
    note(
        &method,
        path.as_deref().unwrap_or_default(),
        status,
        watch.seconds(),
        &id.0,
    );
    response
}

/// Whether this is a query of this machine itself: packing its answer would take longer than handing it over.
fn is_query_from_here(parts: &Parts) -> bool {
    let is_local = parts
        .extensions
        .get::<Peer>()
        .is_some_and(|peer| peer.address.ip().to_canonical().is_loopback());
    let is_forwarded =
        parts.headers.contains_key("x-forwarded-for") || parts.headers.contains_key("forwarded");
    is_local && !is_forwarded && parts.uri.path().starts_with("/prometheus/")
}

/// Decides what a request may do; `None` if it carries no token where one is needed: then only open routes will do.
async fn admit(app: &App, parts: &Parts) -> Result<Option<Access>, ApiError> {
    let counters = app.runtime().counters();
    if has_token_in_query(parts) {
        counters.drop_for("auth_token_in_url", 1);
        return Err(ApiError::bad_request(
            "a token in a URL ends up in logs; send it as `Authorization: Bearer TOKEN`, and make a new one in place of \
             the one that was sent",
        ));
    }
    let loopback = parts
        .extensions
        .get::<Peer>()
        .is_some_and(|peer| peer.loopback_listener);
    origin::check(parts, loopback, &app.options().allowed_hosts)
        .inspect_err(|_| counters.drop_for("foreign_origin", 1))?;
    let Some(header) = parts.headers.get(AUTHORIZATION) else {
        let needs_none = app.options().insecure || loopback && !app.options().require_tokens;
        return Ok(needs_none.then(Access::open));
    };
    let Some(secret) = bearer(header) else {
        counters.drop_for("auth_failed", 1);
        return Err(ApiError::unauthorized(
            "the `Authorization` header is not of the form `Bearer TOKEN`",
        ));
    };
    match app.tokens().access(secret).await {
        Ok(Some(access)) => Ok(Some(access)),
        Ok(None) => {
            counters.drop_for("auth_failed", 1);
            Err(ApiError::unauthorized(
                "the token is not known here: it was removed, mistyped, or made for another server",
            ))
        }
        Err(error) => {
            tracing::warn!(%error, "tokens could not be read");
            Err(ApiError::unavailable(5, "tokens cannot be checked just now"))
        }
    }
}

fn bearer(header: &HeaderValue) -> Option<&str> {
    let (scheme, secret) = header.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    // `Token` is what clients of InfluxDB call it.
    let is_token = ["bearer", "token"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    (is_token && !secret.is_empty()).then_some(secret)
}

fn has_token_in_query(parts: &Parts) -> bool {
    let query = parts.uri.query().unwrap_or_default();
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    names
        .into_iter()
        .any(|name| matches!(name, "token" | "access_token" | "api_key"))
}

/// Makes problem JSON of errors, be they ours or of the framework, which answers in plain text; OTLP has shapes of its own.
async fn explain(mut response: Response, request_id: &str, shape: Option<otlp::Shape>) -> Response {
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        if error.status.is_server_error() {
            tracing::warn!(status = error.status.as_u16(), detail = %error.detail, request_id, "answered with an error");
        }
        return shape.map_or_else(|| error.render(request_id), |shape| shape.refused(&error));
    }
    if response.extensions().get::<OwnShape>().is_some() {
        return response;
    }
    let status = response.status();
    let is_text = response
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|value| value.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || !is_text {
        return response;
    }
    let text = axum::body::to_bytes(response.into_body(), DETAIL_MAX_BYTES)
        .await
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let detail = if text.is_empty() {
        status.canonical_reason().unwrap_or("error").into()
    } else {
        text
    };
    ApiError::new(status, detail).render(request_id)
}

/// The headers that every answer has.
fn finish(response: &mut Response, id: &RequestId) {
    let needs_token = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if needs_token {
        headers.insert(WWW_AUTHENTICATE, CHALLENGE);
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(request_id::HEADER, id);
    }
}

/// One line for each request. Queries are left out: they may hold what nobody wants in a log.
fn note(method: &Method, path: &str, status: StatusCode, seconds: f64, request_id: &str) {
    let status = status.as_u16();
    if status >= 500 {
        let path = redact::text(path);
        tracing::warn!(%method, %path, status, seconds, request_id, "request");
    } else if tracing::enabled!(tracing::Level::DEBUG) {
        let path = redact::text(path);
        tracing::debug!(%method, %path, status, seconds, request_id, "request");
    }
}
