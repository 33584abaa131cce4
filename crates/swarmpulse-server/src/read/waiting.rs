//! What detectors cannot judge yet, and what is missing.

use std::fmt::Write as _;

use axum::response::Response;
use swarmpulse_api::{FindingWaiting, Page};
use swarmpulse_detect::Waiting;
use swarmpulse_runtime::Detections;

use super::desk::Desk;
use super::findings::{DETECTOR, SUBJECT, SUBJECT_KIND, check_detector};
use super::parameter::{CURSOR, LIMIT, NAMESPACE, Parameter};
use super::query::{Query, foreign_cursor};
use super::question::Asked;
use crate::access::Access;
use crate::app::App;
use crate::convert;
use crate::problem::ApiError;

/// Its parameters.
pub(crate) const PARAMETERS: &[Parameter] = &[
    LIMIT,
    Parameter {
        example: "wait-0-6c65616b",
        ..CURSOR
    },
    DETECTOR,
    SUBJECT_KIND,
    SUBJECT,
    NAMESPACE,
];

/// `GET /api/v1/findings/waiting`.
pub(super) async fn list(asked: Asked) -> Result<Response, ApiError> {
    let question = asked.read(PARAMETERS)?;
    check_detector(&question.query)?;
    let read = |app: &App, query: &Query, access: &Access| page(&app.runtime().detections(), query, access);
    question.answer(Desk::Fleet, read).await
}

/// Where an entry stands: by detector, namespace, kind and id, and its number among those of the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: String,
    number: u64,
}

impl Place {
    fn parse(cursor: &str) -> Result<Self, ApiError> {
        let parse = || {
            let (number, key) = cursor.strip_prefix("wait-")?.split_once('-')?;
            let pairs = key.as_bytes().chunks(2);
            let bytes: Option<Vec<u8>> = pairs
                .map(|pair| {
                    let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
                    u8::from_str_radix(pair, 16).ok()
                })
                .collect();
            Some(Self {
                key: String::from_utf8(bytes?).ok()?,
                number: number.parse().ok()?,
            })
        };
        parse().ok_or_else(foreign_cursor)
    }

    fn cursor(&self) -> String {
        let mut cursor = format!("wait-{}-", self.number);
        for byte in self.key.bytes() {
            // Writing to a text cannot fail.
            let _ = write!(cursor, "{byte:02x}");
        }
        cursor
    }
}

/// No name has control characters, so they divide the parts.
fn key_of(waiting: &Waiting) -> String {
    match &waiting.subject {
        Some(subject) => format!(
            "{}\u{1}{}\u{1}{}\u{1}{}",
            waiting.detector,
            subject.namespace,
            subject.kind.as_str(),
            subject.id
        ),
        None => waiting.detector.to_owned(),
    }
}

/// A page of what may be seen and is asked for. What is said of all subjects at once is for those who see all.
fn page(detections: &Detections, query: &Query, access: &Access) -> Result<Page<FindingWaiting>, ApiError> {
    let after = query.text("cursor").map(Place::parse).transpose()?;
    let limit = query.limit();
    if limit == 0 {
        return Ok(Page::default());
    }
    let wanted = |waiting: &&Waiting| {
        let subject = waiting.subject.as_ref();
        subject.map_or(access.namespace.is_none(), |subject| {
            access.sees(&subject.namespace)
        }) && query.is("detector", Some(waiting.detector))
            && query.passes("subject_kind", subject.map(|subject| subject.kind.as_str()))
            && query.is("subject", subject.map(|subject| subject.id.as_str()))
    };
    let mut found: Vec<(String, &Waiting)> = detections
        .waiting
        .iter()
        .filter(wanted)
        .map(|waiting| (key_of(waiting), waiting))
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (mut items, mut last, mut more) = (Vec::new(), None::<Place>, false);
    let mut before: Option<Place> = None;
    for (key, waiting) in found {
        let number = before
            .filter(|before| before.key == key)
            .map_or(0, |before| before.number + 1);
        let place = Place { key, number };
        before = Some(place.clone());
        if after.as_ref().is_some_and(|after| place <= *after) {
            continue;
        }
        if items.len() == limit {
            more = true;
            break;
        }
        items.push(convert::finding_waiting(waiting));
        last = Some(place);
    }
    let next = last.filter(|_| more).map(|place| place.cursor());
    Ok(Page { items, next })
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::{EntityKey, EntityKind};

    use super::*;

    fn detections() -> Detections {
        let waits = |detector, subject: Option<(&str, EntityKind, &str)>, reason: &str| Waiting {
            detector,
            subject: subject.map(|(namespace, kind, id)| EntityKey::new(namespace, kind, id)),
            reason: reason.to_owned(),
        };
        use EntityKind::{Agent, Host};
        Detections {
            waiting: vec![
                waits(
                    "leak",
                    Some(("team", Agent, "a2")),
                    "12 minutes of samples, 25 are needed",
                ),
                waits("leak", Some(("default", Agent, "a1")), "heap: 3 of 20 samples"),
                waits("leak", Some(("default", Agent, "a1")), "memory: 4 of 20 samples"),
                waits("leak", None, "and 312 more"),
                waits("anomaly", Some(("default", Host, "ü h")), "1 of 24 hours"),
            ],
            ..Detections::default()
        }
    }

    fn reasons(query: &str, access: &Access) -> (Vec<String>, Option<String>) {
        let uri: http::Uri = format!("/x?{query}").parse().unwrap();
        let query = Query::of(&uri, PARAMETERS).unwrap();
        let page = page(&detections(), &query, access).unwrap();
        let reasons = page.items.into_iter().map(|item| item.reason);
        (reasons.collect(), page.next)
    }

    #[test]
    fn pages_hold_each_entry_once_whatever_their_size() {
        let (whole, next) = reasons("", &Access::open());
        assert_eq!((whole.len(), next), (5, None));
        assert_eq!(whole[0], "1 of 24 hours");
        for limit in 1..6 {
            let (mut found, mut cursor) = (Vec::new(), String::new());
            loop {
                let (items, next) = reasons(&format!("limit={limit}&cursor={cursor}"), &Access::open());
                assert!(items.len() <= limit);
                found.extend(items);
                match next {
                    Some(next) => cursor = next,
                    None => break,
                }
            }
            assert_eq!(found, whole, "{limit}");
        }
    }

    #[test]
    fn filters_and_namespaces_leave_out_the_others() {
        let open = Access::open();
        assert_eq!(reasons("subject=a1", &open).0.len(), 2);
        assert_eq!(reasons("subject_kind=host,task", &open).0, ["1 of 24 hours"]);
        assert_eq!(reasons("detector=anomaly", &open).0.len(), 1);
        let team = Access {
            namespace: Some("team".into()),
            ..Access::open()
        };
        assert_eq!(reasons("", &team).0, ["12 minutes of samples, 25 are needed"]);
    }

    #[test]
    fn foreign_cursors_are_refused() {
        for foreign in [
            "",
            "x",
            "wait-",
            "wait-1",
            "wait-a-61",
            "wait-0-6",
            "wait-0-zz",
            "wait-0-ff",
        ] {
            assert_eq!(
                Place::parse(foreign).unwrap_err().status.as_u16(),
                422,
                "{foreign}"
            );
        }
    }
}
