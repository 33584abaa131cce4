//! The tap: copies of what detectors learn from, handed over by the fleet's owner without ever waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use swarmpulse_model::{Envelope, Record, Text, Timestamp};

use crate::counters::Counters;

/// Records that may wait for the detectors; further ones are left out and counted.
const WAITING_MAX: usize = 200_000;

/// Envelopes that may.
const ENVELOPES_MAX: usize = 16_384;

/// Records of one envelope that detectors learn from.
#[derive(Debug)]
pub(crate) struct Observed {
    pub namespace: Text,
    pub at: Timestamp,
    pub records: Vec<Record>,
}

/// Where the owner puts them.
pub(crate) struct Tap {
    sender: Sender<Observed>,
    waiting: Arc<AtomicUsize>,
    counters: Arc<Counters>,
}

/// Where the detectors take them.
pub(crate) struct Tapped {
    pub receiver: Receiver<Observed>,
    waiting: Arc<AtomicUsize>,
}

impl Tap {
    /// Both ends.
    pub fn new(counters: Arc<Counters>) -> (Self, Tapped) {
        let (sender, receiver) = bounded(ENVELOPES_MAX);
        let waiting = Arc::new(AtomicUsize::new(0));
        let tapped = Tapped {
            receiver,
            waiting: Arc::clone(&waiting),
        };
        let tap = Self {
            sender,
            waiting,
            counters,
        };
        (tap, tapped)
    }

    /// Copies what detectors learn from.
    pub fn offer(&self, envelope: &Envelope) {
        let count = envelope.records.iter().filter(|record| teaches(record)).count();
        if count == 0 {
            return;
        }
        if self.waiting.load(Ordering::Relaxed) + count > WAITING_MAX {
            self.counters.drop_for("detector_records", count as u64);
            return;
        }
        self.waiting.fetch_add(count, Ordering::Relaxed);
        let observed = Observed {
            namespace: envelope.namespace.clone(),
            at: envelope.received_at,
            records: envelope
                .records
                .iter()
                .filter(|record| teaches(record))
                .cloned()
                .collect(),
        };
        match self.sender.try_send(observed) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => self.counters.drop_for("detector_records", count as u64),
            // Nobody detects anything.
            Err(TrySendError::Disconnected(_)) => {}
        }
        self.waiting.fetch_sub(count, Ordering::Relaxed);
    }
}

impl Tapped {
    /// Says that those records need no more room.
    pub fn taken(&self, observed: &Observed) {
        self.waiting.fetch_sub(observed.records.len(), Ordering::Relaxed);
    }
}

/// Whether detectors learn from it: work and its outcome. Heartbeats tell by their numbers, which are series.
pub(crate) fn teaches(record: &Record) -> bool {
    match record {
        Record::Call(_) | Record::Task(_) | Record::Failure(_) | Record::Service(_) => true,
        Record::Event(event) => {
            let name = event.event_type.as_str();
            name.contains("error") || name.contains("fail")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::record::{Call, Heartbeat};
    use swarmpulse_model::{Position, Source};

    use super::*;

    fn envelope(records: Vec<Record>) -> Envelope {
        Envelope {
            position: Position::default(),
            received_at: Timestamp(7),
            namespace: "default".into(),
            principal: Text::default(),
            source: Source::Http,
            records,
        }
    }

    #[test]
    fn work_is_copied_and_heartbeats_are_not() {
        let (tap, tapped) = Tap::new(Arc::default());
        tap.offer(&envelope(vec![
            Record::Heartbeat(Box::default()),
            Record::Call(Box::default()),
        ]));
        tap.offer(&envelope(vec![Record::Heartbeat(Box::<Heartbeat>::default())]));
        let observed = tapped.receiver.try_recv().unwrap();
        assert_eq!(observed.records, [Record::Call(Box::<Call>::default())]);
        assert_eq!(observed.at, Timestamp(7));
        assert!(tapped.receiver.is_empty());
    }

    #[test]
    fn what_finds_no_room_is_counted_and_room_is_given_back() {
        let counters = Arc::<Counters>::default();
        let (tap, tapped) = Tap::new(Arc::clone(&counters));
        let calls = |count| envelope(vec![Record::Call(Box::default()); count]);
        tap.offer(&calls(WAITING_MAX));
        tap.offer(&calls(3));
        assert_eq!(counters.drops().get("detector_records"), Some(&3));
        tapped.taken(&tapped.receiver.try_recv().unwrap());
        tap.offer(&calls(3));
        assert_eq!(tapped.receiver.len(), 1);
    }
}
