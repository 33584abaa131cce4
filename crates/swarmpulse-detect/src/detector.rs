//! What a detector is, and what it is told of the world around.

use std::collections::BTreeMap;

use swarmpulse_model::{EntityKey, Record, Text, Timestamp};

use crate::report::Report;
use crate::signal::Signal;

/// A subject of samples by number; numbers are given again after [`Detector::forget`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectId(pub u32);

/// What samples tell of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The entity.
    pub entity: EntityKey,
    /// The part of it that is measured, where it has several: a file system, a pool, a generation of the heap, the
    /// name of an agent's own number. Empty for the whole.
    pub part: Text,
}

/// Every subject by its number.
#[derive(Clone, Debug, Default)]
pub struct Subjects(Vec<Option<Subject>>);

impl Subjects {
    /// Names a number.
    pub fn set(&mut self, id: SubjectId, subject: Option<Subject>) {
        let at = id.0 as usize;
        if at >= self.0.len() {
            self.0.resize(at + 1, None);
        }
        self.0[at] = subject;
    }

    /// Who has that number.
    #[must_use]
    pub fn get(&self, id: SubjectId) -> Option<&Subject> {
        self.0.get(id.0 as usize)?.as_ref()
    }
}

/// How entities hang together, as far as the fleet knows. Keys are (namespace, id).
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The services that a service needs.
    pub depends_on: BTreeMap<(Text, Text), Vec<Text>>,
    /// The services that an agent has called.
    pub calls: BTreeMap<(Text, Text), Vec<Text>>,
    /// The machine that an agent runs on.
    pub host_of: BTreeMap<(Text, Text), Text>,
}

/// What a detector may look at when it judges.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// Whose samples it was given.
    pub subjects: &'a Subjects,
    /// How entities hang together.
    pub graph: &'a Graph,
}

/// An hour of samples in short, for the time before a detector was there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour {
    /// When it ended.
    pub end: Timestamp,
    /// Samples in it.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
}

/// Holds something to be true of a fleet. It is told what happens in the order of time and judges when asked; each
/// takes what it needs and leaves the rest. Memory is bounded by the detector itself and what it leaves out is counted.
pub trait Detector: Send {
    /// Its name: that of its row in [`crate::DETECTORS`].
    fn name(&self) -> &'static str;

    /// A sample, with the time at which it was taken; times of one subject and signal do not go back. Markers of a
    /// series that is gone and values that are not finite are not given.
    fn sample(&mut self, id: SubjectId, subject: &Subject, signal: Signal, at: Timestamp, value: f64) {
        let (_, _, _, _, _) = (id, subject, signal, at, value);
    }

    /// An hour before the first sample, when the monitor comes late to a series. Hours come in order, before samples.
    fn hour(&mut self, id: SubjectId, subject: &Subject, signal: Signal, hour: &Hour) {
        let (_, _, _, _) = (id, subject, signal, hour);
    }

    /// The subject is gone; its number may be given to another.
    fn forget(&mut self, id: SubjectId) {
        let _ = id;
    }

    /// A record as it was received at `at`: calls, tasks, failures, services, and events that tell of errors. In the server
    /// heartbeats are not among them: they tell by their numbers, which are samples.
    fn observe(&mut self, namespace: &Text, at: Timestamp, record: &Record) {
        let (_, _, _) = (namespace, at, record);
    }

    /// Says everything that it holds to be true at `now`: all findings that fire, whether or not they were told before.
    /// Called every 15 seconds; a detector that needs less paces itself and repeats what it said.
    fn evaluate(&mut self, now: Timestamp, around: &Surroundings<'_>, report: &mut Report);
}
