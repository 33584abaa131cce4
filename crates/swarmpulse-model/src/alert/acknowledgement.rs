//! Acknowledgements: a person has an alert in hand.

use serde::{Deserialize, Serialize};

use crate::{Text, Timestamp};

/// A person has an alert in hand, or gives it back. It ends with the alert; until then it is not told again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The alert's id.
    pub alert: Text,
    /// Whose alert it is.
    pub namespace: Text,
    /// Whether it is in hand.
    pub active: bool,
    /// Who says so.
    pub author: Text,
    /// What they say.
    pub comment: Text,
    /// When they said so.
    pub at: Timestamp,
    /// Until when at the latest; `None`: until the alert is over.
    pub until: Option<Timestamp>,
}
