//! What was found in queues, and their figures at the end, as text and as JSON.

use std::fmt::Write as _;

use swarmpulse_detect::{
    KnownDuration, QueueFigures, QueueStatus, TaskSpread, ThroughputDirection, TypeStatus,
};
use unicode_width::UnicodeWidthStr as _;

use super::super::rounds::{Change, write_changes};

/// Everything, for people.
pub fn text(changes: &[Change], figures: &QueueFigures) -> String {
    let mut text = String::new();
    write_changes(&mut text, changes);
    let _ = writeln!(text, "At {}, over the hour before:\n", figures.at);
    text.push_str(&table(QUEUE_HEADINGS, figures.queues.iter().map(queue)));
    text.push('\n');
    text.push_str(&table(TYPE_HEADINGS, figures.types.iter().map(task_type)));
    if figures.bottlenecks.is_empty() {
        text.push_str("\nNothing holds tasks up.\n");
    } else {
        text.push_str("\nWhat holds tasks up:\n");
        for it in &figures.bottlenecks {
            let kind = serde_json::to_value(it.kind).unwrap_or_default();
            let kind = kind.as_str().unwrap_or_default();
            let _ = writeln!(text, "  {} ({})  {}", kind, it.severity.as_str(), it.message);
        }
    }
    for it in &figures.stuck {
        let does = if it.waiting { "Waiting" } else { "Running" };
        let more = (it.count as usize).saturating_sub(it.tasks.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "\n{does} for too long, of type {}: {}{more}",
            it.task_type,
            it.tasks.join(", ")
        );
    }
    text
}

const QUEUE_HEADINGS: [&str; 13] = [
    "QUEUE", "WAITING", "RUNNING", "OLDEST", "WAIT P50", "P95", "P99", "CAME/MIN", "DONE/MIN", "TREND",
    "WORKERS", "IN USE", "FAILED",
];

fn queue(it: &QueueStatus) -> [String; 13] {
    let [p50, p95, p99] = quantiles(&it.wait);
    [
        it.queue.to_string(),
        it.depth.to_string(),
        it.executing.to_string(),
        it.oldest_age_s.map_or_else(nothing, span),
        p50,
        p95,
        p99,
        format!("{:.2}", it.arrivals_per_minute),
        format!("{:.2}", it.throughput_per_minute),
        match it.trend.direction {
            ThroughputDirection::Increasing => "increasing",
            ThroughputDirection::Stable => "stable",
            ThroughputDirection::Degrading => "degrading",
            ThroughputDirection::NotEnoughData => "-",
        }
        .to_owned(),
        it.workers.to_string(),
        it.utilisation_ratio.map_or_else(nothing, percent),
        it.outcomes.failure_ratio.map_or_else(nothing, percent),
    ]
}

const TYPE_HEADINGS: [&str; 12] = [
    "TYPE",
    "WAITING",
    "RUNNING",
    "RUNS P50",
    "P95",
    "P99",
    "DONE/MIN",
    "FAILED",
    "TIME OF ALL",
    "WAIT",
    "EXECUTION",
    "RETRIES",
];

fn task_type(it: &TypeStatus) -> [String; 12] {
    let [p50, p95, p99] = quantiles(&it.execution);
    [
        it.task_type.to_string(),
        it.waiting.to_string(),
        it.executing.to_string(),
        p50,
        p95,
        p99,
        format!("{:.2}", it.throughput_per_minute),
        it.outcomes.failure_ratio.map_or_else(nothing, percent),
        percent(it.delay_share_ratio),
        percent(it.wait_share_ratio),
        percent(it.execution_share_ratio),
        percent(it.retry_share_ratio),
    ]
}

fn quantiles(spread: &TaskSpread) -> [String; 3] {
    let told = |known: Option<KnownDuration>| match known {
        None => nothing(),
        Some(known) if known.more_than => format!("> {}", span(known.seconds)),
        Some(known) => span(known.seconds),
    };
    [told(spread.p50), told(spread.p95), told(spread.p99)]
}

fn nothing() -> String {
    "-".to_owned()
}

fn percent(ratio: f64) -> String {
    format!("{:.0} %", 100.0 * ratio)
}

fn span(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => format!("{:.0} ms", 1000.0 * seconds),
        seconds if seconds < 120.0 => format!("{seconds:.1} s"),
        seconds if seconds < 3600.0 => format!("{:.0} min", seconds / 60.0),
        seconds if seconds < 172_800.0 => format!("{:.1} h", seconds / 3600.0),
        seconds => format!("{:.1} d", seconds / 86_400.0),
    }
}

/// Rows under headings, the first column to the left, the others to the right.
fn table<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut all = vec![headings.map(str::to_owned)];
    all.extend(rows);
    let mut widths = [0; N];
    for row in &all {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    let mut text = String::new();
    for row in &all {
        for (number, (width, cell)) in widths.iter().zip(row).enumerate() {
            let pad = " ".repeat(width - cell.width());
            match number {
                0 => text.extend([cell.as_str(), &pad]),
                _ => text.extend(["  ", &pad, cell.as_str()]),
            }
        }
        text.push('\n');
    }
    text
}
