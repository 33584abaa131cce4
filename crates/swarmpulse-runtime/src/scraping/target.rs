//! One target: when it is due, what it showed, and how that is stored.

use std::time::Duration;

use swarmpulse_model::Timestamp;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_probe::scrape::Fetcher;
use swarmpulse_wire::exposition::{ScrapeCache, Scraped, TextFormat};

use super::schedule::Schedule;
use super::{ScrapeHealth, ScrapeTarget};
use crate::clock::Stopwatch;
use crate::handle::Handle;
use crate::intake::Protocol;

/// A scrape that begins this late has the time of its moment all the same: even steps are smaller on disk.
const ALIGNED_WITHIN_MS: i64 = 10;

pub(super) struct Target {
    handle: Handle,
    place: usize,
    options: ScrapeTarget,
    schedule: Schedule,
    due: Timestamp,
    cache: ScrapeCache,
    batch: SampleBatch,
}

impl Target {
    pub fn new(handle: Handle, place: usize, options: ScrapeTarget) -> Self {
        let key = format!("{} {}", options.job, options.fetch.address.url);
        Self {
            handle,
            place,
            schedule: Schedule::new(options.interval_s, &key),
            options,
            due: Timestamp::default(),
            cache: ScrapeCache::default(),
            batch: SampleBatch::default(),
        }
    }

    /// How long it is until the next moment.
    pub fn until_next(&mut self) -> Duration {
        let now = self.handle.now();
        let missed = self.due.0 > 0 && self.schedule.after(self.due).since(now) < 0;
        if missed {
            self.handle.intake().reject(Protocol::Scrape, "moment_missed", 1);
        }
        self.due = self.schedule.after(now);
        Duration::from_nanos(self.due.since(now).unsigned_abs())
    }

    /// Fetches and stores.
    pub async fn scrape(&mut self, fetcher: &Fetcher) {
        let began = self.handle.now();
        let late_ms = began.unix_ms() - self.due.unix_ms();
        let at_ms = if (0..=ALIGNED_WITHIN_MS).contains(&late_ms) {
            self.due.unix_ms()
        } else {
            began.unix_ms()
        };
        let watch = Stopwatch::start();
        let fetched = fetcher.fetch(&self.options.fetch).await;
        let duration_s = watch.seconds();
        let taken = match fetched {
            Ok(fetched) => {
                let format = TextFormat::of(&fetched.content_type);
                let watch = Stopwatch::start();
                let taken =
                    self.cache
                        .take(&fetched.body, format, &self.options.rules, at_ms, &mut self.batch);
                self.handle
                    .intake()
                    .read(Protocol::Scrape, fetched.body.len(), watch.seconds());
                taken.map_err(|error| error.to_string())
            }
            Err(error) => {
                self.cache.fail(at_ms, &mut self.batch);
                Err(error.to_string())
            }
        };
        let scraped = taken.as_ref().ok().copied();
        self.cache
            .report(&self.options.rules, at_ms, duration_s, scraped, &mut self.batch);
        let stored = self.store();
        self.show(began, duration_s, taken, stored.err());
    }

    /// Marks all series as gone.
    pub fn end(&mut self) {
        let at_ms = self.handle.now().unix_ms();
        self.cache.end(&self.options.rules, at_ms, &mut self.batch);
        if let Err(error) = self.store() {
            tracing::warn!(%error, job = self.options.job, "the end of a target's series is not stored");
        }
    }

    fn store(&self) -> Result<(), String> {
        let handle = self.handle.clone();
        let samples = self.batch.samples.len() as u64;
        let acknowledge = Box::new(move |result: Result<(), _>| {
            if result.is_err() {
                handle.intake().reject(Protocol::Scrape, "not_durable", samples);
            }
        });
        let now = self.handle.now();
        let intake = self.handle.intake();
        let appended = self
            .handle
            .metrics()
            .append(DEFAULT_NAMESPACE, now, &self.batch, acknowledge)
            .map_err(|error| {
                intake.reject(Protocol::Scrape, "store_unavailable", samples);
                format!("what the target shows is not stored: {error}")
            })?;
        intake.took(Protocol::Scrape, appended.samples);
        intake.reject(Protocol::Scrape, "refused_by_store", appended.rejected_samples);
        match appended.rejections.into_iter().next() {
            None => Ok(()),
            Some(first) => Err(format!(
                "{} samples were refused: {}",
                appended.rejected_samples, first.detail
            )),
        }
    }

    /// Tells how it went: on the board always, in the log when it changed.
    fn show(
        &self,
        began: Timestamp,
        duration_s: f64,
        went: Result<Scraped, String>,
        not_stored: Option<String>,
    ) {
        let (job, url) = (&self.options.job, &self.options.fetch.address.url);
        self.handle.shared.scrapes.update(self.place, |status| {
            let before = status.health;
            status.last_at = began;
            status.last_duration_s = duration_s;
            match went {
                Ok(scraped) => {
                    if before == ScrapeHealth::Down {
                        tracing::info!(job, url, "a target can be scraped again");
                    }
                    status.health = ScrapeHealth::Up;
                    status.last_samples = scraped.samples;
                    status.last_error = not_stored.unwrap_or_default();
                }
                Err(error) => {
                    if before != ScrapeHealth::Down {
                        tracing::warn!(job, url, error, "a target cannot be scraped");
                    }
                    status.health = ScrapeHealth::Down;
                    status.last_samples = 0;
                    status.last_error = error;
                }
            }
        });
    }
}
