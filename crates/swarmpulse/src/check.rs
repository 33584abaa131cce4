//! `swarmpulse check`: one look at the fleet for cron and other schedulers, answered by an exit code.

mod judge;
mod wildcard;

use std::time::Duration;

use clap::Args;
use serde_json::json;
use swarmpulse_client::{AgentQuery, ClientError};

use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use judge::{Answer, Question, Severity};

const EXAMPLES: &str = "Examples:
  swarmpulse check --once                            all agents and alerts
  swarmpulse check --once --name bot-1 --max-age 60  one agent, heard of within a minute
  swarmpulse check --once --agent 'crawler-*' --json
  * * * * * swarmpulse check --once --kind bot || mail -s 'bots' ops@example.com

Exit codes: 0 all is well, 1 something is down or stuck, 2 cannot tell (the server is away, cannot see, or does not
know the agent). One line a problem; nothing when all is well.";

/// The most agents that one check reads.
const AGENTS_MAX: usize = 200_000;

/// Checks the fleet once.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CheckArgs {
    /// Check once and exit: the only way there is, so that a crontab says what happens.
    #[arg(long)]
    pub once: bool,
    /// This agent; that it is not known or has stopped is a problem, too.
    #[arg(long, value_name = "AGENT")]
    pub name: Option<String>,
    /// Agents whose id matches, with `*` and `?`.
    #[arg(long, value_name = "PATTERN", conflicts_with = "name")]
    pub agent: Option<String>,
    /// Agents of this kind.
    #[arg(long)]
    pub kind: Option<String>,
    /// Agents of this namespace.
    #[arg(long)]
    pub namespace: Option<String>,
    /// An agent that was last heard of longer ago is a problem, whatever its verdict.
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<f64>,
    /// Seconds to wait for the server.
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0)]
    pub timeout: f64,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Checks and prints.
///
/// # Errors
/// If the arguments cannot be used; a server that is away is an answer.
pub fn run(args: &CheckArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let limit = Duration::try_from_secs_f64(args.timeout)?;
    let client = args.server.client(environment, limit)?;
    let question = Question {
        name: args.name.clone(),
        pattern: args.agent.clone(),
        narrowed: args.kind.is_some() || args.namespace.is_some(),
        max_age_s: args.max_age,
        now_ms: clock::now_ms(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = match runtime.block_on(look(&client, args)) {
        Ok((summary, agents, alerts)) => judge::judge(&question, &summary, &agents, &alerts),
        Err(error) => Answer::cannot_tell(error.to_string()),
    };
    print(&answer, args.json)?;
    Ok(answer.outcome())
}

type Look = (
    swarmpulse_api::Summary,
    Vec<swarmpulse_api::Agent>,
    Vec<swarmpulse_api::Alert>,
);

async fn look(client: &swarmpulse_client::Client, args: &CheckArgs) -> Result<Look, ClientError> {
    let summary = client.summary().await?;
    let agents = match &args.name {
        Some(name) => match client.agent(args.namespace.as_deref(), name).await {
            Ok(agent) => vec![agent],
            Err(ClientError::NotFound { .. }) => Vec::new(),
            Err(error) => return Err(error),
        },
        None => {
            let query = AgentQuery {
                namespace: args.namespace.clone(),
                kind: args.kind.clone(),
                limit: Some(1000),
                ..AgentQuery::default()
            };
            client.agents_up_to(&query, AGENTS_MAX).await?.0
        }
    };
    let alerts = client.alerts().await?.active;
    Ok((summary, agents, alerts))
}

fn print(answer: &Answer, as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let problems: Vec<_> = answer
            .problems
            .iter()
            .map(|problem| json!({"severity": problem.severity.word(), "agent": problem.agent, "text": problem.text}))
            .collect();
        output::json(&json!({"status": answer.word(), "checked": answer.checked, "problems": problems}))?;
        return Ok(());
    }
    for problem in &answer.problems {
        let style = match problem.severity {
            Severity::Critical => output::colour(anstyle::AnsiColor::Red),
            Severity::Warning => output::colour(anstyle::AnsiColor::Yellow),
            Severity::Unclear => output::colour(anstyle::AnsiColor::Magenta),
        };
        output::line(&format!(
            "{} {}",
            output::styled(style, problem.severity.word()),
            problem.text
        ))?;
    }
    Ok(())
}
