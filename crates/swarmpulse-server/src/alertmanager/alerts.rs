//! `GET /alertmanager/api/v2/alerts`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_alert::AlertView;
use swarmpulse_model::alert::AlertOrigin;

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
        let mut views: Vec<&AlertView> = board
            .alerts
            .iter()
            .filter(|view| choice.has(view))
            .filter(|view| view.receivers.iter().any(|name| choice.has_receiver(name)))
            .collect();
        one_by_labels(&mut views);
        let alerts = views.into_iter().map(|view| shape::alert(view, now));
        Ok(alerts.collect::<Vec<_>>())
    });
    Ok(answered.await?)
}

/// By fingerprint, and without those that another stands for: there no two alerts have the same labels, and a rule's own
/// comes before one that somebody sent.
pub(super) fn one_by_labels(views: &mut Vec<&AlertView>) {
    views.sort_by_key(|view| (view.fingerprint, view.alert.origin == AlertOrigin::External));
    views.dedup_by_key(|view| view.fingerprint);
}
