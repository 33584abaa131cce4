//! The server's own log, and what it says of alerts and failures, shipped to those who take it.

use std::sync::Arc;

use anyhow::Context as _;
use swarmpulse_model::Timestamp;
use swarmpulse_notify::ship::{Destination, LogLine, ShipProvider, ShipQueue, ShipTap, Shipper};
use swarmpulse_runtime::Handle;
use swarmpulse_runtime::clock::Clock;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{Config, Environment};

/// Shippers that were made, not yet at work.
pub(super) struct Shipping {
    shippers: Vec<Shipper>,
    destinations: Vec<Destination>,
    tap: ShipTap,
}

/// What draws lines off the log; it takes nothing before somebody is attached.
pub(super) fn tap() -> (ShipTap, Arc<dyn Fn() -> Timestamp + Send + Sync>) {
    let clock = Clock::new(Timestamp::default());
    let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(move || clock.now());
    (ShipTap::new(Arc::clone(&now)), now)
}

impl Shipping {
    /// Attaches those that the configuration names.
    ///
    /// # Errors
    /// If a key cannot be read or a setting makes no shipper.
    pub(super) fn attach(
        config: &Config,
        environment: &Environment,
        (tap, clock): &(ShipTap, Arc<dyn Fn() -> Timestamp + Send + Sync>),
    ) -> anyhow::Result<Self> {
        let targets = config.ship.targets(&swarmpulse_probe::host_name(), environment)?;
        let shippers = targets
            .iter()
            .map(|target| Shipper::new(target, Arc::clone(clock)).context("read [[ship]]"))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let queues: Vec<ShipQueue> = shippers.iter().map(Shipper::queue).collect();
        tap.attach(queues.clone());
        Ok(Self {
            destinations: named(targets.iter().map(|target| target.provider), queues),
            shippers,
            tap: tap.clone(),
        })
    }

    /// Where lines go, for those who show what became of them.
    pub(super) fn destinations(&self) -> Vec<Destination> {
        self.destinations.clone()
    }

    /// Ships until the given end; then what waits, for some seconds.
    pub(super) fn start(self, end: &watch::Sender<bool>, handle: &Handle) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        if !self.shippers.is_empty() {
            tasks.spawn(ship_effects(self.tap, handle.clone(), end.subscribe()));
        }
        for shipper in self.shippers {
            let mut ended = end.subscribe();
            tasks.spawn(shipper.run(async move {
                // Nobody left to tell means that it is over, too.
                drop(ended.wait_for(|ended| *ended).await);
            }));
        }
        tasks
    }
}

/// The n-th of a provider is called `provider/n`, as channels of receivers are.
fn named(providers: impl Iterator<Item = ShipProvider>, queues: Vec<ShipQueue>) -> Vec<Destination> {
    let mut seen = Vec::new();
    let destination = |(provider, queue): (ShipProvider, ShipQueue)| {
        let before = seen.iter().filter(|other| **other == provider).count();
        seen.push(provider);
        Destination {
            name: format!("{}/{before}", provider.as_str()).into(),
            queue,
        }
    };
    providers.zip(queues).map(destination).collect()
}

/// Ships what happens to alerts, notifications and tasks that fail, until the end.
async fn ship_effects(tap: ShipTap, handle: Handle, mut end: watch::Receiver<bool>) {
    let mut effects = handle.listen();
    loop {
        let rows = tokio::select! {
            _ = end.wait_for(|ended| *ended) => return,
            rows = effects.recv() => rows,
        };
        match rows {
            Ok(rows) => {
                for line in rows
                    .iter()
                    .filter_map(|row| LogLine::of_effect(&row.effect, row.at))
                {
                    tap.push(&line);
                }
            }
            Err(RecvError::Lagged(groups)) => handle.counters().drop_for("shipped_effects", groups),
            Err(RecvError::Closed) => return,
        }
    }
}
