//! The thread that owns the journal: appends what waits, makes it durable at once, and tells those who wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use swarmpulse_model::Timestamp;
use swarmpulse_store::metrics::{Acknowledge, MetricError};
use swarmpulse_store::{Journal, JournalError, Retention};

use crate::stopwatch::Stopwatch;

/// Room for commands. Far more than permits allow, so that a holder of one never waits.
const COMMANDS_MAX: usize = 16_384;
/// So many batches may wait.
const BATCHES_MAX: usize = 4_000;
/// At most so many bytes become durable together.
const GROUP_BYTES: usize = 16 << 20;
/// Buffers kept for the next entries.
const SPARE_MAX: usize = 32;
/// A longer buffer is not kept.
const SPARE_BYTES_MAX: usize = 1 << 20;

enum Command {
    /// An entry, of series if others after it need it; and who waits for it.
    Entry {
        at: Timestamp,
        body: Vec<u8>,
        describes_series: bool,
        acknowledge: Option<Acknowledge>,
        reserved: usize,
    },
    /// Closes the open file; answers the number of the next entry.
    Roll(Sender<Result<u64, MetricError>>),
    /// Entries before this number may go; answers the bytes of the journal.
    Retire(u64, Sender<Result<u64, MetricError>>),
}

/// Figures of the writer.
#[derive(Debug, Default)]
pub(crate) struct WriterFigures {
    waiting_bytes: AtomicUsize,
    waiting_batches: AtomicUsize,
    pub(crate) syncs: AtomicU64,
    pub(crate) sync_us: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) bytes_since_roll: AtomicU64,
    pub(crate) next_offset: AtomicU64,
    stopped: AtomicBool,
}

/// The way to the thread that owns the journal.
pub(crate) struct Writer {
    commands: Option<Sender<Command>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    pub(crate) figures: Arc<WriterFigures>,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
    waiting_bytes_max: usize,
}

/// Room for one batch on its way to the disk; given back when it is there, or when this is dropped.
pub(crate) struct Permit<'a> {
    writer: &'a Writer,
    bytes: usize,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.writer.figures.release(self.bytes);
    }
}

impl WriterFigures {
    fn release(&self, bytes: usize) {
        self.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.waiting_batches.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(journal: Box<dyn Journal>, waiting_bytes_max: usize) -> Result<Self, MetricError> {
        let figures = Arc::new(WriterFigures::default());
        figures
            .next_offset
            .store(journal.next_offset(), Ordering::Relaxed);
        let spare = Arc::new(Mutex::new(Vec::new()));
        let (commands, receiver) = bounded(COMMANDS_MAX);
        let mut owner = Owner {
            figures: Arc::clone(&figures),
            spare: Arc::clone(&spare),
            owed: Vec::new(),
            journal,
        };
        owner.count_bytes();
        let thread = std::thread::Builder::new()
            .name("metric-journal".to_owned())
            .spawn(move || owner.run(&receiver))
            .map_err(|error| MetricError::Io {
                action: "start",
                path: "the thread of the metric journal".to_owned(),
                detail: error.to_string(),
            })?;
        Ok(Self {
            commands: Some(commands),
            thread: Mutex::new(Some(thread)),
            figures,
            spare,
            waiting_bytes_max,
        })
    }

    /// Asks for room for a batch of so many bytes.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<Permit<'_>, MetricError> {
        let figures = &self.figures;
        if figures.stopped.load(Ordering::Relaxed) {
            return Err(MetricError::Stopping);
        }
        let waiting = figures.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        let batches = figures.waiting_batches.fetch_add(1, Ordering::Relaxed);
        let permit = Permit { writer: self, bytes };
        if (waiting > 0 && waiting + bytes > self.waiting_bytes_max) || batches >= BATCHES_MAX {
            return Err(MetricError::Overloaded { retry_after_s: 1 });
        }
        Ok(permit)
    }

    /// A buffer for an entry.
    pub(crate) fn buffer(&self) -> Vec<u8> {
        self.spare.lock().pop().unwrap_or_default()
    }

    /// Sends an entry that others after it need: of series, or of what metrics are.
    pub(crate) fn describe(&self, at: Timestamp, body: Vec<u8>) -> Result<(), MetricError> {
        self.send(Command::Entry {
            at,
            body,
            describes_series: true,
            acknowledge: None,
            reserved: 0,
        })
    }

    /// Sends the entry of a batch. It may be empty: then only what came before becomes durable.
    pub(crate) fn append(
        &self,
        permit: Permit<'_>,
        at: Timestamp,
        body: Vec<u8>,
        acknowledge: Acknowledge,
    ) -> Result<(), MetricError> {
        let reserved = permit.bytes;
        // The thread gives the room back.
        std::mem::forget(permit);
        self.send(Command::Entry {
            at,
            body,
            describes_series: false,
            acknowledge: Some(acknowledge),
            reserved,
        })
    }

    /// Closes the open file of the journal; everything sent before has a number below the one that is returned.
    pub(crate) fn roll(&self) -> Result<u64, MetricError> {
        let (answer, answered) = bounded(1);
        self.send(Command::Roll(answer))?;
        answered.recv().unwrap_or(Err(MetricError::Stopping))
    }

    /// Lets entries before this number go.
    pub(crate) fn retire(&self, needed_from: u64) -> Result<u64, MetricError> {
        let (answer, answered) = bounded(1);
        self.send(Command::Retire(needed_from, answer))?;
        answered.recv().unwrap_or(Err(MetricError::Stopping))
    }

