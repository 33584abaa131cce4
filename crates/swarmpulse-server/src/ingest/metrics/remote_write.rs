//! `POST /api/v1/write`: Prometheus remote write 1.0 and 2.0.
//!
//! A sender such as Prometheus sends again after 5xx and drops after 4xx, by default after 429 too. So what can never
//! be taken is a 400 (everything else in the body is stored), and what may be taken later is a 503 with `Retry-After`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use swarmpulse_runtime::Protocol;
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_store::metrics::MetricError;
use swarmpulse_wire::remote_write::{Beside, Message, RemoteWriteError, declared_bytes};

use super::append::{self, Pending};
use super::refusals::Refusals;
use crate::access::Access;
use crate::app::App;
use crate::budget::Share;
use crate::gate::OwnShape;
use crate::ingest::body;
use crate::problem::ApiError;

/// Larger bodies are decoded off the asynchronous workers, which others wait for.
const LARGE_PACKED_BYTES: usize = 1 << 20;

const WRITTEN: [HeaderName; 3] = [
    HeaderName::from_static("x-prometheus-remote-write-samples-written"),
    HeaderName::from_static("x-prometheus-remote-write-histograms-written"),
    HeaderName::from_static("x-prometheus-remote-write-exemplars-written"),
];

/// Why nothing of a body was kept.
enum Failure {
    Body(ApiError),
    Decode(RemoteWriteError),
    Store(MetricError),
}

pub(super) async fn write(State(app): State<Arc<App>>, access: Access, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let message = match Message::of(
        text(&parts.headers, CONTENT_TYPE),
        text(&parts.headers, CONTENT_ENCODING),
    ) {
        Ok(message) => message,
        Err(error) => {
            app.runtime()
                .intake()
                .reject(Protocol::RemoteWrite, error.reason(), 1);
            return answer(StatusCode::UNSUPPORTED_MEDIA_TYPE, error.to_string(), None, None);
        }
    };
    let received = body::receive_packed(&app, &parts.headers, body).await;
    let taken = match received {
        Ok((packed, share)) => take(&app, &access.writes_to(), message, packed, share).await,
        Err(error) => Err(Failure::Body(error)),
    };
    let written = (message == Message::V2).then_some(0);
    match taken {
        Ok((samples, None)) => answer(
            StatusCode::NO_CONTENT,
            String::new(),
            None,
            written.map(|_| samples),
        ),
        Ok((samples, Some(refusals))) => {
            answer(StatusCode::BAD_REQUEST, refusals, None, written.map(|_| samples))
        }
        Err(failure) => refuse(&app, protocol(message), failure, written),
    }
}

fn protocol(message: Message) -> Protocol {
    match message {
        Message::V1 => Protocol::RemoteWrite,
        Message::V2 => Protocol::RemoteWrite2,
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap_or("unreadable"))
}

/// Decodes and stores a body. Gives the samples that are durable, and what was refused.
async fn take(
    app: &Arc<App>,
    namespace: &str,
    message: Message,
    packed: Bytes,
    share: Share,
) -> Result<(u64, Option<String>), Failure> {
    let (pending, mut refusals) = if packed.len() > LARGE_PACKED_BYTES {
        let (app, namespace) = (Arc::clone(app), namespace.to_owned());
        let work = move || decode(&app, &namespace, message, &packed, share);
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            let fault = "the body could not be decoded: a fault of this server";
            Err(Failure::Body(ApiError::internal(fault)))
        })?
    } else {
        decode(app, namespace, message, &packed, share)?
    };
    let appended = pending.durable().await.map_err(Failure::Store)?;
    let samples = appended.samples;
    refusals.add_appended(appended);
    Ok((samples, refusals.sentence("samples", samples)))
}

fn decode(
    app: &App,
    namespace: &str,
    message: Message,
    packed: &[u8],
    mut share: Share,
) -> Result<(Pending, Refusals), Failure> {
    let protocol = protocol(message);
    let limits = &app.options().remote_write;
    // Of a body that says it is too large nothing is allocated; the decoder refuses it.
    let declared = declared_bytes(packed).map_err(Failure::Decode)?;
    let declared = usize::try_from(declared).unwrap_or(usize::MAX);
    share
        .cover(packed.len() + declared.min(limits.decompressed_bytes))
        .map_err(Failure::Body)?;
    let watch = Stopwatch::start();
    let mut workbench = app.workbenches().take();
    let decoded = workbench
        .decoder
        .decode(message, packed, limits, &mut workbench.batch);
    app.runtime()
        .intake()
        .read(protocol, packed.len(), watch.seconds());
    let stored = decoded.map_err(Failure::Decode).and_then(|beside| {
        let mut refusals = Refusals::default();
        count(app, protocol, &beside);
        if beside.histograms > 0 {
            let first = beside
                .histogram_series(&workbench.batch)
                .map_or_else(String::new, |series| format!(", first of {series}"));
            let reason = format!(
                "native histograms are not taken{first}; have the source expose classic histograms \
                 (`always_scrape_classic_histograms: true`) and set `send_native_histograms: false`"
            );
            refusals.add(beside.histograms, [reason]);
        }
        refusals.add(beside.refused_samples, beside.refusals);
        let pending = append::append(app, protocol, namespace, &workbench.batch).map_err(Failure::Store)?;
        Ok((pending, refusals))
    });
    app.workbenches().give(workbench);
    stored
}

fn count(app: &App, protocol: Protocol, beside: &Beside) {
    let intake = app.runtime().intake();
    intake.reject(protocol, "native_histogram", beside.histograms);
    intake.reject(protocol, "exemplar", beside.exemplars);
    intake.reject(protocol, "metadata_limit", beside.metadata_left_out);
    intake.reject(protocol, "label_reference", beside.refused_samples);
}

fn refuse(app: &App, protocol: Protocol, failure: Failure, written: Option<u64>) -> Response {
    match failure {
        Failure::Decode(error) => {
            app.runtime().intake().reject(protocol, error.reason(), 1);
            let detail = format!("{error}; nothing of this body was kept");
            answer(StatusCode::BAD_REQUEST, detail, None, written)
        }
        Failure::Body(error) => {
            app.runtime()
                .intake()
                .reject(protocol, body::reason(error.status), 1);
            let status = match error.status {
                // By default Prometheus drops what is answered with 429.
                StatusCode::TOO_MANY_REQUESTS => StatusCode::SERVICE_UNAVAILABLE,
                status => status,
            };
            answer(status, error.detail, error.retry_after_s, written)
        }
        Failure::Store(error) => answer(
            StatusCode::SERVICE_UNAVAILABLE,
            error.to_string(),
            Some(append::retry_after_s(&error)),
            written,
        ),
    }
}

/// In the shape that senders know: text, and with 2.0 what was written.
fn answer(status: StatusCode, detail: String, retry_after_s: Option<u64>, written: Option<u64>) -> Response {
    let mut response = if detail.is_empty() {
        status.into_response()
    } else {
        (status, detail + "\n").into_response()
    };
    let headers = response.headers_mut();
    if let Some(seconds) = retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(samples) = written {
        for (name, count) in WRITTEN.into_iter().zip([samples, 0, 0]) {
            headers.insert(name, HeaderValue::from(count));
        }
    }
    response.extensions_mut().insert(OwnShape);
    response
}
