//! Alerts that held: every end is a row of history that tells the beginning as well.

use swarmpulse_model::alert::AlertState;
use swarmpulse_model::{Alert, Effect, Text};
use swarmpulse_runtime::Handle;
use swarmpulse_store::{HistoryQuery, HistoryRow};

use crate::access::Access;
use crate::convert;
use crate::problem::ApiError;
use crate::read::board::Wanted;
use crate::read::past;
use crate::read::query::Query;

/// A page of what held and ended, the newest end first, and the cursor of the next.
///
/// # Errors
/// If the cursor is foreign or history cannot be read.
pub(super) fn alerts(
    handle: &Handle,
    access: &Access,
    query: &Query,
    asked: &Wanted<'_>,
) -> Result<(Vec<swarmpulse_api::Alert>, Option<String>), ApiError> {
    let now = handle.now();
    let wanted = HistoryQuery {
        namespace: access.namespace.clone(),
        kinds: vec![Text::const_new("alert")],
        from: query.time("from", now),
        to: query.time("to", now),
        text: query.text("q").map(str::to_owned),
        limit: query.limit(),
        cursor: query.text("cursor").map(str::to_owned),
        ..HistoryQuery::default()
    };
    let page = past::page(handle, wanted, |row| {
        ended(row).is_some_and(|alert| {
            asked.has_severity(alert) && asked.matchers.matches(&alert.labels) && asked.has_text(alert)
        })
    })?;
    let found = page.rows.iter().filter_map(ended).map(convert::alert);
    Ok((found.collect(), page.next))
}

/// The alert that ended in that row. One that never fired is none that held.
fn ended(row: &HistoryRow) -> Option<&Alert> {
    match &row.effect {
        Effect::Alert(alert) if alert.state == AlertState::Resolved && alert.fired_at.is_some() => {
            Some(alert)
        }
        _ => None,
    }
}
