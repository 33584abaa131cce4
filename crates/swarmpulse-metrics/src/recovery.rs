//! What was found when the store was opened.

/// A file that could not be read and was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The file as it is named now.
    pub path: String,
    /// What is wrong with it.
    pub detail: String,
}

/// What was found when the store was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Whether it had been closed in good order, so that nothing had to be replayed.
    pub clean: bool,
    /// Series known.
    pub series: u64,
    /// Segment files.
    pub segments: u64,
    /// Entries of the journal that were replayed.
    pub replayed_entries: u64,
    /// Samples in them that no segment had yet.
    pub replayed_samples: u64,
    /// Samples of series that nothing describes any more, for a part that did is damaged.
    pub lost_samples: u64,
    /// Files set aside, and damaged parts of the journal; the rest is served.
    pub set_aside: Vec<SetAside>,
}
