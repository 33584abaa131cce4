//! Rules, alerts and notifications on real threads: what is decided is journaled, what is journaled is told, and neither a
//! restart nor a crash loses or doubles anything.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails, one that measures says what"
)]

mod burst;
mod gate;
mod world;

use swarmpulse_model::alert::{
    Acknowledgement, Delivery, DeliveryOutcome, LabelMatcher, LabelOp, NotifyReason, Silence, SilencePurpose,
};
use swarmpulse_model::{AlertState, Effect, Record, Timestamp};
use swarmpulse_runtime::Handle;
use swarmpulse_store::HistoryQuery;
use world::{Answer, World, condition, wait_for};

#[test]
fn a_condition_becomes_an_alert_and_is_told_once() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    world.submit(&handle, vec![condition("disk_slow", true)]);
    let told = wait_for(|| world.channel.told().first().cloned());
    assert_eq!(told.1.reason, NotifyReason::Fired);
    assert_eq!(told.1.alerts[0].alert.name, "disk_slow");
    let shown = wait_for(|| handle.alerting().alerts.first().cloned());
    assert_eq!(shown.alert.id, "disk_slow/default/service/db");
    assert_eq!(shown.receivers, ["team"]);
    wait_for(|| (handle.outbox().waiting == 0).then_some(()));
    let outbox = handle.outbox();
    assert_eq!((outbox.channels.len(), outbox.channels[0].sent), (1, 1));
    let kinds: Vec<&str> = world.effects(&handle).iter().map(Effect::type_name).collect();
    let relevant = ["condition", "alert", "notification", "delivery"];
    let found: Vec<&str> = kinds.into_iter().filter(|kind| relevant.contains(kind)).collect();
    assert_eq!(found, relevant, "each once, in this order");

    world.submit(&handle, vec![condition("disk_slow", false)]);
    let over = wait_for(|| world.channel.told().get(1).cloned());
    assert_eq!(over.1.reason, NotifyReason::Resolved);
    assert_eq!(over.1.group_key, told.1.group_key, "one incident");
    runtime.stop();
    assert_eq!(world.channel.told().len(), 2);
}

#[test]
fn a_restart_tells_nothing_again_and_forgets_nothing() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    world.submit(
        &handle,
        vec![condition("disk_slow", true), silence("s1", "other")],
    );
    wait_for(|| world.channel.told().first().cloned());
    wait_for(|| (handle.outbox().waiting == 0).then_some(()));
    runtime.stop();

    let runtime = world.start();
    let handle = runtime.handle();
    let board = handle.alerting();
    assert_eq!(board.alerts.len(), 1);
    assert_eq!(board.alerts[0].alert.state, AlertState::Firing);
    assert_eq!(board.silences.len(), 1);
    assert_eq!(
        runtime.recovery().entries,
        0,
        "what was kept at the stop covers all"
    );
    world.submit(&handle, vec![condition("disk_slow", false)]);
    let over = wait_for(|| world.channel.told().get(1).cloned());
    assert_eq!(over.1.reason, NotifyReason::Resolved);
    runtime.stop();
    assert_eq!(
        world.channel.told().len(),
        2,
        "once when it began, once when it ended"
    );
}

#[test]
fn what_was_on_its_way_in_a_crash_is_sent_again_under_the_same_id() {
    let world = World::new();
    world.channel.answer(Answer::Hangs);
    let runtime = world.start();
    let handle = runtime.handle();
    world.submit(&handle, vec![condition("disk_slow", true)]);
    let first = wait_for(|| world.channel.told().first().cloned());
    // The crash: another monitor starts on what is durable by now, while the first never hears of it.
    let copy = world.durable_copy();
    let second = copy.start();
    let again = wait_for(|| copy.channel.told().first().cloned());
    assert_eq!(again.0, first.0, "the key by which the other side knows a repeat");
    assert_eq!(again.1, first.1);
    wait_for(|| (second.handle().outbox().waiting == 0).then_some(()));
    second.stop();
    assert_eq!(copy.channel.told().len(), 1);
    world.channel.answer(Answer::Takes);
    drop(runtime);
}

