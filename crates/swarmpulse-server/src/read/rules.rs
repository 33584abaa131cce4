//! Rules: what is evaluated, from where, and what it comes to.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use swarmpulse_api::Rules;
use swarmpulse_model::Timestamp;

use super::desk::{Desk, answer};
use super::parameter::{Parameter, flag, one_of, some_of, text};
use super::query::Query;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    text("name", "Rules of this name alone.", "WorkerDown"),
    text("group", "Of this group alone.", "swarmpulse"),
    text("file", "Of this file alone.", "rules.yaml"),
    one_of(
        "kind",
        "`alerting` or `recording` rules alone.",
        &["alerting", "recording"],
    ),
    some_of(
        "state",
        "Alerting rules in these states alone.",
        &["firing", "pending", "inactive"],
    ),
    some_of("health", "Of this health alone.", &["ok", "err", "unknown"]),
    flag(
        "no_data",
        "`true`: those alone that found nothing to look at; `false`: the others.",
    ),
    flag(
        "all",
        "`true`: also the recording rules that are made from objectives, which are otherwise only counted as `hidden`.",
    ),
];

/// `GET /api/v1/rules`. Everything is shown where `all` says so, or where it was asked for by what it is.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    access: Access,
    uri: Uri,
) -> Result<Response, ApiError> {
    let query = Query::of(&uri, LIST)?;
    answer(app, Desk::Fleet, move |app| Ok(rules(app, &query, &access))).await
}

fn rules(app: &App, query: &Query, access: &Access) -> Rules {
    let board = app.runtime().rules();
    let wanted = |rule: &swarmpulse_api::Rule| {
        query.is("name", Some(&rule.name))
            && query.is("kind", Some(&rule.kind))
            && query.passes("state", rule.state.as_deref())
            && query.passes("health", Some(&rule.health))
            && query.flag("no_data").is_none_or(|wanted| wanted == rule.no_data)
    };
    let groups = board.groups.iter().map(|status| {
        let mut group = convert::rule_group(status, access);
        let is_empty = group.rules.is_empty();
        group.rules.retain(wanted);
        (group, is_empty)
    });
    let groups = groups.filter(|(group, is_empty)| {
        query.is("group", Some(&group.name))
            && query.is("file", Some(&group.file))
            && (*is_empty || !group.rules.is_empty())
    });
    let mut rules = Rules {
        groups: groups.map(|(group, _)| group).collect(),
        loaded_at: (board.loaded_at > Timestamp::default()).then(|| board.loaded_at.to_string()),
        // It names files, which are nobody's business who sees a namespace alone.
        error: board.error.clone().filter(|_| access.namespace.is_none()),
        hidden: 0,
    };
    let is_named = ["name", "group", "file", "kind"]
        .iter()
        .any(|name| query.text(name).is_some());
    if !query.flag("all").unwrap_or(is_named) {
        rules.hide_generated();
    }
    rules
}
