//! What a target wants to see before it shows anything. Never printed.

use std::fmt;
use std::path::PathBuf;

/// Where a secret comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// It is here.
    Text(String),
    /// It is in a file, which is read each time: it may be renewed.
    File(PathBuf),
}

impl SecretSource {
    /// The secret, without white space around it.
    ///
    /// # Errors
    /// If the file cannot be read; the text says which.
    pub(crate) fn read(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.trim().to_owned()),
            Self::File(path) => std::fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .map_err(|error| format!("read the secret in {}: {error}", path.display())),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("Text([redacted])"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// What a target wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ScrapeCredential {
    /// Nothing.
    #[default]
    None,
    /// A bearer token.
    Bearer(SecretSource),
    /// A user and password.
    Basic {
        /// The user.
        username: String,
        /// The password.
        password: SecretSource,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_anew_and_never_printed() {
        let bearer = ScrapeCredential::Bearer(SecretSource::Text(" hidden\n".to_owned()));
        assert!(!format!("{bearer:?}").contains("hidden"));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let source = SecretSource::File(path.clone());
        assert!(source.read().is_err_and(|error| error.contains("token")));
        for token in ["one", "two"] {
            std::fs::write(&path, format!("{token}\n")).unwrap();
            assert_eq!(source.read().as_deref(), Ok(token));
        }
    }
}
