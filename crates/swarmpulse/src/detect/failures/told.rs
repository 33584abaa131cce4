//! What was found of failures, and their figures at the end, as text and as JSON.

use std::fmt::Write as _;

use swarmpulse_detect::{FailureDirection, FailureFigures, FailureRates, FailureTrend};
use unicode_width::UnicodeWidthStr as _;

use super::super::rounds::{Change, write_changes};

/// Rows of a table.
const ROWS_MAX: usize = 20;

/// Everything as text: what happened, then what is known.
pub fn text(changes: &[Change], missing: &[String], figures: Option<&FailureFigures>) -> String {
    let mut text = String::new();
    write_changes(&mut text, changes);
    if let Some(figures) = figures {
        summary(&mut text, figures);
        rates(&mut text, "TASK TYPE", &figures.by_task_type);
        rates(&mut text, "AGENT", &figures.by_agent);
        rates(&mut text, "HOST", &figures.by_host);
        rates(&mut text, "SERVICE", &figures.by_service);
        groups(&mut text, figures);
        relations(&mut text, figures);
    }
    for reason in missing {
        let _ = writeln!(text, "not enough data: {reason}");
    }
    text
}

fn summary(text: &mut String, figures: &FailureFigures) {
    let rate = match (figures.rate, figures.interval) {
        (Some(rate), Some((low, up))) => {
            format!(
                ", {} in the last day ({} to {})",
                percent(rate),
                percent(low),
                percent(up)
            )
        }
        _ => String::new(),
    };
    let _ = writeln!(
        text,
        "{} tasks, {} failed{rate}; {} calls, {} failed; {} other errors; rate of tasks: {}",
        figures.tasks.ended,
        figures.tasks.failed,
        figures.calls.ended,
        figures.calls.failed,
        figures.errors,
        direction(Some(&figures.trend)),
    );
    if let Some(share) = figures.retryable_share {
        let _ = writeln!(
            text,
            "another attempt makes sense after {} of the failures where that is known",
            percent(share)
        );
    }
    if figures.critical > 0 {
        let _ = writeln!(
            text,
            "{} critical: memory or disk full, crash, corruption",
            figures.critical
        );
    }
    let classes: Vec<String> = figures
        .by_error_class
        .iter()
        .map(|(class, count)| format!("{} {count}", class.as_str()))
        .collect();
    if !classes.is_empty() {
        let _ = writeln!(text, "errors: {}", classes.join(", "));
    }
}

fn rates(text: &mut String, title: &str, rows: &[FailureRates]) {
    let failing: Vec<&FailureRates> = rows.iter().filter(|row| row.total.failed > 0).collect();
    if failing.is_empty() {
        return;
    }
    let head = [
        title,
        "ENDED",
        "FAILED",
        "LAST DAY",
        "95 %",
        "TREND",
        "LAST ERROR",
    ];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    for row in failing.iter().take(ROWS_MAX) {
        table.push(vec![
            row.id.to_string(),
            row.total.ended.to_string(),
            row.total.failed.to_string(),
            row.rate.map_or_else(|| "-".to_owned(), percent),
            row.interval.map_or_else(
                || "-".to_owned(),
                |(low, up)| format!("{} to {}", percent(low), percent(up)),
            ),
            direction(row.trend.as_ref()),
            row.last_error_type.to_string(),
        ]);
    }
    aligned(text, &table, failing.len().saturating_sub(ROWS_MAX));
}

fn groups(text: &mut String, figures: &FailureFigures) {
    if figures.groups.is_empty() {
        return;
    }
    let mut table = vec![["COUNT", "CLASS", "LAST", "MESSAGE"].map(str::to_owned).to_vec()];
    for group in figures.groups.iter().take(ROWS_MAX) {
        table.push(vec![
            group.count.to_string(),
            group.error_class.as_str().to_owned(),
            group.last.to_string(),
            group.template.clone(),
        ]);
    }
    aligned(text, &table, figures.groups.len().saturating_sub(ROWS_MAX));
}

fn relations(text: &mut String, figures: &FailureFigures) {
    for related in &figures.together {
        let members: Vec<String> = related
            .members
            .iter()
            .map(|member| format!("{} {}", member.kind.as_str(), member.id))
            .collect();
        let _ = writeln!(
            text,
            "\nfail together: {} ({} times, {:.0} times as often as by chance, p {:.1e})",
            members.join(", "),
            related.begun_together,
            related.lift,
            related.p,
        );
    }
    for pattern in &figures.patterns {
        let share =
            |tally: swarmpulse_detect::FailureTally| tally.rate().map_or_else(|| "-".to_owned(), percent);
        let _ = writeln!(
            text,
            "\nworse {}: tasks of type {}, {} then, {} at other times (p {:.1e})",
            pattern.when,
            pattern.task_type,
            share(pattern.then),
            share(pattern.otherwise),
            pattern.p,
        );
    }
}

fn direction(trend: Option<&FailureTrend>) -> String {
    let Some(trend) = trend else { return String::new() };
    match trend.direction {
        FailureDirection::Increasing => format!("increasing, {:.1} times", trend.ratio),
        FailureDirection::Decreasing => format!("decreasing, {:.1} times", trend.ratio),
        FailureDirection::Stable => "stable".to_owned(),
        FailureDirection::NotEnoughData => "too few to say".to_owned(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A table whose columns stand below each other, after an empty line; `more` rows are not shown.
fn aligned(text: &mut String, rows: &[Vec<String>], more: usize) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| Some(row.get(column)?.width()))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    text.push('\n');
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + 2 - cell.width()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
}
