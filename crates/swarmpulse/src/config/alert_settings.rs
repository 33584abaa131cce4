//! The settings of rules, alerts, objectives, the dead-man ping and shipped logs.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use swarmpulse_alert::{DeskOptions, FlappingOptions};
use swarmpulse_model::Severity;
use swarmpulse_notify::dead_man::{DeadMan, DeadManSettings as PingSettings};
use swarmpulse_notify::settings::Secret;
use swarmpulse_notify::ship::{LogLevel, ShipProvider, ShipSettings as ShippingSettings};
use swarmpulse_rules::Overrides;

use super::Environment;

/// `[rules]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSettings {
    /// Files of rules; `*` and `?` stand for any characters of a name.
    pub files: Vec<String>,
    /// Whether the rules that come with the program are evaluated.
    pub shipped: bool,
    /// Those of them that are not, by the names of their alerts.
    pub off: Vec<String>,
    /// Severities of rules by the names of their alerts, in place of those in their files.
    pub severity: BTreeMap<String, String>,
    /// Seconds for which a rule must have been true before it fires, in place of its file's.
    pub for_s: BTreeMap<String, f64>,
    /// Seconds between evaluations of a group that does not say.
    pub interval_s: f64,
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            shipped: true,
            off: Vec::new(),
            severity: BTreeMap::new(),
            for_s: BTreeMap::new(),
            interval_s: 15.0,
        }
    }
}

impl RuleSettings {
    /// How rules are changed.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        let severity = self.severity.iter();
        let severity = severity.filter_map(|(name, word)| Some((name.clone(), Severity::parse(word)?)));
        Overrides {
            off: self.off.iter().cloned().collect(),
            severity: severity.collect(),
            for_s: self.for_s.clone(),
            ..Overrides::default()
        }
    }
}

/// The file that routes and receivers are in, unless another is named. It need not be there.
pub const ALERTS_FILE: &str = "alerts.yaml";

/// `[alerts]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertSettings {
    /// Routes and receivers, in Alertmanager's format.
    pub file: String,
    /// Where this monitor is reached, for links in messages; empty: its own address.
    pub external_url: String,
    /// How long conditions of a name must hold before they are alerts, in seconds.
    pub for_s: BTreeMap<String, f64>,
    /// An alert flaps once it ended so often within the window; 0: never.
    pub flap_changes: u64,
    /// The window, in seconds.
    pub flap_window_s: f64,
    /// A flapping alert fires on until it has been quiet for so long, in seconds.
    pub flap_hold_s: f64,
}

impl Default for AlertSettings {
    fn default() -> Self {
        let flapping = DeskOptions::default().flapping;
        Self {
            file: ALERTS_FILE.to_owned(),
            external_url: String::new(),
            for_s: BTreeMap::new(),
            flap_changes: u64::from(flapping.changes),
            flap_window_s: flapping.window_s,
            flap_hold_s: flapping.hold_s,
        }
    }
}

impl AlertSettings {
    /// As the desk takes them.
    #[must_use]
    pub fn options(&self) -> DeskOptions {
        DeskOptions {
            for_s: self
                .for_s
                .iter()
                .map(|(name, for_s)| (name.as_str().into(), *for_s))
                .collect(),
            flapping: FlappingOptions {
                changes: u32::try_from(self.flap_changes).unwrap_or(u32::MAX),
                window_s: self.flap_window_s,
                hold_s: self.flap_hold_s,
            },
            ..DeskOptions::default()
        }
    }

    /// Where the monitor is reached, without a slash at the end.
    #[must_use]
    pub fn external_url(&self, listen: std::net::SocketAddr) -> String {
        match self.external_url.trim_end_matches('/') {
            "" => format!("http://{listen}"),
            url => url.to_owned(),
        }
    }
}

/// `[slo]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SloSettings {
    /// Files of objectives; `*` and `?` stand for any characters of a name.
    pub files: Vec<String>,
    /// Whether the objectives that come with the program hold.
    pub shipped: bool,
    /// Those that do not hold, by their names.
    pub off: Vec<String>,
}

impl Default for SloSettings {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            shipped: true,
            off: Vec::new(),
        }
    }
}

/// `[dead_man]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeadManSettings {
    /// A file with the address, which is a secret.
    pub url_file: String,
    /// An environment variable with it.
    pub url_env: String,
    /// Seconds between pings.
    pub interval_s: f64,
}

impl Default for DeadManSettings {
    fn default() -> Self {
        Self {
            url_file: String::new(),
            url_env: String::new(),
            interval_s: 60.0,
        }
    }
}

