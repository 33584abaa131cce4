//! Applying a span of the journal again: for recovery, shadow snapshots, history that fell behind, and replay.

use std::sync::Arc;

use swarmpulse_fleet::{Fleet, SNAPSHOT_VERSION};
use swarmpulse_model::{Effect, EffectId, Position, Timestamp};
use swarmpulse_store::{HistoryRow, JournalError, JournalReader, State, StateError};
use swarmpulse_wire::envelope;

use crate::snapshot;

/// Rows handed on at once.
const ROWS_AT_ONCE: usize = 8192;

/// What stood in the way while applying a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Entries that could not be read or decoded, with the first reason.
    pub entries: u64,
    /// The first reason.
    pub reason: Option<String>,
}

impl Skipped {
    fn add(&mut self, reason: String) {
        self.entries += 1;
        self.reason.get_or_insert(reason);
    }
}

/// The fleet of the newest snapshot that covers no entry from `limit` on; an empty one without any.
pub(crate) fn fleet_before(
    state: &dyn State,
    limit: u64,
    skipped: &mut Skipped,
) -> Result<Fleet, StateError> {
    let mut limit = limit;
    while let Some(found) = state.snapshot(SNAPSHOT_VERSION, limit)? {
        match snapshot::load(&found) {
            Ok(fleet) => return Ok(fleet),
            Err(error) => skipped.add(format!("snapshot at {}: {error}", found.next_offset)),
        }
        if found.next_offset == 0 {
            break;
        }
        limit = found.next_offset - 1;
    }
    Ok(Fleet::default())
}

/// Applies entries from where the fleet stands to `to` (exclusive), and hands on the effects of entries from `from` on,
/// with the entry after them. Damaged entries are passed over and counted.
pub(crate) fn apply_span(
    fleet: &mut Fleet,
    journal: &Arc<dyn JournalReader>,
    from: u64,
    to: u64,
    skipped: &mut Skipped,
    mut hand_on: impl FnMut(Vec<HistoryRow>, u64) -> bool,
) -> Result<(), JournalError> {
    let first = fleet.next_offset().max(journal.first_offset());
    if first >= to.min(journal.next_offset()) {
        return Ok(());
    }
    let mut rows: Vec<HistoryRow> = Vec::new();
    let mut made: Vec<(EffectId, Effect)> = Vec::new();
    for entry in journal.read_from(first)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error @ JournalError::Damaged { .. }) => {
                skipped.add(error.to_string());
                continue;
            }
            Err(error) => return Err(error),
        };
        if entry.offset >= to {
            break;
        }
        let position = Position {
            partition: 0,
            offset: entry.offset,
        };
        match envelope::decode_body(position, entry.received_at, &entry.body) {
            Ok(envelope) => fleet.apply_envelope(envelope, &mut made),
            Err(error) => skipped.add(format!("entry {}: {error}", entry.offset)),
        }
        if entry.offset < from {
            made.clear();
        }
        let at: Timestamp = entry.received_at;
        rows.extend(made.drain(..).map(|(id, effect)| HistoryRow { id, at, effect }));
        if rows.len() >= ROWS_AT_ONCE && !hand_on(std::mem::take(&mut rows), entry.offset + 1) {
            return Ok(());
        }
    }
    hand_on(rows, fleet.next_offset());
    Ok(())
}
