//! The fleet in one object.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Blindness, Own, Summary};
use swarmpulse_runtime::Handle;

use super::board::count_firing;
use super::desk::{Desk, answer};
use super::query::Query;
use super::sentence::sentence;
use super::tally::Tally;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;

/// `GET /api/v1/summary`.
pub(super) async fn get(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, ApiError> {
    Query::of(&uri, &[])?;
    answer(app, Desk::Fleet, move |app| Ok(summary(app.runtime(), &access))).await
}

/// The fleet as it may be seen.
pub(crate) fn summary(handle: &Handle, access: &Access) -> Summary {
    of_tally(handle, access, &Tally::count(handle, access))
}

/// The same from what is already counted.
pub(super) fn of_tally(handle: &Handle, access: &Access, tally: &Tally) -> Summary {
    let now = handle.now();
    let blindness = handle.fleet(|fleet| fleet.blindness());
    let blind = blindness
        .as_ref()
        .map(|blind| (blind.reason.to_string(), blind.since));
    let standing = tally.standing_of_fleet(blind);
    Summary {
        sentence: sentence(&standing, now),
        agents: standing.agents,
        expected: standing.expected,
        available: standing.available,
        active: tally.standing(|standing| standing.active),
        idle: tally.standing(|standing| standing.idle),
        verdicts: tally.verdicts(),
        tasks_in_progress: tally.tasks_in_progress(),
        sandboxes_running: tally.sandboxes_running(),
        monitor_blind: blindness.map(|blind| Blindness {
            reason: blind.reason.to_string(),
            since: blind.since.to_string(),
            until: blind.until.to_string(),
        }),
        alerts_active: count_firing(handle, access),
        own: own(handle, access),
        timestamp: now.to_string(),
    }
}

/// The monitor itself. What it dropped of others is none of a namespace's business.
fn own(handle: &Handle, access: &Access) -> Own {
    let mut drops = std::collections::BTreeMap::new();
    if access.namespace.is_none() {
        let refusals = handle.fleet(|fleet| fleet.refusals()).named();
        let counted = handle.counters().drops().into_iter().chain(refusals);
        drops.extend(
            counted
                .filter(|(_, count)| *count > 0)
                .map(|(reason, count)| (reason.to_owned(), count)),
        );
    }
    Own {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: handle.began().to_string(),
        journal_offset: handle.status().journal_next(),
        history_lag_s: handle.status().history_lag_s(handle.now()),
        drops,
    }
}
