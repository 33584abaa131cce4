//! Every key there is, in one table: what it takes and what it means.
//!
//! The file, the environment, the example, the reference and the checks all read this table.

mod table;

use super::form::Form;

pub use table::KEYS;

/// One key.
#[derive(Debug)]
pub struct Key {
    /// `section.key`.
    pub path: &'static str,
    /// What it takes.
    pub form: Form,
    /// One or two sentences.
    pub help: &'static str,
}

impl Key {
    /// Section and name.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &'static str) {
        self.path.split_once('.').unwrap_or(("", self.path))
    }

    /// The environment variable that sets it.
    #[must_use]
    pub fn variable(&self) -> String {
        let (section, name) = self.parts();
        format!("SWARMPULSE_{}__{}", section.to_uppercase(), name.to_uppercase())
    }

    /// The list of a section that is written as a list itself: `[[endpoints]]`.
    #[must_use]
    pub fn list_of(section: &str) -> Option<&'static Self> {
        match section {
            "endpoints" => Self::find("endpoints.http"),
            "ship" => Self::find("ship.to"),
            _ => None,
        }
    }

    /// The key of that path.
    #[must_use]
    pub fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }
}

/// The sections in order, each with one sentence.
pub const SECTIONS: [(&str, &str); 19] = [
    ("server", "Where the server listens."),
    ("data", "Where data lies and how long it is kept."),
    (
        "metrics",
        "What the metric store takes, and how long samples are kept.",
    ),
    ("query", "Within which bounds PromQL is answered."),
    (
        "otlp",
        "OpenTelemetry's protocol, over gRPC and HTTP; both are taken on the server's own port, too.",
    ),
    (
        "scrape",
        "What is fetched by itself: targets that show metrics as Prometheus' text or OpenMetrics.",
    ),
    (
        "endpoints",
        "HTTP endpoints that are probed: whether they answer, how, how fast, and when their certificates expire.",
    ),
    ("statsd", "StatsD over UDP; not listened to unless enabled."),
    (
        "detect",
        "Leaks, exhaustion, anomalies, degraded services, bottlenecks, failure patterns, cascades.",
    ),
    (
        "rules",
        "Rules in Prometheus' format: those that come with the program, and your own. Files are read anew on SIGHUP and on `POST /-/reload`.",
    ),
    (
        "alerts",
        "How alerts are made of conditions and rules, and who is told of them.",
    ),
    (
        "slo",
        "Objectives: those that come with the program, and your own. Files are read anew with those of rules.",
    ),
    (
        "dead_man",
        "A ping to somebody who raises the alarm when none comes: sent while records are stored and rules evaluated in time.",
    ),
    (
        "ship",
        "Where the server's own log is shipped to, besides standard error.",
    ),
    (
        "limits",
        "Bounds of what one request may carry; what exceeds them is refused with a reason, and counted.",
    ),
    ("privacy", "What is kept of prompts and messages."),
    (
        "fleet",
        "The deadlines that verdicts are decided by. A change is journaled, so that replays decide by the same.",
    ),
    ("probe", "How processes are looked at, and which count as agents."),
    ("log", "The server's own log, on standard error."),
];

/// The known key or section most like this one, if any is like it.
#[must_use]
pub fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(unknown, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_table_and_the_settings_name_the_same_keys() {
        let table = toml::Table::try_from(Config::default()).unwrap();
        let mut settings: Vec<String> = table
            .iter()
            .flat_map(|(section, keys)| {
                keys.as_table()
                    .unwrap()
                    .keys()
                    .map(move |key| format!("{section}.{key}"))
            })
            .collect();
        let mut listed: Vec<String> = KEYS.iter().map(|key| key.path.to_owned()).collect();
        settings.sort();
        listed.sort();
        assert_eq!(settings, listed);
    }

    #[test]
    fn every_default_passes_its_own_check() {
        let table = toml::Table::try_from(Config::default()).unwrap();
        for key in KEYS {
            let (section, name) = key.parts();
            let value = &table[section][name];
            assert_eq!(key.form.check(value).unwrap(), *value, "{}", key.path);
        }
    }

    #[test]
    fn every_section_is_described_and_used() {
        for key in KEYS {
            assert!(
                SECTIONS.iter().any(|(section, _)| *section == key.parts().0),
                "{}",
                key.path
            );
        }
        for (section, _) in SECTIONS {
            assert!(KEYS.iter().any(|key| key.parts().0 == section), "{section}");
        }
    }

    #[test]
    fn a_slip_is_met_with_the_key_that_was_meant() {
        let names = || KEYS.iter().map(|key| key.parts().1);
        assert_eq!(nearest("lisen", names()), Some("listen"));
        assert_eq!(nearest("liveness", names()), Some("liveness_s"));
        assert_eq!(nearest("xyzzy", names()), None);
    }
}
