//! A service that agents call.

use serde::{Deserialize, Serialize};

use crate::{Attributes, Text};

/// A service is declared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// The service's id.
    pub service: Text,
    /// Where it listens.
    pub url: Option<Text>,
    /// What sort: `http`, `llm`, `postgres`, `queue`, ...
    pub kind: Option<Text>,
    /// The services it needs.
    pub depends_on: Vec<Text>,
    /// Fields that no contract names.
    pub attributes: Attributes,
}
