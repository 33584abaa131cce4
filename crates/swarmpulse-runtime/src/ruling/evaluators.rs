//! Groups beside each other: a few threads, each with one group at a time, so that a slow one holds up no other.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};
use swarmpulse_model::{Alert, Timestamp};

use super::running::{Running, Surroundings};

/// Groups that are evaluated at once: what an evaluation holds in memory, it holds so often at most.
pub(crate) const EVALUATORS: usize = 4;

/// A group that is to be evaluated.
pub(super) struct Job {
    pub place: usize,
    pub at: Timestamp,
    pub group: Box<Running>,
}

/// A group that was.
pub(super) struct Evaluated {
    pub place: usize,
    pub group: Box<Running>,
    pub changes: Vec<Alert>,
}

/// One of the threads.
pub(crate) struct Evaluator {
    around: Arc<Surroundings>,
    jobs: Receiver<Job>,
    evaluated: Sender<Evaluated>,
}

impl Evaluator {
    /// Works until there is nobody to work for.
    pub fn run(self) {
        for Job { place, at, mut group } in self.jobs {
            let changes = group.evaluate(at, &self.around);
            let evaluated = Evaluated {
                place,
                group,
                changes,
            };
            if self.evaluated.send(evaluated).is_err() {
                break;
            }
        }
    }
}

/// The threads, as whoever hands out the work sees them.
pub(super) struct Evaluators {
    pub jobs: Sender<Job>,
    pub evaluated: Receiver<Evaluated>,
    /// Groups that are with them.
    pub busy: usize,
}

/// The threads' ends: theirs, which are to be run, and that of whoever hands out the work.
pub(super) fn evaluators(around: &Arc<Surroundings>) -> (Evaluators, Vec<Evaluator>) {
    let (jobs, taken) = bounded(EVALUATORS);
    let (finished, evaluated) = bounded(EVALUATORS);
    let evaluator = |_| Evaluator {
        around: Arc::clone(around),
        jobs: taken.clone(),
        evaluated: finished.clone(),
    };
    let threads = (0..EVALUATORS).map(evaluator).collect();
    let handle = Evaluators {
        jobs,
        evaluated,
        busy: 0,
    };
    (handle, threads)
}
