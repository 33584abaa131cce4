//! The decoder with its buffers, which later requests use again.

use swarmpulse_model::series::SampleBatch;

use super::field::Damage;
use super::{Beside, Message, RemoteWriteError, RemoteWriteLimits, v1, v2};

/// Decodes requests one after another and keeps its buffers in between.
#[derive(Default)]
pub struct Decoder {
    snappy: snap::raw::Decoder,
    /// What cannot be pointed at where it lies.
    copied: Vec<u8>,
    /// The decompressed body of a message of 2.0.
    body: Vec<u8>,
    symbols: v2::Symbols,
}

/// So many bytes a body says it has once decompressed.
///
/// # Errors
/// If it does not even say that.
pub fn declared_bytes(packed: &[u8]) -> Result<u64, RemoteWriteError> {
    snap::raw::decompress_len(packed)
        .map(|bytes| bytes as u64)
        .map_err(|error| snappy(&error))
}

fn snappy(error: &snap::Error) -> RemoteWriteError {
    RemoteWriteError::Snappy {
        detail: error.to_string(),
    }
}

impl Decoder {
    /// Replaces what is in the batch by what a body holds.
    ///
    /// # Errors
    /// If the body is refused whole. What is in the batch then means nothing.
    pub fn decode(
        &mut self,
        message: Message,
        packed: &[u8],
        limits: &RemoteWriteLimits,
        into: &mut SampleBatch,
    ) -> Result<Beside, RemoteWriteError> {
        into.series.clear();
        into.samples.clear();
        into.metadata.clear();
        let mut beside = Beside::default();
        let decoded = match message {
            Message::V1 => {
                unpack(&mut self.snappy, packed, limits, &mut into.bytes)?;
                v1::decode(limits, into, &mut self.copied, &mut beside)
            }
            Message::V2 => {
                into.bytes.clear();
                unpack(&mut self.snappy, packed, limits, &mut self.body)?;
                v2::decode(&self.body, limits, into, &mut self.symbols, &mut beside)
            }
        };
        decoded.map_err(|refusal| refusal.of(message))?;
        Ok(beside)
    }

    /// Bytes of the buffers kept for later.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        self.copied.capacity() + self.body.capacity() + self.symbols.kept_bytes()
    }
}

/// Decompresses into a buffer, whose earlier bytes are not even looked at.
fn unpack(
    decoder: &mut snap::raw::Decoder,
    packed: &[u8],
    limits: &RemoteWriteLimits,
    into: &mut Vec<u8>,
) -> Result<(), RemoteWriteError> {
    let bytes = declared_bytes(packed)?;
    let limit = limits.decompressed_bytes.min(u32::MAX as usize >> 2);
    let length = usize::try_from(bytes).unwrap_or(usize::MAX);
    if length > limit {
        return Err(RemoteWriteError::TooLarge { bytes, limit });
    }
    into.resize(length, 0);
    let written = decoder.decompress(packed, into).map_err(|error| snappy(&error))?;
    into.truncate(written);
    Ok(())
}

/// Why a message was refused whole.
pub(super) enum Refusal {
    Damage(Damage),
    TooManySamples(usize),
    TooLarge { bytes: usize, limit: usize },
}

impl From<Damage> for Refusal {
    fn from(damage: Damage) -> Self {
        Self::Damage(damage)
    }
}

impl Refusal {
    fn of(self, message: Message) -> RemoteWriteError {
        match self {
            Self::Damage(Damage { problem, offset }) => RemoteWriteError::Message {
                message: message.as_str(),
                problem,
                offset,
            },
            Self::TooManySamples(limit) => RemoteWriteError::TooManySamples { limit },
            Self::TooLarge { bytes, limit } => RemoteWriteError::TooLarge {
                bytes: bytes as u64,
                limit,
            },
        }
    }
}
