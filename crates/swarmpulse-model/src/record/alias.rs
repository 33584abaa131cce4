//! Two names for one agent.

use serde::{Deserialize, Serialize};

use crate::Text;

/// `other` is the same agent as `agent`; from here on records of `other` count for `agent`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// The name that stays.
    pub agent: Text,
    /// The name that joins it.
    pub other: Text,
    /// Why they are the same: `pid`, `session.id`, ...
    pub reason: Text,
}