#[test]
fn what_is_refused_is_a_dead_letter_and_can_be_tried_again() {
    let world = World::new();
    world.channel.answer(Answer::Refuses);
    let runtime = world.start();
    let handle = runtime.handle();
    world.submit(&handle, vec![condition("disk_slow", true)]);
    let letter = wait_for(|| handle.outbox().dead.first().cloned());
    assert_eq!(letter.error, "no such room");
    runtime.stop();

    let runtime = world.start();
    let handle = runtime.handle();
    assert_eq!(handle.outbox().dead.len(), 1, "it is seen after a restart, too");
    world.channel.answer(Answer::Takes);
    world.submit(
        &handle,
        vec![Record::Delivery(Box::new(Delivery {
            notification: letter.id,
            receiver: "team".into(),
            channel: "fake/0".into(),
            outcome: DeliveryOutcome::Retried,
            attempts: 0,
            error: None,
            at: Timestamp(1),
        }))],
    );
    wait_for(|| (handle.outbox().waiting == 0 && handle.outbox().dead.is_empty()).then_some(()));
    let told = world.channel.told();
    assert_eq!(told.last().unwrap().0, letter.id);
    runtime.stop();
}

#[test]
fn a_silence_is_seen_by_whoever_made_it_and_holds() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    let position = world.submit(&handle, vec![silence("s1", "disk_slow")]);
    let asynchronous = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let board = asynchronous.unwrap().block_on(handle.alerting_at(position));
    assert_eq!(board.silences[0].silence.id, "s1");
    world.submit(
        &handle,
        vec![condition("disk_slow", true), condition("disk_gone", true)],
    );
    wait_for(|| world.channel.told().first().cloned());
    let silenced = wait_for(|| {
        let board = handle.alerting();
        let slow = board.alerts.iter().find(|view| view.alert.name == "disk_slow");
        slow.cloned()
    });
    assert_eq!(silenced.silenced_by, ["s1"]);
    runtime.stop();
    let told = world.channel.told();
    let names: Vec<&str> = told
        .iter()
        .flat_map(|(_, notification)| &notification.alerts)
        .map(|alert| alert.alert.name.as_str())
        .collect();
    assert_eq!(names, ["disk_gone"]);
}

#[test]
fn rules_fire_and_their_for_survives_a_restart() {
    let world = World::new();
    world.rules("groups: [{name: g, interval: 200ms, rules: [{alert: Hot, expr: 'heat > 5', for: 1s}]}]");
    let runtime = world.start();
    let handle = runtime.handle();
    world.sample(&handle, "heat", 9.0);
    let pending = wait_for(|| {
        let board = handle.alerting();
        board.alerts.first().map(|view| view.alert.clone())
    });
    assert_eq!(
        (pending.name.as_str(), pending.state),
        ("Hot", AlertState::Pending)
    );
    runtime.stop();

    let runtime = world.start();
    let handle = runtime.handle();
    let known = handle.alerting().alerts[0].alert.clone();
    assert_eq!(
        (known.state, known.active_at),
        (AlertState::Pending, pending.active_at)
    );
    world.sample(&handle, "heat", 9.0);
    let firing = wait_for(|| {
        let board = handle.alerting();
        let alert = board.alerts.first().map(|view| view.alert.clone())?;
        (alert.state == AlertState::Firing).then_some(alert)
    });
    let ends = world
        .effects(&handle)
        .into_iter()
        .filter(|effect| matches!(effect, Effect::Alert(alert) if alert.state == AlertState::Resolved));
    assert_eq!(ends.count(), 0, "it is one life: {firing:?}");
    wait_for(|| world.channel.told().first().cloned());
    world.sample(&handle, "heat", 1.0);
    let over = wait_for(|| world.channel.told().get(1).cloned());
    assert_eq!(over.1.reason, NotifyReason::Resolved);
    let board = handle.rules();
    assert_eq!(board.groups[0].rules[0].rule.name(), "Hot");
    assert!(board.figures[0].iterations > 0 && !board.late(handle.now()));
    runtime.stop();
}

#[test]
fn an_alert_that_is_only_kept_firing_is_known_to_be_after_a_restart() {
    let world = World::new();
    world.rules(
        "groups: [{name: g, interval: 200ms, rules: [{alert: Hot, expr: 'heat > 5', keep_firing_for: 1d}]}]",
    );
    let runtime = world.start();
    let handle = runtime.handle();
    world.sample(&handle, "heat", 9.0);
    wait_for(|| world.channel.told().first().cloned());
    world.sample(&handle, "heat", 1.0);
    let hot = |handle: &Handle| handle.alerting().alerts.first().map(|view| view.alert.clone());
    let kept = wait_for(|| hot(&handle).filter(|alert| alert.kept_since.is_some()));
    assert_eq!(kept.state, AlertState::Firing);
    runtime.stop();

    let runtime = world.start();
    let handle = runtime.handle();
    assert_eq!(hot(&handle).unwrap().kept_since, kept.kept_since);
    world.sample(&handle, "heat", 1.0);
    let of_rule = wait_for(|| {
        let board = handle.rules();
        let rule = &board.groups[0].rules[0];
        let evaluated = rule.evaluated_at.is_some() && !rule.no_data;
        evaluated.then(|| rule.alerts[0].clone())
    });
    assert!(of_rule.kept_since >= kept.kept_since, "it did not begin anew");
    assert_eq!(world.channel.told().len(), 1, "and nobody is told");
    runtime.stop();
}

