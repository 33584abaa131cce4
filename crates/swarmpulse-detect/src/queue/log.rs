//! Lines of `queue-analytics.jsonl`: a summary of each namespace every minute, and every task that ended.

use swarmpulse_model::Timestamp;

use super::book::Finished;
use super::figures::NamespaceStatus;
use crate::{Field, Log, LogLine};

fn milliseconds(seconds: Option<f64>) -> Field {
    seconds.map_or(Field::Null, |seconds| {
        Field::Number((seconds * 1e6).round() / 1e3)
    })
}

/// What a namespace is like now. Completed tasks are those of the last hour; means count what waits and runs now for as
/// long as it has so far.
pub(super) fn summary(it: &NamespaceStatus, at: Timestamp) -> LogLine {
    LogLine {
        log: Log::QueueAnalytics,
        at,
        fields: vec![
            ("namespace", Field::Text(it.namespace.clone())),
            ("queue_depth", Field::Integer(it.depth.into())),
            ("tasks_executing", Field::Integer(it.executing.into())),
            ("tasks_completed", Field::Integer(it.outcomes.completed.into())),
            ("avg_queue_wait_ms", milliseconds(it.wait.mean_s)),
            ("avg_execution_time_ms", milliseconds(it.execution.mean_s)),
            (
                "throughput_tasks_per_minute",
                Field::Number(it.throughput_per_minute),
            ),
        ],
    }
}

/// A task that ended.
pub(super) fn finished(it: Finished) -> LogLine {
    LogLine {
        log: Log::QueueAnalytics,
        at: it.at,
        fields: vec![
            ("namespace", Field::Text(it.namespace)),
            ("task_id", Field::Text(it.task)),
            ("task_type", Field::Text(it.task_type)),
            ("queue", Field::Text(it.queue)),
            ("bot_id", it.agent.map_or(Field::Null, Field::Text)),
            ("status", Field::Text(it.status.as_str().into())),
            ("queue_wait_ms", milliseconds(it.wait_s)),
            ("execution_time_ms", milliseconds(it.execution_s)),
            ("total_time_ms", milliseconds(Some(it.total_s))),
        ],
    }
}
