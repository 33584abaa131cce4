//! Types that are one of several: a message with one field, whose number says which.

use swarmpulse_model::process::ProcessSeen;
use swarmpulse_model::record::MonitorEvent;
use swarmpulse_model::{Text, Timestamp};

use super::CodecError;
use super::field::{Field, Message, message, read};
use super::wire::{Raw, put_message};

/// 1 alive, 2 exited, 3 unreadable. A process of which nothing is said could not be looked at.
impl Message for ProcessSeen {
    fn blank() -> Self {
        Self::Unreadable {
            error: Text::default(),
        }
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        match self {
            Self::Alive(sample) => put_message(1, out, |out| sample.put_fields(out)),
            Self::Exited(exit) => exit.put_always(2, out),
            Self::Unreadable { error } => error.put_always(3, out),
        }
    }

    fn take_field(&mut self, number: u32, raw: Raw<'_>) -> Result<(), CodecError> {
        *self = match number {
            1 => Self::Alive(Box::new(read(raw)?)),
            2 => Self::Exited(read(raw)?),
            3 => Self::Unreadable { error: read(raw)? },
            _ => return Err(CodecError::UnknownWord),
        };
        Ok(())
    }
}

/// The fields of the variants of [`MonitorEvent`].
struct Started {
    last_seen_at: Option<Timestamp>,
}
struct Stalled {
    duration_s: f64,
}
struct ClockJumped {
    by_s: f64,
}
struct IngestGap {
    duration_s: f64,
    cause: Text,
}
struct ProbeFailed {
    probe: Text,
    error: Text,
}

message!(Started { 1 last_seen_at });
message!(Stalled { 1 duration_s });
message!(ClockJumped { 1 by_s });
message!(IngestGap { 1 duration_s, 2 cause });
message!(ProbeFailed { 1 probe, 2 error });

/// 1 started, 2 stalled, 3 clock jumped, 4 ingest gap, 5 probe failed.
pub(super) fn put_monitor(event: &MonitorEvent, out: &mut Vec<u8>) {
    match event.clone() {
        MonitorEvent::Started { last_seen_at } => Started { last_seen_at }.put_always(1, out),
        MonitorEvent::Stalled { duration_s } => Stalled { duration_s }.put_always(2, out),
        MonitorEvent::ClockJumped { by_s } => ClockJumped { by_s }.put_always(3, out),
        MonitorEvent::IngestGap { duration_s, cause } => IngestGap { duration_s, cause }.put_always(4, out),
        MonitorEvent::ProbeFailed { probe, error } => ProbeFailed { probe, error }.put_always(5, out),
    }
}

/// The event of that number.
pub(super) fn take_monitor(number: u32, raw: Raw<'_>) -> Result<MonitorEvent, CodecError> {
    Ok(match number {
        1 => {
            let Started { last_seen_at } = read(raw)?;
            MonitorEvent::Started { last_seen_at }
        }
        2 => {
            let Stalled { duration_s } = read(raw)?;
            MonitorEvent::Stalled { duration_s }
        }
        3 => {
            let ClockJumped { by_s } = read(raw)?;
            MonitorEvent::ClockJumped { by_s }
        }
        4 => {
            let IngestGap { duration_s, cause } = read(raw)?;
            MonitorEvent::IngestGap { duration_s, cause }
        }
        5 => {
            let ProbeFailed { probe, error } = read(raw)?;
            MonitorEvent::ProbeFailed { probe, error }
        }
        _ => return Err(CodecError::UnknownWord),
    })
}
