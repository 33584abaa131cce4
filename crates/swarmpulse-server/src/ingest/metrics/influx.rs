//! InfluxDB's line protocol: `POST /write` of version 1, `POST /api/v2/write` of version 2, and `/ping`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};
use swarmpulse_runtime::Protocol;
use swarmpulse_wire::influx::{InfluxOptions, Precision, decode};

use super::lines::{self, LABEL_BYTES_MAX, SAMPLES_MAX};
use super::parameters::Parameters;
use super::refusals::Refusals;
use crate::access::Access;
use crate::app::App;
use crate::ingest::body;
use crate::problem::ApiError;

/// What `/ping` says of the dialect: the last release that speaks it.
const VERSION: HeaderValue = HeaderValue::from_static("1.8.10");

/// Which of the two a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    V1,
    V2,
}

/// `POST /write?db=NAME&precision=ns`.
pub(super) async fn write(State(app): State<Arc<App>>, access: Access, request: Request) -> Response {
    answer(Dialect::V1, take(&app, &access, "db", request).await)
}

/// `POST /api/v2/write?org=NAME&bucket=NAME&precision=ns`.
pub(super) async fn write_v2(State(app): State<Arc<App>>, access: Access, request: Request) -> Response {
    answer(Dialect::V2, take(&app, &access, "bucket", request).await)
}

/// `GET /ping`: clients ask whether someone is there.
pub(super) async fn ping() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-influxdb-version"), VERSION);
    response
}

/// Gives what was refused, if anything.
async fn take(
    app: &Arc<App>,
    access: &Access,
    database: &str,
    request: Request,
) -> Result<Option<String>, ApiError> {
    let parameters = Parameters::of(request.uri())?;
    let named = parameters.text("precision");
    let precision = Precision::parse(named).ok_or_else(|| {
        ApiError::bad_request(format!(
            "`precision`: expected ns, us, ms, s, m or h, got {named:?}"
        ))
    })?;
    let mut labels = parameters.extra_labels()?;
    let database = parameters.text(database);
    if !database.is_empty() && !labels.iter().any(|(name, _)| name == "db") {
        labels.push(("db".to_owned(), database.to_owned()));
    }
    let now_ms = app.runtime().now().unix_ms();
    let received = body::receive(app, request).await?;
    let decode = move |body: &[u8], batch: &mut _| {
        let options = InfluxOptions {
            precision,
            now_ms,
            labels: &labels,
            samples_max: SAMPLES_MAX,
            label_bytes_max: LABEL_BYTES_MAX,
        };
        decode(body, &options, batch)
    };
    let (taken, appended) = lines::take(app, Protocol::Influx, &access.writes_to(), received, decode).await?;
    let intake = app.runtime().intake();
    intake.reject(Protocol::Influx, "syntax", taken.refused_lines);
    intake.reject(Protocol::Influx, "text_field", taken.texts);
    let stored = appended.samples;
    let mut refusals = Refusals::default();
    refusals.add(taken.refused_lines, taken.errors);
    refusals.add_appended(appended);
    Ok(refusals.sentence("lines or samples", stored))
}

fn answer(dialect: Dialect, taken: Result<Option<String>, ApiError>) -> Response {
    let (status, detail, retry_after_s) = match taken {
        Ok(None) => return StatusCode::NO_CONTENT.into_response(),
        Ok(Some(refused)) => {
            let partial = match dialect {
                Dialect::V1 => format!("partial write: {refused}"),
                Dialect::V2 => refused,
            };
            (StatusCode::BAD_REQUEST, partial, None)
        }
        Err(error) => (error.status, error.detail, error.retry_after_s),
    };
    let body = match dialect {
        Dialect::V1 => serde_json::json!({ "error": detail }),
        Dialect::V2 => serde_json::json!({ "code": code(status), "message": detail }),
    };
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after_s {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "invalid",
        StatusCode::PAYLOAD_TOO_LARGE => "request too large",
        StatusCode::TOO_MANY_REQUESTS => "too many requests",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported media type",
        _ => "internal error",
    }
}
