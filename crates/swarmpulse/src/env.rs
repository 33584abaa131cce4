//! `swarmpulse env`: what a tool needs in its environment to report here, quoted for `eval`.

mod quote;
mod tools;

use clap::{Args, ValueEnum};

use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
pub use quote::Shell;
pub use tools::Tool;

const EXAMPLES: &str = "Examples:
  eval \"$(swarmpulse env claude-code)\"
  eval \"$(swarmpulse env codex --name reviewer-1)\"
  swarmpulse env gemini --shell fish | source
  swarmpulse env python --shell powershell | Out-String | Invoke-Expression

Hints go to standard error, so that `eval` gets the settings alone. A token is never printed: the settings refer to
SWARMPULSE_TOKEN or to the token's file.";

/// Prints what a tool needs to report here.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct EnvArgs {
    /// The tool.
    #[arg(value_enum)]
    pub tool: Tool,
    /// What the agent is called; by default after the tool, the shell's process and this machine.
    #[arg(long, value_name = "AGENT")]
    pub name: Option<String>,
    /// The shell that reads the output; by default guessed from SHELL.
    #[arg(long, value_enum)]
    pub shell: Option<Shell>,
    /// No hints on standard error.
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Prints the settings.
///
/// # Errors
/// If the server's address is none.
pub fn run(args: &EnvArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let client = args
        .server
        .client(environment, std::time::Duration::from_secs(1))?;
    let shell = args
        .shell
        .unwrap_or_else(|| Shell::guess(environment.get("SHELL")));
    let machine = rustix::system::uname();
    let request = tools::Request {
        tool: args.tool,
        name: args.name.as_deref(),
        endpoint: client.server(),
        host: &machine.nodename().to_string_lossy(),
        token: args.server.token_source(environment),
        inherited: environment.get("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default(),
    };
    let settings = tools::settings(&request);
    output::print(&settings.render(shell))?;
    if !args.quiet {
        for hint in &settings.hints {
            output::note(&format!("# {hint}"));
        }
    }
    Ok(Outcome::Done)
}

/// The tool's name on the command line.
#[must_use]
pub fn tool_name(tool: Tool) -> String {
    tool.to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}
