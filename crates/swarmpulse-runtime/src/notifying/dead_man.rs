//! The dead-man ping: somebody outside is told that all is well, as long as it is. Silence is the alarm.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use swarmpulse_notify::SendError;
use tokio::sync::watch;

use crate::handle::Handle;

/// A ping under way.
pub type Pinging<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// Whom to tell that all is well.
pub trait Pinger: Send + Sync {
    /// Tells it once. The caller bounds the time.
    fn ping(&self) -> Pinging<'_>;
}

/// A ping may take this long.
const PING_LIMIT: Duration = Duration::from_secs(30);

/// Whom to tell that all is well, and how often.
#[derive(Clone)]
pub struct DeadManOptions {
    /// Whom.
    pub pinger: Arc<dyn Pinger>,
    /// Seconds between pings.
    pub interval_s: f64,
}

impl fmt::Debug for DeadManOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address is a secret.
        formatter
            .debug_struct("DeadManOptions")
            .field("interval_s", &self.interval_s)
            .finish_non_exhaustive()
    }
}

/// Pings while all is well, until told to stop.
pub(crate) async fn watch(handle: Handle, options: DeadManOptions, mut stopped: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(Duration::from_secs_f64(options.interval_s.max(1.0)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut silent = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        if let Err(why) = is_well(&handle) {
            if !std::mem::replace(&mut silent, true) {
                tracing::error!(why, "the dead-man ping stops until this is over");
            }
            continue;
        }
        if std::mem::replace(&mut silent, false) {
            tracing::info!("the dead-man ping goes on");
        }
        let pinged = tokio::time::timeout(PING_LIMIT, options.pinger.ping()).await;
        match pinged {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the dead-man ping is not taken"),
            Err(_) => tracing::warn!(
                "the dead-man ping had no answer within {} s",
                PING_LIMIT.as_secs()
            ),
        }
    }
}

/// Whether the monitor does its work: records become durable, and rules are evaluated when they should be.
fn is_well(handle: &Handle) -> Result<(), &'static str> {
    let status = handle.status();
    if !status.is_ready() {
        return Err("the monitor is not ready");
    }
    if status.is_low_on_space() {
        return Err("the disk is nearly full");
    }
    if status.faults().iter().any(|fault| fault.store == "journal") {
        return Err("the journal refuses records");
    }
    if handle.rules().late(handle.now()) {
        return Err("rules are evaluated late");
    }
    Ok(())
}
