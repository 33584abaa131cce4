//! A monitor on stores in memory, with one channel that answers as the test says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use swarmpulse_alert::Routing;
use swarmpulse_model::alert::Notification;
use swarmpulse_model::series::{Sample, SampleBatch};
use swarmpulse_model::{
    Condition, Effect, EffectId, EntityKey, EntityKind, Labels, Position, Record, Severity, Source, Text,
    Timestamp,
};
use swarmpulse_notify::{Message, Notifier, SendError, Sending};
use swarmpulse_rules::{Expressions, RuleFile};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_runtime::{
    Batch, Handle, LoadError, Loaded, LoadedChannel, LoadedReceiver, Options, QueryLimits, RulesOptions,
    Runtime, StoreExpressions, Stores,
};
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal, MemoryMetrics, MemoryState};
use swarmpulse_store::{
    History, HistoryQuery, Journal, JournalError, JournalReader, MetricStore, Retention, State,
};

use crate::gate::{Gate, Gated};

const ROUTES: &str = "
route: {receiver: team, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers: [{name: team}]
";

/// What a channel does when it is asked.
#[derive(Clone, Copy)]
pub enum Answer {
    Takes,
    Refuses,
    Hangs,
}

/// A channel that remembers what it was told.
pub struct Channel {
    told: Mutex<Vec<(EffectId, Notification)>>,
    answer: Mutex<Answer>,
}

impl Channel {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            told: Mutex::default(),
            answer: Mutex::new(Answer::Takes),
        })
    }

    pub fn told(&self) -> Vec<(EffectId, Notification)> {
        self.told.lock().clone()
    }

    pub fn answer(&self, answer: Answer) {
        *self.answer.lock() = answer;
    }
}

impl Notifier for Channel {
    fn kind(&self) -> &'static str {
        "fake"
    }

    fn send_resolved(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        self.told.lock().push((message.id, message.notification.clone()));
        let answer = *self.answer.lock();
        Box::pin(async move {
            match answer {
                Answer::Takes => Ok(()),
                Answer::Refuses => Err(SendError::Refused {
                    detail: "no such room".to_owned(),
                }),
                Answer::Hangs => std::future::pending().await,
            }
        })
    }
}

/// A journal that can be told to refuse.
#[derive(Clone)]
pub struct SwitchedJournal {
    inner: Arc<Mutex<MemoryJournal>>,
    refuses: Arc<AtomicBool>,
}

impl SwitchedJournal {
    fn new(journal: MemoryJournal) -> Self {
        Self {
            inner: Arc::new(Mutex::new(journal)),
            refuses: Arc::default(),
        }
    }

    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }
}

impl Journal for SwitchedJournal {
    fn append(&mut self, received_at: Timestamp, body: &[u8]) -> Result<u64, JournalError> {
        if self.refuses.load(Ordering::SeqCst) {
            return Err(JournalError::Full {
                path: "journal".to_owned(),
            });
        }
        self.inner.lock().append(received_at, body)
    }

    fn sync(&mut self) -> Result<(), JournalError> {
        self.inner.lock().sync()
    }

    fn next_offset(&self) -> u64 {
        self.inner.lock().next_offset()
    }

    fn roll(&mut self) -> Result<(), JournalError> {
        self.inner.lock().roll()
    }

    fn retire(&mut self, retention: Retention) -> Result<u64, JournalError> {
        self.inner.lock().retire(retention)
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        self.inner.lock().reader()
    }
}

/// Everything that outlives a monitor.
pub struct World {
    pub journal: SwitchedJournal,
    pub history: Arc<MemoryHistory>,
    state: Arc<MemoryState>,
    /// Closed with each monitor: the next has another.
    metrics: Mutex<Arc<MemoryMetrics>>,
    pub channel: Arc<Channel>,
    pub gate: Arc<Gate>,
    receivers: Vec<LoadedReceiver>,
    rules: Arc<Mutex<String>>,
}

impl World {
    pub fn new() -> Self {
        let channel = Channel::new();
        let team = LoadedReceiver {
            name: "team".into(),
            channels: vec![LoadedChannel {
                name: "fake/0".into(),
                notifier: Arc::clone(&channel) as Arc<dyn Notifier>,
            }],
        };
        Self {
            channel,
            ..Self::with_receivers(vec![team])
        }
    }

    /// One with other receivers than the one that is routed to.
    pub fn with_receivers(receivers: Vec<LoadedReceiver>) -> Self {
        Self {
            receivers,
            journal: SwitchedJournal::new(MemoryJournal::new(64 << 20)),
            history: Arc::new(MemoryHistory::new(100_000)),
            state: Arc::default(),
            metrics: Mutex::default(),
            channel: Channel::new(),
            gate: Arc::default(),
            rules: Arc::new(Mutex::new("groups: []".to_owned())),
        }
    }