    /// Refuses batches from now on.
    pub(crate) fn refuse(&self) {
        self.figures.stopped.store(true, Ordering::Relaxed);
    }

    fn send(&self, command: Command) -> Result<(), MetricError> {
        let commands = self.commands.as_ref().ok_or(MetricError::Stopping)?;
        commands.send(command).map_err(|_| MetricError::Stopping)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.lock().take() {
            // It ends once it has done what was sent.
            let _ = thread.join();
        }
    }
}

/// The thread.
struct Owner {
    journal: Box<dyn Journal>,
    figures: Arc<WriterFigures>,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
    /// Entries that others need and that could not be written: the first thing to write.
    owed: Vec<(Timestamp, Vec<u8>)>,
}

/// Entries that become durable together.
#[derive(Default)]
struct Group {
    waiting: Vec<Acknowledge>,
    describing: Vec<(Timestamp, Vec<u8>)>,
    batches: Vec<usize>,
    bytes: usize,
}

impl Owner {
    fn run(&mut self, commands: &Receiver<Command>) {
        let mut held: Option<Command> = None;
        loop {
            let Some(first) = held.take().or_else(|| commands.recv().ok()) else {
                return;
            };
            match first {
                Command::Roll(answer) => {
                    // Whoever asked may have gone; the file is closed all the same.
                    let _ = answer.send(self.roll());
                }
                Command::Retire(needed_from, answer) => {
                    let _ = answer.send(self.retire(needed_from));
                }
                entry @ Command::Entry { .. } => held = self.group(entry, commands),
            }
        }
    }

    /// Writes this entry and those that wait behind it; gives back the first command that is no entry.
    fn group(&mut self, first: Command, commands: &Receiver<Command>) -> Option<Command> {
        let mut group = Group::default();
        let mut failure = self.pay().err();
        let mut next = Some(first);
        let mut other = None;
        while let Some(command) = next.take() {
            let Command::Entry {
                at,
                body,
                describes_series,
                acknowledge,
                reserved,
            } = command
            else {
                other = Some(command);
                break;
            };
            group.bytes += body.len();
            if failure.is_none() && !body.is_empty() {
                failure = self.journal.append(at, &body).err().map(|error| told(&error));
            }
            if describes_series {
                group.describing.push((at, body));
            } else {
                self.give_back(body);
                group.batches.push(reserved);
            }
            group.waiting.extend(acknowledge);
            if group.bytes < GROUP_BYTES {
                next = commands.try_recv().ok();
            }
        }
        self.finish(group, failure);
        other
    }

    fn finish(&mut self, group: Group, failure: Option<MetricError>) {
        let watch = Stopwatch::start();
        // Synced even after a refusal: entries before it are good.
        let synced = self.journal.sync().map_err(|error| told(&error));
        self.figures
            .sync_us
            .fetch_add(watch.microseconds(), Ordering::Relaxed);
        self.figures.syncs.fetch_add(1, Ordering::Relaxed);
        let result = failure.map_or(synced, Err);
        if result.is_err() {
            self.owed.extend(group.describing);
        }
        let bytes = group.bytes as u64;
        self.figures.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.figures.bytes_since_roll.fetch_add(bytes, Ordering::Relaxed);
        self.figures
            .next_offset
            .store(self.journal.next_offset(), Ordering::Relaxed);
        for reserved in group.batches {
            self.figures.release(reserved);
        }
        for acknowledge in group.waiting {
            acknowledge(result.clone());
        }
    }

    /// Writes what is owed.
    fn pay(&mut self) -> Result<(), MetricError> {
        if self.owed.is_empty() {
            return Ok(());
        }
        for (at, body) in &self.owed {
            self.journal.append(*at, body).map_err(|error| told(&error))?;
        }
        self.journal.sync().map_err(|error| told(&error))?;
        self.owed = Vec::new();
        Ok(())
    }

    fn give_back(&self, body: Vec<u8>) {
        let mut spare = self.spare.lock();
        if spare.len() < SPARE_MAX && body.capacity() <= SPARE_BYTES_MAX {
            spare.push(body);
        }
    }

    fn roll(&mut self) -> Result<u64, MetricError> {
        self.pay()?;
        self.journal.roll().map_err(|error| told(&error))?;
        self.figures.bytes_since_roll.store(0, Ordering::Relaxed);
        Ok(self.journal.next_offset())
    }

    fn retire(&mut self, needed_from: u64) -> Result<u64, MetricError> {
        let retention = Retention {
            keep_from: Timestamp::NEVER,
            max_bytes: u64::MAX,
            needed_from,
        };
        let freed = self.journal.retire(retention).map_err(|error| told(&error))?;
        self.count_bytes();
        Ok(freed)
    }

    fn count_bytes(&self) {
        let segments = self.journal.reader().segments();
        let bytes = segments.iter().map(|segment| segment.bytes).sum();
        self.figures.bytes.store(bytes, Ordering::Relaxed);
    }
}

/// An error of the journal as one of the store.
pub(crate) fn told(error: &JournalError) -> MetricError {
    match error {
        JournalError::Full { path } => MetricError::Full { path: path.clone() },
        JournalError::Io { action, path, source } => MetricError::Io {
            action,
            path: path.clone(),
            detail: source.to_string(),
        },
        JournalError::Damaged { path, detail, .. } => MetricError::Damaged {
            path: path.clone(),
            detail: detail.clone(),
        },
        other => MetricError::Io {
            action: "write",
            path: "the journal of metrics".to_owned(),
            detail: other.to_string(),
        },
    }
}
