//! What happens to the monitor itself.

use serde::{Deserialize, Serialize};

use crate::{Text, Timestamp};

/// Something happened to the monitor that may have kept it from seeing; deaths by silence freeze.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorEvent {
    /// It started.
    Started {
        /// The last thing it journaled before; `None` with an empty journal.
        last_seen_at: Option<Timestamp>,
    },
    /// Its own loop stood still.
    Stalled {
        /// For so long, in seconds.
        duration_s: f64,
    },
    /// The wall clock moved against the monotonic one.
    ClockJumped {
        /// By so much, in seconds; negative is back.
        by_s: f64,
    },
    /// It refused or lost input for a while.
    IngestGap {
        /// For so long, in seconds.
        duration_s: f64,
        /// What kept it: `disk full`, `overload`, ...
        cause: Text,
    },
    /// A probe could not look.
    ProbeFailed {
        /// Which probe.
        probe: Text,
        /// Why.
        error: Text,
    },
}
