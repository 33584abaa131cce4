//! Bodies of lines to durable samples: decompress, decode, append; the same for every protocol of lines.

use std::sync::Arc;

use swarmpulse_model::series::SampleBatch;
use swarmpulse_runtime::Protocol;
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_store::metrics::{Appended, MetricError};

use super::append;
use crate::app::App;
use crate::ingest::body::{self, Received};
use crate::ingest::encoding::Encoding;
use crate::problem::ApiError;

/// Larger bodies are decoded off the asynchronous workers, which others wait for.
const LARGE_BYTES: usize = 256 << 10;
const LARGE_PACKED_BYTES: usize = 64 << 10;
/// The most samples of one body.
pub(super) const SAMPLES_MAX: usize = 1_000_000;
/// The most bytes of labels of one body.
pub(super) const LABEL_BYTES_MAX: usize = 256 << 20;

/// Takes a body in. Gives what decoding told, and what became of the samples.
///
/// # Errors
/// If nothing of it was kept.
pub(super) async fn take<N: Send + 'static>(
    app: &Arc<App>,
    protocol: Protocol,
    namespace: &str,
    received: Received,
    decode: impl FnOnce(&[u8], &mut SampleBatch) -> N + Send + 'static,
) -> Result<(N, Appended), ApiError> {
    let is_packed = received.encoding != Encoding::Plain;
    let is_large =
        received.bytes.len() > LARGE_BYTES || is_packed && received.bytes.len() > LARGE_PACKED_BYTES;
    let (app_too, namespace) = (Arc::clone(app), namespace.to_owned());
    let work = move || read(&app_too, protocol, &namespace, received, decode);
    let read = if is_large {
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            Err(ApiError::internal(
                "the body could not be decoded: a fault of this server",
            ))
        })
    } else {
        work()
    };
    let (told, pending) = read.inspect_err(|error| {
        app.runtime()
            .intake()
            .reject(protocol, body::reason(error.status), 1);
    })?;
    let appended = pending.durable().await.map_err(|error| refusal(&error))?;
    Ok((told, appended))
}

fn read<N>(
    app: &App,
    protocol: Protocol,
    namespace: &str,
    received: Received,
    decode: impl FnOnce(&[u8], &mut SampleBatch) -> N,
) -> Result<(N, append::Pending), ApiError> {
    let Received {
        bytes,
        encoding,
        mut share,
        ..
    } = received;
    let watch = Stopwatch::start();
    let unpacked;
    let plain: &[u8] = if encoding == Encoding::Plain {
        &bytes
    } else {
        unpacked = encoding.decompress(&bytes, app.options().limits.decompressed_bytes, &mut share)?;
        &unpacked
    };
    // The labels are written out beside the text.
    share.cover(bytes.len() + 2 * plain.len())?;
    let mut workbench = app.workbenches().take();
    let told = decode(plain, &mut workbench.batch);
    app.runtime()
        .intake()
        .read(protocol, bytes.len(), watch.seconds());
    let pending = append::append(app, protocol, namespace, &workbench.batch);
    app.workbenches().give(workbench);
    Ok((told, pending.map_err(|error| refusal(&error))?))
}

/// How the store's errors are answered: too much at once is 429, trouble with storage 503.
fn refusal(error: &MetricError) -> ApiError {
    let after_s = append::retry_after_s(error);
    let detail = format!("{error}; nothing of this body was kept");
    match error {
        MetricError::Overloaded { .. } => ApiError::too_many(after_s, detail),
        _ => ApiError::unavailable(after_s, detail),
    }
}
