//! Reading a request's body: bounded in size, in time without progress, and in memory over all requests.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use swarmpulse_wire::Format;

use super::encoding::Encoding;
use crate::app::App;
use crate::budget::Share;
use crate::problem::ApiError;

/// A body as it came, and how to read it.
pub(crate) struct Received {
    pub bytes: Bytes,
    pub encoding: Encoding,
    pub format: Format,
    /// The memory that it takes, until it is dropped.
    pub share: Share,
}

/// Reads the body of a request.
///
/// # Errors
/// If it is too large, too slow, broken off, or there is no memory for it now. Refusals are counted.
pub(crate) async fn receive(app: &App, request: Request) -> Result<Received, ApiError> {
    let (parts, body) = request.into_parts();
    let received = read(app, &parts.headers, body).await;
    received.inspect_err(|error| app.runtime().counters().drop_for(reason(error.status), 1))
}

/// Reads a body as it came; how it is compressed is the caller's business.
///
/// # Errors
/// If it is too large, too slow, broken off, or there is no memory for it now.
pub(crate) async fn receive_packed(
    app: &App,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Bytes, Share), ApiError> {
    let limit = app.options().limits.body_bytes;
    let declared = declared_length(headers);
    if declared.is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let mut share = app.bodies().share();
    // The declared length is at most the limit, so it fits.
    let declared = declared
        .and_then(|length| usize::try_from(length).ok())
        .unwrap_or(0);
    share.cover(declared)?;
    let idle = Duration::from_secs_f64(app.options().body_idle_s);
    let bytes = collect(body, limit, declared, idle, &mut share).await?;
    Ok((bytes, share))
}

/// What a refused body counts as.
pub(crate) fn reason(status: StatusCode) -> &'static str {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "body_encoding",
        StatusCode::TOO_MANY_REQUESTS => "body_no_memory",
        StatusCode::REQUEST_TIMEOUT => "body_too_slow",
        _ => "body_unreadable",
    }
}

async fn read(app: &App, headers: &HeaderMap, body: Body) -> Result<Received, ApiError> {
    let encoding = Encoding::of(headers)?;
    let (bytes, share) = receive_packed(app, headers, body).await?;
    Ok(Received {
        bytes,
        encoding,
        format: format(headers),
        share,
    })
}

/// Puts the frames of a body together. One frame is passed on as it is; more are copied once.
async fn collect(
    mut body: Body,
    limit: usize,
    declared: usize,
    idle: Duration,
    share: &mut Share,
) -> Result<Bytes, ApiError> {
    let mut first: Option<Bytes> = None;
    let mut whole = BytesMut::new();
    loop {
        let Ok(frame) = tokio::time::timeout(idle, body.frame()).await else {
            let detail = format!(
                "nothing of the body came for {} s; nothing of it was kept",
                idle.as_secs()
            );
            return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, detail));
        };
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|error| ApiError::bad_request(format!("the body broke off: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        let length = first.as_ref().map_or(0, Bytes::len) + whole.len() + data.len();
        if length > limit {
            return Err(too_large(limit));
        }
        share.cover(length)?;
        match first.take() {
            None if whole.is_empty() => first = Some(data),
            before => {
                if let Some(before) = before {
                    whole.reserve(declared.max(length));
                    whole.extend_from_slice(&before);
                }
                whole.extend_from_slice(&data);
            }
        }
    }
    Ok(first.unwrap_or_else(|| whole.freeze()))
}

fn too_large(limit: usize) -> ApiError {
    ApiError::too_large(format!(
        "the body has more than {limit} bytes; send it in several, or compressed"
    ))
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// One object a line if the sender says so; else the body itself shows how it is divided.
fn format(headers: &HeaderMap) -> Format {
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = sent
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
            Format::Ndjson
        }
        _ => Format::Auto,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::budget::Budget;

    fn frames(parts: &[&'static str]) -> Body {
        let parts: Vec<Result<&'static str, std::io::Error>> = parts.iter().map(|part| Ok(*part)).collect();
        Body::from_stream(stream::iter(parts))
    }

    async fn collected(body: Body, limit: usize, budget: &Budget) -> Result<Bytes, u16> {
        let idle = Duration::from_secs(30);
        collect(body, limit, 0, idle, &mut budget.share())
            .await
            .map_err(|error| error.status.as_u16())
    }

    #[tokio::test]
    async fn frames_are_put_together_within_the_limit_and_the_budget() {
        let budget = Budget::new(8);
        for (parts, limit, expected) in [
            (&[][..], 8, Ok("")),
            (&["abc"], 8, Ok("abc")),
            (&["abc", "", "de", "f"], 8, Ok("abcdef")),
            (&["", "ab"], 8, Ok("ab")),
            (&["abc", "def"], 5, Err(413)),
            (&["abcdef", "ghi"], 100, Err(429)),
        ] {
            let expected = expected.map(|text: &'static str| Bytes::from_static(text.as_bytes()));
            assert_eq!(
                collected(frames(parts), limit, &budget).await,
                expected,
                "{parts:?}"
            );
            assert_eq!(budget.held(), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_without_progress_is_given_up() {
        let budget = Budget::new(8);
        let body = Body::from_stream(stream::pending::<Result<&'static str, std::io::Error>>());
        assert_eq!(collected(body, 8, &budget).await, Err(408));
    }
}
