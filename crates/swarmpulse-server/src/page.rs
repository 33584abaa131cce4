//! The page: the files of the built UI, embedded; without them a plain list that needs no script.

mod plain;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use rust_embed::{Embed, EmbeddedFile};

use crate::access::Access;
use crate::app::App;

/// The built UI.
#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Built;

const INDEX: &str = "index.html";

/// One route for each file of the page, and `/`. They are open to all: they hold no data.
pub(crate) fn routes() -> Router<Arc<App>> {
    let files = Built::iter().filter(|path| path != INDEX);
    let files = files.fold(Router::new(), |router: Router<Arc<App>>, path| {
        let route = format!("/{path}");
        router.route(
            &route,
            get(move |headers: HeaderMap| async move { file(&path, &headers) }),
        )
    });
    files.route("/", get(index))
}

async fn index(State(app): State<Arc<App>>, headers: HeaderMap, extensions: Extensions) -> Response {
    if Built::get(INDEX).is_some() {
        return file(INDEX, &headers);
    }
    Html(plain::page(&app, extensions.get::<Access>())).into_response()
}

fn file(path: &str, headers: &HeaderMap) -> Response {
    let Some(EmbeddedFile { data, metadata }) = Built::get(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let etag = format!(
        "\"{}\"",
        hex(metadata.sha256_hash().get(..16).unwrap_or_default())
    );
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_known = known
        .split(',')
        .any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        data.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching(path)));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    response
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files under `assets/` carry a hash in their names and never change.
fn caching(path: &str) -> &'static str {
    if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_has_a_type_and_a_tag() {
        for path in Built::iter() {
            assert_ne!(content_type(&path), "application/octet-stream", "{path}");
            let response = file(&path, &HeaderMap::new());
            assert_eq!(response.status(), StatusCode::OK);
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, response.headers()[ETAG].clone());
            assert_eq!(file(&path, &headers).status(), StatusCode::NOT_MODIFIED, "{path}");
        }
        assert_eq!(
            file("nowhere.js", &HeaderMap::new()).status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn only_hashed_names_are_kept_for_good() {
        assert!(caching("assets/index-C-Qf2iMU.js").contains("immutable"));
        assert_eq!(caching("theme.js"), "no-cache");
        assert_eq!(caching("index.html"), "no-cache");
    }
}
