//! Classes of errors: what sort of failure it is, whether another attempt makes sense, and what it is called.

use std::sync::LazyLock;

use serde::Serialize;

/// What sort of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ErrorClass {
    Timeout,
    RateLimited,
    Connection,
    Unavailable,
    Authentication,
    Permission,
    NotFound,
    Invalid,
    OutOfMemory,
    DiskFull,
    Crash,
    Corruption,
    Cancelled,
    Conflict,
    Other,
}

/// Words that tell a class, the more telling first.
const WORDS: &[(ErrorClass, &[&str])] = &[
    (
        ErrorClass::OutOfMemory,
        &[
            "out of memory",
            "outofmemory",
            "memoryerror",
            "oom",
            "cannot allocate",
        ],
    ),
    (
        ErrorClass::DiskFull,
        &["no space left", "disk full", "enospc", "quota exceeded"],
    ),
    (
        ErrorClass::Corruption,
        &["corrupt", "checksum mismatch", "data loss", "malformed page"],
    ),
    (
        ErrorClass::Crash,
        &[
            "segmentation",
            "sigsegv",
            "sigabrt",
            "panicked",
            "core dumped",
            "sigkill",
        ],
    ),
    (
        ErrorClass::RateLimited,
        &[
            "rate limit",
            "ratelimit",
            "rate_limit",
            "too many requests",
            "429",
            "throttl",
        ],
    ),
    (
        ErrorClass::Timeout,
        &["timed out", "timeout", "time-out", "time out", "deadline", "504"],
    ),
    (
        ErrorClass::Authentication,
        &[
            "unauthorized",
            "unauthenticated",
            "authentication",
            "invalid api key",
            "401",
        ],
    ),
    (
        ErrorClass::Permission,
        &["permission", "forbidden", "access denied", "not permitted", "403"],
    ),
    (
        ErrorClass::Unavailable,
        &[
            "unavailable",
            "overloaded",
            "bad gateway",
            "502",
            "503",
            "529",
            "internal server error",
            "500",
        ],
    ),
    (
        ErrorClass::Connection,
        &[
            "connection",
            "connect",
            "broken pipe",
            "unreachable",
            "econn",
            "dns",
            "name resolution",
            "reset by peer",
            "eof",
        ],
    ),
    (
        ErrorClass::NotFound,
        &[
            "not found",
            "notfound",
            "no such",
            "does not exist",
            "404",
            "keyerror",
        ],
    ),
    (
        ErrorClass::Conflict,
        &["conflict", "deadlock", "already exists", "lock", "409"],
    ),
    (ErrorClass::Cancelled, &["cancel", "aborted", "interrupted"]),
    (
        ErrorClass::Invalid,
        &[
            "invalid",
            "validation",
            "parse",
            "syntax",
            "valueerror",
            "typeerror",
            "assert",
            "expected",
            "malformed",
            "400",
            "422",
        ],
    ),
];

/// The start of a text that is looked at for its class, in bytes.
const LOOKED_AT: usize = 300;

impl ErrorClass {
    /// Every class.
    pub const ALL: [Self; 15] = [
        Self::Timeout,
        Self::RateLimited,
        Self::Connection,
        Self::Unavailable,
        Self::Authentication,
        Self::Permission,
        Self::NotFound,
        Self::Invalid,
        Self::OutOfMemory,
        Self::DiskFull,
        Self::Crash,
        Self::Corruption,
        Self::Cancelled,
        Self::Conflict,
        Self::Other,
    ];

    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimited => "rate_limited",
            Self::Connection => "connection",
            Self::Unavailable => "unavailable",
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::OutOfMemory => "out_of_memory",
            Self::DiskFull => "disk_full",
            Self::Crash => "crash",
            Self::Corruption => "corruption",
            Self::Cancelled => "cancelled",
            Self::Conflict => "conflict",
            Self::Other => "other",
        }
    }

    /// The class of a status code of HTTP; `None` for codes that tell nothing.
    #[must_use]
    pub fn of_status(code: u16) -> Option<Self> {
        Some(match code {
            401 => Self::Authentication,
            403 => Self::Permission,
            404 | 410 => Self::NotFound,
            408 | 504 => Self::Timeout,
            409 => Self::Conflict,
            429 => Self::RateLimited,
            400..=499 => Self::Invalid,
            507 => Self::DiskFull,
            500..=599 => Self::Unavailable,
            _ => return None,
        })
    }

    /// The class of a text, by the words in its beginning.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let mut lower = [0_u8; LOOKED_AT];
        let length = text.len().min(LOOKED_AT);
        for (to, from) in lower.iter_mut().zip(text.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        let lower = &lower[..length];
        let mut best: Option<usize> = None;
        for (at, byte) in lower.iter().enumerate() {
            let words = BY_FIRST.get(usize::from(*byte)).map_or(&[][..], Vec::as_slice);
            for (rank, word) in words {
                if best.is_none_or(|best| *rank < best)
                    && lower[at..].starts_with(word)
                    && is_whole(lower, at, word)
                {
                    best = Some(*rank);
                }
            }
        }
        best.and_then(|rank| WORDS.get(rank))
            .map_or(Self::Other, |(class, _)| *class)
    }

    /// Whether another attempt makes sense where nobody says; `None` where that cannot be told.
    #[must_use]
    pub fn is_retryable(self) -> Option<bool> {
        match self {
            Self::Timeout | Self::RateLimited | Self::Connection | Self::Unavailable | Self::Conflict => {
                Some(true)
            }
            Self::Authentication | Self::Permission | Self::NotFound | Self::Invalid | Self::Corruption => {
                Some(false)
            }
            Self::OutOfMemory | Self::DiskFull | Self::Crash | Self::Cancelled | Self::Other => None,
        }
    }

    /// Whether one alone is worth a person's time: something is broken that does not mend itself.
    #[must_use]
    pub fn is_critical(self) -> bool {
        matches!(
            self,
            Self::OutOfMemory | Self::DiskFull | Self::Crash | Self::Corruption
        )
    }
}

