//! What others say of a request, made fit to be shown: bounded, on one line, without our secrets.

use std::fmt;
use std::sync::Arc;

use crate::summary::plain;

/// The most characters of what others say.
const CHARACTERS_MAX: usize = 300;
/// Texts that are shorter are no secrets: they occur by chance.
const SECRET_BYTES_MIN: usize = 6;
/// What stands in place of a secret.
const MASK: &str = "<secret>";

/// Takes secrets out of text. Clones are the same.
#[derive(Clone, Default)]
pub struct Cleanser(Arc<[String]>);

impl Cleanser {
    /// One that knows these secrets. Those of fewer than 6 bytes are passed over.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets
            .into_iter()
            .map(|secret| secret.trim().to_owned())
            .filter(|secret| secret.len() >= SECRET_BYTES_MIN)
            .collect();
        // The longest first, so that no rest of one is left where it holds another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self(secrets.into())
    }

    /// The same, with more to hide.
    #[must_use]
    pub fn with(&self, secrets: impl IntoIterator<Item = String>) -> Self {
        Self::new(self.0.iter().cloned().chain(secrets))
    }

    /// The text on one line, at most 300 characters, without secrets.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        // Bounded first, for others decide how long it is; far enough that no secret is cut in two.
        let mut text = plain(text, 16 * CHARACTERS_MAX);
        for secret in self.0.iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        plain(&text, CHARACTERS_MAX)
    }

    /// The same of bytes.
    #[must_use]
    pub fn clean_bytes(&self, bytes: &[u8]) -> String {
        self.clean(&String::from_utf8_lossy(bytes))
    }
}

impl fmt::Debug for Cleanser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cleanser({} secrets)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_text_is_bounded() {
        let cleanser = Cleanser::new(["abcdef".to_owned(), "abcdefghij".to_owned(), "no".to_owned()]);
        assert_eq!(
            cleanser.clean("no\n abcdefghij and abcdef"),
            "no <secret> and <secret>"
        );
        assert_eq!(cleanser.clean(&"x".repeat(9000)).chars().count(), 300);
        assert_eq!(cleanser.clean_bytes(b"\xffab\0"), "\u{fffd}ab");
        assert!(!format!("{cleanser:?}").contains("abc"));
    }
}
