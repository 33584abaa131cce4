//! The command line: every command, with examples in its help.

use clap::{Parser, Subcommand, ValueEnum};

use crate::ack::AckArgs;
use crate::alerts::AlertsArgs;
use crate::backtest::BacktestArgs;
use crate::check::CheckArgs;
use crate::configure::ConfigArgs;
use crate::connect::ServerBefore;
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
    #[command(flatten)]
    pub server: ServerBefore,
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
    use crate::connect::named_in_vain;

    #[test]
    fn the_definition_is_sound() {
        CommandLine::command().debug_assert();
    }

    /// Every command that asks a server, and the arguments that it needs.
    const ASKING: [(&str, &[&str]); 26] = [
        ("watch", &["--name", "a", "--", "true"]),
        ("pulse", &[]),
        ("query", &["up"]),
        ("check", &[]),
        ("slo", &[]),
        ("rules list", &[]),
        ("rules show", &["x"]),
        ("backtest", &["--from", "-1d"]),
        ("alerts", &[]),
        ("alerts list", &[]),
        ("alerts show", &["x"]),
        ("alerts watch", &[]),
        ("ack", &["x", "--comment", "c"]),
        ("silence add", &["a=b", "--for", "1h", "--comment", "c"]),
        ("silence preview", &["a=b"]),
        ("silence list", &[]),
        ("silence show", &["x"]),
        ("silence expire", &["x"]),
        ("silence import", &["x"]),
        ("notify channels", &[]),
        ("notify test", &["x"]),
        ("notify list", &[]),
        ("notify dead", &[]),
        ("notify retry", &["x"]),
        ("env", &["otel"]),
        ("demo", &[]),
    ];

    /// The names of a command's commands, its own included, that take a server.
    fn asking(command: &clap::Command, path: &str, found: &mut Vec<String>) {
        if command
            .get_arguments()
            .any(|argument| argument.get_id() == "server")
            && !command.is_hide_set()
        {
            found.push(path.to_owned());
        }
        for inner in command.get_subcommands() {
            asking(inner, format!("{path} {}", inner.get_name()).trim(), found);
        }
    }

    fn leaf(matches: &clap::ArgMatches) -> &clap::ArgMatches {
        matches.subcommand().map_or(matches, |(_, inner)| leaf(inner))
    }

    #[test]
    fn a_server_may_be_named_before_the_command_or_after_it() {
        let definition = CommandLine::command();
        let (mut all, mut table) = (Vec::new(), ASKING.map(|(name, _)| name.to_owned()));
        for command in definition.get_subcommands() {
            asking(command, command.get_name(), &mut all);
        }
        all.sort_unstable();
        table.sort_unstable();
        assert_eq!(all, table);
        let named = ["--server", "http://b:1", "--token-file", "/b"];
        for (command, needed) in ASKING {
            let mut after = vec!["swarmpulse"];
            after.extend(command.split(' '));
            let mut before = vec!["swarmpulse"];
            before.extend(named);
            before.extend(command.split(' '));
            after.extend(named);
            for mut line in [before, after] {
                line.extend(needed);
                let matches = CommandLine::command().try_get_matches_from(line).unwrap();
                let inner = leaf(&matches);
                let file = inner.get_one::<std::path::PathBuf>("token_file").unwrap();
                assert_eq!(
                    inner.get_one::<String>("server").unwrap(),
                    "http://b:1",
                    "{command}"
                );
                assert_eq!(file, std::path::Path::new("/b"), "{command}");
                assert_eq!(named_in_vain(&definition, &matches), None, "{command}");
            }
        }
    }

    #[test]
    fn the_later_of_two_servers_is_meant() {
        let line = [
            "swarmpulse",
            "--server",
            "http://b:1",
            "pulse",
            "--server",
            "http://c:1",
        ];
        let matches = CommandLine::command().try_get_matches_from(line).unwrap();
        assert_eq!(leaf(&matches).get_one::<String>("server").unwrap(), "http://c:1");
    }

    #[test]
    fn a_command_that_asks_no_server_says_that_naming_one_is_in_vain() {
        for (line, command) in [
            (&["--server", "http://b:1", "version"][..], Some("version")),
            (
                &["config", "example", "--token-file", "/b"],
                Some("config example"),
            ),
            (&["config", "example"], None),
        ] {
            let line = ["swarmpulse"].iter().chain(line);
            let matches = CommandLine::command().try_get_matches_from(line).unwrap();
            let vain = named_in_vain(&CommandLine::command(), &matches);
            assert_eq!(vain.as_deref(), command);
        }
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

    #[test]
    fn commands_below_those_about_alerts_that_take_something_show_examples_as_well() {
        for name in ["alerts", "silence", "notify", "rules"] {
            let definition = CommandLine::command();
            let command = definition.find_subcommand(name).unwrap();
            for inner in command.get_subcommands() {
                let takes_something = inner.get_positionals().count() > 0;
                let help = inner
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    !takes_something || help.starts_with("Examples:\n  "),
                    "{name} {}",
                    inner.get_name()
                );
            }
        }
    }
}
