//! The health of every agent, as checks by others ask for it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::AgentHealthReport;
use swarmpulse_fleet::{Agent, Fleet};
use swarmpulse_model::Verdict;

use super::agent_filter::AgentFilter;
use super::agents::LIST;
use super::desk::{Desk, answer};
use super::query::Query;
use super::tally::Tally;
use super::{severity, sweep};
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// `GET /api/v1/admin/health/agents`; the parameters are those of the list of agents.
pub(super) async fn get(State(app): State<Arc<App>>, access: Access, uri: Uri) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    let filter = AgentFilter::of(&query, &access)?;
    answer(app, Desk::Fleet, move |app| report(app, &access, &query, &filter)).await
}

fn report(
    app: &App,
    access: &Access,
    query: &Query,
    filter: &AgentFilter,
) -> Result<AgentHealthReport, ApiError> {
    let handle = app.runtime();
    let now = handle.now();
    let wanted = |fleet: &Fleet, agent: &Agent| filter.wants(fleet, agent);
    let show = |fleet: &Fleet, agent: &Agent| convert::agent_health(fleet, agent, now);
    let (cursor, limit) = (query.text("cursor"), query.limit());
    let (items, next) = match query.text("order") {
        Some("severity") => severity::page(handle, cursor, limit, wanted, show)?,
        _ => sweep::page(handle, cursor, limit, wanted, show)?,
    };
    let tally = Tally::count(handle, access);
    Ok(AgentHealthReport {
        status: status(&tally).to_owned(),
        counts: tally.verdicts(),
        items,
        next,
        timestamp: now.to_string(),
    })
}

/// `critical` when less than half of what is expected is available, `degraded` when anyone should act.
fn status(tally: &Tally) -> &'static str {
    let expected = tally.standing(|standing| standing.expected);
    let available = tally.standing(|standing| standing.available);
    let troubled = Verdict::ALL
        .into_iter()
        .any(|verdict| verdict.needs_attention() && tally.of(verdict) > 0);
    if available * 2 < expected {
        "critical"
    } else if troubled {
        "degraded"
    } else {
        "healthy"
    }
}
