//! What is asked of an endpoint, and what its answer is to be.

use regex::{Regex, RegexBuilder};

use super::{EndpointAddress, StatusCodes, Trust};
use crate::scrape::{ScrapeCredential, SecretSource};

/// How an endpoint is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of HTTP")]
pub enum HttpMethod {
    #[default]
    Get,
    Head,
    /// Without a body.
    Post,
    Options,
}

impl HttpMethod {
    /// Every method, by name.
    pub const NAMES: [(&'static str, Self); 4] = [
        ("GET", Self::Get),
        ("HEAD", Self::Head),
        ("POST", Self::Post),
        ("OPTIONS", Self::Options),
    ];

    /// The method of that name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, method)| method)
    }
}

/// What the first 64 KiB of the body are to hold.
#[derive(Clone, Debug, Default)]
pub struct BodyCheck {
    contains: Option<String>,
    pattern: Option<Regex>,
}

/// Why something is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(String);

impl BodyCheck {
    /// A text that is to be there, a pattern that is to match, both or none.
    ///
    /// # Errors
    /// If the pattern is none, or takes too much memory.
    pub fn new(contains: Option<String>, pattern: Option<&str>) -> Result<Self, PatternError> {
        const PATTERN_BYTES_MAX: usize = 1 << 20;
        let compile = |pattern: &str| {
            RegexBuilder::new(pattern)
                .size_limit(PATTERN_BYTES_MAX)
                .build()
                .map_err(|error| PatternError(error.to_string()))
        };
        Ok(Self {
            contains,
            pattern: pattern.map(compile).transpose()?,
        })
    }

    /// What is missing in a body.
    pub(super) fn missing(&self, body: &[u8]) -> Option<String> {
        let body = String::from_utf8_lossy(body);
        if let Some(text) = self.contains.as_deref().filter(|text| !body.contains(*text)) {
            return Some(format!("the body does not contain {text:?}"));
        }
        let pattern = self.pattern.as_ref().filter(|pattern| !pattern.is_match(&body))?;
        Some(format!("the body does not match {:?}", pattern.as_str()))
    }
}

/// What is asked of an endpoint, and what its answer is to be.
#[derive(Clone, Debug)]
pub struct HttpCheck {
    /// Where.
    pub address: EndpointAddress,
    /// How.
    pub method: HttpMethod,
    /// Further headers, by name. Values are never shown.
    pub headers: Vec<(String, SecretSource)>,
    /// What it wants to see.
    pub credential: ScrapeCredential,
    /// The longest for all of it, redirects included, in milliseconds.
    pub timeout_ms: u64,
    /// Status codes that are as they should be.
    pub expected_status: StatusCodes,
    /// What the body is to hold.
    pub body: BodyCheck,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// Whether redirects to the same host are followed.
    pub follow_redirects: bool,
}

impl HttpCheck {
    /// A plain `GET` of that address, as everything is without a word of the configuration.
    #[must_use]
    pub fn new(address: EndpointAddress) -> Self {
        Self {
            address,
            method: HttpMethod::Get,
            headers: Vec::new(),
            credential: ScrapeCredential::None,
            timeout_ms: 5000,
            expected_status: StatusCodes::default(),
            body: BodyCheck::default(),
            trust: Trust::System,
            follow_redirects: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_held_against_text_and_pattern() {
        let check = BodyCheck::new(Some("\"ok\"".to_owned()), Some("queue: [0-9]+$")).unwrap();
        assert_eq!(check.missing(b"\"ok\" queue: 12"), None);
        assert!(
            check
                .missing(b"queue: 12")
                .is_some_and(|text| text.contains("does not contain"))
        );
        assert!(
            check
                .missing(b"\"ok\" queue: x")
                .is_some_and(|text| text.contains("does not match"))
        );
        assert_eq!(BodyCheck::default().missing(b"\xff"), None);
        assert!(BodyCheck::new(None, Some("(")).is_err());
        assert!(
            BodyCheck::new(None, Some("(a{1000}){1000}")).is_err(),
            "too large"
        );
    }
}
