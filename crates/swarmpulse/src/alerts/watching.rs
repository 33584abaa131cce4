//! `swarmpulse alerts watch`: what fires, and then every change, a line each.

use std::collections::BTreeMap;

use clap::Args;
use swarmpulse_alert::Matchers;
use swarmpulse_api::{Alert, StreamEvent, Topic};
use swarmpulse_client::{AlertQuery, Client, ClientError, StreamItem, StreamOptions};
use swarmpulse_model::series::Label;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::table::one_line;
use super::{ALERTS_MAX, PAGE, SEVERITIES, asking, style, up_to};
use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;

const EXAMPLES: &str = "Examples:
  swarmpulse alerts watch
  swarmpulse alerts watch 'agent=~\"bot.*\"' --severity critical
  swarmpulse alerts watch --json | jq -r '.message'

It begins with what fires, and goes on after the server was away. Ctrl-C ends it.";

/// Changes of which alerts.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct WatchArgs {
    /// Matchers of labels.
    #[arg(value_name = "MATCHER")]
    matchers: Vec<String>,
    /// These severities alone.
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',', value_parser = SEVERITIES)]
    severity: Vec<String>,
    /// Alerts of this namespace.
    #[arg(long)]
    namespace: Option<String>,
    /// Those as well that follow from others.
    #[arg(long)]
    all: bool,
    /// Print JSON, an alert a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// What was said of an alert last: its state, its severity, and since when.
type Said = (String, String, String);

/// Alerts as they were told last, so that nothing is told twice.
#[derive(Default)]
struct Told {
    known: BTreeMap<String, Said>,
    began: bool,
}

impl Told {
    /// Whether this is news. What ended before the beginning is none.
    fn is_new(&mut self, alert: &Alert) -> bool {
        let said = (
            alert.state.clone(),
            alert.severity.clone(),
            alert.started_at.clone(),
        );
        if alert.state == "resolved" {
            // It is forgotten at its end: the next one of that id begins anew.
            return self.known.remove(&alert.id).is_some();
        }
        let before = self.known.insert(alert.id.clone(), said.clone());
        before.as_ref() != Some(&said)
    }
}

/// Prints until it is told to end.
///
/// # Errors
/// If a matcher is none, the server cannot be reached at first, or it refuses.
pub(super) fn run(args: &WatchArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let matchers = match asking::filter(&args.matchers) {
        Some(text) => Matchers::parse(&text)?,
        None => Matchers::default(),
    };
    asking::answered(&args.server, environment, async |client| {
        follow(args, &matchers, client).await
    })?;
    Ok(Outcome::Done)
}

async fn follow(args: &WatchArgs, matchers: &Matchers, client: Client) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // A server that is not there at the beginning is an error, later it is waited for.
    let mut told = Told::default();
    catch_up(args, matchers, &client, &mut told).await?;
    let mut stream = client.stream(StreamOptions {
        topics: vec![Topic::Alerts],
        ..StreamOptions::default()
    });
    let (sender, mut news) = mpsc::channel(256);
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        loop {
            let item = stream.next().await;
            let last = item.is_err();
            if sender.send(item).await.is_err() || last {
                return;
            }
        }
    });
    loop {
        let item = tokio::select! {
            item = news.recv() => item,
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
        };
        match item {
            Some(Ok(StreamItem::Connected)) => catch_up(args, matchers, &client, &mut told).await?,
            Some(Ok(StreamItem::Event(StreamEvent { data, .. }))) => {
                if let Ok(alert) = serde_json::from_value::<Alert>(data) {
                    tell(args, matchers, &mut told, &alert, &clock::now_text())?;
                }
            }
            Some(Ok(StreamItem::Lost { error, retry_in })) => output::note(&format!(
                "swarmpulse alerts: {error}; next try in {:.1} s",
                retry_in.as_secs_f64()
            )),
            Some(Ok(StreamItem::Skipped { .. })) => {}
            Some(Err(error)) => return Err(error.into()),
            None => anyhow::bail!("the stream ended"),
        }
    }
}

