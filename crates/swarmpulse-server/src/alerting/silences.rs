//! Silences and maintenance: made, changed, ended.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use http::StatusCode;
use swarmpulse_alert::{SilenceState, SilenceView};
use swarmpulse_api::NewSilence;
use swarmpulse_model::alert::{Silence, SilencePurpose};
use swarmpulse_model::entity::{DEFAULT_NAMESPACE, check_id};
use swarmpulse_model::{Record, Text, Timestamp};

use super::said::{say, uuid};
use super::{body, later, matchers, words};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;
use crate::read::find_silence;

/// Silences that are not over at once: as many as the desk keeps.
pub(crate) const SILENCES_MAX: usize = 10_000;
/// The longest silence: ten years.
const LONGEST_S: f64 = 3650.0 * 86_400.0;
const EXAMPLE: &str =
    "{\"matchers\": \"{agent=\\\"bot-1\\\"}\", \"ends_at\": \"2h\", \"comment\": \"upgrade\"}";

/// `POST /api/v1/silences`.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<(StatusCode, Json<swarmpulse_api::Silence>), ApiError> {
    let wanted: NewSilence = body::json(&app, request, EXAMPLE).await?;
    let open = app
        .runtime()
        .alerting()
        .silences
        .iter()
        .filter(|view| view.state != SilenceState::Expired)
        .count();
    if open >= SILENCES_MAX {
        return Err(ApiError::new(
            StatusCode::INSUFFICIENT_STORAGE,
            format!("there are {open} silences, which is the most; end some that nobody needs"),
        ));
    }
    let silence = checked(&app, &access, wanted, uuid()?, None)?;
    Ok((StatusCode::CREATED, Json(said(&app, &access, silence).await?)))
}

/// `PUT /api/v1/silences/{id}`: all of it anew.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<swarmpulse_api::Silence>, ApiError> {
    let wanted: NewSilence = body::json(&app, request, EXAMPLE).await?;
    let board = app.runtime().alerting();
    let before = find_silence(&board, &id, &access)?;
    if before.state == SilenceState::Expired {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            format!("the silence `{id}` is over; `POST /api/v1/silences` makes a new one"),
        ));
    }
    let silence = checked(&app, &access, wanted, before.silence.id.clone(), Some(before))?;
    Ok(Json(said(&app, &access, silence).await?))
}

/// `DELETE /api/v1/silences/{id}`: it ends now, and stays visible for a while. One that is over stays as it is.
pub(super) async fn expire(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<Json<swarmpulse_api::Silence>, ApiError> {
    let board = app.runtime().alerting();
    let view = find_silence(&board, &id, &access)?;
    if view.state == SilenceState::Expired {
        return Ok(Json(convert::silence(view)));
    }
    let now = app.runtime().now();
    let silence = Silence {
        starts_at: view.silence.starts_at.min(now),
        ends_at: now,
        updated_at: now,
        ..view.silence.clone()
    };
    Ok(Json(said(&app, &access, silence).await?))
}

/// Journals a silence and gives it as the desk shows it.
async fn said(app: &App, access: &Access, silence: Silence) -> Result<swarmpulse_api::Silence, ApiError> {
    let namespace = silence
        .namespace
        .clone()
        .unwrap_or(Text::const_new(DEFAULT_NAMESPACE));
    let record = Record::Silence(Box::new(silence.clone()));
    say(app, access, namespace, record).await?;
    let board = app.runtime().alerting();
    let shown = board
        .silences
        .iter()
        .find(|view| view.silence.id == silence.id && view.silence.updated_at >= silence.updated_at);
    Ok(match shown {
        Some(view) => convert::silence(view),
        None => convert::silence(&SilenceView {
            state: state(&silence),
            silence,
            alerts: 0,
        }),
    })
}

fn state(silence: &Silence) -> SilenceState {
    if silence.ends_at <= silence.updated_at {
        SilenceState::Expired
    } else if silence.starts_at > silence.updated_at {
        SilenceState::Pending
    } else {
        SilenceState::Active
    }
}

/// A silence as it was asked for, every field checked.
fn checked(
    app: &App,
    access: &Access,
    wanted: NewSilence,
    id: Text,
    before: Option<&SilenceView>,
) -> Result<Silence, ApiError> {
    let now = app.runtime().now();
    let given = wanted.namespace.as_deref().filter(|name| !name.is_empty());
    let namespace = match (given, before) {
        // Whose alerts it is for changes only if that is said.
        (None, Some(before)) => before.silence.namespace.clone(),
        _ => access.looks_in(given)?,
    };
    if let Some(namespace) = &namespace {
        check_id(namespace).map_err(|reason| ApiError::unprocessable(format!("`namespace`: {reason}")))?;
    }
    let (starts_at, ends_at) = times(&wanted, now, before)?;
    Ok(Silence {
        id,
        namespace,
        author: words::author(wanted.author.as_deref(), access)?,
        comment: words::comment(&wanted.comment)?,
        purpose: purpose(wanted.purpose.as_deref())?,
        matchers: matchers::read(wanted.matchers)?.iter().cloned().collect(),
        starts_at,
        ends_at,
        updated_at: now,
    })
}

fn times(
    wanted: &NewSilence,
    now: Timestamp,
    before: Option<&SilenceView>,
) -> Result<(Timestamp, Timestamp), ApiError> {
    let given = wanted.starts_at.as_deref().filter(|text| !text.is_empty());
    let starts_at = match (given, before) {
        (Some(text), _) => later::parse("starts_at", text, now, now)?,
        (None, Some(before)) => before.silence.starts_at,
        (None, None) => now,
    };
    // What is over cannot be silenced any more: a beginning in the past is now.
    let starts_at = match before {
        Some(before) if starts_at == before.silence.starts_at => starts_at,
        _ => starts_at.max(now),
    };
    let ends_at = later::parse("ends_at", &wanted.ends_at, now, starts_at.max(now))?;
    if ends_at <= starts_at {
        return Err(ApiError::unprocessable(format!(
            "`ends_at`: is {ends_at}, not after `starts_at`, which is {starts_at}; give a later time, or a span such as `2h`"
        )));
    }
    if ends_at <= now {
        return Err(ApiError::unprocessable(format!(
            "`ends_at`: {ends_at} is over already; give a time to come, or DELETE the silence to end it"
        )));
    }
    if ends_at.seconds_since(now) > LONGEST_S {
        return Err(ApiError::unprocessable(
            "`ends_at`: is more than ten years off; a route without a receiver is what never tells",
        ));
    }
    Ok((starts_at, ends_at))
}

fn purpose(given: Option<&str>) -> Result<SilencePurpose, ApiError> {
    match given.unwrap_or_default() {
        "" | "silence" => Ok(SilencePurpose::Silence),
        "maintenance" => Ok(SilencePurpose::Maintenance),
        other => Err(ApiError::unprocessable(format!(
            "`purpose`: expected silence or maintenance, got `{other}`"
        ))),
    }
}