/// The place of a class among [`WORDS`], and one of its words.
type Ranked = (usize, &'static [u8]);

/// The words by their first byte, each with the place of its class among [`WORDS`].
static BY_FIRST: LazyLock<Vec<Vec<Ranked>>> = LazyLock::new(|| {
    let mut table = vec![Vec::new(); 128];
    for (rank, (_, words)) in WORDS.iter().enumerate() {
        for word in *words {
            if let Some(first) = word.bytes().next() {
                table[usize::from(first)].push((rank, word.as_bytes()));
            }
        }
    }
    table
});

/// Short words and numbers must stand alone: `oom` is not in `room`.
fn is_whole(text: &[u8], at: usize, word: &[u8]) -> bool {
    let inside = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    word.len() > 4 || (!inside(before) && !inside(text.get(at + word.len())))
}

/// What an error is called: its code, else the name of the exception that its text begins with, else its class.
#[must_use]
pub(super) fn error_type<'a>(code: Option<&'a str>, text: Option<&'a str>, class: ErrorClass) -> &'a str {
    if let Some(code) = code.filter(|code| !code.is_empty() && code.len() <= 64) {
        return code;
    }
    let name = text.and_then(|text| {
        let name = text.split([':', '(', '\n']).next()?.trim();
        let last = name.rsplit("::").next()?.rsplit('.').next()?;
        let is_name = (3..=64).contains(&last.len())
            && last.starts_with(|first: char| first.is_ascii_uppercase())
            && last
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && [
                "Error",
                "Exception",
                "Timeout",
                "Refused",
                "Reset",
                "Exceeded",
                "Failure",
            ]
            .iter()
            .any(|end| last.ends_with(end));
        is_name.then_some(last)
    });
    name.unwrap_or(class.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_class_that_a_person_would_give_them() {
        for (text, class) in [
            ("TimeoutError: request timed out after 30s", ErrorClass::Timeout),
            ("HTTP 429 Too Many Requests", ErrorClass::RateLimited),
            ("502 Bad Gateway", ErrorClass::Unavailable),
            (
                "psycopg2.OperationalError: connection refused",
                ErrorClass::Connection,
            ),
            (
                "java.lang.OutOfMemoryError: Java heap space",
                ErrorClass::OutOfMemory,
            ),
            (
                "OSError: [Errno 28] No space left on device",
                ErrorClass::DiskFull,
            ),
            ("thread 'main' panicked at src/main.rs:4", ErrorClass::Crash),
            ("room 4021 is empty", ErrorClass::Other),
            ("the bloom filter is full", ErrorClass::Other),
            ("", ErrorClass::Other),
        ] {
            assert_eq!(ErrorClass::of_text(text), class, "{text}");
        }
    }

    #[test]
    fn names_come_from_code_exception_or_class() {
        let class = ErrorClass::Timeout;
        assert_eq!(error_type(Some("E42"), Some("ValueError: x"), class), "E42");
        assert_eq!(
            error_type(None, Some("requests.exceptions.ReadTimeout: x"), class),
            "ReadTimeout"
        );
        assert_eq!(
            error_type(None, Some("it took too long: really"), class),
            "timeout"
        );
        assert_eq!(error_type(None, None, class), "timeout");
    }

    #[test]
    fn every_class_has_its_place_in_the_list() {
        for (number, class) in ErrorClass::ALL.into_iter().enumerate() {
            assert_eq!(class as usize, number);
        }
    }
}
