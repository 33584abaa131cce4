//! Outcomes: what a record says about whether something went well.

use std::collections::VecDeque;

use swarmpulse_model::record::{Call, CallState, Failure, Task};
use swarmpulse_model::{Record, TaskStatus};

/// Ends of tasks that are remembered, so that none counts twice.
const ENDED_MAX: usize = 4_096;
/// The operation by which agents measure their own cycles; it is no call of a service.
const CYCLE: &str = "cycle";

/// What came of a call or a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome<'a> {
    pub service: Option<&'a str>,
    pub agent: Option<&'a str>,
    pub task_type: Option<&'a str>,
    pub ok: bool,
}

/// Ends of tasks that were seen lately: a failed task and the failure of it are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Ended {
    /// Hashes of task and attempt, the oldest first.
    order: VecDeque<u64>,
    known: std::collections::BTreeSet<u64>,
}

impl Ended {
    /// Whether this end is heard of for the first time.
    fn first(&mut self, task: &str) -> bool {
        let hash = fnv(task.as_bytes());
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > ENDED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    /// Another attempt may end anew.
    fn again(&mut self, task: &str) {
        let hash = fnv(task.as_bytes());
        if self.known.remove(&hash) {
            self.order.retain(|other| *other != hash);
        }
    }

    /// What a record says, if it says that something ended, and that for the first time.
    pub fn outcome<'a>(&mut self, record: &'a Record) -> Option<Outcome<'a>> {
        match record {
            Record::Call(call) => of_call(call),
            Record::Task(task) => self.of_task(task),
            Record::Failure(failure) => self.of_failure(failure),
            _ => None,
        }
    }

    fn of_task<'a>(&mut self, task: &'a Task) -> Option<Outcome<'a>> {
        let ok = match task.status {
            TaskStatus::Completed => true,
            TaskStatus::Failed => false,
            TaskStatus::Running | TaskStatus::Retrying => {
                self.again(&task.task);
                return None;
            }
            _ => return None,
        };
        self.first(&task.task).then_some(Outcome {
            service: None,
            agent: task.agent.as_deref(),
            task_type: Some(task.task_type.as_deref().unwrap_or_default()),
            ok,
        })
    }

    fn of_failure<'a>(&mut self, failure: &'a Failure) -> Option<Outcome<'a>> {
        let first = failure.task.as_deref().is_none_or(|task| self.first(task));
        first.then_some(Outcome {
            service: None,
            agent: failure.agent.as_deref(),
            task_type: Some(failure.task_type.as_deref().unwrap_or_default()),
            ok: false,
        })
    }
}

/// A call failed if its answer says so (5xx, 429, 408), if it says what went wrong, or if it took longer than it may.
fn of_call(call: &Call) -> Option<Outcome<'_>> {
    if call.state == CallState::Open || call.operation.as_deref() == Some(CYCLE) {
        return None;
    }
    let too_long = matches!(
        (call.latency_ms, call.timeout_s),
        (Some(latency_ms), Some(timeout_s)) if latency_ms >= timeout_s * 1000.0
    );
    let refused = call
        .status_code
        .is_some_and(|code| code >= 500 || code == 429 || code == 408);
    let said = call.error.as_deref().is_some_and(|error| !error.is_empty());
    Some(Outcome {
        service: Some(&call.service),
        agent: call.agent.as_deref(),
        task_type: None,
        ok: !(too_long || refused || said),
    })
}

/// FNV-1a: the same everywhere and every time.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(status: TaskStatus) -> Record {
        Record::Task(Box::new(Task {
            task: "t1".into(),
            task_type: Some("ingest".into()),
            status,
            queue: None,
            agent: Some("a1".into()),
            sandbox: None,
            priority: None,
            user: None,
            attempt: None,
            queued_at: None,
            assigned_at: None,
            started_at: None,
            finished_at: None,
            timeout_s: None,
            error: None,
            retryable: None,
            attributes: swarmpulse_model::Attributes::default(),
        }))
    }

    fn failure() -> Record {
        Record::Failure(Box::new(Failure {
            task: Some("t1".into()),
            ..Failure::default()
        }))
    }

    #[test]
    fn a_failed_task_and_its_failure_are_one() {
        let mut ended = Ended::default();
        let failed = task(TaskStatus::Failed);
        assert!(ended.outcome(&failed).is_some_and(|outcome| !outcome.ok));
        assert_eq!(ended.outcome(&failure()), None);
        assert_eq!(ended.outcome(&failed), None);
        assert_eq!(ended.outcome(&task(TaskStatus::Running)), None);
        assert!(
            ended
                .outcome(&task(TaskStatus::Completed))
                .is_some_and(|outcome| outcome.ok)
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut ended = Ended::default();
        for number in 0..3 * ENDED_MAX {
            assert!(ended.first(&number.to_string()));
        }
        assert_eq!(ended.order.len(), ENDED_MAX);
        assert_eq!(ended.known.len(), ENDED_MAX);
        assert!(ended.first("0"), "forgotten");
    }

    #[test]
    fn calls_fail_by_status_error_or_time() {
        let ok = |call: Call| of_call(&call).map(|outcome| outcome.ok);
        let call = Call {
            service: "db".into(),
            status_code: Some(200),
            latency_ms: Some(2_000.0),
            timeout_s: Some(3.0),
            ..Call::default()
        };
        assert_eq!(ok(call.clone()), Some(true));
        for (status_code, expected) in [
            (404, true),
            (408, false),
            (429, false),
            (500, false),
            (599, false),
        ] {
            let call = Call {
                status_code: Some(status_code),
                ..call.clone()
            };
            assert_eq!(ok(call), Some(expected), "{status_code}");
        }
        let late = Call {
            timeout_s: Some(1.5),
            ..call.clone()
        };
        assert_eq!(ok(late), Some(false));
        let cycle = Call {
            operation: Some(CYCLE.into()),
            ..call
        };
        assert_eq!(ok(cycle), None);
    }
}
