//! Taking records in: bodies of JSON, pings, and the routes that agent platforms know.

mod answer;
pub(crate) mod body;
pub(crate) mod encoding;
pub(crate) mod metrics;
mod ping;
mod platform;
mod room;
pub(crate) mod taken;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::post;
use swarmpulse_wire::Kind;

use crate::access::Access;
use crate::app::App;
use crate::peer::Peer;
use crate::problem::ApiError;
use taken::{Sender, What};

pub(crate) use metrics::Workbenches;
pub(crate) use room::Room;

/// Its routes; they need the scope `ingest`.
pub(crate) fn routes() -> Router<Arc<App>> {
    let lists = Kind::ALL
        .into_iter()
        .fold(Router::new(), |router: Router<Arc<App>>, kind| {
            let accept = move |state, access, request| list(state, access, kind, request);
            router.route(&format!("/api/v1/{}", kind.as_str()), post(accept))
        });
    lists
        .route("/api/v1/sandboxes/{id}/events", post(platform::sandbox_events))
        .route("/api/v1/agents/{id}/heartbeat", post(agent_heartbeat))
        .route("/agents/{id}/heartbeat", post(agent_heartbeat))
        .merge(ping::routes())
        .merge(metrics::routes())
}

/// Its routes that are open to all.
pub(crate) fn open_routes() -> Router<Arc<App>> {
    metrics::open_routes()
}

/// `POST /api/v1/heartbeats` and its like.
async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    kind: Kind,
    request: Request,
) -> Result<Response, ApiError> {
    let sender = Sender::of(access, request.extensions().get::<Peer>());
    let body = body::receive(&app, request).await?;
    let taken = taken::take(&app, sender, What::List(kind), body).await?;
    Ok(answer::of(&taken))
}

/// `POST /agents/{id}/heartbeat`, as agents with a given orchestrator send it.
async fn agent_heartbeat(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    let sender = Sender::of(access, request.extensions().get::<Peer>());
    let body = body::receive(&app, request).await?;
    let taken = taken::take(&app, sender, What::HeartbeatOf(id), body).await?;
    Ok(answer::of(&taken))
}
