//! A Sentry project's address, as Sentry shows it: `https://KEY@HOST/PROJECT`.

use std::fmt;

use reqwest::Url;

/// Where a project takes envelopes, and the key that it takes them with. Shows its host alone.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Dsn {
    envelope_url: String,
    host: String,
    key: String,
}

/// Why a text is no DSN. Does not repeat it: it may hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DsnError {
    /// It is none at all.
    #[error(
        "not a Sentry DSN; it looks like https://KEY@HOST/PROJECT, under Settings, Client Keys of the project"
    )]
    Malformed,
    /// It has no key.
    #[error("the Sentry DSN has no key before its host: https://KEY@HOST/PROJECT")]
    NoKey,
    /// It names no project.
    #[error("the Sentry DSN names no project at its end: https://KEY@HOST/PROJECT")]
    NoProject,
}

impl Dsn {
    /// Reads a DSN.
    ///
    /// # Errors
    /// If it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, DsnError> {
        let url = Url::parse(text.trim()).map_err(|_| DsnError::Malformed)?;
        let Some(host) = url
            .host_str()
            .filter(|_| matches!(url.scheme(), "http" | "https"))
        else {
            return Err(DsnError::Malformed);
        };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(DsnError::Malformed);
        }
        let key = url.username();
        if key.is_empty() {
            return Err(DsnError::NoKey);
        }
        if !key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        {
            return Err(DsnError::Malformed);
        }
        let (path, project) = url.path().rsplit_once('/').ok_or(DsnError::NoProject)?;
        if project.is_empty() || !project.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(DsnError::NoProject);
        }
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        Ok(Self {
            envelope_url: format!("{}://{host}{port}{path}/api/{project}/envelope/", url.scheme()),
            host: host.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Where envelopes go; holds no secret.
    pub(crate) fn envelope_url(&self) -> &str {
        &self.envelope_url
    }

    /// The key, for the one header that it goes into and for taking it out of texts.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The value of `X-Sentry-Auth`.
    pub(crate) fn auth(&self) -> String {
        format!(
            "Sentry sentry_version=7, sentry_client=swarmpulse/{}, sentry_key={}",
            env!("CARGO_PKG_VERSION"),
            self.key
        )
    }
}

impl fmt::Debug for Dsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dsn({})", self.host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dsn_gives_the_address_of_envelopes_and_hides_its_key() {
        let dsn = Dsn::parse("https://abc123:oldsecret@o1.ingest.sentry.io/45\n").unwrap();
        assert_eq!(dsn.envelope_url(), "https://o1.ingest.sentry.io/api/45/envelope/");
        assert!(dsn.auth().ends_with("sentry_key=abc123"));
        assert_eq!(format!("{dsn:?}"), "Dsn(o1.ingest.sentry.io)");
        let own = Dsn::parse("http://k@[::1]:9000/under/a/path/7").unwrap();
        assert_eq!(
            own.envelope_url(),
            "http://[::1]:9000/under/a/path/api/7/envelope/"
        );
    }

    #[test]
    fn what_is_no_dsn_is_told_without_repeating_it() {
        for (text, error) in [
            ("", DsnError::Malformed),
            ("k@host/1", DsnError::Malformed),
            ("ftp://k@host/1", DsnError::Malformed),
            ("https://host/1", DsnError::NoKey),
            ("https://s3cret@host/", DsnError::NoProject),
            ("https://s3cret@host", DsnError::NoProject),
            ("https://s3cret@host/1?x=y", DsnError::Malformed),
            ("https://s3%0Acret@host/1", DsnError::Malformed),
        ] {
            let told = Dsn::parse(text).unwrap_err();
            assert_eq!(told, error, "{text}");
            assert!(!told.to_string().contains("s3"), "{told}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_dsn_that_is_taken_shows_no_key_in_its_address(
            key in "[a-z0-9]{20,32}", rest in "(@|:[a-z]{0,5}@)?[a-z.]{0,12}(:[0-9]{1,6})?(/[a-z0-9/]{0,12})?"
        ) {
            if let Ok(dsn) = Dsn::parse(&format!("https://{key}{rest}")) {
                proptest::prop_assert!(!dsn.envelope_url().contains(&key));
                let shown = format!("{dsn:?}");
                proptest::prop_assert!(!shown.contains(&key));
                proptest::prop_assert!(dsn.auth().contains(&key));
            }
        }
    }
}
