//! A person takes an alert in hand, or gives it back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use http::StatusCode;
use swarmpulse_api::NewAcknowledgement;
use swarmpulse_model::Record;
use swarmpulse_model::alert::{Acknowledgement, Alert, AlertState};

use super::said::say;
use super::{body, later, words};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;
use crate::read::{find_alert, unknown_alert};

/// `POST /api/v1/alerts/{id}/acknowledge`.
pub(super) async fn take(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<swarmpulse_api::Alert>, ApiError> {
    let wanted: NewAcknowledgement = body::json(&app, request, "{\"comment\": \"looking at it\"}").await?;
    let now = app.runtime().now();
    let comment = words::comment(&wanted.comment)?;
    let author = words::author(wanted.author.as_deref(), &access)?;
    let until = wanted.until.as_deref().filter(|until| !until.is_empty());
    let until = until
        .map(|until| later::parse("until", until, now, now))
        .transpose()?;
    if until.is_some_and(|until| until <= now) {
        return Err(ApiError::unprocessable(
            "`until`: is over already; give a time to come, or leave it out to hold until the alert is over",
        ));
    }
    let alert = open(&app, &id, &access)?;
    let said = Acknowledgement {
        alert: alert.id.clone(),
        namespace: alert.namespace.clone(),
        active: true,
        author,
        comment,
        at: now,
        until,
    };
    say(
        &app,
        &access,
        alert.namespace.clone(),
        Record::Acknowledgement(Box::new(said.clone())),
    )
    .await?;
    let board = app.runtime().alerting();
    let mut shown = match find_alert(&board, &alert.id, &access) {
        Some(view) => convert::alert_view(view),
        None => convert::alert(&alert),
    };
    if shown.acknowledged.is_none() {
        shown.acknowledged = Some(convert::acknowledgement(&said));
    }
    Ok(Json(shown))
}

/// `DELETE /api/v1/alerts/{id}/acknowledge`.
pub(super) async fn give_back(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let board = app.runtime().alerting();
    let view = find_alert(&board, &id, &access).ok_or_else(|| unknown_alert(&id))?;
    if view.acknowledged.is_none() {
        return Ok(StatusCode::NO_CONTENT);
    }
    let alert = view.alert.clone();
    let said = Acknowledgement {
        alert: alert.id,
        namespace: alert.namespace.clone(),
        active: false,
        author: words::author(None, &access)?,
        comment: "given back".into(),
        at: app.runtime().now(),
        until: None,
    };
    say(
        &app,
        &access,
        alert.namespace,
        Record::Acknowledgement(Box::new(said)),
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An alert that is not over.
fn open(app: &App, id: &str, access: &Access) -> Result<Alert, ApiError> {
    let board = app.runtime().alerting();
    let view = find_alert(&board, id, access).ok_or_else(|| unknown_alert(id))?;
    if view.alert.state == AlertState::Resolved {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            format!(
                "the alert `{}` is over: {}; there is nothing to take in hand",
                view.alert.id, view.alert.reason
            ),
        ));
    }
    Ok(view.alert.clone())
}
