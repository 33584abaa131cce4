//! What a task's record changes: where the task stands, and what is counted and measured on the way.

use swarmpulse_model::record::Task;
use swarmpulse_model::{TaskStatus, Timestamp};

use super::book::{Finished, QueueBook, latest_time};
use super::open_task::OpenTask;
use super::sample::Seen;

/// No duration that a sender tells is longer, in seconds.
const TOLD_MAX_S: f64 = 30.0 * 86_400.0;

impl QueueBook {
    /// Moves a task to where its record says. It counts where it was when this is called. Returns whether it ended; then
    /// it counts nowhere any more.
    pub(super) fn advance(&mut self, task: &mut OpenTask, at: Timestamp, record: &Task) -> bool {
        let (was, to) = (task.status, record.status);
        let later = record.attempt.is_some_and(|attempt| attempt > task.attempt);
        let back_in_line = was.is_open() && !to.is_open() && !to.is_final();
        let again = later || back_in_line || to == TaskStatus::Retrying && was != TaskStatus::Retrying;
        self.leave(task, at);
        task.sent_at = task.sent_at.max(latest_time(record));
        if let Some(timeout_s) = record.timeout_s.filter(|timeout_s| *timeout_s > 0.0) {
            task.timeout_s = Some(timeout_s as f32);
        }
        if record.agent.is_some() {
            task.agent.clone_from(&record.agent);
        }
        if was != to || later {
            task.progress_at = at;
        }
        if again {
            self.begin_again(task, at, was);
        }
        task.attempt = record.attempt.unwrap_or(0).max(task.attempt);
        if to.is_final() {
            self.end(task, at, record);
            return true;
        }
        if to.is_open() {
            if task.waits() {
                self.start(task, at, record);
            }
        } else {
            self.stand_in_line(task, at, record);
        }
        task.status = to;
        self.join(task, at);
        false
    }

    /// Another attempt: it waits anew, from now.
    fn begin_again(&mut self, task: &mut OpenTask, at: Timestamp, was: TaskStatus) {
        if was.is_open() {
            let took_s = at.seconds_since(task.started_at).max(0.0);
            self.count(task, at, |counts| counts.add_execution(took_s));
            self.sample_execution(task, took_s, at, true, false);
        }
        let taken_back = u32::from(task.assigned && !was.is_open());
        let came = u32::from(was.is_open());
        self.count(task, at, |counts| {
            counts.retried += 1;
            counts.failed_assignments += taken_back;
            counts.arrived += came;
        });
        task.again = true;
        task.assigned = false;
        task.wait_known = true;
        task.queued_at = at;
        task.status = TaskStatus::Retrying;
    }

    /// It waits: given to a worker, or taken back from one.
    fn stand_in_line(&mut self, task: &mut OpenTask, at: Timestamp, record: &Task) {
        match record.status {
            TaskStatus::Assigned if !task.assigned => self.assign(task, at, record),
            TaskStatus::Pending if task.assigned => {
                task.assigned = false;
                self.count(task, at, |counts| counts.failed_assignments += 1);
            }
            _ => {}
        }
    }

    fn assign(&mut self, task: &mut OpenTask, at: Timestamp, record: &Task) {
        task.assigned = true;
        let assigned_at = self.in_workers_time(task, record.assigned_at, at);
        let took_s = assigned_at.max(task.queued_at).seconds_since(task.queued_at);
        self.count(task, at, |counts| {
            counts.assigned += 1;
            counts.assigning_s += took_s;
        });
    }

    /// Work on it begins.
    fn start(&mut self, task: &mut OpenTask, at: Timestamp, record: &Task) {
        if let Some((track, told)) = self.queue(task.queue).zip(record.started_at) {
            track.worker_clock.observe(at, told);
        }
        let started_at = self.in_workers_time(task, record.started_at, at);
        self.leave_line(task, at, started_at.clamp(task.queued_at, at), record);
    }

    fn leave_line(&mut self, task: &mut OpenTask, at: Timestamp, started_at: Timestamp, record: &Task) {
        task.started_at = started_at;
        if !task.assigned {
            self.assign(task, at, record);
        }
        self.count(task, at, |counts| {
            counts.started += 1;
            counts.left += 1;
        });
        if let Some(track) = self.queue(task.queue) {
            track.left_at = Some(at);
        }
        if task.wait_known {
            self.sample_wait(task, started_at, at, true);
        }
    }

