//! The ports of OTLP's own: bound at the start, served until the end.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context as _;
use swarmpulse_server::{App, check_exposure, serve_otlp};
use tokio::task::JoinSet;

use crate::config::Config;

/// Bound ports, and what each is meant for.
pub struct OtlpPorts(Vec<(&'static str, TcpListener)>);

impl OtlpPorts {
    /// Binds the configured ports. A default port that another program has, as a collector may, is passed over.
    ///
    /// # Errors
    /// If a port that was asked for cannot be bound, or would be open to all.
    pub fn bind(config: &Config, tokens: usize) -> anyhow::Result<Self> {
        let mut ports = Vec::new();
        if !config.otlp.listen {
            return Ok(Self(ports));
        }
        let defaults = Config::default().otlp;
        for (name, key, address, default) in [
            (
                "gRPC",
                "otlp.grpc_listen",
                config.otlp.grpc_listen,
                defaults.grpc_listen,
            ),
            (
                "HTTP",
                "otlp.http_listen",
                config.otlp.http_listen,
                defaults.http_listen,
            ),
        ] {
            check_exposure(address, tokens, config.server.insecure)?;
            let bound = TcpListener::bind(address);
            match bound {
                Err(error) if address == default => {
                    let main = config.server.listen;
                    tracing::warn!(%error, "OTLP over {name} is not taken on {address}, but on {main}; set {key} to another port");
                }
                bound => {
                    let listener = bound.with_context(|| {
                        format!("listen for OTLP on {address}: choose another with {key}")
                    })?;
                    listener.set_nonblocking(true).context("set up the listener")?;
                    ports.push((name, listener));
                }
            }
        }
        Ok(Self(ports))
    }

    /// Where each listens, in words; empty if none does.
    #[must_use]
    pub fn describe(&self) -> String {
        let words = self.0.iter().filter_map(|(name, listener)| {
            let address: SocketAddr = listener.local_addr().ok()?;
            Some(format!("{name} on {address}"))
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// Serves them, until the application stops.
    ///
    /// # Errors
    /// If a listener cannot be handed over.
    pub fn serve(self, app: &Arc<App>) -> anyhow::Result<JoinSet<()>> {
        let mut tasks = JoinSet::new();
        for (name, listener) in self.0 {
            let listener = tokio::net::TcpListener::from_std(listener).context("hand over the listener")?;
            let app = Arc::clone(app);
            tasks.spawn(async move {
                if let Err(error) = serve_otlp(listener, app).await {
                    tracing::error!(%error, "OTLP over {name} is no longer taken on its own port");
                }
            });
        }
        Ok(tasks)
    }
}
