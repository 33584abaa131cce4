//! `GET /alertmanager/api/v2/alerts`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;

use super::choice::Choice;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::shape;
use crate::access::Access;
use crate::app::App;
use crate::read::{Desk, answer};

/// Alerts that fire, by fingerprint.
pub(super) async fn list(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, Refusal> {
    let choice = Choice::of(&Parameters::of(&uri)?, access)?;
    let answered = answer(app, Desk::Fleet, move |app| {
        let board = app.runtime().alerting();
        let now = app.runtime().now();
        let mut alerts: Vec<shape::GettableAlert> = board
            .alerts
            .iter()
            .filter(|view| choice.has(view))
            .filter(|view| view.receivers.iter().any(|name| choice.has_receiver(name)))
            .map(|view| shape::alert(view, now))
            .collect();
        alerts.sort_unstable_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
        Ok(alerts)
    });
    Ok(answered.await?)
}
