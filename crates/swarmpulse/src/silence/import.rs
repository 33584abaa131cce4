//! `swarmpulse silence import`: silences from a file, as an Alertmanager or another monitor has them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use swarmpulse_api::{Matchers, NewSilence};
use swarmpulse_model::alert::{LabelMatcher, LabelOp};

use crate::alerts::asking;
use crate::clock;
use crate::config::Environment;
use crate::connect::ServerArgs;
use crate::exit::Outcome;
use crate::output;

const EXAMPLES: &str = "Examples:
  swarmpulse silence list --json > silences.json
  swarmpulse silence import silences.json
  amtool --alertmanager.url=http://am:9093 silence query -o json | swarmpulse silence import -

Each becomes a new silence, with the author and comment that it has. What is over is passed over.";

/// The most that is read of a file, in bytes.
const FILE_MAX: u64 = 64 << 20;

/// Silences of which file.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct ImportArgs {
    /// A file of `silence list --json` or `amtool silence query -o json`; - is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print what would be made; nothing is changed.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: ServerArgs,
}

/// A silence as it stands in a file.
#[derive(Debug, Deserialize)]
struct Found {
    matchers: Vec<FoundMatcher>,
    #[serde(alias = "startsAt")]
    starts_at: Option<String>,
    #[serde(alias = "endsAt")]
    ends_at: String,
    #[serde(alias = "createdBy")]
    author: Option<String>,
    #[serde(default)]
    comment: String,
    purpose: Option<String>,
    namespace: Option<String>,
}

/// A matcher, with an operator as here or with two marks as in an Alertmanager.
#[derive(Debug, Deserialize)]
struct FoundMatcher {
    name: String,
    value: String,
    op: Option<String>,
    #[serde(default, alias = "isRegex")]
    is_regex: bool,
    #[serde(default = "yes", alias = "isEqual")]
    is_equal: bool,
}

fn yes() -> bool {
    true
}

/// All are tried; the first that is refused is the failure.
pub(super) fn run(args: &ImportArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let name = args.file.display();
    let text = read(&args.file).with_context(|| format!("read {name}"))?;
    let (wanted, over) = silences(&text, clock::now_ms()).with_context(|| format!("read {name}"))?;
    let mut failed = None;
    for (place, (matchers, silence)) in wanted.iter().enumerate() {
        if args.dry_run {
            output::line(&format!(
                "{matchers} until {}: {}",
                silence.ends_at, silence.comment
            ))?;
            continue;
        }
        let made = asking::ask(&args.server, environment, async |client| {
            client.add_silence(silence).await
        });
        match made {
            Ok(made) => output::line(&made.id)?,
            Err(error) => {
                failed = failed.or(Some(
                    error.context(format!("silence {} of the file, {matchers}", place + 1)),
                ));
            }
        }
    }
    if over > 0 {
        output::note(&format!("swarmpulse: {over} passed over, as they are over"));
    }
    failed.map_or(Ok(Outcome::Done), Err)
}

fn read(file: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let bytes = if file == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(FILE_MAX + 1)
            .read_to_string(&mut text)
    } else {
        std::fs::File::open(file)?
            .take(FILE_MAX + 1)
            .read_to_string(&mut text)
    }?;
    if bytes as u64 > FILE_MAX {
        bail!("it is longer than {} MiB", FILE_MAX >> 20);
    }
    Ok(text)
}

/// The silences of a text that are not over, each with its matchers as text, and how many are over.
fn silences(text: &str, now_ms: i64) -> anyhow::Result<(Vec<(String, NewSilence)>, usize)> {
    let items: Vec<Value> = serde_json::from_str(text).context(
        "it is no JSON list: make it with `silence list --json` or `amtool silence query -o json`",
    )?;
    let (mut wanted, mut over) = (Vec::new(), 0);
    for (place, item) in items.into_iter().enumerate() {
        let found: Found = serde_json::from_value(item).with_context(|| format!("silence {}", place + 1))?;
        let ends_ms = clock::parse_ms(&found.ends_at)
            .with_context(|| format!("silence {}: `{}` is no time", place + 1, found.ends_at))?;
        if ends_ms <= now_ms {
            over += 1;
            continue;
        }
        let matchers = found.matchers.iter().map(FoundMatcher::read);
        let matchers: Vec<LabelMatcher> = matchers
            .collect::<anyhow::Result<_>>()
            .with_context(|| format!("silence {}", place + 1))?;
        let matchers = swarmpulse_alert::Matchers::new(matchers)
            .with_context(|| format!("silence {}", place + 1))?
            .to_string();
        let silence = NewSilence {
            matchers: Matchers::Text(matchers.clone()),
            // What has begun goes on from now.
            starts_at: found
                .starts_at
                .filter(|at| clock::parse_ms(at).is_some_and(|at| at > now_ms)),
            ends_at: found.ends_at,
            comment: found.comment,
            author: found.author.filter(|author| !author.is_empty()),
            purpose: found.purpose,
            namespace: found.namespace,
        };
        wanted.push((matchers, silence));
    }
    Ok((wanted, over))
}

