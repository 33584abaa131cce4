//! `swarmpulse config`: looks at the configuration without starting anything.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::{self, Environment};
use crate::exit::Outcome;
use crate::{output, wiring};

const EXAMPLES: &str = "Examples:
  swarmpulse config example > swarmpulse.toml
  swarmpulse config check --config /etc/swarmpulse.toml
  SWARMPULSE_LOG__FILTER=debug swarmpulse config show";

/// The configuration.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ConfigArgs {
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What to do with it.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Look for mistakes, in the files of rules, alerts and templates that it names as well: exit code 0 if there are none,
    /// else 1 with each of them by file, line and key.
    Check {
        /// The configuration file.
        #[arg(long, value_name = "FILE", env = "SWARMPULSE_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Print what is in force, and where each value comes from.
    Show {
        /// The configuration file.
        #[arg(long, value_name = "FILE", env = "SWARMPULSE_CONFIG")]
        config: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print a commented file with every key and its default.
    Example {
        /// Make it anew from the table of keys, in place of the shipped one.
        #[arg(long, hide = true)]
        generate: bool,
    },
    /// Print every key, its default and its environment variable as Markdown.
    Reference,
}

/// Runs a `config` command.
///
/// # Errors
/// If the configuration cannot be used.
pub fn run(args: &ConfigArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        ConfigCommand::Check { config } => {
            let loaded = config::load(config.as_deref(), environment, Vec::new())?;
            let from = loaded
                .file
                .as_ref()
                .map_or("no file".to_owned(), |file| file.display().to_string());
            for warning in wiring::check_files(&loaded.config, environment)? {
                output::note(&format!("swarmpulse: {warning}"));
            }
            output::line(&format!("ok: {from}, {} of its keys set", loaded.set_count()))?;
        }
        ConfigCommand::Show { config, json } => {
            let loaded = config::load(config.as_deref(), environment, Vec::new())?;
            if *json {
                output::json(&config::in_force_json(&loaded))?;
            } else {
                output::print(&config::in_force(&loaded))?;
            }
        }
        ConfigCommand::Example { generate: false } => output::print(config::EXAMPLE)?,
        ConfigCommand::Example { generate: true } => output::print(&config::example())?,
        ConfigCommand::Reference => output::print(&config::reference())?,
    }
    Ok(Outcome::Done)
}
