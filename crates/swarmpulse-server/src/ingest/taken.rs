//! From a body to durable records: decompress, decode, check for room, submit.

use swarmpulse_model::record::Event;
use swarmpulse_model::{Record, Source, Text, Timestamp};
use swarmpulse_runtime::Batch;
use swarmpulse_wire::{
    BodyError, Decoded, Limits, Privacy, Rejection, decode_agent_heartbeat, decode_as, decode_sandbox_event,
};

use super::body::{self, Received};
use crate::access::Access;
use crate::app::App;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::request_id;

/// Larger bodies are decoded off the asynchronous workers, which others wait for.
const LARGE_BYTES: usize = 1 << 20;
const LARGE_PACKED_BYTES: usize = 128 << 10;

/// Who sends.
pub(crate) struct Sender {
    pub access: Access,
    pub is_local: bool,
}

impl Sender {
    pub(crate) fn of(access: Access, peer: Option<&Peer>) -> Self {
        Self {
            access,
            is_local: peer.is_some_and(Peer::is_local),
        }
    }
}

/// What a body holds.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// Records of a kind.
    List(swarmpulse_wire::Kind),
    /// Events of that sandbox.
    EventsOf(String),
    /// A heartbeat of that agent.
    HeartbeatOf(String),
}

/// What became of a body.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Taken {
    /// So many items are durable.
    pub accepted: u64,
    /// The others, in order.
    pub rejected: Vec<Rejection>,
    /// When it was received, if anything was accepted.
    pub received_at: Timestamp,
    /// The only accepted record, if it is an event; with an id, made here where none was sent.
    pub event: Option<Box<Event>>,
}

/// Takes a body in.
///
/// # Errors
/// If nothing of it can be read, or it cannot be made durable now; then nothing of it is kept.
pub(crate) async fn take(
    app: &App,
    sender: Sender,
    what: What,
    received: Received,
) -> Result<Taken, ApiError> {
    let options = app.options();
    let names_event = matches!(what, What::EventsOf(_));
    let large = received.bytes.len() > LARGE_BYTES
        || received.encoding != super::encoding::Encoding::Plain && received.bytes.len() > LARGE_PACKED_BYTES;
    let decoded = if large {
        let (limits, privacy) = (options.limits.clone(), options.privacy);
        let work = move || decode(&what, received, &limits, &privacy);
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
            Err(ApiError::internal(
                "the body could not be decoded: a fault of this server",
            ))
        })
    } else {
        decode(&what, received, &options.limits, &options.privacy)
    };
    let counters = app.runtime().counters();
    let mut decoded = decoded.inspect_err(|error| counters.drop_for(body::reason(error.status), 1))?;
    app.traffic().count_decoded(counters, &decoded.counters);
    place_locally(app, sender.is_local, &mut decoded.records);
    let event = names_event.then(|| name_event(&mut decoded.records)).flatten();
    let mut taken = submit(app, sender.access, Source::Http, decoded).await?;
    taken.event = event;
    Ok(taken)
}

/// Submits what was decoded, as far as there is room.
///
/// # Errors
/// If it cannot be made durable now.
pub(crate) async fn submit(
    app: &App,
    access: Access,
    source: Source,
    mut decoded: Decoded,
) -> Result<Taken, ApiError> {
    let namespace = access.writes_to();
    let place = app.room().find(app.runtime(), &namespace, &mut decoded).await;
    let accepted = decoded.records.len() as u64;
    let mut taken = Taken {
        accepted,
        rejected: decoded.rejected,
        ..Taken::default()
    };
    if accepted > 0 {
        let batch = Batch {
            namespace,
            principal: access.principal,
            source,
            records: decoded.records,
        };
        taken.received_at = app.runtime().submit(batch).await?.received_at;
    }
    drop(place);
    Ok(taken)
}

fn decode(what: &What, received: Received, limits: &Limits, privacy: &Privacy) -> Result<Decoded, ApiError> {
    let Received {
        bytes,
        encoding,
        format,
        mut share,
    } = received;
    let unpacked;
    let plain: &[u8] = if encoding == super::encoding::Encoding::Plain {
        &bytes
    } else {
        unpacked = encoding.decompress(&bytes, limits.decompressed_bytes, &mut share)?;
        &unpacked
    };
    let decoded = match what {
        What::List(kind) => decode_as(*kind, format, plain, limits, privacy),
        What::EventsOf(sandbox) => decode_sandbox_event(sandbox, plain, limits, privacy),
        What::HeartbeatOf(agent) => decode_agent_heartbeat(agent, plain, limits, privacy),
    };
    decoded.map_err(|error| match error {
        BodyError::TooLarge { .. } | BodyError::TooManyItems { .. } => ApiError::too_large(error.to_string()),
        _ => ApiError::bad_request(error.to_string()),
    })
}

/// A process that names no machine and reports from this one runs here.
pub(crate) fn place_locally(app: &App, is_local: bool, records: &mut [Record]) {
    if !is_local {
        return;
    }
    let mut local_host: Option<Text> = None;
    for record in records {
        let Record::Heartbeat(heartbeat) = record else {
            continue;
        };
        if heartbeat.pid.is_some() && heartbeat.host.is_none() {
            let host = local_host
                .get_or_insert_with(|| app.runtime().fleet(|fleet| fleet.settings().local_host.clone()));
            heartbeat.host = (!host.is_empty()).then(|| host.clone());
        }
    }
}

/// Gives the only event an id if it has none, and a copy of it for the answer.
fn name_event(records: &mut [Record]) -> Option<Box<Event>> {
    let [Record::Event(event)] = records else {
        return None;
    };
    if event.event.is_none() {
        event.event = Some(format!("evt-{}", request_id::fresh()).into());
    }
    let (event_type, id) = (event.event_type.clone(), event.event.clone());
    Some(Box::new(Event {
        event_type,
        event: id,
        ..Event::default()
    }))
}
