//! Why the past could not be run through.

use swarmpulse_rules::RuleGroup;

/// Why the past could not be run through.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// The span holds nothing.
    #[error("the span is empty: its beginning must lie before its end")]
    EmptySpan,
    /// A rule whose expression is none.
    #[error("{file}: group {group:?}, rule {rule:?}: {detail}")]
    Rule {
        /// The file.
        file: String,
        /// The group.
        group: String,
        /// The rule.
        rule: String,
        /// What is wrong.
        detail: String,
    },
    /// History cannot be read.
    #[error("read what did fire: {0}")]
    History(String),
    /// History holds more than can be run through.
    #[error(
        "history holds more than {rows} alerts, conditions and messages for this span: ask for a shorter one"
    )]
    TooMuch {
        /// So many can be.
        rows: usize,
    },
    /// Somebody wants it to stop.
    #[error("stopped")]
    Stopped,
}

impl BacktestError {
    pub(crate) fn rule(group: &RuleGroup, rule: &str, detail: String) -> Self {
        Self::Rule {
            file: group.file.clone(),
            group: group.name.clone(),
            rule: rule.to_owned(),
            detail,
        }
    }
}
