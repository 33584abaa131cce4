//! The body of an envelope as it stands in the journal.
//!
//! The first byte is the format's version, 1. After it comes Protocol Buffers' wire format: fields 1 to 3
//! are namespace, principal and source, and each record is one field, in order, whose number is its type.
//! `schema` is the table of all numbers. A number is never used again, a field is never given another
//! type, and every release's fixture stays in the tests, so that later releases read what earlier ones
//! wrote. The other way round, what a later release added is passed over: unknown fields in silence,
//! records of unknown types and those with unknown words counted.
//!
//! Decoding never allocates by a length that the input claims, only by what is there.

mod enumeration;
mod field;
mod schema;
mod sum;
mod wire;

use swarmpulse_model::{Envelope, Position, Record, Source, Text, Timestamp};

use field::Field;
use wire::Fields;

/// The format that is written.
pub const VERSION: u8 = 1;
/// Fields of the envelope itself; further ones will have numbers from [`LATER_FIELDS`].
const NAMESPACE: u32 = 1;
const PRINCIPAL: u32 = 2;
const SOURCE: u32 = 3;
/// The first number that is no record's: fields from here on, of later releases, are passed over in silence.
const LATER_FIELDS: u32 = 200;

/// Why bytes are no body of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// There are none.
    #[error("the envelope is empty")]
    Empty,
    /// A later release wrote it in another format.
    #[error("the envelope has format {0}; this release reads format 1")]
    Version(u8),
    /// A value ends beyond its message.
    #[error("the envelope is cut off within a value")]
    Truncated,
    /// A number is longer than any.
    #[error("the envelope holds a number of more than 64 bits")]
    Overlong,
    /// A field is of another sort than its number says, or of no sort.
    #[error("the envelope holds a field of a wrong sort")]
    Sort,
    /// A text is no UTF-8.
    #[error("the envelope holds a text that is not UTF-8")]
    Encoding,
    /// A number stands for no word or variant of this release.
    #[error("the envelope holds a word that this release does not know")]
    UnknownWord,
}

/// Appends the body of an envelope to `out`.
pub fn encode_body(namespace: &str, principal: &str, source: Source, records: &[Record], out: &mut Vec<u8>) {
    // Most records take about a hundred bytes.
    out.reserve(64 + namespace.len() + principal.len() + records.len() * 128);
    out.push(VERSION);
    wire::put_bytes(NAMESPACE, namespace.as_bytes(), out);
    wire::put_bytes(PRINCIPAL, principal.as_bytes(), out);
    source.put(SOURCE, out);
    for record in records {
        schema::put_record(record, out);
    }
}

/// Reads the body of an envelope.
///
/// # Errors
/// If the bytes are no body, or one of another format.
pub fn decode_body(position: Position, received_at: Timestamp, body: &[u8]) -> Result<Envelope, CodecError> {
    let mut skipped = 0;
    decode_body_counting(position, received_at, body, &mut skipped)
}

/// Reads the body of an envelope and adds to `skipped` the records that only a later release knows.
///
/// # Errors
/// As [`decode_body`].
pub fn decode_body_counting(
    position: Position,
    received_at: Timestamp,
    body: &[u8],
    skipped: &mut u64,
) -> Result<Envelope, CodecError> {
    let (version, rest) = body.split_first().ok_or(CodecError::Empty)?;
    if *version != VERSION {
        return Err(CodecError::Version(*version));
    }
    let (namespace, principal) = (Text::default(), Text::default());
    let source = Source::initial();
    let mut envelope = Envelope {
        position,
        received_at,
        namespace,
        principal,
        source,
        records: Vec::new(),
    };
    let mut fields = Fields::new(rest);
    while let Some((number, raw)) = fields.next()? {
        match number {
            NAMESPACE => envelope.namespace.take(raw)?,
            PRINCIPAL => envelope.principal.take(raw)?,
            SOURCE => envelope.source.take(raw)?,
            LATER_FIELDS.. => {}
            kind => match schema::take_record(kind, raw) {
                Ok(record) => envelope.records.push(record),
                Err(CodecError::UnknownWord) => *skipped += 1,
                Err(error) => return Err(error),
            },
        }
    }
    Ok(envelope)
}
