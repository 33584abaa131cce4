//! Scraping: one thread that fetches what configured targets show, each at its own moments, and stores it.
//!
//! Every target is a task of its own: it waits for its moment, fetches, stores, and waits for the next moment that is
//! still to come, so that a slow target never piles up and holds back no other. When a target is no longer looked at,
//! its series are marked as gone.

mod board;
mod schedule;
mod target;

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;
use swarmpulse_probe::scrape::{FetchError, FetchOptions, Fetcher};
use swarmpulse_wire::exposition::ScrapeRules;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::handle::Handle;
use crate::intake::Protocol;

pub(crate) use board::Board;
pub use board::{ScrapeHealth, ScrapeTargetStatus};
pub(crate) use schedule::Schedule;
use target::Target;

/// So many targets are fetched at once; further ones wait their turn.
const FETCHES_MAX: usize = 64;
/// The last samples at the end get so long.
const END_LIMIT: Duration = Duration::from_secs(5);

/// One target and how it is scraped.
#[derive(Clone, Debug)]
pub struct ScrapeTarget {
    /// The job's name.
    pub job: String,
    /// How it is fetched.
    pub fetch: FetchOptions,
    /// How what it shows becomes series.
    pub rules: ScrapeRules,
    /// Seconds between scrapes.
    pub interval_s: f64,
}

pub(crate) struct Scraper {
    handle: Handle,
    targets: Vec<ScrapeTarget>,
    fetcher: Fetcher,
    stop: Receiver<()>,
}

impl Scraper {
    pub fn new(handle: Handle, targets: Vec<ScrapeTarget>, stop: Receiver<()>) -> Result<Self, FetchError> {
        let with_tls = targets
            .iter()
            .any(|target| target.fetch.address.scheme == "https");
        let fetcher = Fetcher::new(with_tls)?;
        handle.shared.scrapes.set(&targets);
        Ok(Self {
            handle,
            targets,
            fetcher,
            stop,
        })
    }

    /// Runs until told to stop.
    pub fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(self.follow()),
            Err(error) => tracing::error!(%error, "targets are not scraped"),
        }
    }

    async fn follow(self) {
        let (stopping, stopped) = watch::channel(false);
        let turns = Arc::new(Semaphore::new(FETCHES_MAX));
        let mut tasks = JoinSet::new();
        for (place, target) in self.targets.into_iter().enumerate() {
            let target = Target::new(self.handle.clone(), place, target);
            tasks.spawn(look(
                target,
                self.fetcher.clone(),
                Arc::clone(&turns),
                stopped.clone(),
            ));
        }
        let stop = self.stop;
        // An error means that nobody is left to tell: then it is over, too.
        let told = tokio::task::spawn_blocking(move || stop.recv().is_ok());
        if told.await.is_err() {
            tracing::error!("the wait for the end of scraping broke off");
        }
        stopping.send_replace(true);
        let ended = tokio::time::timeout(END_LIMIT, async { while tasks.join_next().await.is_some() {} });
        if ended.await.is_err() {
            self.handle
                .intake()
                .reject(Protocol::Scrape, "cut_off_at_end", tasks.len() as u64);
        }
    }
}

/// Scrapes one target until told to stop.
async fn look(
    mut target: Target,
    fetcher: Fetcher,
    turns: Arc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let wait = target.until_next();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
        let round = async {
            // Turns are never taken away.
            let _turn = turns.acquire().await;
            target.scrape(&fetcher).await;
        };
        tokio::select! {
            () = round => {}
            _ = stopped.wait_for(|stopped| *stopped) => break,
        }
    }
    target.end();
}
