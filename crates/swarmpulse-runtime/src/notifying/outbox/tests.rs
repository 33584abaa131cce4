//! Outboxes that are filled, kept, loaded and too full.

use swarmpulse_model::Severity;

use super::super::cases::{id, notification};
use super::super::unjournaled::{monitor_alert, of_one};
use super::*;

fn told(id: EffectId, outcome: DeliveryOutcome) -> Effect {
    Effect::Delivery(Box::new(Delivery {
        notification: id,
        receiver: "team".into(),
        channel: "webhook/0".into(),
        outcome,
        attempts: 3,
        error: (outcome == DeliveryOutcome::Dead).then(|| "the channel refuses it".into()),
        at: Timestamp(5),
    }))
}

fn handed(outbox: &mut Outbox) -> Vec<EffectId> {
    let mut all = Vec::new();
    outbox.hand_over(|id, _| {
        all.push(id);
        true
    });
    all
}

#[test]
fn what_waits_survives_and_is_handed_over_anew() {
    let mut outbox = Outbox::default();
    for offset in 1..=3 {
        let effect = Effect::Notification(Box::new(notification("g", &[offset], &[])));
        assert!(outbox.apply(id(offset), Timestamp(offset as i64), &effect));
    }
    assert_eq!(handed(&mut outbox), [id(1), id(2), id(3)]);
    assert!(handed(&mut outbox).is_empty(), "each once");
    assert!(outbox.apply(id(9), Timestamp(9), &told(id(2), DeliveryOutcome::Delivered)));
    let mut again = Outbox::load(&outbox.save().unwrap()).unwrap();
    assert_eq!(handed(&mut again), [id(1), id(3)]);
    assert_eq!(again.waiting(), 2);
    assert!(
        !again.apply(id(9), Timestamp(9), &told(id(2), DeliveryOutcome::Delivered)),
        "a repeat changes nothing"
    );
}

#[test]
fn dead_letters_are_seen_and_can_be_tried_again() {
    let mut outbox = Outbox::default();
    let effect = Effect::Notification(Box::new(notification("g", &[1], &[])));
    outbox.apply(id(1), Timestamp(1), &effect);
    handed(&mut outbox);
    outbox.apply(id(2), Timestamp(2), &told(id(1), DeliveryOutcome::Dead));
    assert_eq!((outbox.waiting(), outbox.dead().len()), (0, 1));
    let letter = &outbox.dead()[0];
    assert_eq!((letter.id, letter.attempts), (id(1), 3));
    assert_eq!(letter.error, "the channel refuses it");
    outbox.apply(id(3), Timestamp(3), &told(id(1), DeliveryOutcome::Retried));
    assert!(outbox.dead().is_empty());
    assert_eq!(handed(&mut outbox), [id(1)], "under the same id");
}

#[test]
fn a_full_sender_is_asked_again_later() {
    let mut outbox = Outbox::default();
    for offset in 1..=2 {
        let effect = Effect::Notification(Box::new(notification("g", &[offset], &[])));
        outbox.apply(id(offset), Timestamp(1), &effect);
    }
    outbox.hand_over(|_, _| false);
    assert!(outbox.has_fresh());
    assert_eq!(handed(&mut outbox), [id(1), id(2)]);
    assert!(!outbox.has_fresh());
}

fn to(channel: &str, reason_bytes: usize) -> Effect {
    let reason = "x".repeat(reason_bytes);
    let alert = monitor_alert("odd", Severity::Info, &reason, Timestamp(1));
    Effect::Notification(Box::new(of_one(
        alert,
        &"team".into(),
        &channel.into(),
        Timestamp(1),
    )))
}

#[test]
fn a_channel_that_does_not_answer_takes_no_room_from_the_others() {
    let mut outbox = Outbox::default();
    let effect = to("hangs/0", 1);
    let beyond = DEAD_MAX as u64 + 5;
    for offset in 0..WAITING_OF_CHANNEL_MAX as u64 + beyond {
        outbox.apply(id(offset), Timestamp(1), &effect);
    }
    assert_eq!(outbox.waiting(), WAITING_OF_CHANNEL_MAX as u64);
    assert_eq!(outbox.dead().len(), DEAD_MAX);
    assert_eq!((outbox.take_dead_dropped(), outbox.take_dead_dropped()), (5, 0));
    let why = outbox.dead()[0].error.clone();
    assert_eq!(why, "10000 notifications wait for hangs/0 of team already");
    let dead_changes = outbox.dead_changes();
    for offset in 0..5_000 {
        outbox.apply(id(100_000 + offset), Timestamp(1), &to("works/0", 1));
    }
    assert_eq!(outbox.waiting(), WAITING_OF_CHANNEL_MAX as u64 + 5_000);
    assert_eq!(outbox.dead_changes(), dead_changes);
    // What is taken makes room; a restart counts the same.
    outbox.apply(id(9), Timestamp(9), &told(id(0), DeliveryOutcome::Delivered));
    let mut outbox = Outbox::load(&outbox.save().unwrap()).unwrap();
    outbox.apply(id(200_000), Timestamp(1), &effect);
    assert_eq!(outbox.dead_changes(), 0);
    outbox.apply(id(200_001), Timestamp(1), &effect);
    assert_eq!(outbox.dead_changes(), 1, "full again");
}

#[test]
fn what_waits_is_bounded_in_memory_and_a_few_always_find_room() {
    let mut outbox = Outbox::default();
    for offset in 0..400 {
        outbox.apply(id(offset), Timestamp(1), &to("hangs/0", 1 << 20));
    }
    let kept = outbox.waiting();
    // Reason and summary of an alert are the same words here.
    assert!((120..=128).contains(&kept), "{kept} of 2 MiB");
    let dead = outbox.dead();
    assert!(dead[0].error.ends_with("MiB wait already"));
    assert!((30..=32).contains(&dead.len()), "{} of 2 MiB", dead.len());
    assert_eq!(dead.last().unwrap().id, id(399), "the newest");
    for offset in 1_000..1_000 + FEW as u64 {
        outbox.apply(id(offset), Timestamp(1), &to("works/0", 100));
    }
    assert_eq!(outbox.waiting(), kept + FEW as u64);
    for offset in 0..2_000 {
        outbox.apply(
            id(9_999),
            Timestamp(2),
            &told(id(offset), DeliveryOutcome::Delivered),
        );
    }
    assert_eq!(
        (outbox.waiting(), outbox.bytes, outbox.by_channel.len()),
        (0, 0, 0)
    );
}

#[test]
fn another_form_is_refused() {
    let mut body = Outbox::default().save().unwrap();
    body[0] = 9;
    assert!(matches!(Outbox::load(&body), Err(OutboxError::Version(9))));
    assert!(Outbox::load(&[]).is_err());
}
