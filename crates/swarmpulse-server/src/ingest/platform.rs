//! The event route of an agent platform with sandboxes, with its own answer.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::StatusCode;
use swarmpulse_api::SandboxEventAccepted;

use super::answer;
use super::body;
use super::taken::{self, Sender, What};
use crate::access::Access;
use crate::app::App;
use crate::peer::Peer;
use crate::problem::ApiError;

/// `POST /api/v1/sandboxes/{id}/events`: one event is answered as the platform does, several as any list.
pub(super) async fn sandbox_events(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    let sender = Sender::of(access, request.extensions().get::<Peer>());
    let body = body::receive(&app, request).await?;
    let taken = taken::take(&app, sender, What::EventsOf(id.clone()), body).await?;
    let Some(event) = taken
        .event
        .as_ref()
        .filter(|_| taken.accepted == 1 && taken.rejected.is_empty())
    else {
        return Ok(answer::of(&taken));
    };
    let accepted = SandboxEventAccepted {
        status: "accepted".to_owned(),
        sandbox_id: id,
        event_type: event.event_type.to_string(),
        event_id: event.event.as_deref().unwrap_or_default().to_owned(),
        timestamp: taken.received_at.to_string(),
    };
    Ok(answer::json(
        StatusCode::ACCEPTED,
        serde_json::to_vec(&accepted).unwrap_or_default(),
    ))
}