impl FoundMatcher {
    fn read(&self) -> anyhow::Result<LabelMatcher> {
        let op = match (self.op.as_deref(), self.is_equal, self.is_regex) {
            (Some("="), ..) | (None, true, false) => LabelOp::Equal,
            (Some("!="), ..) | (None, false, false) => LabelOp::NotEqual,
            (Some("=~"), ..) | (None, true, true) => LabelOp::Regex,
            (Some("!~"), ..) | (None, false, true) => LabelOp::NotRegex,
            (Some(other), ..) => bail!("`{other}` is no operator: =, !=, =~ and !~ are"),
        };
        Ok(LabelMatcher {
            name: self.name.as_str().into(),
            op,
            value: self.value.as_str().into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silences_of_an_alertmanager_and_of_a_monitor_are_read_alike() {
        let text = r#"[
            {"id": "1", "status": {"state": "active"}, "createdBy": "ana", "comment": "disks",
             "startsAt": "1970-01-01T00:00:01.000Z", "endsAt": "1970-01-01T01:00:00.000Z", "updatedAt": "x",
             "matchers": [{"name": "host", "value": "h.*", "isRegex": true, "isEqual": true},
                          {"name": "team", "value": "a\"b", "isRegex": false, "isEqual": false}]},
            {"id": "2", "state": "pending", "author": "bo", "comment": "", "purpose": "maintenance",
             "starts_at": "1970-01-01T00:30:00.000Z", "ends_at": "1970-01-01T01:00:00.000Z",
             "matchers": [{"name": "host", "value": "h", "op": "!~"}]},
            {"endsAt": "1970-01-01T00:00:10.000Z", "matchers": []}
        ]"#;
        let (wanted, over) = silences(text, 20_000).unwrap();
        assert_eq!(over, 1);
        let of = |(matchers, silence): &(String, NewSilence)| {
            assert_eq!(silence.matchers, Matchers::Text(matchers.clone()));
            (
                matchers.clone(),
                silence.author.clone(),
                silence.starts_at.clone(),
            )
        };
        assert_eq!(
            of(&wanted[0]),
            (
                r#"{host=~"h.*",team!="a\"b"}"#.to_owned(),
                Some("ana".to_owned()),
                None
            )
        );
        assert_eq!(
            of(&wanted[1]),
            (
                r#"{host!~"h"}"#.to_owned(),
                Some("bo".to_owned()),
                Some("1970-01-01T00:30:00.000Z".to_owned())
            )
        );
        assert_eq!(wanted[1].1.purpose.as_deref(), Some("maintenance"));
    }

    #[test]
    fn what_is_no_silence_is_told_with_its_place() {
        for (text, words) in [
            ("{}", "no JSON list"),
            (r#"[{"matchers": []}]"#, "silence 1: missing field `ends_at`"),
            (
                r#"[{"matchers": [], "endsAt": "soon"}]"#,
                "silence 1: `soon` is no time",
            ),
            (
                r#"[{"matchers": [{"name": "a", "value": "b", "op": "=="}], "ends_at": "2970-01-01T00:00:00Z"}]"#,
                "silence 1: `==` is no operator",
            ),
            (
                r#"[{"matchers": [{"name": "a", "value": "(", "op": "=~"}], "ends_at": "2970-01-01T00:00:00Z"}]"#,
                "silence 1: the matcher of label",
            ),
        ] {
            let error = format!("{:#}", silences(text, 0).unwrap_err());
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
