//! Findings: the list, the most severe first, and one of them with the data behind it.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;
use swarmpulse_api::{Finding, Page};
use swarmpulse_detect::DETECTORS;
use swarmpulse_model::{Severity, Timestamp};
use swarmpulse_runtime::{Detections, Held};

use super::desk::{Desk, answer};
use super::parameter::{CURSOR, LIMIT, NAMESPACE, Parameter, one_of, some_of, text};
use super::query::{Query, foreign_cursor};
use super::question::Asked;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

const KINDS: &[&str] = &[
    "agent",
    "process",
    "task",
    "sandbox",
    "service",
    "host",
    "task_type",
];

pub(super) const DETECTOR: Parameter = text(
    "detector",
    "What this detector says alone; `GET /api/v1/detectors` lists them.",
    "leak",
);
pub(super) const SUBJECT_KIND: Parameter = some_of("subject_kind", "These kinds of subject alone.", KINDS);
pub(super) const SUBJECT: Parameter = text("subject", "What is said of this subject alone: its id.", "bot-1");

/// The parameters of the list.
pub(crate) const LIST: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "find-0-warning-0-leak-1",
        what: "Where the page before ended: its `next`. A finding whose severity changes while pages are read may be met \
               twice or not at all.",
        ..CURSOR
    },
    one_of(
        "state",
        "`active`: what holds; `ended`: what held lately; `all`: both.",
        &["active", "ended", "all"],
    ),
    DETECTOR,
    text("condition", "This condition alone.", "memory_leak"),
    some_of(
        "severity",
        "These severities alone.",
        &["critical", "warning", "info"],
    ),
    SUBJECT_KIND,
    SUBJECT,
    NAMESPACE,
];
/// The parameters of one.
pub(crate) const ONE: &[Parameter] = &[];

/// `GET /api/v1/findings`.
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    let question = asked.read(LIST)?;
    check_detector(&question.query)?;
    check_condition(&question.query)?;
    let read = |app: &App, query: &Query, access: &Access| page(&app.runtime().detections(), query, access);
    question.answer(Desk::Fleet, read).await
}

/// `GET /api/v1/findings/{id}`.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    access: Access,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    Query::of(&uri, ONE)?;
    answer(app, Desk::Fleet, move |app| {
        let detections = app.runtime().detections();
        let held = seen(&detections, &id, &access).ok_or_else(|| unknown(&id))?;
        Ok(convert::finding_detail(held, &access))
    })
    .await
}

/// The finding of that id, if it may be seen.
fn seen<'d>(detections: &'d Detections, id: &str, access: &Access) -> Option<&'d Held> {
    let held = detections.find(id)?;
    access
        .sees(&held.finding.subject.namespace)
        .then_some(held.as_ref())
}

fn unknown(id: &str) -> ApiError {
    let id: String = id.chars().take(200).collect();
    ApiError::not_found(format!(
        "no finding `{id}`: there never was one, or it ended and was forgotten; `GET /api/v1/findings?state=all` lists \
         those known"
    ))
}

/// A detector that is asked for must be one.
///
/// # Errors
/// If there is none of that name.
pub(super) fn check_detector(query: &Query) -> Result<(), ApiError> {
    let known = DETECTORS.iter().map(|detector| detector.description.name);
    check_word(query, "detector", known)
}

fn check_condition(query: &Query) -> Result<(), ApiError> {
    let known = DETECTORS
        .iter()
        .flat_map(|detector| detector.description.conditions)
        .map(|condition| condition.name);
    check_word(query, "condition", known)
}

fn check_word(
    query: &Query,
    name: &str,
    mut known: impl Iterator<Item = &'static str> + Clone,
) -> Result<(), ApiError> {
    let Some(asked) = query.text(name) else {
        return Ok(());
    };
    if known.clone().any(|word| word == asked) {
        return Ok(());
    }
    let words: Vec<&str> = known.by_ref().collect();
    Err(ApiError::unprocessable(format!(
        "`{name}`: expected one of {}, got `{asked}`; `GET /api/v1/detectors` explains them",
        words.join(", ")
    )))
}

/// Where a finding stands in the list: what holds first, the most severe first, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    has_ended: bool,
    severity: Reverse<Severity>,
    newest: Reverse<Timestamp>,
    id: String,
}

impl Place {
    fn of(held: &Held) -> Self {
        // What ended stands in the order of its end alone.
        let (severity, newest) = match held.ended_at {
            Some(end) => (Severity::Info, end),
            None => (held.finding.severity, held.first_at),
        };
        Self {
            has_ended: held.ended_at.is_some(),
            severity: Reverse(severity),
            newest: Reverse(newest),
            id: held.id.clone(),
        }
    }

    fn parse(cursor: &str) -> Result<Self, ApiError> {
        let parse = || {
            let mut parts = cursor.strip_prefix("find-")?.splitn(4, '-');
            let has_ended = match parts.next()? {
                "0" => false,
                "1" => true,
                _ => return None,
            };
            let severity = Severity::parse(parts.next()?)?;
            let newest = u64::from_str_radix(parts.next()?, 16).ok()?;
            Some(Self {
                has_ended,
                severity: Reverse(severity),
                newest: Reverse(Timestamp(newest.cast_signed())),
                id: parts.next()?.to_owned(),
            })
        };
        parse().ok_or_else(foreign_cursor)
    }

    fn cursor(&self) -> String {
        format!(
            "find-{}-{}-{:x}-{}",
            u8::from(self.has_ended),
            self.severity.0.as_str(),
            self.newest.0.0,
            self.id
        )
    }
}

/// A page of what may be seen and is asked for.
fn page(detections: &Detections, query: &Query, access: &Access) -> Result<Page<Finding>, ApiError> {
    let after = query.text("cursor").map(Place::parse).transpose()?;
    let limit = query.limit();
    if limit == 0 {
        return Ok(Page::default());
    }
    let wanted_state = query.text("state").unwrap_or("active");
    let wanted = |held: &&Arc<Held>| {
        let finding = &held.finding;
        let state = if held.ended_at.is_some() {
            "ended"
        } else {
            "active"
        };
        (wanted_state == "all" || wanted_state == state)
            && access.sees(&finding.subject.namespace)
            && query.is("detector", Some(finding.detector))
            && query.is("condition", Some(finding.condition))
            && query.passes("severity", Some(finding.severity.as_str()))
            && query.passes("subject_kind", Some(finding.subject.kind.as_str()))
            && query.is("subject", Some(finding.subject.id.as_str()))
    };
    let all = detections.held.iter().chain(&detections.ended);
    let mut found: Vec<(Place, &Arc<Held>)> = all
        .filter(wanted)
        .map(|held| (Place::of(held), held))
        .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
        .collect();
    found.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(place, _)| place.cursor());
    let items = found.iter().map(|(_, held)| convert::finding(held, access));
    Ok(Page {
        items: items.collect(),
        next,
    })
}

#[cfg(test)]
mod tests;
