//! Which ends of tasks are new: a failed task and the report of its failure are one failure, a row sent again is none.

use swarmpulse_model::{Text, Timestamp};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::generations::Generations;
use super::incident::{Ending, Origin};

/// A task's state and a report of its failure that are no further apart are about the same failure.
const SAME_NS: i64 = 600 * 1_000_000_000;
/// Tasks remembered in a generation; twice as many are 5 MB.
const TASKS: usize = 65_536;
/// How long a generation lasts.
const TURN_NS: i64 = 3_600 * 1_000_000_000;

/// How a task ended last.
#[derive(Clone, Copy, Debug)]
struct Last {
    at: Timestamp,
    failed: bool,
    /// 0 where nobody says.
    attempt: u32,
    by_task: bool,
    by_report: bool,
    has_text: bool,
}

/// Whether an end is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It counts.
    New,
    /// It is known, but says for the first time what went wrong.
    Explained,
    /// It is known.
    Known,
}

/// The tasks that ended of late.
#[derive(Debug)]
pub(super) struct EndedTasks(Generations<Last>);

impl EndedTasks {
    pub(super) fn new() -> Self {
        Self(Generations::new(TASKS, TURN_NS))
    }

    /// Whether this end is news, and remembers it. Ends of no named task always are.
    pub(super) fn tell(&mut self, namespace: u64, ending: &Ending<'_>, now: Timestamp) -> News {
        let (Some(task), Origin::Task | Origin::Report | Origin::Notice) = (ending.task, ending.origin)
        else {
            return News::New;
        };
        let key = key(namespace, task);
        let by_task = ending.origin == Origin::Task;
        let has_text = ending.fault.is_some_and(|fault| fault.text.is_some());
        let here = Last {
            at: now,
            failed: ending.fault.is_some(),
            attempt: ending.attempt.unwrap_or(0),
            by_task,
            by_report: ending.origin == Origin::Report,
            has_text,
        };
        let Some(last) = self.0.get(key) else {
            self.0.set(key, here, now);
            return News::New;
        };
        if is_new(last, here) {
            self.0.set(key, here, now);
            return News::New;
        }
        let explained = here.failed && has_text && !last.has_text;
        let both = Last {
            by_task: last.by_task || by_task,
            by_report: last.by_report || here.by_report,
            has_text: last.has_text || has_text,
            attempt: last.attempt.max(here.attempt),
            ..last
        };
        self.0.set(key, both, now);
        if explained { News::Explained } else { News::Known }
    }

    /// The task is under way again: its next end is another one.
    pub(super) fn under_way(&mut self, namespace: u64, task: &Text, attempt: Option<u32>) {
        let key = key(namespace, task);
        if let Some(last) = self.0.get(key)
            && (last.attempt == 0 || attempt.is_none_or(|attempt| attempt > last.attempt))
        {
            self.0.remove(key);
        }
    }
}

fn is_new(last: Last, here: Last) -> bool {
    if last.attempt != 0 && here.attempt != 0 && last.attempt != here.attempt {
        return here.attempt > last.attempt;
    }
    if last.failed != here.failed {
        return true;
    }
    if !here.failed || (here.by_task && last.by_task) {
        // The same row, sent again.
        return false;
    }
    (here.by_report && last.by_report) || here.at.since(last.at) > SAME_NS
}

fn key(namespace: u64, task: &Text) -> u64 {
    xxh3_64_with_seed(task.as_bytes(), namespace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::incident::{Told, read};
    use swarmpulse_model::record::{Failure, Task};
    use swarmpulse_model::{Attributes, Record, TaskStatus};

    fn task(status: TaskStatus, attempt: Option<u32>) -> Record {
        Record::Task(Box::new(Task {
            task: "t".into(),
            task_type: None,
            status,
            queue: None,
            agent: None,
            sandbox: None,
            priority: None,
            user: None,
            attempt,
            queued_at: None,
            assigned_at: None,
            started_at: None,
            finished_at: None,
            timeout_s: None,
            error: None,
            retryable: None,
            attributes: Attributes::default(),
        }))
    }

    fn report(error: &str) -> Record {
        Record::Failure(Box::new(Failure {
            task: Some("t".into()),
            error: Some(error.into()),
            ..Failure::default()
        }))
    }

    fn told(records: &[(f64, Record)]) -> Vec<Option<News>> {
        let mut ended = EndedTasks::new();
        let each = records.iter().map(|(seconds, record)| match read(record) {
            Told::Ended(ending) => Some(ended.tell(7, &ending, Timestamp::from_unix_s(*seconds))),
            Told::UnderWay(task, attempt) => {
                ended.under_way(7, task, attempt);
                None
            }
            _ => None,
        });
        each.collect()
    }

    #[test]
    fn a_failed_task_and_its_report_are_one_failure_in_either_order() {
        use News::{Explained, Known, New};
        let failed = || task(TaskStatus::Failed, None);
        assert_eq!(
            told(&[(1.0, failed()), (2.0, report("x"))]),
            [Some(New), Some(Explained)]
        );
        assert_eq!(
            told(&[(1.0, report("x")), (2.0, failed())]),
            [Some(New), Some(Known)]
        );
        assert_eq!(
            told(&[(1.0, failed()), (2.0, failed())]),
            [Some(New), Some(Known)]
        );
        let apart = told(&[(1.0, failed()), (2.0, report("x")), (3.0, report("y"))]);
        assert_eq!(
            apart,
            [Some(New), Some(Explained), Some(New)],
            "a second report is a second failure"
        );
        assert_eq!(
            told(&[(1.0, failed()), (4000.0, report("x"))]),
            [Some(New), Some(New)]
        );
    }

    #[test]
    fn attempts_and_new_starts_are_other_ends() {
        use News::{Known, New};
        let failed = |attempt| task(TaskStatus::Failed, attempt);
        assert_eq!(
            told(&[(1.0, failed(Some(1))), (2.0, failed(Some(2)))]),
            [Some(New), Some(New)]
        );
        assert_eq!(
            told(&[(1.0, failed(Some(2))), (2.0, failed(Some(1)))]),
            [Some(New), Some(Known)]
        );
        let again = told(&[
            (1.0, failed(None)),
            (2.0, task(TaskStatus::Running, None)),
            (3.0, failed(None)),
        ]);
        assert_eq!(again, [Some(New), None, Some(New)]);
        let mended = told(&[(1.0, failed(None)), (2.0, task(TaskStatus::Completed, None))]);
        assert_eq!(mended, [Some(New), Some(New)]);
    }
}
