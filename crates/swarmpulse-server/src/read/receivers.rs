//! Receivers: who is told, by which channels, and how those do. Never where they lead, which may be a secret.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Channel, Page, Receiver};
use swarmpulse_runtime::Handle;

use super::desk::{Desk, answer};
use super::parameter::Parameter;
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[];

/// `GET /api/v1/receivers`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    Query::of(&uri, LIST)?;
    access.sees_all()?;
    answer(app, Desk::Fleet, move |app| Ok(receivers(app.runtime()))).await
}

fn receivers(handle: &Handle) -> Page<Receiver> {
    let (board, outbox) = (handle.alerting(), handle.outbox());
    let items = board.receivers.iter().map(|receiver| {
        let channels = receiver.channels.iter().map(|channel| {
            let figures = outbox
                .channels
                .iter()
                .find(|figures| figures.receiver == receiver.name && figures.channel == channel.name);
            let figures = figures.cloned().unwrap_or_default();
            Channel {
                name: channel.name.to_string(),
                send_resolved: channel.send_resolved,
                sent: figures.sent,
                failed: figures.failed,
                retried: figures.retried,
                dead: figures.dead,
                waiting: figures.waiting,
                reworded: figures.reworded,
                last_error: figures
                    .last_error
                    .or(figures.last_remark)
                    .map(|error| error.to_string()),
            }
        });
        Receiver {
            name: receiver.name.to_string(),
            channels: channels.collect(),
        }
    });
    Page {
        items: items.collect(),
        next: None,
    }
}
