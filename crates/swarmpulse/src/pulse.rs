//! `swarmpulse pulse`: the fleet as a table, once or live.

mod figures;
mod fleet;
mod live;
mod screen;
mod table;

pub use figures::age;
pub use screen::width as screen_width;
pub use table::cut;

use std::time::Duration;

use clap::Args;
use serde_json::json;
use swarmpulse_api::Agent;
use swarmpulse_client::{AgentQuery, Client, ClientError};
use swarmpulse_model::Verdict;

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;

const EXAMPLES: &str = "Examples:
  swarmpulse pulse
  swarmpulse pulse --watch                     live; q or Ctrl-C ends it
  swarmpulse pulse --verdict down,stuck --json
  swarmpulse pulse --watch | tee changes.log   one line a change

The worst agents come first.";

/// Prints the fleet.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PulseArgs {
    /// Keep it up to date.
    #[arg(long, short)]
    pub watch: bool,
    /// Print JSON; with `--watch` one object a line.
    #[arg(long)]
    pub json: bool,
    /// These verdicts alone: starting working idle waiting backing_off silent stuck unknown down stopped.
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', value_parser = verdict)]
    pub verdict: Vec<String>,
    /// Agents of this kind alone.
    #[arg(long)]
    pub kind: Option<String>,
    /// Agents of this namespace alone.
    #[arg(long)]
    pub namespace: Option<String>,
    /// The most agents to show.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub limit: u32,
    #[command(flatten)]
    pub server: ServerArgs,
}

fn verdict(text: &str) -> Result<String, String> {
    match Verdict::parse(text) {
        Some(verdict) => Ok(verdict.as_str().to_owned()),
        None => Err(format!(
            "no such verdict; there are {}",
            Verdict::ALL.map(Verdict::as_str).join(", ")
        )),
    }
}

impl PulseArgs {
    fn query(&self) -> AgentQuery {
        AgentQuery {
            namespace: self.namespace.clone(),
            kind: self.kind.clone(),
            verdicts: self.verdict.clone(),
            worst_first: true,
            limit: Some(self.limit.min(1000)),
            cursor: None,
        }
    }

    /// Whether an agent is among those asked for.
    fn wants(&self, agent: &Agent) -> bool {
        let is =
            |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        is(&self.kind, &agent.kind)
            && is(&self.namespace, &agent.namespace)
            && (self.verdict.is_empty() || self.verdict.contains(&agent.verdict))
    }
}

/// Prints the fleet, once or until told to end.
///
/// # Errors
/// If the server does not answer.
pub fn run(args: &PulseArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let client = args.server.client(environment, Duration::from_secs(15))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = if args.watch {
        runtime.block_on(live::run(args, client))
    } else {
        runtime.block_on(once(args, &client))
    };
    runtime.shutdown_background();
    ended.map(|()| Outcome::Done)
}

async fn once(args: &PulseArgs, client: &Client) -> anyhow::Result<()> {
    let fleet = read(args, client).await?;
    if args.json {
        output::json(&json!({"summary": fleet.summary, "agents": fleet.agents, "more": fleet.more}))?;
        return Ok(());
    }
    let view = table::View {
        width: screen::width(),
        height: None,
        now_ms: clock::now_ms(),
        status: None,
    };
    output::print(&table::render(&fleet, &view).join("\n"))?;
    output::print("\n")?;
    Ok(())
}

async fn read(args: &PulseArgs, client: &Client) -> Result<fleet::Fleet, ClientError> {
    let summary = client.summary().await?;
    let (agents, more) = client.agents_up_to(&args.query(), args.limit as usize).await?;
    Ok(fleet::Fleet::new(summary, agents, more))
}
