//! Names for requests: the sender's own if it is sane, else one made here.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName};

/// The header that carries it both ways.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest that is taken over.
const LENGTH_MAX: usize = 64;

/// The name of a request, in its extensions, in the log and in every problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(pub String);

impl RequestId {
    /// The sender's, or a new one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(HEADER).and_then(|value| value.to_str().ok());
        match sent.filter(|sent| is_sane(sent)) {
            Some(sent) => Self(sent.to_owned()),
            None => Self(fresh()),
        }
    }
}

/// Unique on this machine: a random beginning per process, then a count.
pub(crate) fn fresh() -> String {
    static PREFIX: OnceLock<u64> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // Without randomness the count alone still tells requests of this process apart.
    let prefix = PREFIX.get_or_init(|| getrandom::u64().unwrap_or(0) & 0xff_ffff_ffff);
    format!("{prefix:010x}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

fn is_sane(sent: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !sent.is_empty() && sent.len() <= LENGTH_MAX && sent.bytes().all(sane)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn sane_ids_are_kept_and_others_replaced() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, HeaderValue::from_static(value));
            RequestId::of(&headers).0
        };
        assert_eq!(of("trace-1.2_3"), "trace-1.2_3");
        let long = "0123456789012345678901234567890123456789012345678901234567890123456789";
        for bad in ["", "a b", "<script>", long] {
            assert_ne!(of(bad), bad);
        }
    }

    #[test]
    fn fresh_ids_differ() {
        assert_ne!(fresh(), fresh());
    }
}
