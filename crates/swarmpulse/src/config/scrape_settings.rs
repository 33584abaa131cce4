//! The settings of what brings samples in by itself: scraping and StatsD.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use swarmpulse_probe::scrape::{FetchOptions, ScrapeAddress, ScrapeCredential};
use swarmpulse_runtime::ScrapeTarget;
use swarmpulse_wire::exposition::ScrapeRules;

use super::Environment;
use super::credential::CredentialKeys;

/// `[scrape]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScrapeSettings {
    /// Seconds between scrapes, where the job does not say.
    pub interval_s: f64,
    /// The longest that a scrape may take, where the job does not say.
    pub timeout_s: f64,
    /// What is scraped.
    pub jobs: Vec<JobSettings>,
}

impl Default for ScrapeSettings {
    fn default() -> Self {
        Self {
            interval_s: 15.0,
            timeout_s: 10.0,
            jobs: Vec::new(),
        }
    }
}

/// One entry of `scrape.jobs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobSettings {
    /// The label `job`.
    pub name: String,
    /// `host:port`, or URLs.
    pub targets: Vec<String>,
    /// Of targets that are no URLs.
    pub scheme: String,
    /// Of targets that name none.
    pub path: String,
    /// Seconds between scrapes.
    pub interval_s: Option<f64>,
    /// The longest that a scrape may take.
    pub timeout_s: Option<f64>,
    /// Labels that every series of the job gets.
    pub labels: BTreeMap<String, String>,
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
    /// Whether a label of the target wins over one of the job.
    pub honor_labels: bool,
    /// Whether times that a target shows are taken.
    pub honor_timestamps: bool,
    /// The most samples of one scrape.
    pub samples_max: u64,
    /// The most bytes of one scrape.
    pub body_bytes_max: u64,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            targets: Vec::new(),
            scheme: "http".to_owned(),
            path: "/metrics".to_owned(),
            interval_s: None,
            timeout_s: None,
            labels: BTreeMap::new(),
            token_file: None,
            token_env: None,
            username: None,
            password_file: None,
            password_env: None,
            honor_labels: false,
            honor_timestamps: true,
            samples_max: 100_000,
            body_bytes_max: 64 << 20,
        }
    }
}

impl ScrapeSettings {
    /// Every target of every job; the same target twice in one job is one.
    ///
    /// # Errors
    /// If an address is none, or the environment does not hold a secret that a job names.
    pub fn targets(&self, environment: &Environment) -> anyhow::Result<Vec<ScrapeTarget>> {
        let mut targets = Vec::new();
        for job in &self.jobs {
            let credential = job
                .credential(environment)
                .with_context(|| format!("read the job {:?} of scrape.jobs", job.name))?;
            let mut seen = BTreeSet::new();
            for target in &job.targets {
                let address = ScrapeAddress::parse(target, &job.scheme, &job.path)?;
                if seen.insert(address.url.clone()) {
                    targets.push(self.target(job, address, credential.clone()));
                }
            }
        }
        Ok(targets)
    }

    fn target(
        &self,
        job: &JobSettings,
        address: ScrapeAddress,
        credential: ScrapeCredential,
    ) -> ScrapeTarget {
        let mut labels = job.labels.clone();
        labels.entry("job".to_owned()).or_insert_with(|| job.name.clone());
        labels
            .entry("instance".to_owned())
            .or_insert_with(|| address.instance.clone());
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let interval_s = job.interval_s.unwrap_or(self.interval_s);
        // A scrape that takes longer than an interval would take the place of the next one.
        let timeout_s = job.timeout_s.unwrap_or(self.timeout_s).min(interval_s);
        ScrapeTarget {
            job: job.name.clone(),
            fetch: FetchOptions {
                address,
                credential,
                timeout_ms: (timeout_s * 1000.0) as u64,
                body_bytes_max: size(job.body_bytes_max),
            },
            rules: ScrapeRules {
                labels: labels.into_iter().collect(),
                honor_labels: job.honor_labels,
                honor_timestamps: job.honor_timestamps,
                samples_max: size(job.samples_max),
            },
            interval_s,
        }
    }
}

impl JobSettings {
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

/// `[statsd]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatsdSettings {
    /// Whether to listen.
    pub enabled: bool,
    /// The address and port.
    pub listen: SocketAddr,
    /// Listen beyond loopback: packets carry no tokens.
    pub insecure: bool,
    /// Seconds between the samples of a series.
    pub flush_s: f64,
    /// The most metrics.
    pub metrics_max: u64,
    /// A metric without a word is forgotten after so long.
    pub forget_s: f64,
}

impl Default for StatsdSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8125),
            insecure: false,
            flush_s: 10.0,
            metrics_max: 10_000,
            forget_s: 3600.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_probe::scrape::SecretSource;

    use super::*;

    fn settings(text: &str) -> ScrapeSettings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn jobs_become_targets_with_their_labels_and_credentials() {
        let settings = settings(
            "interval_s = 5\n[[jobs]]\nname = \"nodes\"\ntargets = [\"a:1\", \"https://b/own\", \"a:1\"]\n\
             labels = { site = \"lab\", instance = \"fixed\" }\ntoken_env = \"NODE_TOKEN\"\n\
             [[jobs]]\nname = \"db\"\ntargets = [\"c\"]\nusername = \"me\"\npassword_file = \"/run/secret\"\n\
             interval_s = 60\n",
        );
        let environment = Environment::of(&[("NODE_TOKEN", "hidden")]);
        let targets = settings.targets(&environment).unwrap();
        let urls: Vec<&str> = targets.iter().map(|target| &*target.fetch.address.url).collect();
        assert_eq!(urls, ["http://a:1/metrics", "https://b/own", "http://c/metrics"]);
        let labels: Vec<(&str, &str)> = targets[0]
            .rules
            .labels
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(labels, [("instance", "fixed"), ("job", "nodes"), ("site", "lab")]);
        assert_eq!((targets[0].interval_s, targets[0].fetch.timeout_ms), (5.0, 5000));
        assert_eq!(
            (targets[2].interval_s, targets[2].fetch.timeout_ms),
            (60.0, 10_000)
        );
        assert!(matches!(
            &targets[2].fetch.credential,
            ScrapeCredential::Basic { username, password: SecretSource::File(_) } if username == "me"
        ));
        assert!(!format!("{targets:?}").contains("hidden"));
        let error = settings.targets(&Environment::of(&[])).unwrap_err();
        assert!(format!("{error:#}").contains("NODE_TOKEN"), "{error:#}");
    }
}