impl DeadManSettings {
    /// Whom to ping; nobody where no address is named.
    ///
    /// # Errors
    /// If the address cannot be read, or is none.
    pub fn dead_man(&self, environment: &Environment) -> anyhow::Result<Option<DeadMan>> {
        let Some(url) = secret("dead_man.url", &self.url_file, &self.url_env, environment)? else {
            return Ok(None);
        };
        let settings = PingSettings {
            interval_s: self.interval_s,
            ..PingSettings::new(url)
        };
        let dead_man = DeadMan::new(&settings).context("read [dead_man]")?;
        Ok(Some(dead_man))
    }
}

/// `[[ship]]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShipSettings {
    /// Where the server's own log is shipped to.
    pub to: Vec<ShipTarget>,
}

/// One entry of `[[ship]]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShipTarget {
    /// `sentry`, `datadog` or `newrelic`.
    pub provider: String,
    /// A file with the key: Sentry's DSN, Datadog's API key, New Relic's license key.
    pub api_key_file: String,
    /// An environment variable with it.
    pub api_key_env: String,
    /// Datadog's site or New Relic's region.
    pub site: String,
    /// Lines of this level and above.
    pub level: String,
}

impl ShipSettings {
    /// As the shippers take them.
    ///
    /// # Errors
    /// If a key cannot be read.
    pub fn targets(&self, host: &str, environment: &Environment) -> anyhow::Result<Vec<ShippingSettings>> {
        let target = |target: &ShipTarget| {
            let provider = ShipProvider::parse(&target.provider)
                .with_context(|| format!("[[ship]]: no provider is called {:?}", target.provider))?;
            let key = secret(
                "ship.api_key",
                &target.api_key_file,
                &target.api_key_env,
                environment,
            )?
            .with_context(|| {
                format!(
                    "[[ship]]: {} needs `api_key_file` or `api_key_env`",
                    target.provider
                )
            })?;
            let mut settings = ShippingSettings::new(provider, key);
            settings.site = target.site.as_str().into();
            settings.host = host.into();
            if let Some(level) = LogLevel::parse(&target.level) {
                settings.level = level;
            }
            Ok(settings)
        };
        self.to.iter().map(target).collect()
    }
}

/// A secret from a file or the environment; `None` where neither is named.
fn secret(
    key: &str,
    file: &str,
    variable: &str,
    environment: &Environment,
) -> anyhow::Result<Option<Secret>> {
    let text = match (file, variable) {
        ("", "") => return Ok(None),
        (file, "") => std::fs::read_to_string(file).with_context(|| format!("read {key}_file, {file}"))?,
        ("", variable) => environment
            .get(variable)
            .with_context(|| format!("{key}_env: the environment variable {variable} is not set"))?
            .to_owned(),
        _ => bail!("{key}_file and {key}_env: give one of them"),
    };
    let text = text.trim();
    anyhow::ensure!(!text.is_empty(), "{key} is empty where it is read from");
    Ok(Some(Secret::new(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_mans_address_is_read_and_never_shown() {
        let environment = Environment::of(&[("PING", "https://ping.example/a-secret-uuid")]);
        let settings = DeadManSettings {
            url_env: "PING".to_owned(),
            ..DeadManSettings::default()
        };
        let found = settings.dead_man(&environment).unwrap();
        assert_eq!(found.unwrap().interval_s(), 60.0);
        let bad = Environment::of(&[("PING", "no address, but a-secret-uuid")]);
        let error = format!("{:?}", settings.dead_man(&bad).err().unwrap());
        assert!(!error.contains("a-secret-uuid"), "{error}");
        let missing = settings.dead_man(&Environment::default()).err().unwrap();
        assert!(missing.to_string().contains("PING is not set"), "{missing}");
        assert!(
            DeadManSettings::default()
                .dead_man(&environment)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn both_a_file_and_a_variable_are_refused() {
        let error = secret("ship.api_key", "f", "V", &Environment::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "ship.api_key_file and ship.api_key_env: give one of them"
        );
    }

    #[test]
    fn links_lead_to_the_listener_unless_told_otherwise() {
        let listen = "127.0.0.1:9870".parse().unwrap();
        assert_eq!(
            AlertSettings::default().external_url(listen),
            "http://127.0.0.1:9870"
        );
        let settings = AlertSettings {
            external_url: "https://pulse.example/".to_owned(),
            ..AlertSettings::default()
        };
        assert_eq!(settings.external_url(listen), "https://pulse.example");
    }
}
