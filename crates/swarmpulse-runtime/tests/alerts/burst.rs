//! Very many notifications at once, to channels of which one does not answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use swarmpulse_model::alert::{AlertOrigin, Notification, NotifiedAlert, NotifyReason};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Alert, AlertState, EntityKey, EntityKind, Record, Severity, Source, Timestamp};
use swarmpulse_notify::{Message, Notifier, Sending};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_runtime::{Batch, LoadedChannel, LoadedReceiver};

use crate::world::{World, wait_long_for};

const RECEIVERS: usize = 10;

/// A channel that takes a millisecond for each, or for ever.
struct Line {
    hangs: bool,
    watch: Stopwatch,
    /// When each came, by its group.
    told_s: Mutex<HashMap<String, f64>>,
}

impl Notifier for Line {
    fn kind(&self) -> &'static str {
        "line"
    }

    fn send_resolved(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(async move {
            if self.hangs {
                return std::future::pending().await;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
            let group = message.notification.group_key.to_string();
            let again = self.told_s.lock().insert(group, self.watch.seconds());
            assert!(again.is_none(), "each is told once");
            Ok(())
        })
    }
}

/// What a burst came to.
#[derive(Debug)]
struct Burst {
    journaled_s: f64,
    /// When the last of each channel that answers was told.
    last_told_s: Vec<f64>,
    waiting: u64,
    dead: usize,
}

/// So many notifications to each of ten receivers, the first of which hangs or does not.
fn burst(of_each: usize, hangs: bool) -> Burst {
    let lines: Vec<Arc<Line>> = (0..RECEIVERS)
        .map(|receiver| {
            Arc::new(Line {
                hangs: hangs && receiver == 0,
                watch: Stopwatch::start(),
                told_s: Mutex::default(),
            })
        })
        .collect();
    let receivers = lines.iter().enumerate().map(|(number, line)| LoadedReceiver {
        name: format!("r{number}").into(),
        channels: vec![LoadedChannel {
            name: "line/0".into(),
            notifier: Arc::clone(line) as Arc<dyn Notifier>,
        }],
    });
    let world = World::with_receivers(receivers.collect());
    let runtime = world.start();
    let handle = runtime.handle();
    let watch = Stopwatch::start();
    // Those for one channel first, then those for the next: the worst order for the others.
    let all: Vec<Record> = (0..RECEIVERS * of_each)
        .map(|number| Record::Notification(Box::new(notification(number / of_each, number))))
        .collect();
    for records in all.chunks(500) {
        let batch = Batch {
            namespace: "default".into(),
            principal: "".into(),
            source: Source::Monitor,
            records: records.to_vec(),
        };
        handle.submit_blocking(batch).unwrap();
    }
    let journaled_s = watch.seconds();
    let healthy = || lines.iter().filter(|line| !line.hangs);
    let expected = healthy().count() * of_each;
    wait_long_for(|| {
        let told: usize = healthy().map(|line| line.told_s.lock().len()).sum();
        (told == expected).then_some(())
    });
    let waits = if hangs { of_each as u64 } else { 0 };
    wait_long_for(|| (handle.outbox().waiting == waits).then_some(()));
    let outbox = handle.outbox();
    let last = |line: &Arc<Line>| line.told_s.lock().values().copied().fold(0.0, f64::max);
    let found = Burst {
        journaled_s,
        last_told_s: healthy().map(last).collect(),
        waiting: outbox.waiting,
        dead: outbox.dead.len(),
    };
    runtime.stop();
    found
}

fn notification(receiver: usize, number: usize) -> Notification {
    let alert = alert(&format!("agent-{number}"));
    Notification {
        group_key: format!("{{}}:{{agent=\"agent-{number}\"}}").into(),
        receiver: format!("r{receiver}").into(),
        channel: "line/0".into(),
        reason: NotifyReason::Fired,
        group_labels: alert.labels.clone(),
        firing: vec![number as u64],
        resolved: Vec::new(),
        omitted: 0,
        at: Timestamp(1),
        alerts: vec![NotifiedAlert {
            alert,
            symptoms: Vec::new(),
            symptoms_total: 0,
        }],
    }
}

fn alert(agent: &str) -> Alert {
    let label = |name: &str, value: &str| Label {
        name: name.into(),
        value: value.into(),
    };
    Alert {
        id: format!("agent_down/default/agent/{agent}").into(),
        name: "agent_down".into(),
        state: AlertState::Firing,
        severity: Severity::Critical,
        namespace: "default".into(),
        subject: Some(EntityKey::new("default", EntityKind::Agent, agent)),
        origin: AlertOrigin::Condition,
        group: "".into(),
        labels: vec![
            label("agent", agent),
            label("alertname", "agent_down"),
            label("namespace", "default"),
            label("severity", "critical"),
        ],
        annotations: vec![label("summary", "no contact within 30 s")],
        value: None,
        active_at: Timestamp(1),
        fired_at: Some(Timestamp(1)),
        ended_at: None,
        reason: "no contact within 30 s".into(),
        cause: None,
        flapping: false,
        expires_at: None,
        source_url: None,
        kept_since: None,
    }
}

#[test]
fn who_hangs_keeps_nobody_else_waiting_and_loses_nothing() {
    let found = burst(300, true);
    assert_eq!((found.waiting, found.dead), (300, 0), "{found:?}");
    assert_eq!(found.last_told_s.len(), RECEIVERS - 1);
    // The one that hangs has not even had its first time-out.
    let last_s = found.last_told_s.iter().copied().fold(0.0, f64::max);
    assert!(last_s < 29.0, "{found:?}");
}

/// `cargo test --release -p swarmpulse-runtime --test alerts -- --ignored --nocapture fifty_thousand`
#[test]
#[ignore = "heavy: says how long fifty thousand notifications take, and how much memory"]
fn fifty_thousand_notifications_to_ten_receivers() {
    for hangs in [false, true] {
        let before_kib = peak_kib();
        let found = burst(5_000, hangs);
        let Burst {
            journaled_s,
            last_told_s,
            waiting,
            ..
        } = &found;
        println!(
            "one hangs: {hangs}; journaled within {journaled_s:.1} s, told within {last_told_s:.1?} s, {waiting} wait; \
             peak of memory {before_kib:?} -> {:?} KiB",
            peak_kib()
        );
        assert_eq!(found.dead, 0);
    }
}

/// The most memory that this process ever had, where the system says so.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
