//! Alerts: those that hold as the desk has them, and from history those that held.

mod one;
mod past;

use axum::response::Response;
use swarmpulse_api::{Alert, Alerts, Page};
use swarmpulse_model::alert::AlertState;
use swarmpulse_store::fold;

use super::board::{self, Wanted};
use super::desk::Desk;
use super::parameter::{CURSOR, FROM, LIMIT, NAMESPACE, Parameter, TO, one_of, some_of, text};
use super::query::Query;
use super::question::Asked;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

pub(crate) use one::PARAMETERS as ONE;
pub(super) use one::get as one;
pub(crate) use one::unknown;

const SEVERITY: Parameter = some_of(
    "severity",
    "These severities alone.",
    &["critical", "warning", "info"],
);
const FILTER: Parameter = text(
    "filter",
    "Those alone whose labels match: matchers with `=`, `!=`, `=~`, `!~`, as Alertmanager reads them.",
    "{agent=~\"bot.*\"}",
);

const TEXT: Parameter = text(
    "q",
    "Those alone whose id, which has the name and the subject, or sentence contains this text, in any case.",
    "bot-1",
);

/// The parameters of both kinds at once.
pub(crate) const PARAMETERS: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "d0000",
        ..CURSOR
    },
    one_of(
        "state",
        "`active` or `firing`: those that hold; `pending`: those that do not hold yet; `resolved`: those that held; `all`: \
         those that hold, and those that held.",
        &["all", "active", "firing", "pending", "resolved"],
    ),
    SEVERITY,
    FILTER,
    TEXT,
    FROM,
    TO,
    NAMESPACE,
];

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "alert-critical-0-x",
        ..CURSOR
    },
    one_of(
        "state",
        "`firing`: those that hold, the gravest first; `pending`: those that do not hold yet; `open`: both; `resolved`: \
         those that held, by their ends.",
        &["firing", "pending", "open", "resolved"],
    ),
    SEVERITY,
    FILTER,
    TEXT,
    Parameter {
        what: "Of those that held: that ended from this time on: RFC 3339, Unix seconds, or back from now as in `-1h`.",
        ..FROM
    },
    Parameter {
        what: "Of those that held: that ended before this time: as `from`; now without it.",
        ..TO
    },
    NAMESPACE,
];

const FIRING: &[AlertState] = &[AlertState::Firing];
const PENDING: &[AlertState] = &[AlertState::Pending];
const OPEN: &[AlertState] = &[AlertState::Firing, AlertState::Pending];

/// `GET /api/observability/alerts`.
pub(super) async fn get(asked: Asked) -> Result<Response, ApiError> {
    let read = |app: &App, query: &Query, access: &Access| alerts(app, access, query);
    asked.read(PARAMETERS)?.answer(Desk::History, read).await
}

/// `GET /api/v1/alerts`.
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    let question = asked.read(LIST)?;
    let reads = if question.query.text("state") == Some("resolved") {
        Desk::History
    } else {
        Desk::Fleet
    };
    let read = |app: &App, query: &Query, access: &Access| page(app, access, query);
    question.answer(reads, read).await
}

fn alerts(app: &App, access: &Access, query: &Query) -> Result<Alerts, ApiError> {
    let handle = app.runtime();
    let state = query.text("state").unwrap_or("all");
    let states = if state == "pending" { PENDING } else { FIRING };
    let wanted = wanted(query, states)?;
    let board = handle.alerting();
    let (chosen, count) = board::chosen(&board, access, &wanted, query.limit());
    let mut answer = Alerts {
        count,
        timestamp: handle.now().to_string(),
        ..Alerts::default()
    };
    if state != "resolved" {
        answer.active = chosen.into_iter().map(convert::alert_view).collect();
    }
    if matches!(state, "all" | "resolved") {
        (answer.history, answer.next) = past::alerts(handle, access, query, &wanted)?;
    }
    Ok(answer)
}

fn page(app: &App, access: &Access, query: &Query) -> Result<Page<Alert>, ApiError> {
    let states = match query.text("state") {
        Some("pending") => PENDING,
        Some("open") => OPEN,
        _ => FIRING,
    };
    let wanted = wanted(query, states)?;
    if query.text("state") == Some("resolved") {
        let (items, next) = past::alerts(app.runtime(), access, query, &wanted)?;
        return Ok(Page { items, next });
    }
    let board = app.runtime().alerting();
    let (found, next) = board::page(&board, access, &wanted, query.text("cursor"), query.limit())?;
    Ok(Page {
        items: found.into_iter().map(convert::alert_view).collect(),
        next,
    })
}

fn wanted<'q>(query: &'q Query, states: &'q [AlertState]) -> Result<Wanted<'q>, ApiError> {
    Ok(Wanted {
        states,
        query: Some(query),
        matchers: board::matchers(query, "filter")?,
        text: query.text("q").map(|text| fold(text).into_owned()),
    })
}
