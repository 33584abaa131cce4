//! Endpoints: one thread that probes configured HTTP endpoints, each at its own moments, and submits what came of it as calls.
//!
//! Every endpoint is a task of its own: it waits for its moment, looks, submits, and waits for the next moment that is
//! still to come, so that one that hangs never piles up and holds back no other. At most [`LOOKS_MAX`] look at once.

mod report;
mod watch;

use std::sync::Arc;

use crossbeam_channel::Receiver;
use swarmpulse_model::Text;
use swarmpulse_probe::http::{HttpCheck, HttpProbe};
use tokio::sync::{Semaphore, watch as signal};
use tokio::task::JoinSet;

use crate::handle::Handle;
use watch::Watch;

/// So many endpoints are looked at once; further ones wait their turn.
const LOOKS_MAX: usize = 64;

/// One endpoint, what is asked of it, and how often.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The service that it is.
    pub name: Text,
    /// The namespace of that service.
    pub namespace: Text,
    /// What is asked, and what the answer is to be.
    pub check: HttpCheck,
    /// Seconds between looks.
    pub interval_s: f64,
    /// The services that it needs.
    pub depends_on: Vec<Text>,
    /// What it is held to.
    pub limits: EndpointLimits,
}

/// What an endpoint is held to. Without a word it is held to what is usual of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EndpointLimits {
    /// 95 % of calls are to take no longer, in milliseconds.
    pub latency_ms: Option<f64>,
    /// No more of the calls are to fail, 0 to 1.
    pub error_ratio: Option<f64>,
    /// Its certificate is to be valid for so many days at least.
    pub tls_expiry_days: Option<f64>,
}

pub(crate) struct EndpointProber {
    handle: Handle,
    watches: Vec<Watch>,
    stop: Receiver<()>,
}

impl EndpointProber {
    pub fn new(handle: Handle, endpoints: Vec<Endpoint>, stop: Receiver<()>) -> Self {
        let mut probes: Vec<HttpProbe> = Vec::new();
        let mut watches = Vec::with_capacity(endpoints.len());
        for endpoint in endpoints {
            let known = probes.iter().find(|probe| probe.serves(&endpoint.check)).cloned();
            let probe = known.map_or_else(|| HttpProbe::new(&endpoint.check), Ok);
            match probe {
                Ok(probe) => {
                    if !probes.iter().any(|known| known.serves(&endpoint.check)) {
                        probes.push(probe.clone());
                    }
                    watches.push(Watch::new(handle.clone(), endpoint, probe));
                }
                Err(error) => {
                    tracing::error!(%error, endpoint = endpoint.name.as_str(), "an endpoint is not probed");
                }
            }
        }
        Self {
            handle,
            watches,
            stop,
        }
    }

    /// Runs until told to stop.
    pub fn run(self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => {
                runtime.block_on(self.follow());
                // A name that is still being looked up must not hold up the end.
                runtime.shutdown_background();
            }
            Err(error) => tracing::error!(%error, "endpoints are not probed"),
        }
    }

    async fn follow(self) {
        let (stopping, stopped) = signal::channel(false);
        let turns = Arc::new(Semaphore::new(LOOKS_MAX));
        let mut tasks = JoinSet::new();
        for watch in self.watches {
            tasks.spawn(look(watch, Arc::clone(&turns), stopped.clone()));
        }
        let stop = self.stop;
        // An error means that nobody is left to tell: then it is over, too.
        let told = tokio::task::spawn_blocking(move || stop.recv().is_ok());
        if told.await.is_err() {
            tracing::error!("the wait for the end of probing broke off");
        }
        stopping.send_replace(true);
        // What is under way is given up: an answer that comes after the end tells nobody anything.
        while tasks.join_next().await.is_some() {}
        drop(self.handle);
    }
}

/// Looks at one endpoint until told to stop.
async fn look(mut watch: Watch, turns: Arc<Semaphore>, mut stopped: signal::Receiver<bool>) {
    loop {
        let wait = watch.until_next();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        let round = async {
            // Turns are never taken away.
            let turn = turns.acquire().await;
            let report = watch.look().await;
            drop(turn);
            watch.submit(report).await;
        };
        tokio::select! {
            () = round => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}
