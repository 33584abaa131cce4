//! What is wrong with an endpoint, by kind.

use std::error::Error;
use std::fmt;

use rustls::CertificateError;

/// What sort of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// There was no whole answer in time.
    Timeout,
    /// There was no connection, or it broke.
    Connect,
    /// The other side's certificate is not to be believed, or TLS failed.
    Tls,
    /// The status is not as it should be.
    Status,
    /// The body is not as it should be.
    Body,
}

impl FailureKind {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Status => "status",
            Self::Body => "body",
        }
    }
}

/// What is wrong with an endpoint. Holds no secret: addresses and headers are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpFailure {
    /// What sort.
    pub kind: FailureKind,
    /// What exactly.
    pub detail: String,
}

impl fmt::Display for HttpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.as_str(), self.detail)
    }
}

/// What an error of the client means, and when the certificate expired if that is what is wrong.
pub(super) fn of_client(error: &reqwest::Error, timeout_ms: u64) -> (HttpFailure, Option<i64>) {
    let failure = |kind, detail| HttpFailure { kind, detail };
    if error.is_timeout() {
        let detail = format!("no whole answer within {} s", timeout_ms as f64 / 1000.0);
        return (failure(FailureKind::Timeout, detail), None);
    }
    match tls_error(error) {
        Some(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            let detail = "its certificate has expired".to_owned();
            let expired_at_s = i64::try_from(not_after.as_secs()).ok();
            (failure(FailureKind::Tls, detail), expired_at_s)
        }
        Some(error) => (failure(FailureKind::Tls, error.to_string()), None),
        None => (failure(FailureKind::Connect, innermost(error)), None),
    }
}

/// The error of TLS in a chain. What an error of I/O holds is not its source, but itself.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(found);
    }
    let held = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    if let Some(held) = held {
        return tls_error(held);
    }
    error.source().and_then(tls_error)
}

fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
