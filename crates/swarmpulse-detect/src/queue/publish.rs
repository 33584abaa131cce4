//! The series of queues and types of task.

use swarmpulse_model::Text;

use super::figures::{KnownDuration, QueueFigures, TaskSpread};
use crate::{Published, Report, SeriesInfo};

const QUEUE: &[&str] = &["namespace", "queue"];
const QUEUE_QUANTILE: &[&str] = &["namespace", "queue", "quantile"];
const TYPE: &[&str] = &["namespace", "task_type"];
const TYPE_QUANTILE: &[&str] = &["namespace", "task_type", "quantile"];
/// Queues and types that have series; there are at most so many queues.
const PUBLISHED_MAX: usize = 200;

macro_rules! names {
    ($($name:ident = $text:literal, $unit:literal, $labels:ident, $help:literal;)*) => {
        $(const $name: &str = $text;)*
        /// Every series of this detector.
        pub(super) const SERIES: &[SeriesInfo] = &[$(SeriesInfo {
            name: $name,
            unit: $unit,
            labels: $labels,
            help: $help,
        },)*];
    };
}

names! {
    DEPTH = "swarmpulse_queue_depth", "", QUEUE,
        "Tasks that wait in the queue now; a type in parentheses stands for its tasks without a queue.";
    OLDEST = "swarmpulse_queue_oldest_age_seconds", "seconds", QUEUE,
        "How long the task that has waited longest has waited so far; 0 if none waits.";
    WAIT = "swarmpulse_queue_wait_seconds", "seconds", QUEUE_QUANTILE,
        "Wait from queued to begun over the last hour, tasks that wait now counted; at least that, where too few have begun to say.";
    THROUGHPUT = "swarmpulse_queue_throughput_per_minute", "", QUEUE,
        "Tasks done per minute over the last hour.";
    ARRIVALS = "swarmpulse_queue_arrivals_per_minute", "", QUEUE,
        "Tasks queued per minute over the last hour.";
    UTILISATION = "swarmpulse_queue_utilisation_ratio", "ratio", QUEUE,
        "Share of the last hour in which those that can run at once did run.";
    EXECUTION = "swarmpulse_task_execution_seconds", "seconds", TYPE_QUANTILE,
        "Execution from begun to ended over the last hour, tasks that run now counted; at least that, where too few have ended to say.";
    FAILURES = "swarmpulse_task_failure_ratio", "ratio", TYPE,
        "Tasks of the type that failed in the last hour, of those that ended.";
    DELAY = "swarmpulse_task_delay_share_ratio", "ratio", TYPE,
        "Share of the time that all tasks of the namespace spent in the last hour, waiting and running, that tasks of this type spent.";
    STUCK = "swarmpulse_task_stuck", "", TYPE,
        "Tasks of the type that wait or run for longer than any healthy one.";
}

fn publish(report: &mut Report, series: &'static str, labels: &[&Text], value: f64) {
    report.published.push(Published {
        series,
        labels: labels.iter().map(|label| (*label).clone()).collect(),
        value,
    });
}

/// Adds the values of all series.
pub(super) fn series(figures: &QueueFigures, report: &mut Report) {
    for queue in figures.queues.iter().take(PUBLISHED_MAX + 1) {
        let labels = [&queue.namespace, &queue.queue];
        let mut add = |series, value| publish(report, series, &labels, value);
        add(DEPTH, f64::from(queue.depth));
        add(OLDEST, queue.oldest_age_s.unwrap_or(0.0));
        add(THROUGHPUT, queue.throughput_per_minute);
        add(ARRIVALS, queue.arrivals_per_minute);
        if let Some(utilisation) = queue.utilisation_ratio {
            add(UTILISATION, utilisation);
        }
        quantiles(report, WAIT, labels, &queue.wait);
    }
    for task_type in figures.types.iter().take(PUBLISHED_MAX) {
        let labels = [&task_type.namespace, &task_type.task_type];
        publish(report, DELAY, &labels, task_type.delay_share_ratio);
        if let Some(ratio) = task_type.outcomes.failure_ratio {
            publish(report, FAILURES, &labels, ratio);
        }
        quantiles(report, EXECUTION, labels, &task_type.execution);
    }
    for stuck in figures.stuck.iter().take(PUBLISHED_MAX) {
        let labels = [&stuck.namespace, &stuck.task_type];
        publish(report, STUCK, &labels, f64::from(stuck.count));
    }
    let unpublished = figures.types.len().saturating_sub(PUBLISHED_MAX);
    if unpublished > 0 {
        report
            .dropped
            .push(("series of task types beyond 200", unpublished as u64));
    }
}

fn quantiles(report: &mut Report, series: &'static str, labels: [&Text; 2], spread: &TaskSpread) {
    let all: [(&str, Option<KnownDuration>); 3] =
        [("0.5", spread.p50), ("0.95", spread.p95), ("0.99", spread.p99)];
    for (quantile, known) in all {
        if let Some(known) = known {
            let quantile = Text::from(quantile);
            publish(report, series, &[labels[0], labels[1], &quantile], known.seconds);
        }
    }
}