    /// It ended, from wherever it was.
    fn end(&mut self, task: &mut OpenTask, at: Timestamp, record: &Task) {
        if let Some((track, told)) = self.queue(task.queue).zip(record.finished_at) {
            track.worker_clock.observe(at, told);
        }
        // Both ends by one clock: its error cancels out.
        let told_s = record
            .started_at
            .zip(record.finished_at)
            .map(|(started, finished)| finished.seconds_since(started))
            .filter(|took_s| (0.0..=TOLD_MAX_S).contains(took_s));
        let success = record.status == TaskStatus::Completed;
        let called_off = record.status == TaskStatus::Cancelled;
        let ran = !task.waits();
        let mut wait_s = None;
        if let (false, Some(told_s)) = (ran, told_s) {
            // Its start was not told when it happened.
            let started_at = at.plus_s(-told_s).clamp(task.queued_at, at);
            self.leave_line(task, at, started_at, record);
            wait_s = task.wait_known.then(|| started_at.seconds_since(task.queued_at));
        } else if !ran {
            let taken_back = u32::from(task.assigned && !success);
            self.count(task, at, |counts| {
                counts.left += 1;
                counts.failed_assignments += taken_back;
            });
            if let Some(track) = self.queue(task.queue) {
                track.left_at = Some(at);
            }
            // Called off while it waited: it would have waited longer. Of others nobody knows when they began.
            if called_off {
                self.sample_wait(task, at, at, false);
            }
        } else if task.wait_known {
            wait_s = Some(task.started_at.seconds_since(task.queued_at).max(0.0));
        }
        let seen_s = ran.then(|| at.seconds_since(task.started_at).max(0.0));
        let execution_s = told_s.or(seen_s);
        self.count(task, at, |counts| {
            match record.status {
                TaskStatus::Completed => counts.completed += 1,
                TaskStatus::Failed => counts.failed += 1,
                _ => counts.cancelled += 1,
            }
            if let Some(execution_s) = execution_s.filter(|_| !called_off) {
                counts.add_execution(execution_s);
            }
        });
        if let Some(execution_s) = execution_s {
            self.sample_execution(task, execution_s, at, !called_off, success);
        }
        let total_s = at.seconds_since(task.first_at).max(execution_s.unwrap_or(0.0));
        self.sample_total(task, total_s, at, !called_off);
        let names = (
            self.task_type(task.task_type).map(|track| track.name.clone()),
            self.queue(task.queue).map(|track| track.name.shown()),
        );
        let finished = Finished {
            at,
            namespace: task.namespace.clone(),
            task: task.id.clone(),
            task_type: names.0.unwrap_or_default(),
            queue: names.1.unwrap_or_default(),
            agent: task.agent.clone(),
            status: record.status,
            wait_s,
            execution_s,
            total_s,
        };
        self.finish(task, finished);
    }

    /// A worker's time in ours, by the clock of those who take from that queue.
    fn in_workers_time(&mut self, task: &OpenTask, told: Option<Timestamp>, at: Timestamp) -> Timestamp {
        self.queue(task.queue)
            .map_or(at, |track| track.worker_clock.in_our_time(told, at))
    }

    fn sample_wait(&mut self, task: &OpenTask, until: Timestamp, at: Timestamp, ended: bool) {
        let mut seen = Seen::new(until.seconds_since(task.queued_at), at, task.hash);
        seen.ended = ended;
        (seen.priority, seen.user) = (task.priority, task.user);
        if let Some(track) = self.queue(task.queue) {
            track.waits.add(seen);
            track.usual_waits.add(seen);
        }
        if let Some(track) = self.task_type(task.task_type) {
            track.waits.add(seen);
            track.usual_waits.add(seen);
        }
        if let Some(track) = self.namespaces.get_mut(&task.namespace) {
            track.waits.add(seen);
        }
    }

    fn sample_total(&mut self, task: &OpenTask, took_s: f64, at: Timestamp, ended: bool) {
        let mut seen = Seen::new(took_s, at, task.hash);
        seen.ended = ended;
        if let Some(track) = self.task_type(task.task_type) {
            track.totals.add(seen);
        }
        if let Some(track) = self.namespaces.get_mut(&task.namespace) {
            track.totals.add(seen);
        }
    }

    fn sample_execution(&mut self, task: &OpenTask, took_s: f64, at: Timestamp, ended: bool, success: bool) {
        let mut seen = Seen::new(took_s, at, task.hash);
        seen.ended = ended;
        if let Some(track) = self.namespaces.get_mut(&task.namespace) {
            track.executions.add(seen);
        }
        if let Some(track) = self.task_type(task.task_type) {
            track.executions.add(seen);
            // What fails may fail at once; how long the work takes is known from what was done.
            if success {
                track.usual_executions.add(seen);
            }
        }
    }
}
