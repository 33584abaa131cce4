//! `status`, `receivers`, and whether the server is there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::shape::Receiver;
use crate::access::Access;
use crate::app::App;

/// The release of Alertmanager whose API this is; clients compare it with their own.
const COMPATIBLE_WITH: &str = "0.28.1";
/// What holds without a file, as a file would say it.
const WITHOUT_FILE: &str =
    "route:\n  receiver: default\n  group_by: [alertname, namespace]\nreceivers:\n  - name: default\n";
/// What is shown to those who see one namespace: routes and receivers are of all of them together.
const OF_ALL: &str = "# routes are of all namespaces together and shown to those alone who see all\n";

/// `GET /alertmanager/api/v2/status`.
pub(super) async fn get(State(app): State<Arc<App>>, access: Access) -> Json<Value> {
    let board = app.runtime().alerting();
    let original = match &access.namespace {
        Some(_) => OF_ALL,
        None if board.routing_text.is_empty() => WITHOUT_FILE,
        None => &board.routing_text,
    };
    Json(json!({
        "cluster": {"status": "disabled", "peers": []},
        "versionInfo": {
            "version": COMPATIBLE_WITH,
            "revision": concat!("swarmpulse-", env!("CARGO_PKG_VERSION")),
            "branch": "",
            "buildUser": "swarmpulse",
            "buildDate": "",
            "goVersion": "",
        },
        "config": {"original": original},
        "uptime": app.runtime().began().to_string(),
    }))
}

/// `GET /alertmanager/api/v2/receivers`.
pub(super) async fn receivers(State(app): State<Arc<App>>) -> Json<Vec<Receiver>> {
    let board = app.runtime().alerting();
    let names = board.receivers.iter().map(|receiver| Receiver {
        name: receiver.name.clone(),
    });
    Json(names.collect())
}

/// `GET /alertmanager/-/healthy`.
pub(super) async fn healthy() -> &'static str {
    "OK"
}

/// `GET /alertmanager/-/ready`.
pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.runtime().status().is_ready() {
        (StatusCode::OK, "OK")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    }
}
