//! How every target is, for whoever asks.

use parking_lot::RwLock;
use swarmpulse_model::Timestamp;

use super::ScrapeTarget;

/// Whether a target can be scraped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScrapeHealth {
    /// It was not looked at yet.
    #[default]
    Unknown,
    /// The last scrape went well.
    Up,
    /// It did not.
    Down,
}

impl ScrapeHealth {
    /// Its name in Prometheus' API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// How a target is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScrapeTargetStatus {
    /// The job's name.
    pub job: String,
    /// Where it is fetched.
    pub url: String,
    /// Host and port.
    pub instance: String,
    /// `http` or `https`.
    pub scheme: String,
    /// The labels that its series get.
    pub labels: Vec<(String, String)>,
    /// Seconds between scrapes.
    pub interval_s: f64,
    /// The longest that a scrape may take, in seconds.
    pub timeout_s: f64,
    /// Whether it can be scraped.
    pub health: ScrapeHealth,
    /// When it was last scraped; 0 if never.
    pub last_at: Timestamp,
    /// How long that took, in seconds.
    pub last_duration_s: f64,
    /// Samples that it showed.
    pub last_samples: u64,
    /// Why the last scrape failed; empty if it did not.
    pub last_error: String,
}

/// How every target is.
#[derive(Debug, Default)]
pub(crate) struct Board(RwLock<Vec<ScrapeTargetStatus>>);

impl Board {
    pub fn set(&self, targets: &[ScrapeTarget]) {
        let status = |target: &ScrapeTarget| ScrapeTargetStatus {
            job: target.job.clone(),
            url: target.fetch.address.url.clone(),
            instance: target.fetch.address.instance.clone(),
            scheme: target.fetch.address.scheme.clone(),
            labels: target.rules.labels.clone(),
            interval_s: target.interval_s,
            timeout_s: target.fetch.timeout_ms as f64 / 1000.0,
            ..ScrapeTargetStatus::default()
        };
        *self.0.write() = targets.iter().map(status).collect();
    }

    pub fn update(&self, place: usize, update: impl FnOnce(&mut ScrapeTargetStatus)) {
        if let Some(status) = self.0.write().get_mut(place) {
            update(status);
        }
    }

    pub fn all(&self) -> Vec<ScrapeTargetStatus> {
        self.0.read().clone()
    }
}
