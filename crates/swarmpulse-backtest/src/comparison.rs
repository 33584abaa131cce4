//! What would have fired beside what did.

use std::collections::BTreeMap;

use swarmpulse_model::Text;
use swarmpulse_model::time::SECOND_NS;

use crate::firing::Firing;

/// Two firings of one alert are the same if they overlap, or lie no further apart than this: live evaluation may have
/// been late by a round or two, and alerts that flap are told to end later.
const APART_MAX_NS: i64 = 120 * SECOND_NS;

/// In which of the two a firing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// It did and would have.
    Both,
    /// It would have and did not.
    New,
    /// It did and would not have.
    Gone,
}

impl Seen {
    /// Its lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::New => "new",
            Self::Gone => "gone",
        }
    }
}

/// A firing, as it would have been, as it was, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// In which of the two.
    pub seen: Seen,
    /// As it would have been; where it would not have been, `None`.
    pub would: Option<Firing>,
    /// As it was; where it was not, `None`.
    pub did: Option<Firing>,
}

impl Compared {
    /// Either of the two.
    #[must_use]
    pub fn firing(&self) -> Option<&Firing> {
        self.would.as_ref().or(self.did.as_ref())
    }
}

/// Pairs the firings of each alert in the order of time.
pub(crate) fn compare(would: Vec<Firing>, did: Vec<Firing>) -> Vec<Compared> {
    let mut done: BTreeMap<Text, Vec<Firing>> = BTreeMap::new();
    for firing in did {
        done.entry(firing.id.clone()).or_default().push(firing);
    }
    let mut all = Vec::new();
    for firing in would {
        let partner = done.get_mut(&firing.id).and_then(|others| {
            let found = others.iter().position(|other| touch(&firing, other))?;
            Some(others.remove(found))
        });
        all.push(Compared {
            seen: if partner.is_some() { Seen::Both } else { Seen::New },
            would: Some(firing),
            did: partner,
        });
    }
    all.extend(done.into_values().flatten().map(|firing| Compared {
        seen: Seen::Gone,
        would: None,
        did: Some(firing),
    }));
    all.sort_by(by_time);
    all
}

/// Which of two comes first.
pub(crate) fn by_time(a: &Compared, b: &Compared) -> std::cmp::Ordering {
    key(a).cmp(&key(b))
}

fn key(compared: &Compared) -> Option<(swarmpulse_model::Timestamp, &str, Seen)> {
    let firing = compared.firing()?;
    Some((firing.fired_at, firing.id.as_str(), compared.seen))
}

fn touch(a: &Firing, b: &Firing) -> bool {
    let before = |one: &Firing, other: &Firing| {
        one.ended_at
            .is_some_and(|ended_at| ended_at.plus_ns(APART_MAX_NS) < other.fired_at)
    };
    !before(a, b) && !before(b, a)
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::alert::AlertOrigin;
    use swarmpulse_model::{Severity, Timestamp};

    use super::*;

    fn firing(id: &str, from_s: f64, to_s: Option<f64>) -> Firing {
        Firing {
            id: id.into(),
            name: id.into(),
            origin: AlertOrigin::Rule,
            severity: Severity::Warning,
            labels: BTreeMap::new(),
            active_at: Timestamp::from_unix_s(from_s),
            fired_at: Timestamp::from_unix_s(from_s),
            ended_at: to_s.map(Timestamp::from_unix_s),
            reason: Text::default(),
        }
    }

    fn seen(would: Vec<Firing>, did: Vec<Firing>) -> Vec<Seen> {
        compare(would, did).iter().map(|compared| compared.seen).collect()
    }

    #[test]
    fn firings_of_one_alert_that_touch_are_one() {
        let far = 10_000.0;
        assert_eq!(
            seen(
                vec![firing("a", 100.0, Some(200.0)), firing("a", far, None)],
                vec![firing("a", 130.0, Some(300.0)), firing("b", 100.0, None)],
            ),
            [Seen::Both, Seen::Gone, Seen::New]
        );
        // One that ended a little before the other began is the same; one long before is not.
        assert_eq!(
            seen(
                vec![firing("a", 100.0, Some(200.0))],
                vec![firing("a", 310.0, None)]
            ),
            [Seen::Both]
        );
        assert_eq!(
            seen(
                vec![firing("a", 100.0, Some(200.0))],
                vec![firing("a", 330.0, None)]
            ),
            [Seen::New, Seen::Gone]
        );
    }

    #[test]
    fn each_partner_is_found_once() {
        let did = vec![firing("a", 0.0, Some(1000.0))];
        let would = vec![firing("a", 0.0, Some(100.0)), firing("a", 500.0, Some(600.0))];
        assert_eq!(seen(would, did), [Seen::Both, Seen::New]);
    }
}
