//! What a detector has said from the start of a case until now.

use std::collections::BTreeMap;

use swarmpulse_detect::{LogLine, Report};
use swarmpulse_model::EntityKey;

/// Findings that ever fired, lines that were logged, and what it says now.
#[derive(Debug, Default)]
pub struct Said {
    /// The report of this round.
    pub now: Report,
    /// When a finding fired for the first time, in nanoseconds since the start.
    pub first: BTreeMap<(&'static str, EntityKey), i64>,
    /// Every line.
    pub lines: Vec<LogLine>,
    /// What was left out, by reason.
    pub dropped: BTreeMap<&'static str, u64>,
}

impl Said {
    /// Takes a report at its time.
    pub fn take(&mut self, at_ns: i64, mut report: Report) {
        for finding in &report.findings {
            self.first
                .entry((finding.condition, finding.subject.clone()))
                .or_insert(at_ns);
        }
        self.lines.append(&mut report.lines);
        for (reason, count) in report.dropped.drain(..) {
            *self.dropped.entry(reason).or_default() += count;
        }
        self.now = report;
    }
}
