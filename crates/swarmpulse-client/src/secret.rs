//! A secret that cannot be printed by accident.

use std::fmt;

/// A bearer token. `Debug` and `Display` show no more of it than its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a token; white space around it (a file's last newline) is dropped.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(token.trim().to_owned())
    }

    /// The token itself, for the one header it goes into.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[redacted, {} characters]", self.0.chars().count())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_printed() {
        let secret = Secret::new(" swp_abcdef\n");
        assert_eq!(secret.expose(), "swp_abcdef");
        for shown in [
            secret.to_string(),
            format!("{secret:?}"),
            format!("{:?}", Some(&secret)),
        ] {
            assert!(!shown.contains("abcdef"), "{shown}");
        }
    }
}
