//! Bodies of JSON: one object, an array of objects, or NDJSON, of one kind of record.
//!
//! `batch` divides a body into items, one file a kind reads an item, `input` reads a field and says what
//! is wrong with it, `reader` knows JSON. Field names are the contract's; where a platform names a field
//! otherwise its name is taken too, and yields to the contract's own. Fields that nobody names become
//! attributes. `null` is the same as an absent field; of a repeated field the last counts.

mod attribute;
mod batch;
mod call;
mod compact;
mod escape;
mod event;
mod exit;
mod failure;
mod fault;
mod heartbeat;
mod input;
mod number;
mod posted;
mod reader;
mod sandbox;
mod service;
mod task;

use swarmpulse_model::{Record, Text};

use crate::{BodyError, Decoded, Format, Kind, Limits, Privacy};
use batch::Batch;
use fault::Fault;
use input::Input;

pub use posted::{DecodedAlerts, decode_alerts};

/// Ids that the request's path gives; they win over those in the body.
#[derive(Clone, Debug, Default)]
struct Presets {
    agent: Option<Text>,
    sandbox: Option<Text>,
}

/// Decodes a body whose own look shows how it is divided. An item that is wrong is rejected alone.
///
/// # Errors
/// If the body as a whole cannot be read, is too large or has too many items; then nothing is accepted.
pub fn decode(kind: Kind, body: &[u8], limits: &Limits, privacy: &Privacy) -> Result<Decoded, BodyError> {
    decode_as(kind, Format::Auto, body, limits, privacy)
}

/// Decodes a body that is divided as its sender said.
///
/// # Errors
/// As [`decode`].
pub fn decode_as(
    kind: Kind,
    format: Format,
    body: &[u8],
    limits: &Limits,
    privacy: &Privacy,
) -> Result<Decoded, BodyError> {
    Batch::new(kind, &Presets::default(), limits, privacy).decode(format, body)
}

/// Decodes what is posted to a sandbox's events: `{"event_type", "event_data": {}, "source"}`.
///
/// # Errors
/// As [`decode`]. An id that may not name a sandbox rejects every item.
pub fn decode_sandbox_event(
    sandbox: &str,
    body: &[u8],
    limits: &Limits,
    privacy: &Privacy,
) -> Result<Decoded, BodyError> {
    let presets = Presets {
        sandbox: Some(sandbox.into()),
        ..Presets::default()
    };
    Batch::new(Kind::Events, &presets, limits, privacy).decode(Format::Auto, body)
}

/// Decodes what is posted to an agent's heartbeats; an empty body is a heartbeat too.
///
/// # Errors
/// As [`decode`]. An id that may not name an agent rejects every item.
pub fn decode_agent_heartbeat(
    agent: &str,
    body: &[u8],
    limits: &Limits,
    privacy: &Privacy,
) -> Result<Decoded, BodyError> {
    let presets = Presets {
        agent: Some(agent.into()),
        ..Presets::default()
    };
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    Batch::new(Kind::Heartbeats, &presets, limits, privacy).decode(Format::Auto, body)
}

/// Reads one item of that kind.
fn read_item(kind: Kind, input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    match kind {
        Kind::Heartbeats => heartbeat::read(input),
        Kind::Events => event::read(input),
        Kind::Tasks => task::read(input),
        Kind::Sandboxes => sandbox::read(input),
        Kind::Calls => call::read(input),
        Kind::Services => service::read(input),
        Kind::Failures => failure::read(input),
    }
}
