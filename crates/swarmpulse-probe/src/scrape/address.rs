//! Where a target shows its metrics.

use reqwest::Url;

/// Where a target shows its metrics, and the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeAddress {
    /// The whole address.
    pub url: String,
    /// Host and port: the label `instance`.
    pub instance: String,
    /// `http` or `https`.
    pub scheme: String,
}

/// Why something is no address of a target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It cannot be read.
    #[error("target {target:?}: {problem}; write host:port or a URL such as http://host:9100/metrics")]
    Malformed {
        /// What was given.
        target: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is a user or password in it.
    #[error(
        "a target's address holds a user or password; give them as `username` and `password_file` of its job"
    )]
    Secret,
}

impl ScrapeAddress {
    /// From `host:port`, with the scheme and path of its job, or from a URL, which has its own.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(target: &str, scheme: &str, path: &str) -> Result<Self, AddressError> {
        let malformed = |problem: String| AddressError::Malformed {
            target: target.to_owned(),
            problem,
        };
        let is_url = target.contains("://");
        let text = if is_url {
            target.to_owned()
        } else {
            if target.contains('/') || target.is_empty() {
                return Err(malformed("expected host:port".to_owned()));
            }
            format!("{scheme}://{target}/{}", path.trim_start_matches('/'))
        };
        let mut url = Url::parse(&text).map_err(|error| malformed(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Secret);
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(malformed(format!(
                "scheme {:?} is not http or https",
                url.scheme()
            )));
        }
        let Some(host) = url.host_str().filter(|host| !host.is_empty()).map(str::to_owned) else {
            return Err(malformed("there is no host".to_owned()));
        };
        if is_url && url.path() == "/" {
            url.set_path(path);
        }
        let port = url.port_or_known_default().unwrap_or(80);
        Ok(Self {
            instance: format!("{host}:{port}"),
            scheme: url.scheme().to_owned(),
            url: url.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_taken_as_people_write_them() {
        for (target, url, instance) in [
            ("node:9100", "http://node:9100/metrics", "node:9100"),
            ("node", "http://node/metrics", "node:80"),
            ("[::1]:9100", "http://[::1]:9100/metrics", "[::1]:9100"),
            ("https://node/", "https://node/metrics", "node:443"),
            ("http://node:81/own?a=b", "http://node:81/own?a=b", "node:81"),
        ] {
            let address = ScrapeAddress::parse(target, "http", "/metrics");
            let address = address.unwrap_or_else(|error| panic!("{target}: {error}"));
            assert_eq!((address.url.as_str(), address.instance.as_str()), (url, instance));
        }
        for wrong in ["", "node:port", "node/metrics", "ftp://node/", "http://"] {
            let error = ScrapeAddress::parse(wrong, "http", "/metrics");
            assert!(matches!(error, Err(AddressError::Malformed { .. })), "{wrong}");
        }
        let error = ScrapeAddress::parse("http://me:secret@node/", "http", "/metrics");
        let error = error.map_or_else(|error| error.to_string(), |found| found.url);
        assert!(
            error.contains("password_file") && !error.contains("secret"),
            "{error}"
        );
    }
}
