//! What is watched: agents, processes, tasks, sandboxes, services and hosts, and how each is named.

use serde::{Deserialize, Serialize};

use crate::Text;

/// The namespace of records that came without a credential.
pub const DEFAULT_NAMESPACE: &str = "default";
/// The longest id, in bytes.
pub const ID_BYTES_MAX: usize = 200;

/// The kinds of entity in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// A bot, worker, model client or any other thing that acts.
    Agent,
    /// One process of one host, by pid and start time.
    Process,
    /// A unit of work.
    Task,
    /// A container or virtual machine that agents run in.
    Sandbox,
    /// An API, queue, database or model service that agents call.
    Service,
    /// A machine.
    Host,
    /// A sort of work: all tasks of one type.
    TaskType,
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Agent,
        Self::Process,
        Self::Task,
        Self::Sandbox,
        Self::Service,
        Self::Host,
        Self::TaskType,
    ];

    /// Its lower-case name, as in URLs and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Process => "process",
            Self::Task => "task",
            Self::Sandbox => "sandbox",
            Self::Service => "service",
            Self::Host => "host",
            Self::TaskType => "task_type",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The full name of an entity. Two namespaces never share one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityKey {
    /// From the sender's credential; [`DEFAULT_NAMESPACE`] without one.
    pub namespace: Text,
    /// What it is.
    pub kind: EntityKind,
    /// 1 to [`ID_BYTES_MAX`] bytes without control characters.
    pub id: Text,
}

impl EntityKey {
    /// A key of these parts; the id must have passed [`check_id`].
    #[must_use]
    pub fn new(namespace: &str, kind: EntityKind, id: &str) -> Self {
        Self {
            namespace: namespace.into(),
            kind,
            id: id.into(),
        }
    }
}

/// Why a text is no id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// It has no characters.
    #[error("is empty")]
    Empty,
    /// It has more than [`ID_BYTES_MAX`] bytes.
    #[error("is {0} bytes long, the limit is 200")]
    TooLong(usize),
    /// It has a control character.
    #[error("contains a control character")]
    ControlCharacter,
}

/// Checks that `id` may name an entity.
///
/// # Errors
/// If it is empty, longer than [`ID_BYTES_MAX`] bytes or has a control character.
pub fn check_id(id: &str) -> Result<(), IdError> {
    if id.is_empty() {
        return Err(IdError::Empty);
    }
    if id.len() > ID_BYTES_MAX {
        return Err(IdError::TooLong(id.len()));
    }
    let plain_ascii = id.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !plain_ascii && id.chars().any(char::is_control) {
        return Err(IdError::ControlCharacter);
    }
    Ok(())
}
