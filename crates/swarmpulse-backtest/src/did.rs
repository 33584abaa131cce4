//! What did fire, from history.

use std::collections::BTreeSet;

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Effect, Text, Timestamp};
use swarmpulse_rules::{Rule, RuleFile};
use swarmpulse_store::{History, HistoryQuery};

use crate::error::BacktestError;
use crate::firing::{Firing, Firings};

/// Rows read at once.
const ROWS_AT_ONCE: usize = 1_000;
/// Alerts that fired at the beginning of the span began at most so long before it, in seconds.
const LOOK_BACK_S: f64 = 7.0 * 86_400.0;

/// What did fire in a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Did {
    /// Alerts of rules.
    pub of_rules: Vec<Firing>,
    /// Alerts of conditions and of causes, which rules do not decide.
    pub of_conditions: Vec<Firing>,
}

impl Did {
    /// Of rules' alerts those alone that these files define: the others would be missing for no reason of theirs.
    #[must_use]
    pub fn of_files(mut self, files: &[RuleFile]) -> Self {
        let names: BTreeSet<&str> = files
            .iter()
            .flat_map(|file| &file.groups)
            .flat_map(|group| &group.rules)
            .map(Rule::name)
            .collect();
        self.of_rules
            .retain(|firing| names.contains(firing.name.as_str()));
        self
    }
}

/// Reads what did fire from `from` (inclusive) to `to` (exclusive).
///
/// # Errors
/// If history cannot be read.
pub fn did(history: &dyn History, from: Timestamp, to: Timestamp) -> Result<Did, BacktestError> {
    let (mut of_rules, mut of_conditions) = (Firings::default(), Firings::default());
    let mut query = HistoryQuery {
        kinds: vec![Text::const_new("alert")],
        from: Some(from.plus_s(-LOOK_BACK_S)),
        to: Some(to),
        ascending: true,
        limit: ROWS_AT_ONCE,
        ..HistoryQuery::default()
    };
    loop {
        let page = history
            .query(&query)
            .map_err(|error| BacktestError::History(error.to_string()))?;
        for row in &page.rows {
            if let Effect::Alert(alert) = &row.effect {
                let firings = match alert.origin {
                    AlertOrigin::Rule => &mut of_rules,
                    AlertOrigin::Condition | AlertOrigin::Cause => &mut of_conditions,
                    AlertOrigin::External => continue,
                };
                firings.take(alert, row.at);
            }
        }
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    Ok(Did {
        of_rules: of_rules.within(from, to),
        of_conditions: of_conditions.within(from, to),
    })
}
