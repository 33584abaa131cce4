//! Silences as a table, and one of them in full.

use anstyle::{AnsiColor, Style};
use clap::Args;
use swarmpulse_api::Silence;
use swarmpulse_client::SilenceQuery;

use crate::alerts::asking;
use crate::alerts::table::{Row, render};
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;
use crate::pulse::screen_width;

/// The most silences that are read.
const SILENCES_MAX: usize = 10_000;

/// Which silences.
#[derive(Args, Clone, Debug)]
pub(super) struct ListArgs {
    /// Those that are over, too.
    #[arg(long)]
    all: bool,
    /// Of this namespace.
    #[arg(long)]
    namespace: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn run(args: &ListArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let mut query = SilenceQuery {
        namespace: args.namespace.clone(),
        limit: Some(1000),
        ..SilenceQuery::default()
    };
    if args.all {
        query.states = ["active", "pending", "expired"].map(str::to_owned).to_vec();
    }
    let found = asking::ask(&args.server, environment, async |client| {
        let mut found: Vec<Silence> = Vec::new();
        loop {
            let page = client.silences(&query).await?;
            found.extend(page.items);
            query.cursor = page.next;
            if query.cursor.is_none() || found.len() >= SILENCES_MAX {
                return Ok(found);
            }
        }
    })?;
    if args.json {
        output::json(&serde_json::to_value(&found)?)?;
        return Ok(Outcome::Done);
    }
    if found.is_empty() {
        output::note("swarmpulse: no silence");
        return Ok(Outcome::Done);
    }
    let rows: Vec<Row> = found.iter().map(row).collect();
    let headings = ["STATE", "ID", "FROM", "UNTIL", "ALERTS", "BY", "MATCHERS AND WHY"];
    for line in render(&headings, &rows, screen_width()) {
        output::line(&line)?;
    }
    Ok(Outcome::Done)
}

fn row(silence: &Silence) -> Row {
    let planned = if silence.purpose == "maintenance" {
        " (maintenance)"
    } else {
        ""
    };
    Row {
        cells: vec![
            silence.state.clone(),
            silence.id.clone(),
            to_seconds(&silence.starts_at),
            to_seconds(&silence.ends_at),
            silence.alerts.to_string(),
            silence.author.clone(),
            format!("{} {}{planned}", silence.text, silence.comment),
        ],
        style: match silence.state.as_str() {
            "active" => output::colour(AnsiColor::Green),
            "pending" => output::colour(AnsiColor::Yellow),
            _ => Style::new().dimmed(),
        },
    }
}

/// A silence in full.
pub(super) fn told(silence: &Silence) -> Vec<String> {
    vec![
        format!("{} {} {}", silence.purpose, silence.id, silence.state),
        format!("  matchers   {}", silence.text),
        format!(
            "  namespace  {}",
            silence.namespace.as_deref().unwrap_or("every one")
        ),
        format!("  from       {}", silence.starts_at),
        format!("  until      {}", silence.ends_at),
        format!("  by         {}, {}", silence.author, silence.updated_at),
        format!("  comment    {}", silence.comment),
        format!("  holds back {} now", silence.alerts),
    ]
}

/// A time without its milliseconds.
fn to_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_times_in_seconds_and_says_what_is_planned() {
        let cells = row(&Silence {
            state: "active".into(),
            starts_at: "2026-03-04T05:06:07.890Z".into(),
            text: "{host=\"h1\"}".into(),
            comment: "disks".into(),
            purpose: "maintenance".into(),
            ..Silence::default()
        })
        .cells;
        assert_eq!(
            [&cells[2], &cells[6]],
            ["2026-03-04T05:06:07Z", "{host=\"h1\"} disks (maintenance)"]
        );
    }
}
