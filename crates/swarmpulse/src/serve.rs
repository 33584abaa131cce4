//! `swarmpulse serve`: its arguments, laid over the configuration.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::config::{self, Environment, Problem, Problems};
use crate::exit::Outcome;

const EXAMPLES: &str = "Examples:
  swarmpulse serve                                  data in ./data, http://127.0.0.1:9870
  swarmpulse serve --data /var/lib/swarmpulse
  swarmpulse token create --scope ingest && swarmpulse serve --listen 0.0.0.0:9870

Beyond loopback every request needs a token, unless --insecure is given.";

/// Starts the server.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ServeArgs {
    /// The data directory [default: ./data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The address and port to listen on [default: 127.0.0.1:9870].
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Listen beyond loopback without tokens.
    #[arg(long)]
    pub insecure: bool,
    /// The configuration file.
    #[arg(long, value_name = "FILE", env = "SWARMPULSE_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Loads the configuration and runs the server until it is told to end.
///
/// # Errors
/// If the configuration cannot be used, or the server cannot start.
pub fn run(args: &ServeArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let arguments = overrides(args)?;
    let loaded = config::load(args.config.as_deref(), environment, arguments.clone())?;
    let (file, known) = (args.config.clone(), environment.clone());
    let reread = move || Ok(config::load(file.as_deref(), &known, arguments.clone())?.config);
    crate::wiring::run(&loaded.config, Arc::new(reread), environment)?;
    Ok(Outcome::Done)
}

fn overrides(args: &ServeArgs) -> Result<Vec<config::Setting>, Problems> {
    let data = args
        .data
        .as_ref()
        .map(|data| config::argument("--data", "data.dir", &data.to_string_lossy()));
    let listen = args
        .listen
        .map(|listen| config::argument("--listen", "server.listen", &listen.to_string()));
    let insecure = args
        .insecure
        .then(|| config::argument("--insecure", "server.insecure", "true"));
    [data, listen, insecure]
        .into_iter()
        .flatten()
        .collect::<Result<Vec<_>, Problem>>()
        .map_err(|problem| Problems(vec![problem]))
}
