//! One message to every channel of a receiver, to see whether they work.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use swarmpulse_api::{ChannelTest, ReceiverTest};
use swarmpulse_runtime::NotifyTestError;

use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// `POST /api/v1/receivers/{name}/test`. 200 also if no channel took the message: the answer says how each did.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    access: Access,
    Path(receiver): Path<String>,
) -> Result<Json<ReceiverTest>, ApiError> {
    access.sees_all()?;
    let tested = app.runtime().notify_test(&receiver).await;
    let tested = tested.map_err(|error| refused(&error))?;
    let channels = tested.into_iter().map(|tested| ChannelTest {
        name: tested.channel.to_string(),
        delivered: tested.error.is_none(),
        error: tested.error,
        closed: tested.closed,
        remark: tested.remark,
    });
    Ok(Json(ReceiverTest {
        channels: channels.collect(),
        receiver,
    }))
}

fn refused(error: &NotifyTestError) -> ApiError {
    match error {
        NotifyTestError::Unknown { known, .. } if known.is_empty() => ApiError::not_found(
            "no receivers are configured; `alerts.file` in the configuration names the file that has them",
        ),
        NotifyTestError::Unknown { .. } => ApiError::not_found(error.to_string()),
        NotifyTestError::Stopping => ApiError::unavailable(5, error.to_string()),
    }
}
