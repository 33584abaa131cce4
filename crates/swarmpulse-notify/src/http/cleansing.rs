//! What others say of a request, made fit to be shown: bounded, on one line, without our secrets.

use std::fmt;
use std::sync::Arc;

use crate::summary::plain;

/// The most characters of what others say.
const CHARACTERS_MAX: usize = 300;
/// What is looked at of a text, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// Nobody cuts what others say shorter than this, in bytes.
const CUT_BYTES_MIN: usize = 8 << 10;
/// Texts that are shorter are no secrets: they occur by chance.
const SECRET_BYTES_MIN: usize = 6;
/// What stands in place of a secret.
const MASK: &str = "<secret>";

/// Takes secrets out of text, also as JSON, forms and addresses write them. Clones are the same.
#[derive(Clone, Default)]
pub struct Cleanser(Arc<[String]>);

impl Cleanser {
    /// One that knows these secrets. Those of fewer than 6 bytes are passed over.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let written = secrets.into_iter().flat_map(|secret| spellings(secret.trim()));
        Self::of(
            written
                .filter(|secret| secret.len() >= SECRET_BYTES_MIN)
                .collect(),
        )
    }

    fn of(mut spellings: Vec<String>) -> Self {
        // The longest first, so that no rest of one is left where it holds another.
        spellings.sort_by(|a, b| (b.len(), a).cmp(&(a.len(), b)));
        spellings.dedup();
        Self(spellings.into())
    }

    /// The same, with more to hide.
    #[must_use]
    pub fn with(&self, secrets: impl IntoIterator<Item = String>) -> Self {
        let more = Self::new(secrets);
        Self::of(self.0.iter().chain(&*more.0).cloned().collect())
    }

    /// The text on one line, at most 300 characters, without secrets.
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        // Bounded first, for others decide how long it is.
        let bounded = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        let mut text = self.mask(bounded);
        if bounded.len() >= CUT_BYTES_MIN {
            self.mask_end(&mut text);
        }
        // On one line it may read as a secret again.
        plain(&self.mask(&plain(&text, TEXT_BYTES_MAX)), CHARACTERS_MAX)
    }

    /// The same of bytes.
    #[must_use]
    pub fn clean_bytes(&self, bytes: &[u8]) -> String {
        self.clean(&String::from_utf8_lossy(bytes))
    }

    fn mask(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.0.iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }

    /// Whoever cut a text may have cut a secret.
    fn mask_end(&self, text: &mut String) {
        let begun = |secret: &String| {
            let mut cuts = (SECRET_BYTES_MIN..secret.len().min(text.len())).rev();
            cuts.find(|cut| {
                secret
                    .get(..*cut)
                    .is_some_and(|beginning| text.ends_with(beginning))
            })
        };
        if let Some(cut) = self.0.iter().filter_map(begun).max() {
            text.truncate(text.len() - cut);
            text.push_str(MASK);
        }
    }
}

/// A secret as it is, and as others may write it.
fn spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned(), plain(secret, TEXT_BYTES_MAX)];
    if let Ok(json) = serde_json::to_string(secret) {
        let json = json.trim_start_matches('"');
        let json = json.strip_suffix('"').unwrap_or(json);
        all.push(json.to_owned());
        all.push(json.replace('/', "\\/"));
        // As Go writes it.
        let escaped = json.replace('&', "\\u0026").replace('<', "\\u003c");
        all.push(escaped.replace('>', "\\u003e"));
    }
    let form = super::form::encoded(secret);
    all.push(form.replace('+', "%20"));
    all.push(form);
    all.extend(super::form::decoded(secret));
    all
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

    #[test]
    fn a_secret_is_known_however_it_is_written() {
        let cleanser = Cleanser::new(["s/e+c\"r&e t".to_owned(), "to%2Fken".to_owned()]);
        for text in [
            "s/e+c\"r&e t",
            "s/e+c\"r&e\n\tt",
            r#"s\/e+c\"r&e t"#,
            r#"s/e+c\"r\u0026e t"#,
            "s%2Fe%2Bc%22r%26e+t",
            "s%2Fe%2Bc%22r%26e%20t",
            "to/ken",
        ] {
            assert_eq!(cleanser.clean(&format!("a {text}.")), "a <secret>.", "{text}");
        }
    }

    #[test]
    fn what_is_cut_shows_no_part_of_a_secret() {
        let secret: String = ('a'..='z').cycle().take(900).collect();
        let cleanser = Cleanser::new([secret.clone()]);
        // Masks are short: what was far behind is shown.
        for cut in [8 << 10, 60_000, 64 << 10, 90_000] {
            let said = cleanser.clean(&secret.repeat(100)[..cut]);
            assert!(!said.contains("abcdef"), "{said}");
        }
    }
}
