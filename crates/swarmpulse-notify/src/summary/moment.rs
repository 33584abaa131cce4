//! Points and spans of time as people read them.

use swarmpulse_model::Timestamp;
use swarmpulse_model::evidence::Duration;

/// The time of day in UTC, with the date if it was on another day than `now`: `10:42:05 UTC`, `2026-01-31 10:42:05 UTC`.
pub(super) fn clock(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_string(), now.to_string());
    let (day, time) = (
        at.get(..10).unwrap_or_default(),
        at.get(11..19).unwrap_or_default(),
    );
    if now.starts_with(day) {
        format!("{time} UTC")
    } else {
        format!("{day} {time} UTC")
    }
}

/// How long from one to the other: `45 s`, `2 min 5 s`; never negative.
pub(super) fn span(from: Timestamp, to: Timestamp) -> String {
    Duration(to.seconds_since(from).max(0.0).round()).to_string()
}
