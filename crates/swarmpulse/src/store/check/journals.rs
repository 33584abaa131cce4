//! The two journals: every entry whole and understood, none missing.

use std::path::Path;

use serde_json::{Value, json};
use swarmpulse_journal::{JournalCheck, SegmentCheck, check_journal};
use swarmpulse_model::Position;
use swarmpulse_store::Entry;
use swarmpulse_wire::envelope::decode_body_counting;

use super::advice::Part;
use super::{Findings, state};
use crate::config::show_bytes;

/// What a journal holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Samples that no segment has yet.
    Samples,
    /// What was received.
    Records,
}

impl Holds {
    fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Records => "records",
        }
    }

    fn part(self) -> Part {
        match self {
            Self::Samples => Part::SampleJournal,
            Self::Records => Part::RecordJournal,
        }
    }

    /// Whether an entry can be read; counts records that only a later release knows.
    fn understand(self, entry: &Entry, unknown: &mut u64) -> Result<(), String> {
        match self {
            Self::Samples => swarmpulse_metrics::understand_entry(&entry.body)
                .map_err(|what| format!("{what} in it cannot be read")),
            Self::Records => {
                let position = Position {
                    partition: 0,
                    offset: entry.offset,
                };
                decode_body_counting(position, entry.received_at, &entry.body, unknown)
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
        }
    }
}

/// Looks through the journal in this folder, if there is one; gives what is shown as JSON.
pub(super) fn look(folder: &Path, holds: Holds, findings: &mut Findings) -> Option<Value> {
    if !folder.is_dir() {
        return None;
    }
    let mut unknown = 0;
    let checked = check_journal(
        folder,
        &mut |entry| holds.understand(entry, &mut unknown),
        &mut |segment| findings.line(&line(segment)),
    );
    // What keeps one journal from being read is told like damage: the other files are looked at all the same.
    let report = checked.unwrap_or_else(|error| JournalCheck {
        segments: Vec::new(),
        damage: vec![error.to_string()],
    });
    for damage in &report.damage {
        findings.line(&format!("journal of {}: DAMAGED: {damage}", holds.name()));
    }
    if !report.is_sound() {
        findings.damaged(holds.part());
    }
    let (entries, bytes) = report.totals();
    let later = match unknown {
        0 => String::new(),
        count => format!("; {count} records in them are of a kind that only a later version knows"),
    };
    findings.line(&format!(
        "journal of {}: {entries} entries in {}{later}",
        holds.name(),
        show_bytes(bytes)
    ));
    let segments: Vec<Value> = report.segments.iter().map(as_value).collect();
    Some(json!({
        "path": folder, "holds": holds.name(), "entries": entries, "bytes": bytes, "unknown_records": unknown,
        "sound": report.is_sound(), "damage": report.damage, "segments": segments,
    }))
}

fn line(segment: &SegmentCheck) -> String {
    let info = &segment.info;
    format!(
        "{} (journal): {} entries, {} to {} in {}: {}",
        segment.path.file_name().unwrap_or_default().to_string_lossy(),
        segment.entries,
        info.first_at,
        info.last_at,
        show_bytes(info.bytes),
        state(&segment.damage)
    )
}

fn as_value(segment: &SegmentCheck) -> Value {
    let info = &segment.info;
    json!({
        "path": segment.path, "first_offset": info.first_offset, "next_offset": info.next_offset,
        "entries": segment.entries, "bytes": info.bytes, "from": info.first_at.to_string(),
        "to": info.last_at.to_string(), "closed": info.closed, "sound": segment.is_sound(), "damage": segment.damage,
    })
}
