//! States of tasks.

use swarmpulse_model::record::Task;
use swarmpulse_model::{Record, TaskStatus, Text};

use super::fault::Fault;
use super::input::Input;

const STATUSES: &str =
    "one of pending, claiming, assigned, running, validating, completed, failed, cancelled, retrying";

/// Reads one task. The sandbox platform's `id`, `task_type`, `assigned_agent_id`, `retry_count`,
/// `created_at`, `completed_at` and status `needs_revision` are known too.
pub(super) fn read(input: &mut Input<'_, '_>) -> Result<Record, Fault> {
    let (mut id, mut status) = (None, None);
    let mut task = blank();
    let mut fields = input.item()?;
    while let Some(key) = fields.next(input)? {
        match &*key {
            "task" => id = input.id(&key)?,
            "type" => task.task_type = input.id(&key)?,
            "status" => status = input.word(&key, STATUSES, parse_status)?,
            "queue" => task.queue = input.id(&key)?,
            "agent" => task.agent = input.id(&key)?,
            "sandbox" => task.sandbox = input.id(&key)?,
            "priority" => task.priority = input.text_or_number(&key)?,
            "user" => task.user = input.text_or_number(&key)?,
            "attempt" => task.attempt = input.whole_u32(&key, 0)?,
            "queued_at" => task.queued_at = input.time(&key)?,
            "assigned_at" => task.assigned_at = input.time(&key)?,
            "started_at" => task.started_at = input.time(&key)?,
            "finished_at" => task.finished_at = input.time(&key)?,
            "timeout_s" => task.timeout_s = input.seconds(&key)?,
            "error" => task.error = input.text(&key)?,
            "retryable" => task.retryable = input.boolean(&key)?,
            "attributes" => input.attributes(&mut task.attributes, &key)?,
            "task_id" | "id" if id.is_none() => id = input.id(&key)?,
            "task_type" if task.task_type.is_none() => task.task_type = input.id(&key)?,
            "assigned_agent_id" | "agent_id" if task.agent.is_none() => task.agent = input.id(&key)?,
            "sandbox_id" if task.sandbox.is_none() => task.sandbox = input.id(&key)?,
            "retry_count" if task.attempt.is_none() => {
                task.attempt = input.whole_u32(&key, 0)?.map(|retries| retries.saturating_add(1));
            }
            "created_at" if task.queued_at.is_none() => task.queued_at = input.time(&key)?,
            "completed_at" if task.finished_at.is_none() => task.finished_at = input.time(&key)?,
            "error_message" if task.error.is_none() => task.error = input.text(&key)?,
            _ => input.attribute(&mut task.attributes, &key)?,
        }
    }
    task.task = input.required("task", id)?;
    task.status = input.required("status", status)?;
    Ok(Record::Task(Box::new(task)))
}

fn parse_status(word: &str) -> Option<TaskStatus> {
    if word.eq_ignore_ascii_case("needs_revision") {
        return Some(TaskStatus::Retrying);
    }
    TaskStatus::parse(word)
}

fn blank() -> Task {
    Task {
        task: Text::default(),
        task_type: None,
        status: TaskStatus::Pending,
        queue: None,
        agent: None,
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
    }
}
