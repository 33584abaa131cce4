//! The selectors of `match[]`, and the span they look at.

use swarmpulse_promql::parse_selector;
use swarmpulse_store::metrics::{Matcher, Selection};

use super::failure::Failure;
use super::form::Form;
use super::parameter::{FIRST_MS, LAST_MS, time_ms_or};

/// The most selectors of one request.
const SELECTORS_MAX: usize = 100;

/// Which series of which span.
pub(super) struct Selectors {
    matchers: Vec<Vec<Matcher>>,
    from_ms: i64,
    to_ms: i64,
}

impl Selectors {
    /// Those of `match[]`, `start` and `end`; none is one that matches all.
    pub(super) fn of(form: &Form) -> Result<Self, Failure> {
        let from_ms = time_ms_or(form, "start", FIRST_MS)?;
        let to_ms = time_ms_or(form, "end", LAST_MS)?;
        let matchers = form
            .all("match[]")
            .map(parse_selector)
            .collect::<Result<Vec<_>, _>>();
        let matchers = matchers.map_err(|error| Failure::parameter("match[]", error))?;
        if matchers.len() > SELECTORS_MAX {
            return Err(Failure::parameter(
                "match[]",
                format!(
                    "{} selectors, more than the limit of {SELECTORS_MAX}",
                    matchers.len()
                ),
            ));
        }
        if matchers
            .iter()
            .any(|matchers| matchers.iter().all(Matcher::matches_absent))
        {
            return Err(Failure::parameter(
                "match[]",
                "match[] must contain at least one non-empty matcher",
            ));
        }
        Ok(Self {
            matchers,
            from_ms,
            to_ms,
        })
    }

    /// Whether none were given.
    pub(super) fn is_empty(&self) -> bool {
        self.matchers.is_empty()
    }

    /// As the store takes them, each with these conditions as well.
    pub(super) fn selections(&self, also: &[Matcher], series_max: usize) -> Vec<Selection> {
        let everything = vec![Vec::new()];
        let all = if self.is_empty() {
            &everything
        } else {
            &self.matchers
        };
        all.iter()
            .map(|matchers| Selection {
                matchers: matchers.iter().chain(also).cloned().collect(),
                from_ms: self.from_ms,
                to_ms: self.to_ms,
                series_max,
            })
            .collect()
    }
}
