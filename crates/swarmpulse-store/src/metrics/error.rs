//! Why a metric store did not do as asked.

/// Why a metric store did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    /// The disk or quota is full; reads go on.
    #[error("write metrics: no space left in {path}")]
    Full {
        /// The folder.
        path: String,
    },
    /// More waits to be made durable than there is room for.
    #[error("too many samples are waiting to be written; come again in {retry_after_s} s")]
    Overloaded {
        /// When to come again.
        retry_after_s: u64,
    },
    /// It is closing.
    #[error("the metric store is stopping")]
    Stopping,
    /// More series than a query may touch.
    #[error("the selector matches more than {limit} series; add matchers")]
    TooManySeries {
        /// At most so many.
        limit: usize,
    },
    /// A matcher's regular expression.
    #[error("matcher of label {label:?}: {detail}")]
    Matcher {
        /// The label.
        label: String,
        /// What is wrong.
        detail: String,
    },
    /// Files refused.
    #[error("{action} {path}: {detail}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        detail: String,
    },
    /// Bytes that are not what was written.
    #[error("{path} is damaged: {detail}")]
    Damaged {
        /// The file.
        path: String,
        /// Where and how.
        detail: String,
    },
}
