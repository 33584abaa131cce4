//! Decoding of what is received into records, redaction, and the codec of the journal's envelopes.
//!
//! Everything here is a pure function of bytes: no clock, no I/O. What the functions take and give:
//!
//! | Function | From | To |
//! |---|---|---|
//! | [`decode`], [`decode_as`] | a JSON object, array of objects or NDJSON of one [`Kind`] | [`Decoded`] |
//! | [`decode_sandbox_event`], [`decode_agent_heartbeat`] | the same, with an id from the path | [`Decoded`] |
//! | [`decode_alerts`] | alerts as they are posted to an Alertmanager | [`DecodedAlerts`] |
//! | [`ping()`] | a ping URL's agent, signal and body | one heartbeat |
//! | [`redact::text`], [`redact::command_line`] | any text | the same without secrets |
//! | [`remote_write::Decoder`] | a body of Prometheus remote write | a batch of samples |
//! | [`exposition::import`], [`exposition::ScrapeCache`] | Prometheus' text or OpenMetrics, pushed or fetched | a batch of samples |
//! | [`influx::decode`] | InfluxDB's line protocol | a batch of samples |
//! | [`statsd::Aggregator`] | packets of StatsD | a batch of samples at each flush |
//! | [`envelope::encode_body`], [`envelope::decode_body`] | records | bytes for the journal, and back |
//!
//! [`Limits`] bounds everything that is kept; [`Counters`] count everything that is refused or redacted.

pub mod counters;
pub mod decoded;
pub mod envelope;
pub mod exposition;
pub mod influx;
pub mod json;
pub mod limits;
mod ping;
pub mod privacy;
pub mod redact;
pub mod remote_write;
pub mod statsd;
pub mod time;

pub use counters::{Counters, Reason};
pub use decoded::{BodyError, Decoded, Format, ItemError, Kind, Rejection};
pub use json::{
    DecodedAlerts, decode, decode_agent_heartbeat, decode_alerts, decode_as, decode_sandbox_event,
};
pub use limits::{AlertLimits, Limits};
pub use ping::{Signal, ping};
pub use privacy::Privacy;
