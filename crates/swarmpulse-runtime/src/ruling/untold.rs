//! Changes of alerts that are not journaled yet: kept in order until they are.

use std::collections::VecDeque;

use swarmpulse_model::{Alert, Record, Source, Text, entity};

use crate::batch::Batch;

/// Changes that may wait; the oldest go first.
const UNTOLD_MAX: usize = 100_000;
/// Changes told at once.
const AT_ONCE: usize = 1_000;

/// Changes that wait to be told.
#[derive(Debug, Default)]
pub(crate) struct Untold {
    changes: VecDeque<Alert>,
}

impl Untold {
    /// Adds changes; gives how many of the oldest had to go.
    pub fn extend(&mut self, changes: Vec<Alert>) -> u64 {
        self.changes.extend(changes);
        let surplus = self.changes.len().saturating_sub(UNTOLD_MAX);
        self.changes.drain(..surplus);
        surplus as u64
    }

    /// Tells everything in order, until somebody refuses.
    ///
    /// # Errors
    /// As `submit`; what was not told stays.
    pub fn tell<E>(&mut self, mut submit: impl FnMut(Batch) -> Result<(), E>) -> Result<(), E> {
        while !self.changes.is_empty() {
            let count = self.changes.len().min(AT_ONCE);
            let record = |alert: &Alert| Record::Alert(Box::new(alert.clone()));
            submit(Batch {
                namespace: Text::const_new(entity::DEFAULT_NAMESPACE),
                principal: Text::default(),
                source: Source::Detector,
                records: self.changes.iter().take(count).map(record).collect(),
            })?;
            self.changes.drain(..count);
        }
        Ok(())
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.changes.len()
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::{Severity, Timestamp};

    use super::*;
    use crate::notifying::monitor_alert;

    fn changes(count: usize) -> Vec<Alert> {
        (0..count)
            .map(|number| monitor_alert(&format!("a{number}"), Severity::Info, "r", Timestamp(1)))
            .collect()
    }

    #[test]
    fn what_is_refused_is_told_later_and_in_order() {
        let mut untold = Untold::default();
        assert_eq!(untold.extend(changes(2_500)), 0);
        let mut told = Vec::new();
        let mut calls = 0;
        let refused = untold.tell(|batch| {
            calls += 1;
            if calls == 2 {
                return Err("no");
            }
            told.extend(batch.records);
            Ok(())
        });
        assert_eq!((refused, untold.len(), told.len()), (Err("no"), 1_500, 1_000));
        let again: Result<(), &str> = untold.tell(|batch| {
            told.extend(batch.records);
            Ok(())
        });
        assert_eq!((again, untold.len(), told.len()), (Ok(()), 0, 2_500));
        let names: Vec<_> = told
            .iter()
            .map(|record| match record {
                Record::Alert(alert) => alert.name.to_string(),
                other => other.type_name().to_owned(),
            })
            .collect();
        let expected: Vec<_> = (0..2_500).map(|number| format!("a{number}")).collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn it_is_bounded() {
        let mut untold = Untold::default();
        assert_eq!(untold.extend(changes(UNTOLD_MAX + 3)), 3);
        assert_eq!(untold.len(), UNTOLD_MAX);
    }
}
