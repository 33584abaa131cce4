//! Recovery: the last snapshot plus the journal after it; history, the desk and the outbox caught up, each from where it
//! stands, without performing any effect twice.

use std::sync::Arc;

use swarmpulse_fleet::Fleet;
use swarmpulse_store::{History, HistoryError, JournalReader, State};

use crate::alerting::Projections;
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

/// Brings the fleet to the journal's end, and history, the desk and the outbox with it.
pub(crate) fn recover(
    state: &dyn State,
    journal: &Arc<dyn JournalReader>,
    history: &dyn History,
    projections: &mut Projections,
) -> Result<(Fleet, RecoveryReport), StartError> {
    let watch = Stopwatch::start();
    let mut report = RecoveryReport::default();
    // Effects that history has are performed; made again below its cursor they are dropped.
    let written = history.next_offset()?;
    let from = written.min(projections.needed_from());
    let mut fleet = catch_up::fleet_before(state, from, &mut report.skipped)?;
    if fleet.next_offset() < journal.first_offset() && from < written {
        // What the desk misses is gone; a fleet from the middle of nowhere would be worse.
        fleet = catch_up::fleet_before(state, written, &mut report.skipped)?;
        report.skipped.reason.get_or_insert_with(|| {
            format!(
                "alerts do not know entries {from} to {}: no snapshot is old enough",
                fleet.next_offset()
            )
        });
    }
    report.snapshot_offset = fleet.next_offset();
    let end = journal.next_offset();
    let mut failure: Option<HistoryError> = None;
    let mut history_rows = 0;
    catch_up::apply_span(
        &mut fleet,
        journal,
        from,
        end,
        &mut report.skipped,
        |rows, next_offset| {
            rows.iter().for_each(|row| projections.apply(row));
            let missing = rows.partition_point(|row| row.id.position.offset < written);
            let missing = rows.get(missing..).unwrap_or_default();
            if failure.is_none() && next_offset > written {
                history_rows += missing.len() as u64;
                // Full or broken history must not keep the monitor from watching: the historian will try again.
                failure = history.append(missing, next_offset).err();
            }
            true
        },
    )?;
    projections.reached(end);
    projections.seed(|| fleet.conditions(usize::MAX), fleet.now());
    if let Some(error) = failure {
        report.skipped.reason.get_or_insert(error.to_string());
    }
    report.history_rows = history_rows;
    report.entries = end.saturating_sub(report.snapshot_offset.max(journal.first_offset()));
    report.seconds = watch.seconds();
    Ok((fleet, report))
}
