//! Replay: what the journal of a span says, without performing anything.

use std::sync::Arc;

use swarmpulse_model::{Effect, Timestamp};
use swarmpulse_store::{HistoryRow, JournalError, JournalReader, State, StateError};

use crate::catch_up::{self, Skipped};

/// Why a span could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The snapshots.
    #[error(transparent)]
    State(#[from] StateError),
}

/// What a replay went through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplayReport {
    /// The first entry of the span.
    pub first_offset: u64,
    /// Entries within the span.
    pub entries: u64,
    /// Verdict changes within the span.
    pub verdict_changes: u64,
    /// The journal no longer holds what the fleet was before the span, so early verdicts may be missing.
    pub beginning_unknown: bool,
    /// Entries that could not be read.
    pub skipped: Skipped,
}

/// Applies the journal again and hands on the verdict changes of records received from `from` (inclusive) to `to`
/// (exclusive), in order, until `show` returns false.
///
/// # Errors
/// If the journal or the snapshots cannot be read.
pub fn replay(
    journal: &Arc<dyn JournalReader>,
    state: &dyn State,
    from: Timestamp,
    to: Timestamp,
    mut show: impl FnMut(&HistoryRow) -> bool,
) -> Result<ReplayReport, ReplayError> {
    let mut report = ReplayReport::default();
    let first = journal.offset_at(from)?;
    let end = journal.offset_at(to)?;
    report.first_offset = first;
    report.entries = end.saturating_sub(first);
    let mut fleet = catch_up::fleet_before(state, first, &mut report.skipped)?;
    report.beginning_unknown = fleet.next_offset() < journal.first_offset();
    let mut skipped = std::mem::take(&mut report.skipped);
    catch_up::apply_span(&mut fleet, journal, first, end, &mut skipped, |rows, _| {
        for row in rows.iter().filter(|row| matches!(row.effect, Effect::Verdict(_))) {
            report.verdict_changes += 1;
            if !show(row) {
                return false;
            }
        }
        true
    })?;
    report.skipped = skipped;
    Ok(report)
}
