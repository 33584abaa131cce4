//! Recovery: the last snapshot plus the journal after it, and history caught up, without performing any effect twice.

use std::sync::Arc;

use swarmpulse_fleet::Fleet;
use swarmpulse_store::{History, HistoryError, JournalReader, State};

use crate::catch_up::{self, Skipped};
use crate::clock::Stopwatch;
use crate::error::StartError;

/// What a start recovered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecoveryReport {
    /// Where the snapshot stood.
    pub snapshot_offset: u64,
    /// Entries applied after it.
    pub entries: u64,
    /// Effects that history was missing.
    pub history_rows: u64,
    /// Entries or snapshots that could not be read.
    pub skipped: Skipped,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// Brings the fleet to the journal's end, and history with it.
pub(crate) fn recover(
    state: &dyn State,
    journal: &Arc<dyn JournalReader>,
    history: &dyn History,
) -> Result<(Fleet, RecoveryReport), StartError> {
    let watch = Stopwatch::start();
    let mut report = RecoveryReport::default();
    // Effects that history has are performed; made again below its cursor they are dropped.
    let written = history.next_offset()?;
    let mut fleet = catch_up::fleet_before(state, written, &mut report.skipped)?;
    report.snapshot_offset = fleet.next_offset();
    let end = journal.next_offset();
    let mut failure: Option<HistoryError> = None;
    let mut history_rows = 0;
    catch_up::apply_span(
        &mut fleet,
        journal,
        written,
        end,
        &mut report.skipped,
        |rows, next_offset| {
            if failure.is_none() {
                history_rows += rows.len() as u64;
                // Full or broken history must not keep the monitor from watching: the historian will try again.
                failure = history.append(&rows, next_offset).err();
            }
            true
        },
    )?;
    if let Some(error) = failure {
        report.skipped.reason.get_or_insert(error.to_string());
    }
    report.history_rows = history_rows;
    report.entries = end.saturating_sub(report.snapshot_offset.max(journal.first_offset()));
    report.seconds = watch.seconds();
    Ok((fleet, report))
}
