//! Pings: heartbeats by URL alone, for shell scripts and cron.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::StatusCode;
use http::header::ACCEPT;
use http_body_util::BodyExt;
use swarmpulse_model::{Record, Source};
use swarmpulse_wire::{Decoded, Signal};

use super::answer;
use super::taken::{self, Taken};
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// So much of a body becomes the heartbeat's message.
const MESSAGE_BYTES: usize = 4 << 10;

/// Their routes; they need the scope `ingest`.
pub(super) fn routes() -> Router<Arc<App>> {
    let methods = MethodFilter::GET.or(MethodFilter::HEAD).or(MethodFilter::POST);
    ["/ping", "/api/v1/ping"]
        .into_iter()
        .fold(Router::new(), |router: Router<Arc<App>>, base| {
            router
                .route(&format!("{base}/{{agent}}"), on(methods, plain))
                .route(&format!("{base}/{{agent}}/{{signal}}"), on(methods, with_signal))
        })
}

async fn plain(
    State(app): State<Arc<App>>,
    Path(agent): Path<String>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    take(&app, access, &agent, Some(Signal::Success), request).await
}

async fn with_signal(
    State(app): State<Arc<App>>,
    Path((agent, word)): Path<(String, String)>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    // A log says something without saying how it goes.
    let signal = if word == "log" {
        None
    } else {
        Some(Signal::parse(&word).ok_or_else(|| unknown(&word))?)
    };
    take(&app, access, &agent, signal, request).await
}

fn unknown(word: &str) -> ApiError {
    ApiError::not_found(format!(
        "`{word}` is no signal of a ping: `start`, `fail`, `log` or an exit code such as 0"
    ))
}

async fn take(
    app: &App,
    access: Access,
    agent: &str,
    signal: Option<Signal>,
    request: Request,
) -> Result<Response, ApiError> {
    let wants_json = request
        .headers()
        .get(ACCEPT)
        .is_some_and(|accept| accept == "application/json");
    let message = beginning(app, request.into_body()).await?;
    let limits = &app.options().limits;
    let heard = swarmpulse_wire::ping(
        agent,
        signal.unwrap_or(Signal::Success),
        message.as_deref(),
        limits,
    );
    let mut record = heard.map_err(|error| {
        app.runtime().counters().drop_for(error.reason.as_str(), 1);
        ApiError::unprocessable(error.to_string())
    })?;
    if let (None, Record::Heartbeat(heartbeat)) = (signal, &mut record) {
        heartbeat.status = None;
    }
    let decoded = Decoded {
        records: vec![record],
        indexes: vec![0],
        ..Decoded::default()
    };
    let taken: Taken = taken::submit(app, access, Source::Ping, decoded).await?;
    match taken.rejected.into_iter().next() {
        Some(rejection) => Err(ApiError::unprocessable(rejection.error)),
        None if wants_json => Ok(answer::json(
            StatusCode::ACCEPTED,
            b"{\"accepted\":1,\"rejected\":[]}".to_vec(),
        )),
        None => Ok("OK".into_response()),
    }
}

/// The first bytes of a body as text; what comes after is not read.
async fn beginning(app: &App, mut body: Body) -> Result<Option<String>, ApiError> {
    let idle = std::time::Duration::from_secs_f64(app.options().body_idle_s);
    let mut bytes = Vec::new();
    while bytes.len() < MESSAGE_BYTES {
        let frame = tokio::time::timeout(idle, body.frame()).await;
        let frame =
            frame.map_err(|_| ApiError::new(StatusCode::REQUEST_TIMEOUT, "nothing of the body came"))?;
        let Some(Ok(frame)) = frame else { break };
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data[..data.len().min(MESSAGE_BYTES - bytes.len())]);
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok((!text.trim().is_empty()).then(|| text.into_owned()))
}
