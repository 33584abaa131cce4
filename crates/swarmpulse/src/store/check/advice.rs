//! What to do about damage, by what is damaged.

/// What may be damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A segment of samples or aggregates.
    Segment,
    /// A file that was set aside earlier.
    SetAside,
    /// Which number means which labels.
    Catalogue,
    /// From where the journal of samples is needed.
    State,
    /// What metrics are.
    Metadata,
    /// The journal of what no segment has yet.
    SampleJournal,
    /// The journal of what was received.
    RecordJournal,
}

impl Part {
    /// What happens with it, and what can be done.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Segment => {
                "segments: what of them can be read is served; `swarmpulse store compact` writes that anew and sets the \
                 damaged files aside. What is lost comes back only from a backup, put in place while the server is stopped"
            }
            Self::SetAside => {
                "files that end in .damaged: nothing reads them any more; delete them when nobody wants to look at them"
            }
            Self::Catalogue => {
                "series.log: the next start keeps a copy as series.log.damaged and knows the series before the damage; \
                 samples of those behind it cannot be found. Put the file back from a backup while the server is stopped"
            }
            Self::State => {
                "state: the next start reads all of the journal of samples in its place; do nothing"
            }
            Self::Metadata => {
                "metadata: types and help texts are missing until their senders tell them again; do nothing"
            }
            Self::SampleJournal => {
                "the journal of samples: the next start passes over what cannot be read; samples in it that no segment \
                 has yet are lost, unless the file comes back from a backup while the server is stopped"
            }
            Self::RecordJournal => {
                "the journal of records: the next start, replays and backtests pass over what cannot be read and apply \
                 the rest; put the file back from a backup while the server is stopped, or leave it until retention \
                 takes it. What a later version wrote is read by that version"
            }
        }
    }
}
