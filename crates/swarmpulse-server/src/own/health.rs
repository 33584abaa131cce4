//! Whether the process is alive, and whether it takes records.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;

/// `GET /healthz`: 200 as long as anything answers.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// `GET /readyz`: 200 if records are taken, else 503 with the reasons.
pub(super) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let status = app.runtime().status();
    let mut reasons = Vec::new();
    if !status.is_ready() {
        reasons.push("recovery is not over, or the server stops".to_owned());
    }
    if *app.stopping().borrow() {
        reasons.push("the server stops".to_owned());
    }
    // Other stores may lag; without these records or samples cannot be taken.
    for fault in status.faults() {
        let what = match fault.store {
            "journal" => "the journal has",
            "metrics" => "the metric store has",
            _ => continue,
        };
        reasons.push(format!("{what} refused since {}: {}", fault.since, fault.detail));
    }
    if status.is_low_on_space() {
        reasons.push("the disk is nearly full: records are refused, reads go on".to_owned());
    }
    if reasons.is_empty() {
        return (StatusCode::OK, Json(json!({"status": "ok"})));
    }
    (
        StatusCode::SERVICE_UNAVAILABLE,
        Json(json!({"status": "not ready", "reasons": reasons})),
    )
}
