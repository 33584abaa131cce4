//! The catalogue of detectors: what each looks for, how, and where the method comes from.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Detector, Page};
use swarmpulse_detect::DETECTORS;

use super::desk::{Desk, answer};
use super::query::Query;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// `GET /api/v1/detectors`.
pub(super) async fn list(State(app): State<Arc<App>>, uri: Uri) -> Result<Response, ApiError> {
    Query::of(&uri, &[])?;
    answer(app, Desk::Fleet, |_| Ok(catalogue())).await
}

fn catalogue() -> Page<Detector> {
    let all = DETECTORS
        .iter()
        .map(|detector| convert::detector(detector.description));
    Page {
        items: all.collect(),
        next: None,
    }
}
