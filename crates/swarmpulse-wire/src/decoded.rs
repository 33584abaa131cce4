//! What decoding asks for and what it gives.

use swarmpulse_model::Record;

use crate::counters::{Counters, Reason};

/// What the items of a body are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Heartbeats of agents.
    Heartbeats,
    /// Events; an exit that a worker reports becomes a process report.
    Events,
    /// States of tasks.
    Tasks,
    /// States of sandboxes.
    Sandboxes,
    /// Calls of services.
    Calls,
    /// Declarations of services.
    Services,
    /// Failures of tasks.
    Failures,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Heartbeats,
        Self::Events,
        Self::Tasks,
        Self::Sandboxes,
        Self::Calls,
        Self::Services,
        Self::Failures,
    ];

    /// Its lower-case plural, as in the API's paths.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Heartbeats => "heartbeats",
            Self::Events => "events",
            Self::Tasks => "tasks",
            Self::Sandboxes => "sandboxes",
            Self::Calls => "calls",
            Self::Services => "services",
            Self::Failures => "failures",
        }
    }
}

/// How a body is divided into items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// An object, an array of objects, or one object a line: the body itself shows which.
    #[default]
    Auto,
    /// One object a line, whatever it looks like: the sender said so.
    Ndjson,
}

/// What a body held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    /// The accepted items, in order and redacted.
    pub records: Vec<Record>,
    /// The place of each accepted item in the body, from 0; as long as `records`.
    pub indexes: Vec<u32>,
    /// The others, in order.
    pub rejected: Vec<Rejection>,
    /// Counts of refusals and redactions by reason.
    pub counters: Counters,
}

/// An item that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Its place in the body, from 0; in NDJSON blank lines do not count.
    pub index: u64,
    /// The field and why.
    pub error: String,
}

/// Why one item was refused; the text names the field, what it should be and what it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ItemError {
    /// What it counts as.
    pub reason: Reason,
    message: String,
}

impl ItemError {
    pub(crate) fn new(reason: Reason, message: String) -> Self {
        Self { reason, message }
    }
}

/// Why a whole body was refused; nothing of it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// There is nothing in it.
    #[error("the body is empty; send an object, an array of objects, or one object a line")]
    Empty,
    /// It is something else.
    #[error("expected an object, an array of objects, or one object a line, got {found}")]
    NotRecords {
        /// What it is.
        found: &'static str,
    },
    /// It is no array of alerts.
    #[error(
        "expected an array of alerts, such as [{{\"labels\": {{\"alertname\": \"DiskFull\"}}}}], got {found}"
    )]
    NotAlerts {
        /// What it is.
        found: &'static str,
    },
    /// It is no UTF-8.
    #[error("the body is not UTF-8: byte {offset} (counted from 0) is part of no character")]
    NotUtf8 {
        /// The first bad byte.
        offset: usize,
    },
    /// It is no JSON.
    #[error("line {line} column {column}: {problem}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// Arrays and objects lie too deep within each other.
    #[error("line {line} column {column}: more than {limit} arrays and objects within each other")]
    TooDeep {
        /// The line, from 1.
        line: usize,
        /// The character in the line, from 1.
        column: usize,
        /// The most allowed.
        limit: usize,
    },
    /// It has too many items.
    #[error("more than {limit} items; send them in several bodies")]
    TooManyItems {
        /// The most allowed.
        limit: usize,
    },
    /// It is too large.
    #[error("the body has {size} bytes, the limit is {limit}; send it in several")]
    TooLarge {
        /// Its size in bytes, decompressed.
        size: usize,
        /// The most allowed.
        limit: usize,
    },
}
