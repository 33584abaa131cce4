//! Short ways to decode and to look at what came of it.

use swarmpulse_model::Record;
use swarmpulse_model::record::{Call, Event, Failure, Heartbeat, Sandbox, Service, Task};
use swarmpulse_wire::{BodyError, Decoded, Kind, Limits, Privacy, decode};

/// Decodes by the default limits.
pub(crate) fn try_decode(kind: Kind, body: &str) -> Result<Decoded, BodyError> {
    decode(kind, body.as_bytes(), &Limits::default(), &Privacy::default())
}

/// Decodes a body that can be read as a whole.
pub(crate) fn decoded(kind: Kind, body: &str) -> Decoded {
    try_decode(kind, body).unwrap_or_else(|error| panic!("{body}: {error}"))
}

/// The only record of a body.
pub(crate) fn record(kind: Kind, body: &str) -> Record {
    let mut decoded = decoded(kind, body);
    assert_eq!(decoded.rejected, [], "{body}");
    assert_eq!(decoded.records.len(), 1, "{body}");
    decoded.records.remove(0)
}

/// Why the only item of a body was refused.
pub(crate) fn refusal(kind: Kind, body: &str) -> String {
    let mut decoded = decoded(kind, body);
    assert_eq!(decoded.records, [], "{body}");
    assert_eq!(decoded.rejected.len(), 1, "{body}");
    decoded.rejected.remove(0).error
}

/// Checks that each body is refused with exactly that message.
pub(crate) fn all_refused(kind: Kind, table: &[(&str, &str)]) {
    for (body, error) in table {
        assert_eq!(refusal(kind, body), *error, "{body}");
    }
}

macro_rules! record_of {
    ($name:ident, $variant:ident, $kind:ident) => {
        /// The only record of a body of that kind.
        pub(crate) fn $name(body: &str) -> $variant {
            match record(Kind::$kind, body) {
                Record::$variant(record) => *record,
                other => panic!("{body}: {other:?}"),
            }
        }
    };
}

record_of!(heartbeat, Heartbeat, Heartbeats);
record_of!(task, Task, Tasks);
record_of!(call, Call, Calls);
record_of!(event, Event, Events);
record_of!(sandbox, Sandbox, Sandboxes);
record_of!(service, Service, Services);
record_of!(failure, Failure, Failures);
