//! Whose certificates are believed.

use std::path::Path;
use std::sync::Arc;

use reqwest::Certificate;

/// Whose certificates are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Those of the authorities that the machine trusts.
    #[default]
    System,
    /// Those of these authorities alone, as PEM.
    Authorities(Arc<[u8]>),
    /// Anyone's: whoever answers is believed.
    Anyone,
}

/// Why a file is none of authorities.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("read the certificates in {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// There are none in it.
    #[error("there is no certificate in {file}; it is to hold PEM, as \"-----BEGIN CERTIFICATE-----\"")]
    Empty {
        /// The file.
        file: String,
    },
}

impl Trust {
    /// The authorities in a PEM file.
    ///
    /// # Errors
    /// If it cannot be read, or holds none.
    pub fn authorities(path: &Path) -> Result<Self, TrustError> {
        let file = path.display().to_string();
        let pem = match std::fs::read(path) {
            Ok(pem) => pem,
            Err(source) => return Err(TrustError::Read { file, source }),
        };
        match Certificate::from_pem_bundle(&pem) {
            Ok(certificates) if !certificates.is_empty() => Ok(Self::Authorities(pem.into())),
            _ => Err(TrustError::Empty { file }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_told() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "no certificate").unwrap();
        let error = Trust::authorities(file.path()).unwrap_err().to_string();
        assert!(error.starts_with("there is no certificate in "), "{error}");
        let error = Trust::authorities(Path::new("nowhere.pem"))
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("read the certificates in nowhere.pem: "),
            "{error}"
        );
    }
}
