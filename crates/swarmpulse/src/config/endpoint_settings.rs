//! The settings of endpoints that are probed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_probe::http::{BodyCheck, EndpointAddress, HttpCheck, HttpMethod, StatusCodes, Trust};
use swarmpulse_probe::scrape::{ScrapeCredential, SecretSource};
use swarmpulse_runtime::{Endpoint, EndpointLimits};

use super::Environment;
use super::credential::{CredentialKeys, secret};
use super::endpoint_form::status_texts;

/// `[endpoints]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EndpointsSettings {
    /// Seconds between looks, where the endpoint does not say.
    pub interval_s: f64,
    /// The longest that an answer may take, where the endpoint does not say.
    pub timeout_s: f64,
    /// What is probed.
    pub http: Vec<EndpointSettings>,
}

impl Default for EndpointsSettings {
    fn default() -> Self {
        Self {
            interval_s: 15.0,
            timeout_s: 5.0,
            http: Vec::new(),
        }
    }
}

/// One entry of `endpoints.http`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EndpointSettings {
    /// The service that it is.
    pub name: String,
    /// Where.
    pub url: String,
    /// The namespace of that service.
    pub namespace: String,
    /// Seconds between looks.
    pub interval_s: Option<f64>,
    /// The longest that an answer may take, redirects included.
    pub timeout_s: Option<f64>,
    /// How it is asked.
    pub method: String,
    /// Status codes that are as they should be: 200 to 299 without a word.
    pub expected_status: Option<toml::Value>,
    /// What the body is to contain.
    pub body_contains: Option<String>,
    /// What the body is to match.
    pub body_regex: Option<String>,
    /// Further headers.
    pub headers: BTreeMap<String, String>,
    /// Further headers whose values are in files.
    pub headers_file: BTreeMap<String, PathBuf>,
    /// Further headers whose values are in environment variables.
    pub headers_env: BTreeMap<String, String>,
    /// A file with a bearer token.
    pub token_file: Option<PathBuf>,
    /// An environment variable with a bearer token.
    pub token_env: Option<String>,
    /// The user of basic authentication.
    pub username: Option<String>,
    /// A file with that user's password.
    pub password_file: Option<PathBuf>,
    /// An environment variable with that user's password.
    pub password_env: Option<String>,
    /// A PEM file of the authorities that are trusted, in place of the machine's.
    pub tls_ca_file: Option<PathBuf>,
    /// Believe whoever answers.
    pub insecure_skip_verify: bool,
    /// Whether redirects to the same host are followed.
    pub follow_redirects: bool,
    /// The services that it needs.
    pub depends_on: Vec<String>,
    /// 95 % of calls are to take no longer.
    pub latency_limit_ms: Option<f64>,
    /// No more of the calls are to fail.
    pub error_ratio_limit: Option<f64>,
    /// Its certificate is to be valid for so long.
    pub tls_expiry_days: Option<f64>,
}

impl Default for EndpointSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            url: String::new(),
            namespace: DEFAULT_NAMESPACE.to_owned(),
            interval_s: None,
            timeout_s: None,
            method: "GET".to_owned(),
            expected_status: None,
            body_contains: None,
            body_regex: None,
            headers: BTreeMap::new(),
            headers_file: BTreeMap::new(),
            headers_env: BTreeMap::new(),
            token_file: None,
            token_env: None,
            username: None,
            password_file: None,
            password_env: None,
            tls_ca_file: None,
            insecure_skip_verify: false,
            follow_redirects: true,
            depends_on: Vec::new(),
            latency_limit_ms: None,
            error_ratio_limit: None,
            tls_expiry_days: None,
        }
    }
}

impl EndpointsSettings {
    /// Every endpoint as it is probed.
    ///
    /// # Errors
    /// If a secret or the authorities of one are not where they should be.
    pub fn endpoints(&self, environment: &Environment) -> anyhow::Result<Vec<Endpoint>> {
        self.http
            .iter()
            .map(|settings| {
                self.endpoint(settings, environment)
                    .with_context(|| format!("read the endpoint {:?}", settings.name))
            })
            .collect()
    }

