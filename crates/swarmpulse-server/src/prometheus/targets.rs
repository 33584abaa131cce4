//! `targets`: what is scraped, and how that went.

use axum::response::Response;
use serde_json::json;

use super::answer::{self, Answer};
use super::failure::Failure;

/// `GET /prometheus/api/v1/targets`.
pub(super) async fn get() -> Result<Response, Failure> {
    let none = json!({"activeTargets": [], "droppedTargets": [], "droppedTargetCounts": {}});
    Ok(answer::respond(Answer::of(&none)?.end_of_list(false)))
}
