//! What did fire and was told, from history.

use std::collections::BTreeSet;

use swarmpulse_model::alert::AlertOrigin;
use swarmpulse_model::{Effect, Text, Timestamp};
use swarmpulse_rules::{Rule, RuleFile};
use swarmpulse_store::{History, HistoryQuery, HistoryRow};

use crate::error::BacktestError;
use crate::firing::{Firing, Firings};
use crate::recorded::Recorded;

/// Rows read at once.
const ROWS_AT_ONCE: usize = 1_000;
/// More rows are not held in memory.
const ROWS_MAX: usize = 2_000_000;
/// Alerts that fired at the beginning of the span began at most so long before it, in seconds.
pub(crate) const LOOK_BACK_S: f64 = 7.0 * 86_400.0;

/// What did fire and was told in a span, and what it came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Did {
    /// Alerts of rules.
    pub of_rules: Vec<Firing>,
    /// Alerts of conditions and of causes, which rules do not decide.
    pub of_conditions: Vec<Firing>,
    /// What the desk was given, and what was told.
    pub recorded: Recorded,
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

/// Reads what did fire and was told from `from` (inclusive) to `to` (exclusive), and what the desk was given until then.
///
/// # Errors
/// If history cannot be read, or holds more than can be run through.
pub fn did(history: &dyn History, from: Timestamp, to: Timestamp) -> Result<Did, BacktestError> {
    let (mut of_rules, mut of_conditions) = (Firings::default(), Firings::default());
    let mut recorded = Recorded::default();
    let begin = from.plus_s(-LOOK_BACK_S);
    // Silences may have been made long before.
    each(history, &["silence"], None, begin, |row| {
        recorded.take(row.at, &row.effect);
    })?;
    const KINDS: [&str; 6] = [
        "alert",
        "condition",
        "silence",
        "acknowledgement",
        "forgotten",
        "notification",
    ];
    each(history, &KINDS, Some(begin), to, |row| {
        let told_before = matches!(row.effect, Effect::Notification(_)) && row.at < from;
        if !told_before {
            recorded.take(row.at, &row.effect);
        }
        let Effect::Alert(alert) = &row.effect else {
            return;
        };
        match alert.origin {
            AlertOrigin::Rule => of_rules.take(alert, row.at),
            AlertOrigin::Condition | AlertOrigin::Cause => of_conditions.take(alert, row.at),
            AlertOrigin::External => {}
        }
    })?;
    let mut of_conditions = of_conditions.within(from, to);
    // Of what began before that the desk is not given the beginning.
    of_conditions.retain(|firing| firing.active_at >= begin);
    Ok(Did {
        of_rules: of_rules.within(from, to),
        of_conditions,
        recorded,
    })
}

/// Hands over every row of some kinds, in the order of time.
fn each(
    history: &dyn History,
    kinds: &[&'static str],
    from: Option<Timestamp>,
    to: Timestamp,
    mut take: impl FnMut(&HistoryRow),
) -> Result<(), BacktestError> {
    let mut query = HistoryQuery {
        kinds: kinds.iter().map(|kind| Text::const_new(kind)).collect(),
        from,
        to: Some(to),
        ascending: true,
        limit: ROWS_AT_ONCE,
        ..HistoryQuery::default()
    };
    let mut count = 0;
    loop {
        let page = history
            .query(&query)
            .map_err(|error| BacktestError::History(error.to_string()))?;
        count += page.rows.len();
        if count > ROWS_MAX {
            return Err(BacktestError::TooMuch { rows: ROWS_MAX });
        }
        page.rows.iter().for_each(&mut take);
        query.cursor = page.next;
        if query.cursor.is_none() {
            return Ok(());
        }
    }
}
