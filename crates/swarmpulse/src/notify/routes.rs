//! `swarmpulse notify routes`: the tree of routes of a file, and who would be told of an alert with given labels.

use std::path::PathBuf;

use anstyle::Style;
use anyhow::{Context as _, bail};
use clap::Args;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use swarmpulse_alert::{Route, Routing};
use swarmpulse_model::Timestamp;
use swarmpulse_model::series::Label;

use crate::alerts::table::{Row, render};
use crate::clock;
use crate::config::{self, Environment};
use crate::exit::Outcome;
use crate::output;
use crate::pulse::screen_width;
use crate::query::times;

const EXAMPLES: &str = "Examples:
  swarmpulse notify routes                                            the tree
  swarmpulse notify routes alertname=agent_down severity=critical     who is told of such an alert
  swarmpulse notify routes --file new-alerts.yaml --at 2026-12-24T23:00:00+01:00 team=research severity=warning

The file is read, no server is asked. `amtool config routes test` does the same for files without channels of our own. The
receivers of what follows from an alert are told of it as well.";

/// The longest file that is read, in bytes.
const FILE_MAX: u64 = 16 << 20;

/// An alert of which labels.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct RoutesArgs {
    /// Labels of an alert, as name=value; the tree is printed without any.
    #[arg(value_name = "LABEL")]
    labels: Vec<String>,
    /// The file of routes; by default the one that the configuration names.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The configuration file.
    #[arg(long, value_name = "FILE", env = "SWARMPULSE_CONFIG")]
    config: Option<PathBuf>,
    /// As of this time, for mute times: RFC 3339, a date, Unix seconds, or back from now as in -1d.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &RoutesArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let labels = labels(&args.labels)?;
    let now_ms = clock::now_ms();
    let at_ms = match &args.at {
        Some(at) => times::time_ms("--at", at, now_ms)?,
        None => now_ms,
    };
    let routing = routing(args, environment)?;
    let routes: Vec<&Route> = if labels.is_empty() {
        routing.routes().iter().collect()
    } else {
        routing.destinations(&labels)
    };
    let at = Timestamp(at_ms.saturating_mul(1_000_000));
    if args.json {
        let shown: Vec<Value> = routes.iter().map(|route| told(&routing, route, at)).collect();
        output::json(&Value::Array(shown))?;
        return Ok(Outcome::Done);
    }
    let is_tree = labels.is_empty();
    let rows: Vec<Row> = routes
        .iter()
        .map(|route| row(&routing, route, at, is_tree))
        .collect();
    let headings = [
        "RECEIVER",
        "GROUPED BY",
        "WAITS",
        "REPEATED",
        "MUTED NOW",
        "ROUTE",
    ];
    for line in render(&headings, &rows, screen_width()) {
        output::line(&line)?;
    }
    Ok(Outcome::Done)
}

fn routing(args: &RoutesArgs, environment: &Environment) -> anyhow::Result<Routing> {
    let file = match &args.file {
        Some(file) => file.clone(),
        None => {
            let config = config::load(args.config.as_deref(), environment, Vec::new())?.config;
            PathBuf::from(config.alerts.file)
        }
    };
    let name = file.display();
    let about = std::fs::metadata(&file).with_context(|| {
        format!("read {name}; `--file` or `alerts.file` of the configuration names another")
    })?;
    anyhow::ensure!(
        about.len() <= FILE_MAX,
        "{name} is {} bytes long, the limit is {FILE_MAX}",
        about.len()
    );
    let text = std::fs::read_to_string(&file).with_context(|| format!("read {name}"))?;
    match Routing::parse(&text, &|zone| TimeZone::get(zone).ok()) {
        Ok(file) => Ok(file.routing),
        Err(faults) => {
            let told: Vec<String> = faults
                .iter()
                .map(|fault| format!("{name}:{}:{}: {}", fault.line, fault.column, fault.message))
                .collect();
            bail!("{}", told.join("\n"))
        }
    }
}

fn labels(texts: &[String]) -> anyhow::Result<Vec<Label>> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && !name.ends_with('!') && !value.starts_with('~') => {
                Ok(Label {
                    name: name.into(),
                    value: value.trim_matches('"').into(),
                })
            }
            _ => bail!("`{text}` is no label: write it as name=value, such as severity=critical"),
        })
        .collect()
}

fn told(routing: &Routing, route: &Route, at: Timestamp) -> Value {
    json!({
        "receiver": route.receiver,
        "route": route.key,
        "matchers": route.matchers.to_string(),
        "depth": route.depth,
        "continue": route.continues,
        "group_by": group_by(route),
        "group_wait_s": route.group_wait_s,
        "group_interval_s": route.group_interval_s,
        "repeat_interval_s": route.repeat_interval_s,
        "muted_by": routing.muted_by(route, at),
    })
}

fn row(routing: &Routing, route: &Route, at: Timestamp, is_tree: bool) -> Row {
    let span = |seconds: f64| swarmpulse_promql::format_duration((seconds * 1000.0).round() as i64);
    let muted: Vec<String> = routing
        .muted_by(route, at)
        .iter()
        .map(ToString::to_string)
        .collect();
    let shown = if is_tree {
        format!("{}{}", "  ".repeat(route.depth), route.matchers)
    } else {
        route.key.to_string()
    };
    let continues = if is_tree && route.continues {
        ", continues"
    } else {
        ""
    };
    Row {
        cells: vec![
            route.receiver.to_string(),
            group_by(route).join(","),
            format!("{}, {}", span(route.group_wait_s), span(route.group_interval_s)),
            span(route.repeat_interval_s),
            muted.join(","),
            format!("{shown}{continues}"),
        ],
        style: if muted.is_empty() {
            Style::new()
        } else {
            output::dim()
        },
    }
}

fn group_by(route: &Route) -> Vec<String> {
    if route.group_by.all {
        return vec!["...".to_owned()];
    }
    route.group_by.labels.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_no_matchers() {
        let of = |text: &str| labels(&[text.to_owned()]).map(|labels| labels[0].value.to_string());
        assert_eq!(of("severity=critical").unwrap(), "critical");
        assert_eq!(of("severity=\"critical\"").unwrap(), "critical");
        assert_eq!(of("query=a=b").unwrap(), "a=b");
        for text in ["severity", "=x", "severity!=x", "severity=~x"] {
            assert!(of(text).unwrap_err().to_string().contains("no label"), "{text}");
        }
    }
}
