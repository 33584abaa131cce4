//! From a body to durable samples and records.

use std::sync::Arc;

use bytes::Bytes;
use swarmpulse_model::record::Alias;
use swarmpulse_model::{Record, Source};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_runtime::{Handle, Protocol};
use swarmpulse_store::metrics::MetricError;
use swarmpulse_telemetry::message::status::PartialSuccess;
use swarmpulse_telemetry::{Encoding, Export, Signal, Taken};
use swarmpulse_wire::{Counters, Decoded};

use crate::access::Access;
use crate::app::App;
use crate::budget::Share;
use crate::ingest::encoding::Encoding as Packing;
use crate::ingest::metrics::append::{self, Pending};
use crate::ingest::taken;
use crate::problem::ApiError;

/// Larger bodies are decoded off the asynchronous workers, which others wait for.
const LARGE_BYTES: usize = 128 << 10;

/// A body as it came.
pub(super) struct Parcel {
    pub signal: Signal,
    pub encoding: Encoding,
    pub packing: Packing,
    pub bytes: Bytes,
    /// The memory that it takes.
    pub share: Share,
    /// The sender is on this machine.
    pub is_local: bool,
}

/// Takes a body in; gives what was not taken of it.
///
/// # Errors
/// If nothing of it can be read, or it cannot be made durable now. Sent again it is not counted twice.
pub(super) async fn take(
    app: &Arc<App>,
    access: Access,
    parcel: Parcel,
) -> Result<Option<PartialSuccess>, ApiError> {
    let is_local = parcel.is_local;
    let namespace = access.writes_to();
    let (taken, pending) = if parcel.bytes.len() > LARGE_BYTES {
        let (app, namespace) = (Arc::clone(app), namespace.clone());
        let work = move || read(&app, &namespace, parcel);
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            Err(ApiError::internal(
                "the body could not be decoded: a fault of this server",
            ))
        })?
    } else {
        read(app, &namespace, parcel)?
    };
    let mut decoded = records(app.runtime(), &namespace, taken.records, taken.joins);
    taken::place_locally(app, is_local, &mut decoded.records);
    let stored = taken::submit(app, access, Source::Http, decoded).await?;
    let appended = pending
        .durable()
        .await
        .map_err(|error| refused_by_store(&error))?;

    let mut refused = taken.refused;
    if appended.rejected_samples > 0 {
        let detail = appended
            .rejections
            .first()
            .map(|rejection| rejection.detail.clone());
        refused.add(appended.rejected_samples, || detail.unwrap_or_default());
    }
    if let Some(rejection) = stored.rejected.first() {
        refused.add(stored.rejected.len() as u64, || rejection.error.clone());
    }
    let counters = app.runtime().counters();
    for (reason, count) in refused.named() {
        counters.drop_for(reason, count);
    }
    Ok(refused.message().map(|error_message| PartialSuccess {
        rejected: i64::try_from(refused.items).unwrap_or(i64::MAX),
        error_message,
    }))
}

/// Decodes a body and gives its samples to the store.
fn read(app: &App, namespace: &str, parcel: Parcel) -> Result<(Taken, Pending), ApiError> {
    let watch = Stopwatch::start();
    let limits = &app.options().limits;
    let Parcel {
        signal,
        encoding,
        packing,
        bytes,
        mut share,
        ..
    } = parcel;
    let unpacked;
    let plain: &[u8] = if packing == Packing::Plain {
        &bytes
    } else {
        unpacked = packing.decompress(&bytes, limits.decompressed_bytes, &mut share)?;
        &unpacked
    };
    let export = Export::decode(signal, encoding, plain, limits.items);
    let intake = app.runtime().intake();
    let export = export.map_err(|error| {
        intake.reject(Protocol::Otlp, "undecodable", 1);
        ApiError::bad_request(error.to_string())
    })?;
    let now = app.runtime().now();
    let (taken, losses) = {
        let mut telemetry = app.telemetry().lock();
        let taken = telemetry.take(namespace, now, &export);
        (taken, telemetry.take_losses(now))
    };
    for (reason, count) in losses {
        app.runtime().counters().drop_for(reason, count);
    }
    intake.read(Protocol::Otlp, bytes.len(), watch.seconds());
    let pending = append::append(app, Protocol::Otlp, namespace, &taken.samples)
        .map_err(|error| refused_by_store(&error))?;
    Ok((taken, pending))
}

/// The records, with those names joined that the fleet knows as two agents.
fn records(runtime: &Handle, namespace: &str, mut records: Vec<Record>, joins: Vec<Alias>) -> Decoded {
    let joins: Vec<Alias> = runtime.fleet(|fleet| {
        let is_apart = |join: &Alias| {
            let other = fleet.agent_named(namespace, &join.other);
            let agent = fleet.agent_named(namespace, &join.agent);
            other.is_some_and(|other| agent.is_none_or(|agent| agent.id() != other.id()))
        };
        joins.into_iter().filter(is_apart).collect()
    });
    records.extend(joins.into_iter().map(|join| Record::Alias(Box::new(join))));
    Decoded {
        indexes: (0..records.len() as u32).collect(),
        records,
        rejected: Vec::new(),
        counters: Counters::default(),
    }
}

fn refused_by_store(error: &MetricError) -> ApiError {
    let detail = format!("{error}; nothing of this request was kept, send it again");
    match error {
        MetricError::Overloaded { retry_after_s } => ApiError::too_many(*retry_after_s, detail),
        _ => ApiError::unavailable(append::retry_after_s(error), detail),
    }
}
