//! Queries that this server asks itself to answer something else: in turn with all others, and given up like them.

use std::sync::Arc;

use swarmpulse_promql::Cancel;

use super::turn;
use crate::app::App;
use crate::problem::ApiError;

/// Does work that asks queries, in a turn of its own.
///
/// # Errors
/// If there was no turn, or it took too long.
pub(crate) async fn work<T: Send + 'static>(
    app: &Arc<App>,
    work: impl FnOnce(&App, &Cancel) -> T + Send + 'static,
) -> Result<T, ApiError> {
    let timeout_s = app.options().query.timeout_s;
    let worked = turn::take(app, timeout_s, move |app, turn| Ok(work(app, &turn.cancel))).await;
    worked.map_err(|failure| ApiError::unavailable(5, failure.into_message()))
}
