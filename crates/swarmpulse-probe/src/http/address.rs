//! Where an endpoint is, and what of that may be shown.

use std::fmt;

use reqwest::Url;

/// Where an endpoint is.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointAddress {
    url: Url,
}

/// Why something is no address of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointAddressError {
    /// It cannot be read.
    #[error("{0}; write a URL such as https://host:8443/health")]
    Malformed(String),
    /// There is a user or password in it.
    #[error("there is a user or password in it; give them as `username` and `password_file`")]
    Secret,
}

impl EndpointAddress {
    /// From a URL.
    ///
    /// # Errors
    /// If it is none of `http` or `https`, or holds a user or password. The text never shows what was given: it may hold
    /// a secret.
    pub fn parse(text: &str) -> Result<Self, EndpointAddressError> {
        let malformed = |problem: &str| EndpointAddressError::Malformed(problem.to_owned());
        let mut url = Url::parse(text).map_err(|error| malformed(&error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(malformed("its scheme is not http or https"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointAddressError::Secret);
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(malformed("there is no host in it"));
        }
        url.set_fragment(None);
        Ok(Self { url })
    }

    /// Whether it is asked by TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The address without its query, which may hold a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.into()
    }

    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }
}

impl fmt::Debug for EndpointAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndpointAddress").field(&self.shown()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_never_shown() {
        let address = EndpointAddress::parse("https://api.example:8443/health?key=hidden#top").unwrap();
        assert_eq!(address.shown(), "https://api.example:8443/health");
        assert!(!format!("{address:?}").contains("hidden"));
        for (wrong, says) in [
            ("https://me:hidden@api.example/", "password_file"),
            ("ftp://hidden.example/", "not http or https"),
            ("hidden", "write a URL such as"),
        ] {
            let error = EndpointAddress::parse(wrong).unwrap_err().to_string();
            assert!(error.contains(says) && !error.contains("hidden"), "{error}");
        }
    }
}
