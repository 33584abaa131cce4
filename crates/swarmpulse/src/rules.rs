//! `swarmpulse rules`: rule files checked and tested, and the rules in force with their state.

mod check;
mod list;
mod show;
mod unit;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};

use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;

const EXAMPLES: &str = "Examples:
  swarmpulse rules check rules/*.yaml
  swarmpulse rules list
  swarmpulse rules list --offline --json
  swarmpulse rules show agents_active_low
  swarmpulse rules test tests/*.yaml

`check` and `test` need no server, and read what promtool reads. `list` and `show` ask the server; without one they show the
rules that the configuration names. Exit code 1 if a file is wrong or a test fails.";

const CHECK_EXAMPLES: &str = "Examples:
  swarmpulse rules check rules/*.yaml
  swarmpulse rules check rules/queues.yaml --json";
const TEST_EXAMPLES: &str = "Examples:
  swarmpulse rules test tests/*.yaml

A file of tests, as `promtool test rules` reads it:
  rule_files: [../rules/queues.yaml]
  tests:
    - interval: 1m
      input_series: [{series: 'queue_depth{queue=\"a\"}', values: '2000x10'}]
      alert_rule_test:
        - {eval_time: 5m, alertname: BacklogHigh, exp_alerts: [{exp_labels: {queue: a, severity: warning}}]}";
const SHOW_EXAMPLES: &str = "Examples:
  swarmpulse rules show agents_active_low
  swarmpulse rules show agents_active_low --offline > mine.yaml     to begin one of your own with";

/// A longer file is none of rules.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Looks at rules.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES, arg_required_else_help = true)]
pub struct RulesArgs {
    #[command(subcommand)]
    command: Which,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
enum Which {
    /// Check rule files: every fault with its line and column.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(FileArgs),
    /// List the rules in force with their state.
    List(ListArgs),
    /// Show one rule: its definition as YAML, and its state.
    #[command(after_help = SHOW_EXAMPLES)]
    Show(ShowArgs),
    /// Run unit tests of rules, in promtool's format.
    #[command(after_help = TEST_EXAMPLES)]
    Test(FileArgs),
}

/// Files.
#[derive(Args, Clone, Debug)]
struct FileArgs {
    /// The files.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Where rules are listed from.
#[derive(Args, Clone, Debug)]
struct ListArgs {
    /// Also the recording rules that are made from objectives.
    #[arg(long)]
    all: bool,
    /// Do not ask a server: the rules that the configuration names, without their state.
    #[arg(long)]
    offline: bool,
    /// The configuration file, where no server is asked.
    #[arg(long, value_name = "FILE", env = "SWARMPULSE_CONFIG")]
    config: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Which rule.
#[derive(Args, Clone, Debug)]
struct ShowArgs {
    /// The name of an alert or of a recorded series.
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    list: ListArgs,
}

/// Does it.
///
/// # Errors
/// If a file cannot be read, the configuration is wrong, or there is no rule of that name.
pub fn run(args: &RulesArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    match &args.command {
        Which::Check(args) => check::run(&args.files, args.json),
        Which::List(args) => list::run(args, environment),
        Which::Show(args) => show::run(&args.name, &args.list, environment),
        Which::Test(args) => unit::run(&args.files, args.json),
    }
}

/// The text of a file that a person named.
fn text_of(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let length = std::fs::metadata(path)
        .with_context(|| format!("read {shown}"))?
        .len();
    anyhow::ensure!(
        length <= FILE_BYTES_MAX,
        "{shown} has {length} bytes, more than {FILE_BYTES_MAX}: split it"
    );
    std::fs::read_to_string(path).with_context(|| format!("read {shown}"))
}
