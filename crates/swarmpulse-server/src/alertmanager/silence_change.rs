//! Silences made, changed and ended as Alertmanager does it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use http::StatusCode;
use serde_json::{Value, json};
use swarmpulse_alert::{Matchers, SilenceState, SilenceView};
use swarmpulse_model::alert::{LabelMatcher, Silence, SilencePurpose};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Record, Text, Timestamp};

use super::refusal::Refusal;
use super::shape::PostableSilence;
use crate::access::Access;
use crate::alerting::{SILENCES_MAX, author, body, comment, say, uuid};
use crate::app::App;
use crate::read::find_silence;

const EXAMPLE: &str = r#"{"matchers": [{"name": "agent", "value": "bot-1", "isRegex": false}], "startsAt": "2026-03-04T18:00:00Z", "endsAt": "2026-03-04T20:00:00Z", "createdBy": "me", "comment": "upgrade"}"#;

/// `POST /alertmanager/api/v2/silences`: a new one; or with an `id` that one anew, under another id where what it has held
/// back so far would no longer be what it says.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let wanted: PostableSilence = body::json(&app, request, EXAMPLE)
        .await
        .map_err(Refusal::of_field)?;
    let board = app.runtime().alerting();
    let before = wanted.id.as_deref().filter(|id| !id.is_empty());
    let before = before
        .map(|id| find_silence(&board, id, &access).map_err(|_| no_such(id)))
        .transpose()?;
    let open = board
        .silences
        .iter()
        .filter(|view| view.state != SilenceState::Expired);
    if before.is_none() && open.count() >= SILENCES_MAX {
        let message =
            format!("exceeded maximum number of silences: {SILENCES_MAX}; expire some that nobody needs");
        return Err(Refusal::bad_request(message));
    }
    let now = app.runtime().now();
    let mut silence = checked(wanted, &access, now)?;
    match before {
        Some(view) if can_change(view, &silence, now) => {
            silence.id = view.silence.id.clone();
            silence.purpose = view.silence.purpose;
            silence.namespace = view.silence.namespace.clone();
            // What has begun keeps its beginning.
            if view.state == SilenceState::Active {
                silence.starts_at = view.silence.starts_at;
            }
        }
        Some(view) if view.state != SilenceState::Expired => {
            silence.namespace = view.silence.namespace.clone();
            journal(&app, &access, ended(view, now)).await?;
        }
        Some(_) | None => {}
    }
    let id = silence.id.clone();
    journal(&app, &access, silence).await?;
    Ok(Json(json!({"silenceID": id})))
}

/// `DELETE /alertmanager/api/v2/silence/{id}`: it ends now. One that is over stays as it is.
pub(super) async fn expire(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let board = app.runtime().alerting();
    let view = find_silence(&board, &id, &access).map_err(|_| Refusal::not_found())?;
    if view.state != SilenceState::Expired {
        journal(&app, &access, ended(view, app.runtime().now())).await?;
    }
    Ok(StatusCode::OK)
}

async fn journal(app: &App, access: &Access, silence: Silence) -> Result<(), Refusal> {
    let namespace = silence
        .namespace
        .clone()
        .unwrap_or(Text::const_new(DEFAULT_NAMESPACE));
    Ok(say(app, access, namespace, Record::Silence(Box::new(silence))).await?)
}

fn ended(view: &SilenceView, now: Timestamp) -> Silence {
    Silence {
        starts_at: view.silence.starts_at.min(now),
        ends_at: now,
        updated_at: now,
        ..view.silence.clone()
    }
}

/// Whether a silence can be what is wanted under the id it has: the same alerts, and nothing of what was is changed.
fn can_change(view: &SilenceView, wanted: &Silence, now: Timestamp) -> bool {
    let mut matchers = [view.silence.matchers.clone(), wanted.matchers.clone()];
    matchers.iter_mut().for_each(|matchers| matchers.sort());
    let [before, after] = matchers;
    let same_begin = wanted.starts_at == view.silence.starts_at || wanted.starts_at == now;
    before == after
        && match view.state {
            SilenceState::Expired => false,
            SilenceState::Active => same_begin,
            SilenceState::Pending => true,
        }
}

/// A silence as it was asked for, under a new id, every field checked.
fn checked(wanted: PostableSilence, access: &Access, now: Timestamp) -> Result<Silence, Refusal> {
    let starts_at = time("startsAt", &wanted.starts_at)?.max(now);
    let ends_at = time("endsAt", &wanted.ends_at)?;
    if ends_at <= now {
        return Err(Refusal::bad_request(
            "Failed to create silence: end time can't be in the past",
        ));
    }
    if starts_at >= ends_at {
        return Err(Refusal::bad_request(
            "Failed to create silence: start time must be before end time",
        ));
    }
    let given = Some(wanted.created_by.as_str());
    Ok(Silence {
        id: uuid()?,
        namespace: access.namespace.clone(),
        matchers: matchers(wanted.matchers.into_iter().map(LabelMatcher::from).collect())?,
        starts_at,
        ends_at,
        author: author(given, access).map_err(Refusal::of_field)?,
        // Alertmanager takes silences that say nothing.
        comment: match wanted.comment.trim() {
            "" => Text::default(),
            said => comment(said).map_err(Refusal::of_field)?,
        },
        purpose: SilencePurpose::Silence,
        updated_at: now,
    })
}

fn matchers(wanted: Vec<LabelMatcher>) -> Result<Vec<LabelMatcher>, Refusal> {
    let invalid = |reason: &dyn std::fmt::Display| Refusal::bad_request(format!("invalid silence: {reason}"));
    if wanted.is_empty() {
        return Err(invalid(&"at least one matcher required"));
    }
    let compiled = Matchers::new(wanted).map_err(|error| invalid(&error))?;
    if compiled.matches_nothing_at_all() {
        return Err(invalid(&"at least one matcher must not match the empty string"));
    }
    Ok(compiled.iter().cloned().collect())
}

fn time(name: &str, text: &str) -> Result<Timestamp, Refusal> {
    let parsed = text.parse::<jiff::Timestamp>().ok();
    let ns = parsed.and_then(|at| i64::try_from(at.as_nanosecond()).ok());
    ns.map(Timestamp).ok_or_else(|| {
        let shown: String = text.chars().take(60).collect();
        Refusal::bad_request(format!(
            "{name}: `{shown}` is no time in RFC 3339, such as 2026-03-04T18:00:00Z"
        ))
    })
}

fn no_such(id: &str) -> Refusal {
    let id: String = id.chars().take(60).collect();
    Refusal::Own(StatusCode::NOT_FOUND, format!("silence {id} not found"))
}
