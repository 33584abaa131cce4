//! One thing that happened to an agent.

use swarmpulse_model::{Effect, Text, Timestamp};
use swarmpulse_store::{Facets, HistoryRow};

use super::event::sentence;
use super::evidence;

/// An effect as an entry of a timeline, its evidence with the ages it has at `now`.
pub(crate) fn timeline_entry(row: &HistoryRow, now: Timestamp) -> swarmpulse_api::TimelineEntry {
    let facets = Facets::of(&row.effect);
    let mut entry = swarmpulse_api::TimelineEntry {
        id: row.id.to_string(),
        at: row.at.to_string(),
        kind: facets.kind.to_owned(),
        text: sentence(&facets),
        ..swarmpulse_api::TimelineEntry::default()
    };
    match &row.effect {
        Effect::Verdict(change) => {
            entry.from = change.from.map(|verdict| verdict.as_str().to_owned());
            entry.to = Some(change.to.as_str().to_owned());
            entry.text = change
                .evidence
                .first()
                .map_or(entry.text, |first| first.claim.to_string());
            entry.evidence = evidence::all(&change.evidence, now);
        }
        Effect::Task(change) => {
            entry.from = change.from.map(|status| status.as_str().to_owned());
            entry.to = Some(change.to.as_str().to_owned());
            entry.text = format!("task {}: {}", change.task.id, entry.text);
        }
        Effect::Sandbox(change) => {
            entry.from = change.from.as_ref().map(Text::to_string);
            entry.to = Some(change.to.to_string());
            entry.text = format!("sandbox {}: {}", change.sandbox.id, entry.text);
        }
        _ => {}
    }
    entry
}
