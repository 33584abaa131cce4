//! Prometheus' text pushed: `POST /api/v1/import/prometheus`, and the addresses that clients of the Pushgateway know.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use swarmpulse_runtime::Protocol;
use swarmpulse_wire::exposition::{ImportOptions, TextFormat, import};

use super::base64;
use super::lines::{self, LABEL_BYTES_MAX, SAMPLES_MAX};
use super::parameters::Parameters;
use super::refusals::Refusals;
use crate::access::Access;
use crate::app::App;
use crate::gate::OwnShape;
use crate::ingest::body;
use crate::problem::ApiError;

/// `POST /api/v1/import/prometheus?extra_label=NAME=VALUE&timestamp=MILLISECONDS`.
pub(super) async fn push(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    take(&app, &access, Vec::new(), StatusCode::NO_CONTENT, request).await
}

/// `POST /metrics/job/{job}`, and `PUT`.
pub(super) async fn job(
    State(app): State<Arc<App>>,
    Path(job): Path<String>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    take(
        &app,
        &access,
        vec![("job".to_owned(), job)],
        StatusCode::OK,
        request,
    )
    .await
}

/// `POST /metrics/job/{job}/NAME/VALUE/...`, and `PUT`; a name may end with `@base64` and its value be so.
pub(super) async fn grouped(
    State(app): State<Arc<App>>,
    Path((job, grouping)): Path<(String, String)>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    let mut labels = vec![("job".to_owned(), job)];
    let mut parts = grouping.trim_end_matches('/').split('/');
    while let Some(name) = parts.next() {
        let value = parts.next().filter(|_| !name.is_empty()).ok_or_else(|| {
            ApiError::bad_request(format!(
                "the address must go on with pairs of label and value, got {grouping:?}"
            ))
        })?;
        let (name, value) = match name.strip_suffix("@base64") {
            None => (name, value.to_owned()),
            Some(name) => {
                let decoded = base64::decode(value);
                let wrong = || ApiError::bad_request(format!("`{name}`: expected base64, got {value:?}"));
                (name, decoded.ok_or_else(wrong)?)
            }
        };
        labels.retain(|(other, _)| other != name);
        labels.push((name.to_owned(), value));
    }
    take(&app, &access, labels, StatusCode::OK, request).await
}

async fn take(
    app: &Arc<App>,
    access: &Access,
    grouping: Vec<(String, String)>,
    done: StatusCode,
    request: Request,
) -> Result<Response, ApiError> {
    let parameters = Parameters::of(request.uri())?;
    let format = format(request.headers())?;
    let mut labels = parameters.extra_labels()?;
    labels.retain(|(name, _)| !grouping.iter().any(|(other, _)| other == name));
    labels.extend(grouping);
    let now_ms = match parameters.text("timestamp") {
        "" => app.runtime().now().unix_ms(),
        given => given.parse().map_err(|_| {
            ApiError::bad_request(format!("`timestamp`: expected Unix milliseconds, got {given:?}"))
        })?,
    };
    let received = body::receive(app, request).await?;
    let decode = move |text: &[u8], batch: &mut _| {
        let options = ImportOptions {
            format,
            now_ms,
            labels: &labels,
            samples_max: SAMPLES_MAX,
            label_bytes_max: LABEL_BYTES_MAX,
        };
        import(text, &options, batch)
    };
    let (imported, appended) =
        lines::take(app, Protocol::Text, &access.writes_to(), received, decode).await?;
    let intake = app.runtime().intake();
    intake.reject(Protocol::Text, "syntax", imported.refused_lines);
    intake.reject(Protocol::Text, "exemplar", imported.exemplars);
    let stored = appended.samples;
    let mut refusals = Refusals::default();
    refusals.add(imported.refused_lines, imported.errors);
    refusals.add_appended(appended);
    let mut response = match refusals.sentence("lines or samples", stored) {
        None => done.into_response(),
        Some(sentence) => (StatusCode::BAD_REQUEST, sentence + "\n").into_response(),
    };
    response.extensions_mut().insert(OwnShape);
    Ok(response)
}

/// Text of either format, whatever it is called, but not protobuf.
fn format(headers: &HeaderMap) -> Result<TextFormat, ApiError> {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if sent.starts_with("application/vnd.google.protobuf") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "metrics as protobuf are not taken; send the text format: `text/plain; version=0.0.4`",
        ));
    }
    Ok(TextFormat::of(sent))
}
