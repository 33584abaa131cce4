//! The command line: every command, with examples in its help.

use clap::{Parser, Subcommand, ValueEnum};

use crate::ack::AckArgs;
use crate::alerts::AlertsArgs;
use crate::backtest::BacktestArgs;
use crate::check::CheckArgs;
use crate::configure::ConfigArgs;
use crate::demo::{DemoAgentArgs, DemoArgs};
use crate::detect::DetectArgs;
use crate::env::EnvArgs;
use crate::exit;
use crate::notify::NotifyArgs;
use crate::offline::{MetricsArgs, ReplayArgs, TokenArgs};
use crate::promqltest::PromqltestArgs;
use crate::pulse::PulseArgs;
use crate::query::QueryArgs;
use crate::rules::RulesArgs;
use crate::serve::ServeArgs;
use crate::silence::SilenceArgs;
use crate::slo::SloArgs;
use crate::store::StoreArgs;
use crate::watch::WatchArgs;

/// Watches fleets of AI agents and says, with evidence, which are alive.
#[derive(Parser, Debug)]
#[command(name = "swarmpulse", version, after_help = exit::HELP, propagate_version = true, arg_required_else_help = true)]
pub struct CommandLine {
    /// When to use colours; NO_COLOR switches them off, too.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Start the server.
    Serve(ServeArgs),
    /// Run a command as a watched agent.
    Watch(WatchArgs),
    /// Print the fleet.
    Pulse(PulseArgs),
    /// Evaluate a PromQL expression: a table, or a chart of a range.
    Query(QueryArgs),
    /// Check the fleet once, for cron.
    Check(CheckArgs),
    /// Tell which promises hold: objectives, error budgets, burn rates.
    Slo(SloArgs),
    /// Check, test and list rules.
    Rules(RulesArgs),
    /// Run rules over the past: what would have fired, beside what did.
    Backtest(BacktestArgs),
    /// Print what is wrong: alerts, and all that happened to one.
    Alerts(AlertsArgs),
    /// Take an alert in hand, or give it back.
    Ack(AckArgs),
    /// Silence alerts for a while, or plan maintenance.
    Silence(SilenceArgs),
    /// Look after notifications: who is told, whether that works, what was given up.
    Notify(NotifyArgs),
    /// Print what a tool needs in its environment to report here.
    Env(EnvArgs),
    /// Start a small fleet of real processes that shows every verdict.
    Demo(DemoArgs),
    /// Run a detector over a file, or explain all of them.
    Detect(DetectArgs),
    /// Look at the configuration.
    Config(ConfigArgs),
    /// Make, list and revoke bearer tokens.
    Token(TokenArgs),
    /// Run a span of the journal again and print the changes of verdicts.
    Replay(ReplayArgs),
    /// Check, compact or export the metric store.
    Store(StoreArgs),
    /// Run PromQL test files on the embedded store.
    Promqltest(PromqltestArgs),
    /// Print the OpenAPI document.
    Openapi,
    /// Print the series that the server publishes.
    Metrics(MetricsArgs),
    /// Print completions for a shell.
    ///
    /// For bash: `swarmpulse completions bash > ~/.local/share/bash-completion/completions/swarmpulse`.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the version.
    Version,
    /// One agent of `demo`.
    #[command(hide = true)]
    DemoAgent(DemoAgentArgs),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn commands_with_arguments_of_their_own_show_examples() {
        for command in CommandLine::command().get_subcommands() {
            let hidden = command.is_hide_set();
            let simple = ["completions", "version", "openapi", "metrics"].contains(&command.get_name());
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(
                hidden || simple || help.starts_with("Examples:\n  "),
                "{}",
                command.get_name()
            );
        }
    }
}
