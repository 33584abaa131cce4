//! What an answer says beside its values.

use std::collections::BTreeSet;

/// What an answer says beside its values: each sentence once, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    /// Something is likely wrong with the query or the data.
    pub warnings: BTreeSet<String>,
    /// Something the author may want to know.
    pub infos: BTreeSet<String>,
}
