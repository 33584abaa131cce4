//! State: what must be there at once after a restart, and what only people decide.

use swarmpulse_model::{Text, Timestamp};

use crate::HistoryRow;

/// The state of a machine at one place of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Records of envelopes before this offset are in it.
    pub next_offset: u64,
    /// When the last of them was received.
    pub at: Timestamp,
    /// The form of the body; a snapshot of an unknown form is passed over.
    pub version: u32,
    /// The state, opaque to the store.
    pub body: Vec<u8>,
}

/// What a token allows. Each includes nothing of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Sending records.
    Ingest,
    /// Looking.
    Read,
    /// Everything else; includes the other two.
    Admin,
}

impl Scope {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    /// The scope of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Ingest, Self::Read, Self::Admin]
            .into_iter()
            .find(|scope| scope.as_str() == name)
    }

    /// Whether a token of this scope may do what needs the other.
    #[must_use]
    pub fn allows(self, needed: Self) -> bool {
        self == Self::Admin || self == needed
    }
}

/// A bearer token as stored: never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// A short public name for it, shown in lists and logs.
    pub id: Text,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it allows.
    pub scope: Scope,
    /// The namespace that its records go to and that it may read; `None` reads all and sends to `default`.
    pub namespace: Option<Text>,
    /// What it is for.
    pub comment: Text,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why state did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A token of that id, or with that secret, is there already.
    #[error("a token of the id {id} or with its secret exists already; make another")]
    TokenTaken {
        /// The new token's id.
        id: String,
    },
    /// The disk or quota is full; reads go on.
    #[error("write state: no space left in {path}")]
    Full {
        /// The file.
        path: String,
    },
    /// The database refused.
    #[error("{action} {path}: {detail}")]
    Database {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What it said.
        detail: String,
    },
}

/// Keeps snapshots, cursors, states of projections and tokens.
pub trait State: Send + Sync {
    /// Who this store is: the same as long as it lasts, wherever it is moved to, and another of every other store.
    ///
    /// # Errors
    /// If the database refuses.
    fn identity(&self) -> Result<Text, StateError>;

    /// Keeps a snapshot, durably, and drops all but the newest three; the one saved last is the newest.
    ///
    /// # Errors
    /// If the database refuses.
    fn save_snapshot(&self, snapshot: &Snapshot) -> Result<(), StateError>;

    /// The newest snapshot of this form whose `next_offset` is at most `limit`.
    ///
    /// # Errors
    /// If the database refuses.
    fn snapshot(&self, version: u32, limit: u64) -> Result<Option<Snapshot>, StateError>;

    /// How far a consumer of effects has come: effects before this offset are performed. 0 if unknown.
    ///
    /// # Errors
    /// If the database refuses.
    fn cursor(&self, consumer: &str) -> Result<u64, StateError>;

    /// Remembers how far a consumer of effects has come, durably.
    ///
    /// # Errors
    /// If the database refuses.
    fn set_cursor(&self, consumer: &str, next_offset: u64) -> Result<(), StateError>;

    /// Keeps the state of a named projection, durably, in place of the one before: `body` is opaque, and effects of
    /// envelopes before `next_offset` are in it. Both are kept, or neither.
    ///
    /// # Errors
    /// If the database refuses; then what was kept before stands.
    fn keep(&self, name: &str, next_offset: u64, body: &[u8]) -> Result<(), StateError>;

    /// The state of a named projection as it was kept last, with its offset.
    ///
    /// # Errors
    /// If the database refuses.
    fn kept(&self, name: &str) -> Result<Option<(u64, Vec<u8>)>, StateError>;

    /// Brings what people look up about entities and alerts up to these effects. Effects seen before change nothing, so
    /// that the journal may be applied again. A store without such tables keeps nothing.
    ///
    /// # Errors
    /// If the database refuses.
    fn project(&self, _rows: &[HistoryRow]) -> Result<(), StateError> {
        Ok(())
    }

    /// Deletes what people look up about alerts that were over before this time, and says how many lives of alerts that
    /// were. A store without such tables has none.
    ///
    /// # Errors
    /// If the database refuses.
    fn retire_alerts(&self, _keep_from: Timestamp) -> Result<u64, StateError> {
        Ok(0)
    }

    /// Adds a token.
    ///
    /// # Errors
    /// If the database refuses, or the id is taken.
    fn add_token(&self, token: &Token) -> Result<(), StateError>;

    /// Every token, by id.
    ///
    /// # Errors
    /// If the database refuses.
    fn tokens(&self) -> Result<Vec<Token>, StateError>;

    /// Removes a token; false if there was none of that id.
    ///
    /// # Errors
    /// If the database refuses.
    fn remove_token(&self, id: &str) -> Result<bool, StateError>;
}
