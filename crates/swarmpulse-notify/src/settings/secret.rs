//! Values that nothing shows, and where they and templates come from.

use std::{fmt, io};

use serde::{Serialize, Serializer};

/// What is shown instead of a secret.
pub(super) const MASK: &str = "<secret>";

/// A value that is used and never shown: `Debug`, `Display` and `Serialize` write `<secret>`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Where things are that do not stand in the file: secrets and templates.
pub trait Secrets {
    /// What a file holds; a relative path starts at the folder of the configuration. Small files alone.
    ///
    /// # Errors
    /// If it cannot be read, is too large, or is no UTF-8.
    fn file(&self, path: &str) -> io::Result<String>;

    /// A variable of the environment.
    fn environment(&self, name: &str) -> Option<String>;

    /// The files that a pattern of `templates` names, each with its path and what it holds; relative as [`Self::file`].
    ///
    /// # Errors
    /// In words, if one cannot be read, is too large, or is no UTF-8.
    fn templates(&self, pattern: &str) -> Result<Vec<(String, String)>, String> {
        match self.file(pattern) {
            Ok(text) => Ok(vec![(pattern.to_owned(), text)]),
            Err(error) => Err(format!("{pattern}: {error}")),
        }
    }
}
