//! Objectives: how each stands in every namespace that the asker may see, judged by queries that see no more.

mod book;
mod shape;
mod source;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Uri, header::CONTENT_TYPE};
use serde::Serialize;
use swarmpulse_api::{SloStanding, Slos};
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_slo::{Objective, SloState, SloStatus};

use super::parameter::{NAMESPACE, Parameter, some_of, text, time};
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;
use crate::prometheus::inside;

pub use book::ObjectiveBook;
pub use shape::slo as slo_answer;

const NAME: Parameter = text("name", "The objective of this name alone.", "agents-active");
const AT: Parameter = time(
    "at",
    "As of this time: RFC 3339, Unix seconds, or back from now as in `-1d`; now without it.",
);

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    text("service", "Objectives of this service alone.", "agents"),
    NAME,
    some_of(
        "state",
        "In these states alone.",
        &["meeting", "violating", "no_data"],
    ),
    AT,
    NAMESPACE,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[AT, NAMESPACE];
/// `GET /api/v1/slos`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    let access = narrowed(access, &query)?;
    let at = asked_time(&app, &query);
    let judged = judged(&app, &access, at).await?;
    let looked_at = judged
        .iter()
        .find_map(|(_, status)| status.span)
        .map(|span| span.to);
    let mut answer = Slos {
        // What was judged a moment ago is told with its own time.
        at: looked_at
            .or(at)
            .unwrap_or_else(|| app.runtime().now())
            .to_string(),
        off: app.options().objectives.off().to_vec(),
        ..Slos::default()
    };
    for (objective, status) in judged.iter() {
        let state = shape::state(status.state);
        let is_wanted = query.is("service", Some(&objective.service))
            && query.is("name", Some(&objective.name))
            && query.passes("state", Some(state));
        if !is_wanted {
            continue;
        }
        match status.state {
            SloState::Meeting => answer.meeting += 1,
            SloState::Violating => answer.violating += 1,
            SloState::NoData => answer.no_data += 1,
        }
        answer.items.push(shape::slo(objective, status));
    }
    json(&answer)
}

/// `GET /api/v1/slos/{name}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    access: Access,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, ONE)?;
    let access = narrowed(access, &query)?;
    let at = asked_time(&app, &query);
    let judged = judged(&app, &access, at).await?;
    let all: Vec<&(Objective, SloStatus)> = judged
        .iter()
        .filter(|(objective, _)| objective.name == name)
        .collect();
    // Of several namespaces the default one, where it is one of them.
    let usual = all
        .iter()
        .find(|(_, status)| status.namespace == DEFAULT_NAMESPACE)
        .or_else(|| all.first());
    let Some((objective, status)) = usual else {
        let name: String = name.chars().take(200).collect();
        return Err(ApiError::not_found(format!(
            "no objective `{name}`; `GET /api/v1/slos` lists those that there are"
        )));
    };
    let standings = all.iter().map(|(_, status)| SloStanding {
        namespace: status.namespace.to_string(),
        state: shape::state(status.state).to_owned(),
    });
    json(&shape::detail(objective, status, standings.collect()))
}

/// The asker, who sees no more than the namespace that the query names.
fn narrowed(access: Access, query: &Query) -> Result<Access, ApiError> {
    let namespace = access.looks_in(query.text("namespace"))?;
    Ok(Access { namespace, ..access })
}

fn asked_time(app: &App, query: &Query) -> Option<Timestamp> {
    query.time("at", app.runtime().now())
}

/// All objectives with how they stand, by service and name. Those of now are kept for a few seconds.
async fn judged(app: &Arc<App>, access: &Access, at: Option<Timestamp>) -> Result<Judged, ApiError> {
    let book = &app.options().objectives;
    let now = app.runtime().now();
    if at.is_none()
        && let Some(kept) = book.kept(access.namespace.as_deref(), now)
    {
        return Ok(kept);
    }
    let (objectives, generation) = book.all();
    let (asked, namespace) = (access.clone(), access.namespace.clone());
    let judged = inside::work(app, move |app, cancel| {
        let source = source::Source::new(app, &asked, cancel);
        let known = match &asked.namespace {
            Some(own) => vec![own.clone()],
            None => namespaces(app),
        };
        let shown = objectives
            .iter()
            .filter(|objective| objective.namespaces.is_shown_to(asked.namespace.as_deref()));
        let mut judged: Vec<(Objective, SloStatus)> = shown
            .flat_map(|objective| {
                let all = swarmpulse_slo::statuses(objective, &source, at.unwrap_or(now), &known);
                all.into_iter().map(|status| (objective.clone(), status))
            })
            .collect();
        judged.sort_by(|(a, one), (b, other)| {
            (&a.service, &a.name, &one.namespace).cmp(&(&b.service, &b.name, &other.namespace))
        });
        judged
    })
    .await?;
    let judged: Judged = judged.into();
    if at.is_none() {
        book.keep(namespace, generation, now, &judged);
    }
    Ok(judged)
}

/// Every namespace that has agents: objectives are judged there even if nothing was measured.
fn namespaces(app: &App) -> Vec<Text> {
    app.runtime().fleet(|fleet| {
        let found: BTreeSet<&str> = fleet
            .agents_from(0)
            .map(|(_, agent)| fleet.namespace_of(agent))
            .collect();
        found.into_iter().map(Text::from).collect()
    })
}

/// Objectives with how they stand.
type Judged = Arc<[(Objective, SloStatus)]>;

fn json(value: &impl Serialize) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(value)
        .map_err(|error| ApiError::internal(format!("the answer could not be written: {error}")))?;
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}
