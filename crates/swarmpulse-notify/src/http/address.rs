//! Where a channel sends to. Addresses of webhooks are secrets: only the host is ever shown.

use std::fmt;

use reqwest::Url;

/// Parts of paths that all users of a service have: words that errors may well hold, and no secrets.
const COMMON_PARTS: [&str; 13] = [
    "",
    "accounts",
    "alertmanager",
    "alerts",
    "api",
    "chat.postMessage",
    "enqueue",
    "envelope",
    "events",
    "services",
    "v1",
    "v2",
    "webhooks",
];

/// An `http` or `https` address. Shows its scheme and host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

/// Why a text is no address. Does not hold the text, which may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It cannot be read.
    #[error("is no URL ({0}); write it as https://host/path")]
    Unreadable(String),
    /// Its scheme is another.
    #[error("has the scheme {0:?}, only http and https are spoken")]
    Scheme(String),
    /// There is no host in it.
    #[error("names no host; write it as https://host/path")]
    NoHost,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is not one of HTTP.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text.trim()).map_err(|error| AddressError::Unreadable(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            // A token in the wrong place may read as a scheme and something behind it.
            let is_scheme = url.has_host();
            return Err(if is_scheme {
                AddressError::Scheme(url.scheme().to_owned())
            } else {
                AddressError::NoHost
            });
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(AddressError::NoHost);
        }
        Ok(Self(url))
    }

    /// The host, with its port where that is not the usual one.
    #[must_use]
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        match self.0.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The address as people may see it: no credentials, no query, and of the path only words that all users of a service
    /// have; `xxxxx` stands for the others.
    #[must_use]
    pub fn shown(&self) -> String {
        let parts = self.0.path_segments().into_iter().flatten();
        let shown = parts.map(|part| {
            if COMMON_PARTS.contains(&part) {
                part
            } else {
                "xxxxx"
            }
        });
        let path: Vec<&str> = shown.collect();
        format!("{}://{}/{}", self.0.scheme(), self.host(), path.join("/"))
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether its path ends with these parts.
    #[must_use]
    pub fn has_path(&self, end: &str) -> bool {
        self.0.path().trim_end_matches('/').ends_with(end)
    }

    /// The same with these parts behind its path, each escaped.
    #[must_use]
    pub fn join(&self, parts: &[&str]) -> Self {
        let mut url = self.0.clone();
        // Addresses of HTTP always have a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        Self(url)
    }

    /// The same with one more parameter in its query, which replaces one of that name.
    #[must_use]
    pub fn with_query(&self, name: &str, value: &str) -> Self {
        let mut url = self.0.clone();
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(other, _)| other != name)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut()
            .clear()
            .extend_pairs(others)
            .append_pair(name, value);
        Self(url)
    }

    /// For the client alone.
    pub(super) fn url(&self) -> Url {
        self.0.clone()
    }

    /// What of it must not be shown: its path, the longer parts of that, its query and its credentials.
    pub(super) fn secrets(&self) -> Vec<String> {
        let parts = self.0.path_segments().into_iter().flatten();
        let mut secrets: Vec<String> = parts
            .filter(|part| !COMMON_PARTS.contains(part))
            .map(str::to_owned)
            .collect();
        if !secrets.is_empty() {
            secrets.push(self.0.path().to_owned());
        }
        secrets.extend(self.0.query().map(str::to_owned));
        let pairs = self.0.query().into_iter().flat_map(|query| query.split('&'));
        let values = pairs.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        secrets.extend(values.map(str::to_owned));
        secrets.extend(credentials(&self.0));
        secrets
    }
}

/// What the credentials of an address must not be shown as: the password, or the name where there is none, and both as
/// `Basic` says them.
pub(super) fn credentials(url: &Url) -> Vec<String> {
    let plain = |text: &str| {
        // A `+` is itself there.
        super::form::decoded(&text.replace('+', "%2B")).unwrap_or_else(|| text.to_owned())
    };
    let name = plain(url.username());
    match url.password() {
        Some(password) => {
            let basic = super::options::basic(&name, &plain(password));
            vec![password.to_owned(), plain(password), basic]
        }
        None if name.is_empty() => Vec::new(),
        None => vec![super::options::basic(&name, ""), name],
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}://{}/…)", self.0.scheme(), self.host())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_is_shown() {
        let address =
            Address::parse("https://me:hidden@hooks.example:8443/services/T0/hidden?token=hidden").unwrap();
        assert_eq!(format!("{address:?}"), "Address(https://hooks.example:8443/…)");
        assert_eq!(address.to_string(), "hooks.example:8443");
    }

    #[test]
    fn what_is_shown_of_the_whole_holds_no_secret() {
        for (text, shown) in [
            ("http://am:9093/api/v2/alerts", "http://am:9093/api/v2/alerts"),
            (
                "https://me:hidden@am.example/hidden/alertmanager/api/v2/alerts?token=hidden#hidden",
                "https://am.example/xxxxx/alertmanager/api/v2/alerts",
            ),
            ("http://am", "http://am/"),
        ] {
            assert_eq!(Address::parse(text).unwrap().shown(), shown);
        }
    }

    #[test]
    fn words_of_services_are_no_secrets() {
        let secrets = |text: &str| Address::parse(text).unwrap().secrets();
        assert!(secrets("https://api.example/v2/alerts/").is_empty());
        assert_eq!(
            secrets("https://hooks.example/services/T0/abc?x=y"),
            ["T0", "abc", "/services/T0/abc", "x=y", "y"]
        );
        let basic = super::super::options::basic("me", "p@ss");
        assert_eq!(
            secrets("https://me:p%40ss@h.example/"),
            ["p%40ss", "p@ss", &basic]
        );
        let basic = super::super::options::basic("token", "");
        assert_eq!(secrets("https://token@h.example/"), [&*basic, "token"]);
    }

    #[test]
    fn a_wrong_one_is_told_without_itself() {
        for (text, words) in [
            (
                "hidden",
                "is no URL (relative URL without a base); write it as https://host/path",
            ),
            (
                "ftp://hidden/x",
                "has the scheme \"ftp\", only http and https are spoken",
            ),
            ("hidden:rest", "names no host; write it as https://host/path"),
            (
                "http:///",
                "is no URL (empty host); write it as https://host/path",
            ),
            (
                "http://hidden:99999/",
                "is no URL (invalid port number); write it as https://host/path",
            ),
        ] {
            assert_eq!(Address::parse(text).unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn parts_are_escaped_and_put_behind() {
        let base = Address::parse("https://api.example/base/?a=1&wait=no").unwrap();
        assert_eq!(
            base.join(&["v2", "a/b?c"]).url().as_str(),
            "https://api.example/base/v2/a%2Fb%3Fc?a=1&wait=no"
        );
        assert_eq!(
            base.with_query("wait", "true").url().as_str(),
            "https://api.example/base/?a=1&wait=true"
        );
    }
}
