//! The swarmpulse binary: arguments, configuration, wiring and exit codes.

mod ack;
mod alerts;
mod arguments;
mod backtest;
mod check;
mod clock;
mod config;
mod configure;
mod connect;
mod demo;
mod detect;
mod env;
mod exit;
mod notify;
mod offline;
mod output;
mod promqltest;
mod pulse;
mod query;
mod rules;
mod serve;
mod silence;
mod slo;
mod store;
mod watch;
mod wiring;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use arguments::{Colour, Command, CommandLine};
use config::Environment;
use exit::Outcome;

fn main() -> ExitCode {
    let matches = CommandLine::command().get_matches();
    let line = match CommandLine::from_arg_matches(&matches) {
        Ok(line) => line,
        Err(error) => error.format(&mut CommandLine::command()).exit(),
    };
    match line.color {
        Colour::Auto => {}
        Colour::Always => anstream::ColorChoice::Always.write_global(),
        Colour::Never => anstream::ColorChoice::Never.write_global(),
    }
    if let Some(command) = connect::named_in_vain(&CommandLine::command(), &matches) {
        output::note(&format!(
            "swarmpulse: `{command}` asks no server, so `--server` and `--token-file` change nothing"
        ));
    }
    match run(&line.command, &Environment::read()) {
        Ok(outcome) => outcome.into(),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&format!("swarmpulse: {error:#}"));
            ExitCode::from(if matches!(line.command, Command::Watch(_)) {
                125
            } else {
                1
            })
        }
    }
}

fn run(command: &Command, environment: &Environment) -> anyhow::Result<Outcome> {
    match command {
        Command::Serve(args) => serve::run(args, environment),
        Command::Watch(args) => watch::run(args, environment),
        Command::Pulse(args) => pulse::run(args, environment),
        Command::Check(args) => check::run(args, environment),
        Command::Slo(args) => slo::run(args, environment),
        Command::Backtest(args) => backtest::run(args, environment),
        Command::Rules(args) => rules::run(args, environment),
        Command::Alerts(args) => alerts::run(args, environment),
        Command::Ack(args) => ack::run(args, environment),
        Command::Silence(args) => silence::run(args, environment),
        Command::Notify(args) => notify::run(args, environment),
        Command::Env(args) => env::run(args, environment),
        Command::Detect(args) => detect::run(args),
        Command::Demo(args) => demo::run(args, environment),
        Command::Config(args) => configure::run(args, environment),
        Command::Token(args) => offline::token(args, environment),
        Command::Replay(args) => offline::replay(args, environment),
        Command::Openapi => offline::openapi(),
        Command::Metrics(args) => offline::metrics(args),
        Command::Query(args) => query::run(args, environment),
        Command::Promqltest(args) => promqltest::run(args),
        Command::Store(args) => store::run(args, environment),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut CommandLine::command(), "swarmpulse", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(Outcome::Done)
        }
        Command::Version => {
            output::line(concat!("swarmpulse ", env!("CARGO_PKG_VERSION")))?;
            Ok(Outcome::Done)
        }
        Command::DemoAgent(args) => demo::run_agent(args, environment),
    }
}
