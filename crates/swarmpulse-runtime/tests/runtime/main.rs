//! The runtime on real and failing stores: what is acknowledged stays, what is performed is performed once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod faulty;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use faulty::{FaultyHistory, FaultyJournal};
use swarmpulse_model::record::{Event, Heartbeat};
use swarmpulse_model::{Effect, Record, Source, Text, Verdict};
use swarmpulse_runtime::{Batch, Counter, Handle, Options, Runtime, Stores, SubmitError};
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal, MemoryMetrics, MemoryState};
use swarmpulse_store::{History, HistoryQuery, MetricStore, State};

struct World {
    journal: FaultyJournal,
    history: Arc<FaultyHistory>,
    state: Arc<MemoryState>,
    metrics: Arc<MemoryMetrics>,
}

impl World {
    fn new() -> Self {
        Self {
            journal: FaultyJournal::new(MemoryJournal::new(64 << 20)),
            history: Arc::new(FaultyHistory::new(MemoryHistory::new(100_000))),
            state: Arc::new(MemoryState::default()),
            metrics: Arc::new(MemoryMetrics::default()),
        }
    }

    fn start(&self) -> Runtime {
        let stores = Stores {
            journal: Box::new(self.journal.clone()),
            journal_chores: None,
            history: Arc::clone(&self.history) as Arc<dyn History>,
            state: Arc::clone(&self.state) as Arc<dyn State>,
            metrics: Arc::clone(&self.metrics) as Arc<dyn MetricStore>,
        };
        Runtime::start(stores, Options::default()).unwrap()
    }

    fn verdicts(&self) -> usize {
        let query = HistoryQuery {
            kinds: vec!["verdict".into()],
            limit: 10_000,
            ..HistoryQuery::default()
        };
        self.history.query(&query).unwrap().rows.len()
    }
}

fn batch(records: Vec<Record>) -> Batch {
    Batch {
        namespace: "default".into(),
        principal: Text::default(),
        source: Source::Http,
        records,
    }
}

fn heartbeat(agent: &str, status: &str) -> Record {
    Record::Heartbeat(Box::new(Heartbeat {
        agent: agent.into(),
        status: Some(status.into()),
        interval_s: Some(10.0),
        ..Heartbeat::default()
    }))
}

fn verdict(handle: &Handle, agent: &str) -> Option<Verdict> {
    handle.fleet(|fleet| fleet.agent_named("default", agent).map(|agent| agent.verdict()))
}

/// Waits until history has everything that is journaled; the runtime does that without further prompting.
fn settle(handle: &Handle) {
    let watch = swarmpulse_runtime::clock::Stopwatch::start();
    while handle.status().history_next() < handle.status().journal_next() {
        assert!(watch.seconds() < 30.0, "history does not catch up");
        std::thread::yield_now();
    }
}

#[test]
fn what_is_acknowledged_is_applied_and_survives_a_restart_without_a_second_effect() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    handle
        .submit_blocking(batch(vec![heartbeat("a1", "idle"), heartbeat("a2", "working")]))
        .unwrap();
    assert_eq!(
        verdict(&handle, "a1"),
        Some(Verdict::Idle),
        "an answer means that it is applied"
    );
    settle(&handle);
    let (verdicts, appended) = (world.verdicts(), world.history.rows_appended());
    runtime.stop();

    let runtime = world.start();
    let again = runtime.handle();
    assert_eq!(verdict(&again, "a1"), Some(Verdict::Idle));
    assert_eq!(verdict(&again, "a2"), Some(Verdict::Working));
    assert_eq!(world.verdicts(), verdicts);
    assert_eq!(
        world.history.rows_appended(),
        appended,
        "nothing is performed again"
    );
    assert_eq!(
        runtime.recovery().entries,
        0,
        "the snapshot of the stop covers all"
    );
    runtime.stop();
}

#[test]
fn a_crash_loses_nothing_and_history_is_completed_from_the_journal() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    handle
        .submit_blocking(batch(vec![heartbeat("a1", "idle")]))
        .unwrap();
    settle(&handle);
    world.history.fail.store(true, Ordering::SeqCst);
    handle
        .submit_blocking(batch(vec![heartbeat("a2", "working")]))
        .unwrap();
    // The crash: another runtime starts on a copy of what is durable, while the first knows nothing of it.
    let copy = World {
        journal: world.journal.durable_copy(),
        history: Arc::new(world.history.copy()),
        state: Arc::clone(&world.state),
        metrics: Arc::clone(&world.metrics),
    };
    copy.history.fail.store(false, Ordering::SeqCst);
    let before = copy.verdicts();
    let second = copy.start();
    assert_eq!(verdict(&second.handle(), "a2"), Some(Verdict::Working));
    assert!(
        copy.verdicts() > before,
        "the verdict on a2 was missing and is there now"
    );
    second.stop();
    runtime.stop();
}

