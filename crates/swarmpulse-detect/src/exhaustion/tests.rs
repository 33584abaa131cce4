//! Many agents at once: nothing is told of healthy ones, and room is bounded.

use swarmpulse_model::EntityKind;

use super::*;

fn subject(n: u32) -> Subject {
    Subject {
        entity: EntityKey::new("default", EntityKind::Agent, &format!("a{n}")),
        part: Text::default(),
    }
}

#[test]
fn what_has_no_room_is_counted() {
    let mut watch = ExhaustionWatch::default();
    let it = subject(0);
    for n in 0..TRACKS_MAX as u32 + 3 {
        watch.sample(SubjectId(n), &it, Signal::OpenFds, Timestamp(0), 1.0);
    }
    let mut report = Report::default();
    let around = Surroundings {
        subjects: &Subjects::default(),
        graph: &crate::Graph::default(),
    };
    watch.evaluate(Timestamp(0), &around, &mut report);
    assert_eq!(report.dropped, [("exhaustion_tracks", 3)]);
    assert_eq!(report.waiting.len(), 1, "the unnamed are summed up");
    watch.forget(SubjectId(7));
    watch.sample(
        SubjectId(TRACKS_MAX as u32),
        &it,
        Signal::OpenFds,
        Timestamp(0),
        1.0,
    );
    report.dropped.clear();
    watch.evaluate(Timestamp(0), &around, &mut report);
    assert_eq!(report.dropped, []);
}
