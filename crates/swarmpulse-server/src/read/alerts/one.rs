//! One alert with all that happened to it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{AlertDetail, Notification};
use swarmpulse_model::{Alert, Effect, Text, Timestamp};
use swarmpulse_runtime::{AlertBoard, Handle};
use swarmpulse_store::{HistoryQuery, HistoryRow};

use crate::access::Access;
use crate::app::App;
use crate::audience::Audience;
use crate::convert;
use crate::problem::ApiError;
use crate::read::desk::{Desk, answer};
use crate::read::parameter::Parameter;
use crate::read::query::Query;
use crate::read::{board, notifications, past};

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[];

/// Changes shown.
const TRANSITIONS_SHOWN: usize = 200;
/// Alerts that follow from it shown.
const SYMPTOMS_SHOWN: usize = 500;
/// Notifications shown.
const NOTIFICATIONS_SHOWN: usize = 50;

/// `GET /api/v1/alerts/{id}`.
pub(crate) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Query::of(&uri, PARAMETERS)?;
    answer(app, Desk::History, move |app| detail(app.runtime(), &id, &access)).await
}

fn detail(handle: &Handle, id: &str, access: &Access) -> Result<AlertDetail, ApiError> {
    let board = handle.alerting();
    let (shown, alert) = match board::find(&board, id, access) {
        Some(view) => (convert::alert_view(view), view.alert.clone()),
        None => {
            let alert = last_of(handle, id, access)?.ok_or_else(|| unknown(id))?;
            (convert::alert(&alert), alert)
        }
    };
    Ok(AlertDetail {
        alert: shown,
        transitions: transitions(handle, &alert.id)?,
        followed_by: followed_by(&board, &alert.id, access),
        notifications: told(handle, &alert.id, alert.active_at, access)?,
    })
}

/// What nobody knows, or may not know.
pub(crate) fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(300).collect();
    ApiError::not_found(format!(
        "no alert `{id}`: there never was one, or history no longer has it; `GET /api/v1/alerts?state=open` lists those \
         that are there, each with its address in `links.self`"
    ))
}

/// The alert as history has it last.
fn last_of(handle: &Handle, id: &str, access: &Access) -> Result<Option<Alert>, ApiError> {
    let page = past::page(handle, rows_of(id, &["alert"], 1), |row| {
        alert_of(row)
            .is_some_and(|alert| alert.id == id && Audience::of_alert(alert).has(access.namespace.as_deref()))
    })?;
    Ok(page.rows.first().and_then(alert_of).cloned())
}

fn transitions(handle: &Handle, id: &str) -> Result<Vec<swarmpulse_api::AlertTransition>, ApiError> {
    let wanted = rows_of(id, &["alert", "acknowledgement"], TRANSITIONS_SHOWN);
    let page = past::page(handle, wanted, |row| match &row.effect {
        Effect::Alert(alert) => alert.id == id,
        Effect::Acknowledgement(said) => said.alert == id,
        _ => false,
    })?;
    Ok(page.rows.iter().filter_map(convert::alert_transition).collect())
}

fn followed_by(board: &AlertBoard, id: &str, access: &Access) -> Vec<swarmpulse_api::AlertSymptom> {
    let views = board.alerts.iter();
    views
        .filter(|view| {
            view.alert.cause.as_deref() == Some(id)
                && view.alert.ended_at.is_none()
                && board::may_see(access, view)
        })
        .take(SYMPTOMS_SHOWN)
        .map(|view| convert::alert_symptom(&view.alert))
        .collect()
}

/// What was told of an alert since then.
fn told(handle: &Handle, id: &str, since: Timestamp, access: &Access) -> Result<Vec<Notification>, ApiError> {
    let wanted = HistoryQuery {
        kinds: vec![Text::const_new("notification")],
        from: Some(since),
        limit: NOTIFICATIONS_SHOWN,
        ..HistoryQuery::default()
    };
    let page = past::page(handle, wanted, |row| match &row.effect {
        Effect::Notification(told) => {
            Audience::of_notification(told).has(access.namespace.as_deref())
                && told.alerts.iter().any(|told| {
                    told.alert.id == id || told.symptoms.iter().any(|symptom| symptom.alert == id)
                })
        }
        _ => false,
    })?;
    notifications::shown(handle, &page.rows)
}

/// Rows that speak of an alert, the newest first: their texts begin with its id.
fn rows_of(id: &str, kinds: &[&'static str], limit: usize) -> HistoryQuery {
    HistoryQuery {
        kinds: kinds.iter().map(|kind| Text::const_new(kind)).collect(),
        text: Some(id.to_owned()),
        limit,
        ..HistoryQuery::default()
    }
}

fn alert_of(row: &HistoryRow) -> Option<&Alert> {
    match &row.effect {
        Effect::Alert(alert) => Some(alert),
        _ => None,
    }
}
