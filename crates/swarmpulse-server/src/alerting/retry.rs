//! A notification that was given up is tried again.

use std::sync::Arc;

use axum::extract::{Path, State};
use http::StatusCode;
use swarmpulse_model::alert::{Delivery, DeliveryOutcome};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Record, Text};

use super::said::say;
use crate::access::Access;
use crate::app::App;
use crate::audience::Audience;
use crate::problem::ApiError;

/// `POST /api/v1/notifications/{id}/retry`: 202, since when it goes out is the channel's business.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let outbox = app.runtime().outbox();
    let letter = outbox.dead.iter().find(|letter| {
        letter.id.to_string() == id
            && Audience::of_notification(&letter.notification).has(access.namespace.as_deref())
    });
    let letter = letter.ok_or_else(|| {
        let id: String = id.chars().take(60).collect();
        ApiError::not_found(format!(
            "no notification `{id}` that was given up: it waits, was delivered, or never was; \
             `GET /api/v1/notifications?outcome=dead` lists those that can be tried again"
        ))
    })?;
    let told = Delivery {
        notification: letter.id,
        receiver: letter.notification.receiver.clone(),
        channel: letter.notification.channel.clone(),
        outcome: DeliveryOutcome::Retried,
        attempts: letter.attempts,
        error: None,
        at: app.runtime().now(),
    };
    let namespace = Text::const_new(DEFAULT_NAMESPACE);
    say(&app, &access, namespace, Record::Delivery(Box::new(told))).await?;
    Ok(StatusCode::ACCEPTED)
}
