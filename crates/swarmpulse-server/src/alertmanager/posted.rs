//! `POST /alertmanager/api/v2/alerts`: alerts of others, as a Prometheus or `amtool` sends them.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::StatusCode;
use swarmpulse_wire::{AlertLimits, BodyError, DecodedAlerts, Rejection, decode_alerts};

use super::refusal::Refusal;
use crate::access::Access;
use crate::app::App;
use crate::ingest::body::{self, Received};
use crate::ingest::encoding::Encoding;
use crate::problem::ApiError;

/// The most refused alerts of a request that its answer names.
const NAMED_MAX: usize = 50;
/// Larger bodies are decoded off the asynchronous workers, which others wait for.
const LARGE_BYTES: usize = 1 << 20;

/// Takes alerts in. Those that are wrong are refused with their reasons, the others of the request are kept. Answered once
/// all of them are on record that are to be.
pub(super) async fn post(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<StatusCode, Refusal> {
    let received = body::receive(&app, request).await?;
    let is_large = received.bytes.len() > LARGE_BYTES || received.encoding != Encoding::Plain;
    let decoded = if is_large {
        tokio::task::spawn_blocking(move || decode(received))
            .await
            .unwrap_or_else(|_| {
                Err(ApiError::internal("the body could not be decoded: a fault of this server").into())
            })
    } else {
        decode(received)
    };
    let counters = app.runtime().counters();
    let (decoded, share) =
        decoded.inspect_err(|_| counters.drop_for(body::reason(StatusCode::BAD_REQUEST), 1))?;
    let DecodedAlerts {
        alerts,
        rejected,
        counters: counted,
    } = decoded;
    app.traffic().count_decoded(counters, &counted);
    app.runtime().posted().refuse(rejected.len() as u64);
    let sent = alerts.len() + rejected.len();
    let mut refused = 0;
    if !alerts.is_empty() {
        let posting = app.runtime().post_alerts(access.writes_to(), alerts);
        refused = posting.await.map_err(ApiError::from)?.refused;
    }
    drop(share);
    if !rejected.is_empty() {
        return Err(Refusal::bad_request(reasons(&rejected, sent)));
    }
    if refused > 0 {
        let message = format!(
            "{refused} of {sent} alerts were not taken: as many are known as are kept, or the disk is nearly full; the others \
             were; send it again later"
        );
        return Err(Refusal::Own(StatusCode::SERVICE_UNAVAILABLE, message));
    }
    Ok(StatusCode::OK)
}

/// What a body holds, and the memory that it takes.
fn decode(received: Received) -> Result<(DecodedAlerts, crate::budget::Share), Refusal> {
    let Received {
        bytes,
        encoding,
        mut share,
        ..
    } = received;
    let limits = AlertLimits::default();
    let unpacked;
    let plain: &[u8] = if encoding == Encoding::Plain {
        &bytes
    } else {
        unpacked = encoding.decompress(&bytes, limits.decompressed_bytes, &mut share)?;
        &unpacked
    };
    let decoded = decode_alerts(plain, &limits).map_err(|error| match error {
        BodyError::TooLarge { .. } | BodyError::TooManyItems { .. } => {
            Refusal::Own(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
        }
        _ => Refusal::bad_request(error.to_string()),
    })?;
    Ok((decoded, share))
}

/// Which alerts were refused, and why.
fn reasons(rejected: &[Rejection], sent: usize) -> String {
    let each: Vec<String> = rejected
        .iter()
        .take(NAMED_MAX)
        .map(|rejection| format!("alert {} of {sent}: {}", rejection.index + 1, rejection.error))
        .collect();
    let mut text = each.join("; ");
    if rejected.len() > NAMED_MAX {
        text.push_str(&format!("; and {} more", rejected.len() - NAMED_MAX));
    }
    if rejected.len() < sent {
        text.push_str("; the others were taken");
    }
    text
}
