//! What can go wrong between a client and the server: what, why, and what next.

use std::time::Duration;

use swarmpulse_api::{Accepted, Problem};

/// Why a request brought no answer of use.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server could not evaluate an expression.
    #[error("{detail} ({kind})")]
    Query {
        /// Prometheus' type of the error: `bad_data`, `execution`, `timeout`, ...
        kind: String,
        /// What is wrong.
        detail: String,
    },
    /// The address is none.
    #[error("`{address}` is no server address ({reason}): write it as http://127.0.0.1:9870")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The token cannot go into a header.
    #[error(
        "the token holds characters that no header can carry: pass it as `swarmpulse token create` printed it"
    )]
    Token,
    /// The client could not be made, most often for want of certificates.
    #[error("prepare TLS for {server}: {reason}")]
    Tls {
        /// The server.
        server: String,
        /// What the library said.
        reason: String,
    },
    /// Nobody listens there, or the way there is closed.
    #[error(
        "no server at {server} ({reason}): start one with `swarmpulse serve`, or name another with `--server` or SWARMPULSE_SERVER"
    )]
    Unreachable {
        /// The server.
        server: String,
        /// The last cause.
        reason: String,
    },
    /// No answer within the time allowed.
    #[error("no answer from {server} within {limit_s} s: look at its load with `curl {server}/healthz`")]
    TimedOut {
        /// The server.
        server: String,
        /// The time allowed, in seconds.
        limit_s: f64,
    },
    /// The connection broke while the answer came.
    #[error("the answer from {server} broke off ({reason}): try again")]
    BrokenOff {
        /// The server.
        server: String,
        /// The cause.
        reason: String,
    },
    /// 401 or 403.
    #[error(
        "{server} refuses this token or the lack of one ({detail}): create one on the server with `swarmpulse token create --scope {scope}` and pass it in SWARMPULSE_TOKEN or `--token-file`"
    )]
    Forbidden {
        /// The server.
        server: String,
        /// What the server said.
        detail: String,
        /// The scope that the request needs.
        scope: &'static str,
    },
    /// 404 of something that can be absent.
    #[error("{detail}")]
    NotFound {
        /// What the server said.
        detail: String,
    },
    /// 429 or 503: the server asks to wait.
    #[error("{server} is overloaded ({detail}): try again later")]
    Overloaded {
        /// The server.
        server: String,
        /// What the server said.
        detail: String,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// Every item was refused.
    #[error("{server} refused every item: {}", first_rejection(.answer))]
    Rejected {
        /// The server.
        server: String,
        /// Each item and why.
        answer: Accepted,
    },
    /// Any other problem the server named.
    #[error("{server} answered {}: {} (request {})", .problem.status, .problem.detail, .problem.request_id)]
    Problem {
        /// The server.
        server: String,
        /// What it said.
        problem: Box<Problem>,
    },
    /// Something answered that is no Swarmpulse.
    #[error(
        "{server} answered {status} with {found}: is a Swarmpulse server of this release listening there?"
    )]
    Foreign {
        /// The server.
        server: String,
        /// The status code.
        status: u16,
        /// What came instead.
        found: String,
    },
    /// The answer is longer than this client reads.
    #[error("the answer from {server} exceeds {limit_bytes} bytes: ask for less with a smaller limit")]
    TooLong {
        /// The server.
        server: String,
        /// The bound.
        limit_bytes: usize,
    },
    /// What was to be sent is no JSON.
    #[error("encode the request: {reason}")]
    Encode {
        /// Why.
        reason: String,
    },
}

impl ClientError {
    /// Whether the same request may succeed later without anyone's doing.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::BrokenOff { .. }
            | Self::Overloaded { .. } => true,
            Self::Problem { problem, .. } => problem.status >= 500,
            Self::Foreign { status, .. } => *status >= 500,
            Self::Query { kind, .. } => matches!(kind.as_str(), "timeout" | "unavailable"),
            Self::Address { .. }
            | Self::Token
            | Self::Tls { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::Rejected { .. }
            | Self::TooLong { .. }
            | Self::Encode { .. } => false,
        }
    }

    /// How long the server asks to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn first_rejection(answer: &Accepted) -> String {
    match answer.rejected.as_slice() {
        [] => "it did not say why".to_owned(),
        [only] => only.error.clone(),
        [first, rest @ ..] => format!("item {}: {} (and {} more)", first.index, first.error, rest.len()),
    }
}

/// The innermost cause of an error, which is the one that tells a person something.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