    fn endpoint(&self, settings: &EndpointSettings, environment: &Environment) -> anyhow::Result<Endpoint> {
        let interval_s = settings.interval_s.unwrap_or(self.interval_s);
        // A look that takes longer than an interval would take the place of the next one.
        let timeout_s = settings.timeout_s.unwrap_or(self.timeout_s).min(interval_s);
        let expected_status = match settings.expected_status.as_ref().and_then(status_texts) {
            Some(texts) => StatusCodes::parse(texts.iter().map(String::as_str))?,
            None => StatusCodes::default(),
        };
        let trust = match &settings.tls_ca_file {
            Some(file) => Trust::authorities(file)?,
            None if settings.insecure_skip_verify => Trust::Anyone,
            None => Trust::System,
        };
        Ok(Endpoint {
            name: settings.name.as_str().into(),
            namespace: settings.namespace.as_str().into(),
            check: HttpCheck {
                address: EndpointAddress::parse(&settings.url)?,
                method: HttpMethod::parse(&settings.method).unwrap_or_default(),
                headers: settings.all_headers(environment)?,
                credential: settings.credential(environment)?,
                timeout_ms: (timeout_s * 1000.0) as u64,
                expected_status,
                body: BodyCheck::new(settings.body_contains.clone(), settings.body_regex.as_deref())?,
                trust,
                follow_redirects: settings.follow_redirects,
            },
            interval_s,
            depends_on: settings
                .depends_on
                .iter()
                .map(|name| name.as_str().into())
                .collect(),
            limits: EndpointLimits {
                latency_ms: settings.latency_limit_ms,
                error_ratio: settings.error_ratio_limit,
                tls_expiry_days: settings.tls_expiry_days,
            },
        })
    }
}

impl EndpointSettings {
    fn all_headers(&self, environment: &Environment) -> anyhow::Result<Vec<(String, SecretSource)>> {
        let plain = self
            .headers
            .iter()
            .map(|(name, value)| Ok((name.clone(), SecretSource::Text(value.clone()))));
        let files = self
            .headers_file
            .iter()
            .map(|(name, file)| Ok((name.clone(), SecretSource::File(file.clone()))));
        let variables = self.headers_env.iter().map(|(name, variable)| {
            let value = secret(environment, variable)?;
            Ok((name.clone(), value))
        });
        plain.chain(files).chain(variables).collect()
    }

    fn credential(&self, environment: &Environment) -> anyhow::Result<ScrapeCredential> {
        CredentialKeys {
            token_file: self.token_file.as_ref(),
            token_env: self.token_env.as_ref(),
            username: self.username.as_ref(),
            password_file: self.password_file.as_ref(),
            password_env: self.password_env.as_ref(),
        }
        .read(environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_become_endpoints_with_their_secrets() {
        let settings: EndpointsSettings = toml::from_str(
            "interval_s = 4\n[[http]]\nname = \"orchestration-api\"\nurl = \"https://a.example/health?key=hidden\"\n\
             expected_status = [200, \"3xx\"]\nlatency_limit_ms = 500\ndepends_on = [\"db\"]\n\
             headers_env = { \"X-Key\" = \"API_KEY\" }\ntoken_env = \"API_TOKEN\"\n\
             [[http]]\nname = \"scaling-api\"\nurl = \"http://b.example/\"\nmethod = \"head\"\nnamespace = \"team\"\n\
             interval_s = 60\ninsecure_skip_verify = true\n",
        )
        .unwrap();
        let environment = Environment::of(&[("API_KEY", "hidden"), ("API_TOKEN", "hidden")]);
        let endpoints = settings.endpoints(&environment).unwrap();
        let [first, second] = &endpoints[..] else {
            panic!("two endpoints")
        };
        assert_eq!((first.interval_s, first.check.timeout_ms), (4.0, 4000));
        assert!(first.check.expected_status.holds(302) && !first.check.expected_status.holds(404));
        assert_eq!(
            (first.namespace.as_str(), second.namespace.as_str()),
            ("default", "team")
        );
        assert_eq!((second.interval_s, second.check.timeout_ms), (60.0, 5000));
        assert_eq!(
            (second.check.method, &second.check.trust),
            (HttpMethod::Head, &Trust::Anyone)
        );
        assert!(!format!("{endpoints:?}").contains("hidden"), "{endpoints:?}");
        let error = settings.endpoints(&Environment::of(&[])).unwrap_err();
        let error = format!("{error:#}");
        assert!(
            error.contains("orchestration-api") && error.contains("API_KEY"),
            "{error}"
        );
    }

    #[test]
    fn authorities_that_are_not_there_are_told() {
        let settings: EndpointsSettings =
            toml::from_str("[[http]]\nname = \"api\"\nurl = \"https://a/\"\ntls_ca_file = \"nowhere.pem\"\n")
                .unwrap();
        let error = settings.endpoints(&Environment::of(&[])).unwrap_err();
        assert!(format!("{error:#}").contains("nowhere.pem"), "{error:#}");
    }
}
