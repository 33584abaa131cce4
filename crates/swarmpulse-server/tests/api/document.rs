//! The document against the router, and the committed copy against the document.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::Value;

use crate::harness::{REMOTE, Server, request};
use crate::world::open;

/// The page and its files, the style of the API page, and methods of gRPC are no part of the API.
fn is_page(path: &str) -> bool {
    path == "/"
        || path == "/api.css"
        || path.starts_with("/assets/")
        || !path.starts_with("/api") && path.contains('.')
}

/// The paths of the router, from what it prints of itself: it has no other list.
fn registered(server: &Server) -> BTreeSet<String> {
    let printed = format!(
        "{:?}",
        swarmpulse_server::router(std::sync::Arc::clone(&server.app))
    );
    let node = printed.split("Node { paths: {").nth(1).unwrap();
    let paths = node
        .split('"')
        .skip(1)
        .step_by(2)
        .take_while(|path| path.starts_with('/'));
    paths.map(str::to_owned).collect()
}

/// The methods of an `Allow` header, each of which it may name once.
fn allowed(headers: &http::HeaderMap) -> BTreeSet<String> {
    let header = headers.get("allow").map_or("", |value| value.to_str().unwrap());
    let names: Vec<_> = header.split(',').map(|name| name.trim().to_owned()).collect();
    let set: BTreeSet<_> = names.iter().cloned().collect();
    assert_eq!(set.len(), names.len(), "{header}");
    set
}

/// The methods that the document gives a path, and those that come with them.
fn methods_of(item: &Value) -> BTreeSet<String> {
    let named = item.as_object().unwrap().keys().map(|name| name.to_uppercase());
    let mut methods: BTreeSet<String> = named.collect();
    if methods.contains("GET") {
        methods.insert("HEAD".to_owned());
    }
    methods
}

fn documented() -> Value {
    serde_json::from_str(&swarmpulse_server::document_text()).unwrap()
}

#[tokio::test]
async fn every_route_is_in_the_document_and_nothing_else() {
    let server = Server::start();
    let document = documented();
    let paths = document["paths"].as_object().unwrap();
    let registered: BTreeSet<String> = registered(&server)
        .into_iter()
        .filter(|path| !is_page(path) || path == "/openapi.json")
        .collect();
    let known: BTreeSet<String> = paths.keys().cloned().collect();
    assert_eq!(registered, known);
    assert!(known.len() > 30);

    for (path, item) in paths {
        let address = path
            .replace("{agent}", "a1")
            .replace("{signal}", "0")
            .replace("{id}", "a1");
        let address = address
            .replace("{position}", "0-0")
            .replace("{job}", "j")
            .replace("{name}", "job")
            .replace("{*labels}", "instance/i")
            .replace("{metric_type}", "host");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = open(&server, request(method, &address, "")).await;
            let takes = answer.status() != StatusCode::METHOD_NOT_ALLOWED;
            let says = item.get(method.to_lowercase()).is_some();
            assert_eq!(takes, says, "{method} {path}: {}", answer.status());
            if !takes {
                assert_eq!(allowed(answer.headers()), methods_of(item), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn pages_and_methods_of_grpc_say_what_they_take_as_well() {
    let server = Server::start();
    let document = documented();
    for path in registered(&server) {
        if document["paths"].get(&path).is_some() {
            continue;
        }
        let expected = if path.starts_with("/opentelemetry") {
            "POST"
        } else {
            "GET,HEAD"
        };
        let answer = server.send(request("PATCH", &path, "")).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let expected: BTreeSet<String> = expected.split(',').map(str::to_owned).collect();
        assert_eq!(allowed(&answer.headers), expected, "{path}");
    }
}

#[test]
fn the_committed_copy_is_the_document() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json"));
    let committed = committed.unwrap_or_default();
    assert!(
        committed.trim_end() == swarmpulse_server::document_text(),
        "docs/openapi.json is not what the code says: run `cargo run -p swarmpulse -- openapi > docs/openapi.json`"
    );
}

#[test]
fn references_lead_to_shapes_and_names_are_unique() {
    let text = swarmpulse_server::document_text();
    let document = documented();
    let shapes = document["components"]["schemas"].as_object().unwrap();
    let references = text.split("#/components/schemas/").skip(1);
    let mut used = BTreeSet::new();
    for name in references.map(|rest| rest.split('"').next().unwrap()) {
        assert!(shapes.contains_key(name), "{name}");
        used.insert(name);
    }
    for name in shapes.keys() {
        assert!(used.contains(name.as_str()), "{name} is used nowhere");
    }
    let mut ids = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
            assert!(operation["responses"]["default"].is_object());
        }
    }
}

#[tokio::test]
async fn the_document_and_its_page_are_open_to_all() {
    let server = Server::start();
    for (path, kind, needle) in [
        ("/openapi.json", "application/json", "\"openapi\": \"3.1.0\""),
        ("/api", "text/html; charset=utf-8", "/api/v1/agents/{id}/timeline"),
        ("/api.css", "text/css; charset=utf-8", "--accent"),
    ] {
        let answer = server.send_as(REMOTE, request("GET", path, "")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), kind);
        assert!(answer.text().contains(needle), "{path}");
    }
}