/// Reads what is so now, as before the first change, and after each time that changes may have been missed.
async fn catch_up(
    args: &WatchArgs,
    matchers: &Matchers,
    client: &Client,
    told: &mut Told,
) -> anyhow::Result<()> {
    let of = |state: &str| AlertQuery {
        state: Some(state.to_owned()),
        namespace: args.namespace.clone(),
        limit: Some(PAGE),
        ..AlertQuery::default()
    };
    let mut found = read(client, of("open")).await?;
    if told.began {
        found.extend(read(client, of("resolved")).await?);
    }
    told.began = true;
    // The oldest first: lines come in the order in which it happened.
    found.sort_by(|a, b| a.started_at.cmp(&b.started_at));
    for alert in found {
        let at = alert.resolved_at.as_ref().unwrap_or(&alert.started_at);
        tell(args, matchers, told, &alert, at)?;
    }
    Ok(())
}

async fn read(client: &Client, query: AlertQuery) -> Result<Vec<Alert>, ClientError> {
    up_to(client, query, ALERTS_MAX).await.map(|(alerts, _)| alerts)
}

fn tell(
    args: &WatchArgs,
    matchers: &Matchers,
    told: &mut Told,
    alert: &Alert,
    at: &str,
) -> anyhow::Result<()> {
    // What was told once is told on: also that it is over, or follows from another by now.
    let is_known = told.known.contains_key(&alert.id);
    if !(is_known || wanted(args, matchers, alert)) || !told.is_new(alert) {
        return Ok(());
    }
    if args.json {
        output::line(&serde_json::to_value(alert)?.to_string())?;
    } else {
        output::line(&line(alert, at))?;
    }
    Ok(())
}

fn wanted(args: &WatchArgs, matchers: &Matchers, alert: &Alert) -> bool {
    let labels: Vec<Label> = alert
        .labels
        .iter()
        .map(|(name, value)| Label {
            name: name.as_str().into(),
            value: value.as_str().into(),
        })
        .collect();
    (args.all || alert.cause.is_none())
        && (args.severity.is_empty() || args.severity.contains(&alert.severity))
        && args
            .namespace
            .as_ref()
            .is_none_or(|namespace| *namespace == alert.namespace)
        && matchers.matches(&labels)
}

/// When it came, or since when it has been so, and what.
fn line(alert: &Alert, at: &str) -> String {
    let severity = output::styled(style(&alert.severity), &format!("{:<8}", alert.severity));
    let subject = match alert.subject.as_str() {
        "" => String::new(),
        subject => format!(" of {}", one_line(subject)),
    };
    format!(
        "{at} {severity} {:<8} {}{subject}: {} ({})",
        alert.state,
        one_line(&alert.name),
        one_line(&alert.message),
        alert.fingerprint
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(state: &str, started_at: &str) -> Alert {
        Alert {
            id: "agent_down/default/agent/a1".into(),
            name: "agent_down".into(),
            severity: "critical".into(),
            state: state.into(),
            started_at: started_at.into(),
            ..Alert::default()
        }
    }

    #[test]
    fn every_change_is_told_once_however_often_it_is_read() {
        let mut told = Told::default();
        let mut came = |state: &str, started_at: &str| told.is_new(&alert(state, started_at));
        assert!(!came("resolved", "1"), "it was over before");
        assert!(came("pending", "2"));
        assert!(!came("pending", "2"));
        assert!(came("firing", "2"));
        assert!(!came("firing", "2"));
        assert!(came("firing", "3"), "it ended and began while nobody looked");
        assert!(came("resolved", "3"));
        assert!(!came("resolved", "3"));
        assert!(came("firing", "4"));
    }

    #[test]
    fn a_line_says_when_what_and_of_what_and_cannot_change_the_terminal() {
        let mut alert = alert("firing", "1");
        alert.subject = "a1".into();
        alert.message = "no contact\n\u{1b}[2J".into();
        alert.fingerprint = "00ff".into();
        let text = line(&alert, "THEN");
        assert_eq!(
            anstream::adapter::strip_str(&text).to_string(),
            "THEN critical firing   agent_down of a1: no contact  [2J (00ff)"
        );
    }
}