#[test]
fn a_hole_in_history_is_filled_while_running() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    world.history.fail.store(true, Ordering::SeqCst);
    for n in 0..20 {
        handle
            .submit_blocking(batch(vec![heartbeat(&format!("a{n}"), "idle")]))
            .unwrap();
    }
    let watch = swarmpulse_runtime::clock::Stopwatch::start();
    while handle.status().faults().is_empty() {
        assert!(watch.seconds() < 30.0, "the fault is not told");
        std::thread::yield_now();
    }
    assert_eq!(handle.status().faults()[0].store, "history");
    world.history.fail.store(false, Ordering::SeqCst);
    settle(&handle);
    assert_eq!(world.verdicts(), 20);
    assert!(handle.status().faults().is_empty());
    runtime.stop();
}

#[test]
fn what_did_not_fit_while_history_was_slow_is_written_from_the_journal() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    settle(&handle);
    let closed = world.history.gate.lock();
    let mut sent = 0;
    let mut send = || {
        let heartbeat = heartbeat(&format!("a{sent}"), "idle");
        handle.submit_blocking(batch(vec![heartbeat])).unwrap();
        sent += 1;
        assert!(sent < 5_000, "the queue to history has no end");
    };
    send();
    let watch = swarmpulse_runtime::clock::Stopwatch::start();
    while !world.history.at_gate.load(Ordering::SeqCst) {
        assert!(watch.seconds() < 30.0, "nothing is written");
        std::thread::yield_now();
    }
    // Nothing is taken out of the queue from here on.
    while handle.counters().get(Counter::HistoryDeferredTotal) == 0 {
        send();
    }
    drop(closed);
    settle(&handle);
    assert_eq!(world.verdicts(), sent);
    assert!(handle.status().faults().is_empty());
    runtime.stop();
}

#[test]
fn a_full_journal_refuses_and_keeps_what_it_has_and_takes_records_again() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    handle
        .submit_blocking(batch(vec![heartbeat("a1", "idle")]))
        .unwrap();
    world.journal.fail.store(true, Ordering::SeqCst);
    let refused = handle.submit_blocking(batch(vec![heartbeat("a2", "idle")]));
    assert!(matches!(refused, Err(SubmitError::Storage { .. })), "{refused:?}");
    assert_eq!(verdict(&handle, "a2"), None, "what is refused is not applied");
    assert_eq!(verdict(&handle, "a1"), Some(Verdict::Idle), "reads go on");
    assert_eq!(handle.status().faults()[0].store, "journal");
    assert!(handle.counters().get(Counter::StorageRefusedTotal) >= 1);
    world.journal.fail.store(false, Ordering::SeqCst);
    handle
        .submit_blocking(batch(vec![heartbeat("a3", "idle")]))
        .unwrap();
    assert_eq!(verdict(&handle, "a3"), Some(Verdict::Idle));
    assert!(handle.status().faults().is_empty());
    runtime.stop();

    let runtime = world.start();
    assert_eq!(verdict(&runtime.handle(), "a2"), None, "nor after a restart");
    assert_eq!(verdict(&runtime.handle(), "a3"), Some(Verdict::Idle));
    runtime.stop();
}

#[test]
fn a_listener_hears_each_effect_once_in_order() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    let mut listener = handle.listen();
    for n in 0..50 {
        let event = Event {
            event_type: "agent.tool_use".into(),
            agent: Some("a1".into()),
            ..Event::default()
        };
        let event = Record::Event(Box::new(Event {
            event: Some(n.to_string().into()),
            ..event
        }));
        handle.submit_blocking(batch(vec![event])).unwrap();
    }
    let mut ids = Vec::new();
    while let Ok(rows) = listener.try_recv() {
        ids.extend(
            rows.iter()
                .filter(|row| matches!(row.effect, Effect::Event(_)))
                .map(|row| row.id),
        );
    }
    assert_eq!(ids.len(), 50);
    assert!(ids.is_sorted());
    runtime.stop();
}

#[test]
fn after_a_stop_senders_are_told() {
    let world = World::new();
    let runtime = world.start();
    let handle = runtime.handle();
    runtime.stop();
    assert_eq!(
        handle.submit_blocking(batch(vec![heartbeat("a1", "idle")])),
        Err(SubmitError::Stopping)
    );
}

#[test]
fn a_restart_is_journaled_and_told_to_the_fleet() {
    let world = World::new();
    let runtime = world.start();
    let records = vec![heartbeat("a1", "idle"), heartbeat("a2", "idle")];
    runtime.handle().submit_blocking(batch(records)).unwrap();
    runtime.stop();
    let runtime = world.start();
    let blindness = runtime.handle().fleet(|fleet| fleet.blindness()).unwrap();
    assert_eq!(blindness.reason, "the monitor restarted");
    runtime
        .handle()
        .submit_blocking(batch(vec![heartbeat("a1", "idle"), heartbeat("a2", "idle")]))
        .unwrap();
    let watch = swarmpulse_runtime::clock::Stopwatch::start();
    while runtime.handle().fleet(|fleet| fleet.blindness()).is_some() {
        assert!(
            watch.seconds() < 30.0,
            "contact returned, and the freeze does not end"
        );
        std::thread::yield_now();
    }
    runtime.stop();
}
