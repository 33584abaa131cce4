//! Why an expression has no answer.

use swarmpulse_store::MetricError;

/// Why an expression has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// The expression cannot be evaluated on this data: `execution` in the API.
    #[error("{0}")]
    Execution(String),
    /// It touches more than it may: `execution` in the API.
    #[error("query processing would load too many samples into memory in query execution")]
    TooManySamples,
    /// It took too long: `timeout` in the API.
    #[error("query timed out in expression evaluation")]
    Timeout,
    /// Nobody waits for it any more: `canceled` in the API.
    #[error("query was canceled in expression evaluation")]
    Canceled,
    /// The store could not be read: `internal` in the API, but for what the query itself got wrong.
    #[error(transparent)]
    Store(#[from] MetricError),
}
