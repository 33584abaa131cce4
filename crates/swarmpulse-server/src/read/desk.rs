//! Where reads are worked on: off the asynchronous workers, a bounded number at once.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::problem::ApiError;

/// Reads of the fleet at once: each keeps records waiting for a moment.
const FLEET_AT_ONCE: usize = 4;
/// Reads of history and the journal at once: each waits for a disk.
const HISTORY_AT_ONCE: usize = 8;
/// A read that gets no turn for so long is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

/// Turns for reads.
#[derive(Debug)]
pub(crate) struct Desks {
    fleet: Arc<Semaphore>,
    history: Arc<Semaphore>,
}

impl Default for Desks {
    fn default() -> Self {
        Self {
            fleet: Arc::new(Semaphore::new(FLEET_AT_ONCE)),
            history: Arc::new(Semaphore::new(HISTORY_AT_ONCE)),
        }
    }
}

/// What a read looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Desk {
    /// Memory.
    Fleet,
    /// Disks.
    History,
}

/// Does a read and makes JSON of what it gives. Whatever lock the read took is free before the first byte is sent.
///
/// # Errors
/// What the read gives, or that there was no turn for it.
pub(crate) async fn answer<T: Serialize>(
    app: Arc<App>,
    desk: Desk,
    read: impl FnOnce(&App) -> Result<T, ApiError> + Send + 'static,
) -> Result<Response, ApiError> {
    let desks = app.desks();
    let turns = match desk {
        Desk::Fleet => &desks.fleet,
        Desk::History => &desks.history,
    };
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(turns).acquire_owned()).await;
    let Ok(Ok(turn)) = turn else {
        app.runtime().counters().drop_for("reads_without_a_turn", 1);
        return Err(ApiError::unavailable(
            5,
            "too many reads at once; send this one again",
        ));
    };
    let work = move || {
        let _turn = turn;
        let body = serde_json::to_vec(&read(&app)?);
        body.map_err(|error| ApiError::internal(format!("the answer could not be written: {error}")))
    };
    let body = tokio::task::spawn_blocking(work).await;
    let body =
        body.unwrap_or_else(|_| Err(ApiError::internal("the read ended early: a fault of this server")))?;
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
