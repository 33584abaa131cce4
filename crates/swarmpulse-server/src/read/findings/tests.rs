//! The list over detections made by hand: order, pages, filters, namespaces.

use swarmpulse_detect::Finding as Said;
use swarmpulse_model::{EntityKey, EntityKind};

use super::*;

fn held(id: &str, severity: Severity, namespace: &str, subject: &str, first_s: f64) -> Held {
    let at = Timestamp::from_unix_s;
    Held {
        id: id.to_owned(),
        finding: Said {
            detector: if subject.starts_with('a') {
                "leak"
            } else {
                "services"
            },
            condition: if subject.starts_with('a') {
                "memory_leak"
            } else {
                "service_degraded"
            },
            subject: EntityKey::new(
                namespace,
                if subject.starts_with('a') {
                    EntityKind::Agent
                } else {
                    EntityKind::Service
                },
                subject,
            ),
            severity,
            confidence: 0.9,
            since: at(first_s),
            sentence: format!("{subject} is not well"),
            figures: Vec::new(),
            charts: Vec::new(),
            related: Vec::new(),
            advice: Vec::new(),
        },
        first_at: at(first_s),
        last_at: at(first_s + 60.0),
        ended_at: None,
    }
}

fn ended(held: Held, end_s: f64) -> Arc<Held> {
    Arc::new(Held {
        ended_at: Some(Timestamp::from_unix_s(end_s)),
        ..held
    })
}

fn detections() -> Detections {
    use Severity::{Critical, Info, Warning};
    Detections {
        held: vec![
            Arc::new(held("f-1", Warning, "default", "a1", 10.0)),
            Arc::new(held("f-2", Warning, "default", "a2", 20.0)),
            Arc::new(held("f-3", Critical, "team", "a3", 5.0)),
            Arc::new(held("f-4", Info, "default", "db", 30.0)),
            Arc::new(held("f-5", Warning, "team", "a5", 20.0)),
        ],
        ended: vec![
            ended(held("g-1", Critical, "default", "a1", 1.0), 8.0),
            ended(held("g-2", Info, "default", "db", 1.0), 9.0),
        ],
        ..Detections::default()
    }
}

fn ask(detections: &Detections, query: &str, access: &Access) -> (Vec<String>, Option<String>) {
    let uri: Uri = format!("/x?{query}").parse().unwrap();
    let query = Query::of(&uri, LIST).unwrap();
    let page = page(detections, &query, access).unwrap();
    let ids = page.items.into_iter().map(|item| item.id);
    (ids.collect(), page.next)
}

fn ids(query: &str) -> Vec<String> {
    let (ids, next) = ask(&detections(), query, &Access::open());
    assert_eq!(next, None, "{query}");
    ids
}

#[test]
fn what_holds_comes_first_the_most_severe_first_the_newest_first() {
    assert_eq!(ids(""), ["f-3", "f-2", "f-5", "f-1", "f-4"]);
    assert_eq!(ids("state=active"), ids(""));
    assert_eq!(ids("state=ended"), ["g-2", "g-1"]);
    assert_eq!(
        ids("state=all"),
        ["f-3", "f-2", "f-5", "f-1", "f-4", "g-2", "g-1"]
    );
}

#[test]
fn pages_hold_each_finding_once_whatever_their_size() {
    let whole = ids("state=all");
    for limit in 1..9 {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let query = format!("state=all&limit={limit}&cursor={cursor}");
            let (items, next) = ask(&detections(), &query, &Access::open());
            assert!(!items.is_empty() && items.len() <= limit);
            found.extend(items);
            match next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        assert_eq!(found, whole, "{limit}");
    }
    assert_eq!(ask(&detections(), "limit=0", &Access::open()), (Vec::new(), None));
}

#[test]
fn a_page_goes_on_after_a_finding_that_is_gone() {
    let (first, next) = ask(&detections(), "limit=2", &Access::open());
    assert_eq!(first, ["f-3", "f-2"]);
    let mut later = detections();
    later.held.retain(|held| held.id != "f-2");
    let query = format!("cursor={}", next.unwrap());
    assert_eq!(ask(&later, &query, &Access::open()).0, ["f-5", "f-1", "f-4"]);
}

#[test]
fn filters_leave_out_the_others() {
    for (query, expected) in [
        ("severity=critical", &["f-3"][..]),
        ("severity=critical,info", &["f-3", "f-4"]),
        ("subject=a1&state=all", &["f-1", "g-1"]),
        ("subject_kind=service", &["f-4"]),
        ("subject_kind=host,service", &["f-4"]),
        ("detector=services&state=ended", &["g-2"]),
        ("condition=memory_leak&severity=warning", &["f-2", "f-5", "f-1"]),
        ("subject=nobody", &[]),
    ] {
        assert_eq!(ids(query), expected, "{query}");
    }
}

#[test]
fn a_namespace_sees_its_own_alone() {
    let team = Access {
        namespace: Some("team".into()),
        ..Access::open()
    };
    assert_eq!(ask(&detections(), "state=all", &team).0, ["f-3", "f-5"]);
    let found = detections();
    assert!(seen(&found, "f-3", &team).is_some());
    assert!(seen(&found, "f-1", &team).is_none());
    assert!(seen(&found, "g-1", &Access::open()).is_some());
    assert!(unknown("f-1").detail.contains("state=all"));
}

#[test]
fn cursors_come_back_and_others_are_refused() {
    let place = Place::of(&held("leak-7_b-3", Severity::Warning, "default", "a1", 5.5));
    assert_eq!(Place::parse(&place.cursor()).unwrap(), place);
    for foreign in [
        "",
        "find-",
        "find-2-warning-0-x",
        "find-0-grave-0-x",
        "find-0-warning-g-x",
        "find-0-warning-0",
        "sev-1-2-3",
    ] {
        assert_eq!(
            Place::parse(foreign).unwrap_err().status.as_u16(),
            422,
            "{foreign}"
        );
    }
}

#[test]
fn the_kinds_are_the_models() {
    assert_eq!(KINDS, EntityKind::ALL.map(EntityKind::as_str));
}

#[test]
fn a_detector_or_condition_that_is_none_is_refused_with_those_there_are() {
    let query = |text: &str| Query::of(&format!("/x?{text}").parse().unwrap(), LIST).unwrap();
    for detector in DETECTORS {
        let name = detector.description.name;
        assert!(check_detector(&query(&format!("detector={name}"))).is_ok());
        for condition in detector.description.conditions {
            assert!(check_condition(&query(&format!("condition={}", condition.name))).is_ok());
        }
        let error = check_detector(&query("detector=none")).unwrap_err();
        assert_eq!(error.status.as_u16(), 422);
        assert!(error.detail.contains(name), "{error}");
    }
    assert!(check_condition(&query("condition=none")).is_err());
    assert!(check_detector(&query("")).is_ok());
}
