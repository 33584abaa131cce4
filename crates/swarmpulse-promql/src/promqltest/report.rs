//! What became of a file of cases.

use serde::Serialize;

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The file.
    pub file: String,
    /// Its cases, in order: every `eval`, and every other line that went wrong.
    pub cases: Vec<Case>,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its line, from 1.
    pub line: usize,
    /// Its first line.
    pub text: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was as expected.
    Passed,
    /// Something was not.
    Failed {
        /// What.
        reason: String,
    },
}

impl Report {
    /// How many cases passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cases
            .iter()
            .filter(|case| case.outcome == Outcome::Passed)
            .count()
    }

    /// The cases that failed, one a line: `file:line: text: reason`.
    #[must_use]
    pub fn failures(&self) -> Vec<String> {
        let failure = |case: &Case| match &case.outcome {
            Outcome::Passed => None,
            Outcome::Failed { reason } => {
                Some(format!("{}:{}: {}: {reason}", self.file, case.line, case.text))
            }
        };
        self.cases.iter().filter_map(failure).collect()
    }
}
