//! Making a silence, and seeing beforehand what it would hold back.

use anyhow::Context as _;
use clap::Args;
use swarmpulse_api::{Matchers, NewSilence};

use crate::alerts::table::{Row, render};
use crate::alerts::{asking, style};
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::screen_width;
use crate::query::times;

const EXAMPLES: &str = "Examples:
  swarmpulse silence add 'agent=bot-1' --for 2h --comment 'upgrade of the bot'
  swarmpulse silence add 'alertname=~\"Queue.*\"' team=core --until 2026-05-01T18:00:00+02:00 --comment 'known'
  swarmpulse silence add 'host=h1' --maintenance --from 2026-05-01T20:00:00Z --for 4h --comment 'new disks'

Times are RFC 3339, a date (its midnight in UTC), Unix seconds, or so long from now, as 30m. The id is printed.";
const PREVIEW_EXAMPLES: &str = "Examples:
  swarmpulse silence preview 'agent=bot-1'
  swarmpulse silence preview 'alertname=~\"Queue.*\"' 'team!=core' --json";

/// Which alerts, how long and why.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct AddArgs {
    /// Matchers of labels.
    #[arg(value_name = "MATCHER", required = true)]
    matchers: Vec<String>,
    /// For so long, as in 2h.
    #[arg(
        long = "for",
        value_name = "SPAN",
        id = "span",
        allow_hyphen_values = true,
        required_unless_present = "until"
    )]
    span: Option<String>,
    /// Until this time.
    #[arg(long, value_name = "TIME", conflicts_with = "span")]
    until: Option<String>,
    /// From this time on; now without it.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Why.
    #[arg(long)]
    comment: String,
    /// Who; the token's name without it.
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Planned work: what breaks meanwhile counts against nobody.
    #[arg(long)]
    maintenance: bool,
    /// For alerts of this namespace alone.
    #[arg(long)]
    namespace: Option<String>,
    /// Print the silence as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// Which alerts.
#[derive(Args, Clone, Debug)]
#[command(after_help = PREVIEW_EXAMPLES)]
pub(super) struct PreviewArgs {
    /// Matchers of labels.
    #[arg(value_name = "MATCHER", required = true)]
    matchers: Vec<String>,
    /// Alerts of this namespace alone.
    #[arg(long)]
    namespace: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn run(args: &AddArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let starts_at = match &args.from {
        Some(from) => Some(times::future_text("--from", from)?),
        None => None,
    };
    let ends_at = match (&args.until, &args.span) {
        (Some(until), _) => times::future_text("--until", until)?,
        (None, span) => times::span_text("--for", span.as_deref().unwrap_or_default())?,
    };
    let wanted = NewSilence {
        matchers: matchers(&args.matchers)?,
        starts_at,
        ends_at,
        comment: args.comment.clone(),
        author: args.author.clone(),
        purpose: args.maintenance.then(|| "maintenance".to_owned()),
        namespace: args.namespace.clone(),
    };
    let silence = asking::ask(&args.server, environment, async |client| {
        client.add_silence(&wanted).await
    })?;
    if args.json {
        output::json(&serde_json::to_value(&silence)?)?;
    } else {
        output::line(&silence.id)?;
        output::note(&format!(
            "swarmpulse: {} {} until {}; {} now",
            silence.purpose,
            silence.state,
            silence.ends_at,
            counted(silence.alerts)
        ));
    }
    Ok(Outcome::Done)
}

pub(super) fn preview(args: &PreviewArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let matchers = matchers(&args.matchers)?;
    let preview = asking::ask(&args.server, environment, async |client| {
        client.preview_silence(matchers, args.namespace.as_deref()).await
    })?;
    if args.json {
        output::json(&serde_json::to_value(&preview)?)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<Row> = preview
        .alerts
        .iter()
        .map(|alert| Row {
            cells: vec![
                alert.severity.clone(),
                alert.state.clone(),
                alert.name.clone(),
                alert.subject.clone(),
                alert.message.clone(),
            ],
            style: style(&alert.severity),
        })
        .collect();
    if !rows.is_empty() {
        let headings = ["SEVERITY", "STATE", "ALERT", "SUBJECT", "WHAT"];
        for line in render(&headings, &rows, screen_width()) {
            output::line(&line)?;
        }
    }
    output::note(&format!(
        "swarmpulse: {} would hold back {} now",
        preview.text,
        counted(preview.count)
    ));
    Ok(Outcome::Done)
}

fn matchers(texts: &[String]) -> anyhow::Result<Matchers> {
    let text = asking::filter(texts)
        .context("no matcher: name at least one label, as in `swarmpulse silence add 'agent=bot-1' ...`")?;
    Ok(Matchers::Text(text))
}

fn counted(alerts: u64) -> String {
    match alerts {
        0 => "no alert".to_owned(),
        1 => "1 alert".to_owned(),
        alerts => format!("{alerts} alerts"),
    }
}