#[test]
fn a_group_that_takes_long_holds_up_no_other() {
    let world = World::new();
    world.rules(
        "groups: [{name: slow, interval: 100ms, rules: [{record: a, expr: closed}]}, \
         {name: quick, interval: 100ms, rules: [{record: b, expr: 'heat * 2'}]}]",
    );
    world.gate.close();
    let runtime = world.start();
    let handle = runtime.handle();
    wait_for(|| world.gate.is_waited_at().then_some(()));
    let iterations = || {
        handle
            .rules()
            .figures
            .iter()
            .map(|group| group.iterations)
            .collect::<Vec<_>>()
    };
    wait_for(|| (iterations()[1] > 5).then_some(()));
    assert_eq!(iterations()[0], 0, "the slow one is still at its first");
    world.gate.open();
    wait_for(|| (iterations()[0] > 1).then_some(()));
    let missed = handle.rules().figures[0].missed;
    assert!(missed >= 3, "what it left out is counted: {missed}");
    // Other rules wait until nothing is evaluated by the old ones, and are in force at once.
    world.rules("groups: [{name: quick, interval: 100ms, rules: [{record: c, expr: 'heat * 3'}]}]");
    handle.reload().unwrap();
    let board = handle.rules();
    assert_eq!(
        (board.groups.len(), board.groups[0].rules[0].rule.name()),
        (1, "c")
    );
    assert!(
        board.figures[0].iterations > 5,
        "what is known of a group that stays, stays"
    );
    runtime.stop();
}

#[test]
fn many_groups_are_evaluated_in_time() {
    const GROUPS: usize = 2_000;
    let world = World::new();
    let group = |n: usize| format!("{{name: g{n}, interval: 5s, rules: [{{record: 'r{n}', expr: heat}}]}}");
    let groups: Vec<String> = (0..GROUPS).map(group).collect();
    world.rules(&format!("groups: [{}]", groups.join(", ")));
    let runtime = world.start();
    let handle = runtime.handle();
    let board = wait_for(|| {
        let board = handle.rules();
        let all = board.figures.iter().all(|group| group.iterations > 0);
        all.then_some(board)
    });
    let mut times: Vec<_> = board
        .groups
        .iter()
        .filter_map(|group| group.evaluated_at)
        .collect();
    times.sort();
    let spread_s = times[GROUPS - 1].seconds_since(times[0]);
    assert!(spread_s > 2.0, "they do not come all at once: {spread_s} s");
    assert!(!board.late(handle.now()));
    runtime.stop();
}

#[test]
fn an_alert_whose_rule_went_while_nobody_ran_is_over() {
    let world = World::new();
    world.rules("groups: [{name: g, interval: 200ms, rules: [{alert: Hot, expr: 'heat > 5'}]}]");
    let runtime = world.start();
    let handle = runtime.handle();
    world.sample(&handle, "heat", 9.0);
    wait_for(|| world.channel.told().first().cloned());
    runtime.stop();

    world.rules("groups: [{name: g, interval: 200ms, rules: [{alert: Cold, expr: 'heat < -5'}]}]");
    let runtime = world.start();
    let over = wait_for(|| world.channel.told().get(1).cloned());
    assert_eq!(over.1.reason, NotifyReason::Resolved);
    assert_eq!(over.1.alerts[0].alert.reason, "its rule is no longer there");
    runtime.stop();
}

#[test]
fn a_bad_file_is_refused_and_the_old_rules_stay() {
    let world = World::new();
    world.rules("groups: [{name: g, interval: 200ms, rules: [{alert: Hot, expr: 'heat > 5'}]}]");
    let runtime = world.start();
    let handle = runtime.handle();
    world.sample(&handle, "heat", 9.0);
    wait_for(|| world.channel.told().first().cloned());
    world.rules("groups: [{name: g, rules: [{alert: Hot, expr: 'heat >'}]}]");
    let error = handle.reload().unwrap_err().to_string();
    assert!(error.contains("rules.yaml:1:"), "{error}");
    let board = handle.rules();
    assert_eq!(board.error.as_deref(), Some(error.as_str()));
    assert_eq!(board.groups[0].rules[0].rule.expr, "heat > 5");
    let own = wait_for(|| {
        let board = handle.alerting();
        let own = board
            .alerts
            .iter()
            .find(|view| view.alert.name == "rules_invalid");
        own.cloned()
    });
    assert_eq!(own.alert.id, "rules_invalid/monitor");

    world.rules("groups: [{name: h, interval: 200ms, rules: [{record: 'double:heat', expr: 'heat * 2'}]}]");
    let report = handle.reload().unwrap();
    assert_eq!((report.files, report.rules), (1, 1));
    assert_eq!(handle.rules().error, None);
    let over = wait_for(|| {
        let board = handle.alerting();
        let hot = board
            .alerts
            .iter()
            .find(|view| view.alert.name == "Hot")
            .cloned()?;
        (hot.alert.state == AlertState::Resolved).then_some(hot)
    });
    assert_eq!(over.alert.reason, "its rule is no longer there");
    wait_for(|| (world.value(&handle, "double:heat") == Some(18.0)).then_some(()));
    runtime.stop();
}

