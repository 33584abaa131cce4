//! Why the runtime did not do as asked.

use swarmpulse_store::{HistoryError, JournalError, StateError};

/// Why a batch was not accepted. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// More comes in than can be made durable.
    #[error("the server is overloaded; try again in {retry_after_s} s")]
    Overloaded {
        /// When it makes sense to try again, in seconds.
        retry_after_s: u64,
    },
    /// The disk or quota is full, or refuses; reads go on.
    #[error("the journal cannot be written: {detail}")]
    Storage {
        /// What the disk said.
        detail: String,
    },
    /// One record is larger than the journal takes.
    #[error("the batch is {bytes} bytes as journaled, the limit is {limit_bytes}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest.
        limit_bytes: usize,
    },
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Stopping,
}

/// Why a receiver was not tried.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyTestError {
    /// There is none of that name.
    #[error("no receiver is called {receiver:?}; there are: {}", known.join(", "))]
    Unknown {
        /// The name that was asked for.
        receiver: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Stopping,
}

/// Why the runtime did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// History.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// State.
    #[error(transparent)]
    State(#[from] StateError),
    /// Rules, routes or receivers.
    #[error("load rules and routes:\n{0}")]
    Rules(String),
    /// A thread.
    #[error("start the {name} thread: {source}")]
    Thread {
        /// Its name.
        name: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
}
