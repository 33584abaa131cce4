//! The server's parts put together: stores, runtime, HTTP.

use crate::config::Config;

/// Runs the server of this configuration until it is told to end.
///
/// # Errors
/// If a part cannot start.
pub fn run(config: Config) -> anyhow::Result<()> {
    let Config { server, .. } = config;
    anyhow::bail!(
        "this build has no server for {}: it was made of the command line alone",
        server.listen
    )
}
