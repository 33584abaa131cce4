//! Rules, alerts and notifications, from the configuration.

use std::net::SocketAddr;
use std::sync::Arc;

use swarmpulse_notify::dead_man::DeadMan;
use swarmpulse_runtime::{DeadManOptions, Handle, Options, Pinger, Pinging, QueryLimits, RulesOptions};
use swarmpulse_server::ObjectiveBook;

use super::loading::{Loading, Reread};
use crate::config::{Config, Environment};

/// Adds them to what the runtime is started with.
///
/// # Errors
/// If the dead-man ping has no address.
pub(super) fn add(
    config: &Config,
    reread: Reread,
    environment: &Environment,
    address: SocketAddr,
    objectives: Arc<ObjectiveBook>,
    options: &mut Options,
) -> anyhow::Result<()> {
    let loading = Loading::new(reread, environment, objectives);
    let query = config.query.options();
    options.rules = RulesOptions {
        load: Arc::new(move || loading.load()),
        default_interval_s: config.rules.interval_s,
        external_url: config.alerts.external_url(address),
        limits: QueryLimits {
            lookback_s: query.lookback_s,
            samples_max: query.samples_max,
            series_max: query.series_max,
        },
        ..RulesOptions::default()
    };
    options.alerts = config.alerts.options();
    options.dead_man = config
        .dead_man
        .dead_man(environment)?
        .map(|dead_man| DeadManOptions {
            interval_s: dead_man.interval_s(),
            pinger: Arc::new(Ping(dead_man)),
        });
    Ok(())
}

struct Ping(DeadMan);

impl Pinger for Ping {
    fn ping(&self) -> Pinging<'_> {
        Box::pin(self.0.ping())
    }
}

/// Loads rules, routes and objectives anew whenever the process is sent SIGHUP.
pub(super) async fn reload_on_hangup(handle: Handle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangups = match signal(SignalKind::hangup()) {
            Ok(hangups) => hangups,
            Err(error) => return tracing::error!(%error, "SIGHUP reloads nothing"),
        };
        while hangups.recv().await.is_some() {
            let handle = handle.clone();
            // What came of it is logged and shown by the runtime.
            let reloaded = tokio::task::spawn_blocking(move || handle.reload().is_ok());
            if let Err(error) = reloaded.await {
                tracing::error!(%error, "a reload broke off");
            }
        }
    }
    #[cfg(not(unix))]
    drop(handle);
}
