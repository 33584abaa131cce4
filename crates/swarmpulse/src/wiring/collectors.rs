//! What works by itself, from the configuration: the targets of scrapes, endpoints that are probed, the socket
//! of StatsD, the detectors.

use std::net::UdpSocket;
use std::sync::Arc;

use anyhow::Context as _;
use swarmpulse_runtime::{Options, StatsdOptions};
use swarmpulse_wire::statsd::StatsdLimits;

use crate::config::{Config, Environment};

/// Adds them to what the runtime is started with.
///
/// # Errors
/// If a job or an endpoint cannot be used, or the port of StatsD not be listened to.
pub(super) fn add(config: &Config, environment: &Environment, options: &mut Options) -> anyhow::Result<()> {
    options.scrapes = config.scrape.targets(environment)?;
    options.endpoints = config.endpoints.endpoints(environment)?;
    options.detection = config.detect.options()?;
    let statsd = &config.statsd;
    if !statsd.enabled {
        return Ok(());
    }
    anyhow::ensure!(
        statsd.listen.ip().is_loopback() || statsd.insecure,
        "statsd.listen is {}, beyond loopback, and packets of StatsD carry no tokens: set statsd.insecure if everyone who \
         reaches that port may send",
        statsd.listen
    );
    let socket = UdpSocket::bind(statsd.listen).with_context(|| {
        format!(
            "listen for StatsD on {}: another program may have that port; choose another as statsd.listen",
            statsd.listen
        )
    })?;
    options.statsd = Some(StatsdOptions {
        socket: Arc::new(socket),
        flush_s: statsd.flush_s,
        limits: StatsdLimits {
            metrics: usize::try_from(statsd.metrics_max).unwrap_or(usize::MAX),
            idle_flushes: (statsd.forget_s / statsd.flush_s).ceil().clamp(1.0, 1e9) as u32,
            ..StatsdLimits::default()
        },
    });
    Ok(())
}
