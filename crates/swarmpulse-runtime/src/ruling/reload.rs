//! Reloading: everything is loaded and checked first; only what holds takes the place of what was there.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::expressions::StoreExpressions;
use super::loaded::{Load, Loaded, ReloadError, ReloadReport};
use super::ruler::Exchange;
use crate::alerting::NewRoutes;
use crate::handle::Shared;
use crate::notifying::Work;

/// The threads take over within this time, or the reload is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Loads anew, and tells the threads.
pub(crate) struct Reloader {
    pub load: Load,
    pub default_interval_s: f64,
    pub expressions: StoreExpressions,
    pub rules: Sender<Exchange>,
    pub desk: Sender<NewRoutes>,
    pub channels: mpsc::Sender<Work>,
    pub one_at_a_time: Mutex<()>,
}

impl Reloader {
    /// Loads everything anew. Blocks until the threads have taken it over.
    pub fn reload(&self, shared: &Shared) -> Result<ReloadReport, ReloadError> {
        let _one = self.one_at_a_time.lock();
        let loaded = (self.load)().map_err(|error| error.0).and_then(|loaded| {
            let interval_s = loaded.default_interval_s.unwrap_or(self.default_interval_s);
            let groups = super::prepare(&loaded.rules, &self.expressions, interval_s)?;
            Ok((loaded, groups))
        });
        let (loaded, groups) = match loaded {
            Ok(both) => both,
            Err(reason) => {
                tracing::error!(reason, "nothing is reloaded; rules and routes stay as they are");
                show_error(shared, Some(reason.clone()));
                return Err(ReloadError::Refused(reason));
            }
        };
        let report = report(&loaded);
        let (done, finished) = bounded(2);
        let routes = NewRoutes {
            done: Some(done.clone()),
            ..NewRoutes::of(&loaded)
        };
        let exchange = Exchange {
            groups,
            warnings: loaded.warnings,
            done,
        };
        // Channels first: what the desk decides by new routes finds them there.
        self.channels
            .blocking_send(Work::Channels(loaded.receivers))
            .map_err(|_| ReloadError::Stopping)?;
        self.desk
            .send_timeout(routes, PATIENCE)
            .map_err(|_| ReloadError::Stopping)?;
        self.rules
            .send_timeout(exchange, PATIENCE)
            .map_err(|_| ReloadError::Stopping)?;
        for _ in 0..2 {
            finished
                .recv_timeout(PATIENCE)
                .map_err(|_| ReloadError::Stopping)?;
        }
        show_error(shared, None);
        for warning in &report.warnings {
            tracing::warn!(warning, "loaded with a remark");
        }
        tracing::info!(
            files = report.files,
            rules = report.rules,
            receivers = report.receivers,
            "rules and routes are loaded"
        );
        Ok(report)
    }
}

/// What was loaded, in figures.
pub(crate) fn report(loaded: &Loaded) -> ReloadReport {
    let groups = || loaded.rules.iter().flat_map(|file| &file.groups);
    ReloadReport {
        files: loaded.rules.len(),
        groups: groups().count(),
        rules: groups().map(|group| group.rules.len()).sum(),
        receivers: loaded.receivers.len(),
        warnings: loaded.warnings.clone(),
    }
}

fn show_error(shared: &Shared, error: Option<String>) {
    let mut shown = shared.rules.write();
    if shown.error != error {
        Arc::make_mut(&mut shown).error = error;
    }
}
