//! `swarmpulse replay`: a span of the journal again, and what changed in it.

use std::sync::Arc;

use anyhow::Context as _;
use swarmpulse_ledger::SqliteState;
use swarmpulse_model::{Effect, Timestamp};
use swarmpulse_runtime::replay;
use swarmpulse_store::{HistoryRow, JournalReader};

use super::ReplayArgs;
use crate::config::Environment;
use crate::exit::Outcome;
use crate::{clock, output};

pub(super) fn run(args: &ReplayArgs, environment: &Environment) -> anyhow::Result<Outcome> {
    let dir = super::data_dir(&args.data, environment)?;
    let from = time("--from", &args.from)?;
    let to = args
        .to
        .as_deref()
        .map_or(Ok(Timestamp::NEVER), |to| time("--to", to))?;
    anyhow::ensure!(from < to, "--from must lie before --to");
    let journal: Arc<dyn JournalReader> = swarmpulse_journal::open_reader(&dir.join("journal"))?;
    let state = SqliteState::open(dir.join("state.db"))?;
    let mut broken = None;
    let report = replay(&journal, &state, from, to, |row| {
        let shown = if args.json { show_json(row) } else { show(row) };
        broken = shown.err();
        broken.is_none()
    })?;
    if let Some(error) = broken {
        return Err(error.into());
    }
    if report.beginning_unknown {
        output::note("the journal no longer holds what was before: agents known then appear as new");
    }
    if let Some(reason) = &report.skipped.reason {
        output::note(&format!(
            "{} entries were passed over: {reason}",
            report.skipped.entries
        ));
    }
    let (entries, changes) = (report.entries, report.verdict_changes);
    output::note(&format!(
        "{entries} entries replayed, {changes} changes of verdicts; nothing was performed"
    ));
    Ok(Outcome::Done)
}

fn time(flag: &str, text: &str) -> anyhow::Result<Timestamp> {
    let ms = clock::parse_ms(text)
        .with_context(|| format!("{flag}: `{text}` is no time; write 2026-05-01T14:00:00Z"))?;
    Ok(Timestamp(ms.saturating_mul(1_000_000)))
}

fn show(row: &HistoryRow) -> std::io::Result<()> {
    let Effect::Verdict(change) = &row.effect else {
        return Ok(());
    };
    let from = change.from.map_or("new", |verdict| verdict.as_str());
    let reason = change
        .evidence
        .first()
        .map(|evidence| evidence.claim.to_string())
        .unwrap_or_default();
    let (at, agent, to) = (row.at, &change.agent.id, change.to.as_str());
    output::line(&format!("{at}  {agent:<24} {from:>11} -> {to:<11} {reason}"))
}

fn show_json(row: &HistoryRow) -> std::io::Result<()> {
    let Effect::Verdict(change) = &row.effect else {
        return Ok(());
    };
    let evidence: Vec<serde_json::Value> = change
        .evidence
        .iter()
        .map(|evidence| {
            serde_json::json!({
                "claim": evidence.name(), "text": evidence.claim.to_string(), "class": evidence.class() as u8,
                "at": evidence.at.to_string(),
            })
        })
        .collect();
    output::line(
        &serde_json::json!({
            "id": row.id.to_string(), "at": row.at.to_string(), "namespace": change.agent.namespace,
            "agent": change.agent.id, "from": change.from.map(|verdict| verdict.as_str()), "to": change.to.as_str(),
            "evidence": evidence,
        })
        .to_string(),
    )
}