    /// The rules that are loaded from here on.
    pub fn rules(&self, text: &str) {
        text.clone_into(&mut self.rules.lock());
    }

    pub fn start(&self) -> Runtime {
        let metrics = Arc::<MemoryMetrics>::default();
        *self.metrics.lock() = Arc::clone(&metrics);
        let stores = Stores {
            journal: Box::new(self.journal.clone()),
            journal_chores: None,
            history: Arc::clone(&self.history) as Arc<dyn History>,
            state: Arc::clone(&self.state) as Arc<dyn State>,
            metrics: Arc::new(Gated {
                store: metrics,
                gate: Arc::clone(&self.gate),
            }),
        };
        let (rules, receivers) = (Arc::clone(&self.rules), self.receivers.clone());
        let options = Options {
            rules: RulesOptions {
                load: Arc::new(move || load(&rules.lock(), &receivers)),
                ..RulesOptions::default()
            },
            ..Options::default()
        };
        Runtime::start(stores, options).unwrap()
    }

    /// What would be there after a crash now: the journal, and of the rest nothing that was not written.
    pub fn durable_copy(&self) -> Self {
        let mut journal = MemoryJournal::new(64 << 20);
        for entry in self.journal.reader().read_from(0).unwrap() {
            let entry = entry.unwrap();
            journal.append(entry.received_at, &entry.body).unwrap();
        }
        journal.sync().unwrap();
        Self {
            journal: SwitchedJournal::new(journal),
            ..Self::new()
        }
    }

    pub fn submit(&self, handle: &Handle, records: Vec<Record>) -> Position {
        handle.submit_blocking(batch(records)).unwrap().position
    }

    pub fn sample(&self, handle: &Handle, metric: &str, value: f64) {
        let mut batch = SampleBatch::default();
        let now = handle.now();
        let labels = Labels::from_pairs([("__name__", metric)]);
        let at_ms = now.unix_ms();
        batch.push(&labels, &[Sample { at_ms, value }]);
        let metrics = Arc::clone(&self.metrics.lock());
        metrics.append_durably("default", now, &batch).unwrap();
    }

    pub fn value(&self, handle: &Handle, metric: &str) -> Option<f64> {
        let store = Arc::clone(&self.metrics.lock()) as Arc<dyn MetricStore>;
        let expressions = StoreExpressions::new(store, QueryLimits::default());
        let query = expressions.prepare(metric).ok().unwrap();
        query.at(handle.now()).unwrap().first().map(|sample| sample.value)
    }

    /// Every effect that history has by now, once it has all.
    pub fn effects(&self, handle: &Handle) -> Vec<Effect> {
        wait_for(|| (handle.status().history_next() >= handle.status().journal_next()).then_some(()));
        let query = HistoryQuery {
            ascending: true,
            limit: 10_000,
            ..HistoryQuery::default()
        };
        let page = self.history.query(&query).unwrap();
        page.rows.into_iter().map(|row| row.effect).collect()
    }
}

fn load(rules: &str, receivers: &[LoadedReceiver]) -> Result<Loaded, LoadError> {
    let file = RuleFile::parse("rules.yaml", rules, Some(&checker()))
        .map_err(|error| LoadError(error.to_string()))?;
    let routing = Routing::parse(ROUTES, &|_| None).map_err(|faults| LoadError(format!("{faults:?}")))?;
    Ok(Loaded {
        rules: vec![file],
        routing: Arc::new(routing.routing),
        routing_text: ROUTES.to_owned(),
        receivers: receivers.to_vec(),
        ..Loaded::default()
    })
}

fn checker() -> StoreExpressions {
    StoreExpressions::new(Arc::new(MemoryMetrics::default()), QueryLimits::default())
}

pub fn batch(records: Vec<Record>) -> Batch {
    Batch {
        namespace: "default".into(),
        principal: Text::default(),
        source: Source::Http,
        records,
    }
}

pub fn condition(name: &str, active: bool) -> Record {
    Record::Condition(Box::new(Condition {
        name: name.into(),
        subject: Some(EntityKey::new("default", EntityKind::Service, "db")),
        severity: Severity::Critical,
        active,
        since: Timestamp(1),
        reason: "it takes 3 s".into(),
    }))
}

/// Waits until something is there; the threads bring it about without further prompting.
pub fn wait_for<T>(look: impl FnMut() -> Option<T>) -> T {
    wait(look, 30.0)
}

/// The same for what takes its time by design.
pub fn wait_long_for<T>(look: impl FnMut() -> Option<T>) -> T {
    wait(look, 90.0)
}

fn wait<T>(mut look: impl FnMut() -> Option<T>, limit_s: f64) -> T {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(watch.seconds() < limit_s, "it does not come about");
        std::thread::park_timeout(std::time::Duration::from_millis(2));
    }
}