#[test]
fn a_receiver_can_be_tried() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    let asynchronous = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tested = asynchronous.block_on(handle.notify_test("team")).unwrap();
    assert_eq!((tested.len(), tested[0].error.clone()), (1, None));
    assert_eq!(world.channel.told()[0].1.reason, NotifyReason::Test);
    world.channel.answer(Answer::Refuses);
    let tested = asynchronous.block_on(handle.notify_test("team")).unwrap();
    assert_eq!(tested[0].error.as_deref(), Some("no such room"));
    let unknown = asynchronous.block_on(handle.notify_test("nobody")).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "no receiver is called \"nobody\"; there are: team"
    );
    runtime.stop();
}

#[test]
fn a_journal_that_refuses_is_told_without_it() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    world.submit(&handle, vec![condition("disk_gone", true)]);
    wait_for(|| world.channel.told().first().cloned());
    world.journal.refuse(true);
    let refused = handle.submit_blocking(world::batch(vec![condition("disk_slow", true)]));
    assert!(refused.is_err());
    let direct = world::wait_long_for(|| world.channel.told().get(1).cloned());
    assert_eq!(direct.1.alerts[0].alert.name, "journal_fault");
    assert_eq!(
        direct.0.position.partition,
        u32::MAX,
        "an id that no journal gives"
    );
    world.journal.refuse(false);
    let over = world::wait_long_for(|| {
        let told = world.channel.told();
        told.into_iter().find(|(_, notification)| {
            notification.alerts[0].alert.name == "journal_fault" && notification.firing.is_empty()
        })
    });
    assert_eq!(over.1.group_key, direct.1.group_key);
    runtime.stop();
}

#[test]
fn an_acknowledgement_is_kept() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    world.submit(&handle, vec![condition("disk_slow", true)]);
    wait_for(|| world.channel.told().first().cloned());
    let said = Acknowledgement {
        alert: "disk_slow/default/service/db".into(),
        namespace: "default".into(),
        active: true,
        author: "ada".into(),
        comment: "on it".into(),
        at: handle.now(),
        until: None,
    };
    world.submit(&handle, vec![Record::Acknowledgement(Box::new(said))]);
    wait_for(|| handle.alerting().alerts.first()?.acknowledged.clone());
    runtime.stop();
    let runtime = world.start();
    let board = runtime.handle().alerting();
    assert_eq!(board.alerts[0].acknowledged.as_ref().unwrap().author, "ada");
    runtime.stop();
}

fn silence(id: &str, alertname: &str) -> Record {
    Record::Silence(Box::new(Silence {
        id: id.into(),
        namespace: None,
        matchers: vec![LabelMatcher {
            name: "alertname".into(),
            op: LabelOp::Equal,
            value: alertname.into(),
        }],
        starts_at: Timestamp(1),
        ends_at: Timestamp::from_unix_s(4e9),
        author: "ada".into(),
        comment: "known".into(),
        purpose: SilencePurpose::Silence,
        updated_at: Timestamp(1),
    }))
}

/// History holds every effect once, however often the monitor was started.
#[test]
fn effects_are_performed_once_over_many_starts() {
    let world = World::new();
    for round in 0..4_u32 {
        let runtime = world.start();
        let handle = runtime.handle();
        world.submit(&handle, vec![condition("disk_slow", round.is_multiple_of(2))]);
        wait_for(|| (world.channel.told().len() > round as usize).then_some(()));
        wait_for(|| (handle.outbox().waiting == 0).then_some(()));
        runtime.stop();
    }
    let query = HistoryQuery {
        kinds: vec!["notification".into()],
        limit: 100,
        ..HistoryQuery::default()
    };
    let found = swarmpulse_store::History::query(&*world.history, &query).unwrap();
    assert_eq!((found.rows.len(), world.channel.told().len()), (4, 4));
}
