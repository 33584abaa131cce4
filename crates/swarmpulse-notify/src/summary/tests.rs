//! What notifications say, as it was looked at once.

use insta::assert_snapshot;
use swarmpulse_model::alert::Notification;

use super::*;
use crate::examples;

fn words(notification: &Notification) -> String {
    let summary = Summary::of(&examples::message(notification), 3, 3);
    format!("{}\n{}", summary.title, summary.text())
}

#[test]
fn every_example_reads_well() {
    for (name, notification) in examples::all() {
        if name == "long" {
            continue;
        }
        assert_snapshot!(name, words(&notification));
    }
}

#[test]
fn long_texts_are_cut() {
    let notification = examples::long();
    let summary = Summary::of(&examples::message(&notification), 10, 10);
    assert!(summary.title.chars().count() <= 250, "{}", summary.title);
    assert!(summary.sentence.chars().count() <= 1000);
    assert_eq!(summary.lines.len(), 10);
    for line in &summary.lines {
        assert!(line.reason.chars().count() <= 500);
        assert!(line.symptoms.as_ref().unwrap().ends_with("and 999990 more"));
    }
    assert_eq!(summary.severity, Severity::Warning);
}

#[test]
fn links_hold_any_id() {
    assert_eq!(
        alert_url("https://p.example", "agent_down/default/agent/a b&c=ä"),
        "https://p.example/#/alerts/agent_down%2Fdefault%2Fagent%2Fa%20b%26c%3D%C3%A4"
    );
}

#[test]
fn what_is_left_is_counted_by_name() {
    let notification = examples::many();
    let summary = Summary::of(&examples::message(&notification), 10, 3);
    assert_eq!(
        summary.more.as_deref(),
        Some("and 193 more: 10 agent_down, 30 agent_stuck, 150 others, 3 that ended")
    );
    assert_eq!((summary.firing, summary.resolved), (200, 3));
}
