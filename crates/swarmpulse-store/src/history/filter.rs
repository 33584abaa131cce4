//! The filter of a query: which rows it accepts, the same for every backend.

use std::borrow::Cow;

use swarmpulse_model::Timestamp;

use super::facets::Facets;
use super::{HistoryQuery, HistoryRow};

/// A query's conditions, made ready to be asked of many rows.
#[derive(Debug)]
pub struct Filter<'q> {
    query: &'q HistoryQuery,
    needle: Option<Needle>,
}

impl<'q> Filter<'q> {
    /// The filter of this query.
    #[must_use]
    pub fn new(query: &'q HistoryQuery) -> Self {
        let needle = query
            .text
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(Needle::new);
        Self { query, needle }
    }

    /// Whether the query asks for this row; its cursor and limit aside.
    #[must_use]
    pub fn accepts_row(&self, row: &HistoryRow) -> bool {
        self.accepts_time(row.at) && self.accepts(&Facets::of(&row.effect))
    }

    /// Whether this time is within the query's.
    #[must_use]
    pub fn accepts_time(&self, at: Timestamp) -> bool {
        self.query.from.is_none_or(|from| from <= at) && self.query.to.is_none_or(|to| at < to)
    }

    /// Whether the query asks for these facets.
    #[must_use]
    pub fn accepts(&self, facets: &Facets<'_>) -> bool {
        let query = self.query;
        let same = |wanted: &Option<_>, found: Option<&str>| match wanted {
            Some(wanted) => found.is_some_and(|found| wanted == found),
            None => true,
        };
        same(&query.namespace, Some(facets.namespace))
            && (query.kinds.is_empty() || query.kinds.iter().any(|kind| kind == facets.kind))
            && same(&query.agent, facets.agent)
            && same(&query.task, facets.task)
            && same(&query.sandbox, facets.sandbox)
            && query
                .event_type
                .as_deref()
                .is_none_or(|pattern| type_matches(pattern, facets.event_type))
            && self
                .needle
                .as_ref()
                .is_none_or(|needle| facets.texts().any(|text| needle.is_in(text)))
    }

    /// The text searched for, in [`fold`]ed form.
    #[must_use]
    pub fn folded_text(&self) -> Option<&str> {
        self.needle.as_ref().map(|needle| needle.folded.as_str())
    }
}

fn type_matches(pattern: &str, event_type: Option<&str>) -> bool {
    let Some(event_type) = event_type else {
        return false;
    };
    match pattern.strip_suffix('*') {
        Some(prefix) => event_type.starts_with(prefix),
        None => event_type == pattern,
    }
}

/// Text in lower case, character by character, so that a part of a text is folded as the whole is.
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
}

#[derive(Debug)]
struct Needle {
    folded: String,
    first: [u8; 2],
}

impl Needle {
    fn new(text: &str) -> Self {
        let folded = fold(text).into_owned();
        let first = folded.as_bytes().first().copied().unwrap_or_default();
        Self {
            folded,
            first: [first, first.to_ascii_uppercase()],
        }
    }

    fn is_in(&self, text: &str) -> bool {
        if !self.folded.is_ascii() || !text.is_ascii() {
            return fold(text).contains(&self.folded);
        }
        let (text, needle) = (text.as_bytes(), self.folded.as_bytes());
        let Some(last_start) = text.len().checked_sub(needle.len()) else {
            return false;
        };
        let starts = &text[..=last_start];
        memchr::memchr2_iter(self.first[0], self.first[1], starts)
            .any(|start| text[start..start + needle.len()].eq_ignore_ascii_case(needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(needle: &str, text: &str) -> bool {
        Needle::new(needle).is_in(text)
    }

    #[test]
    fn text_is_found_in_any_case_and_only_where_it_is() {
        assert!(finds("ERROR", "an error."));
        assert!(finds("error", "AN ERROR"));
        assert!(finds("r", "r"));
        assert!(finds("Größe", "die GRÖSSE und die GRÖßE"));
        assert!(finds("straße", "STRAßE"));
        assert!(finds("plain", "größe, PLAIN"));
        assert!(!finds("error", "erro"));
        assert!(!finds("error", ""));
        assert!(!finds("errors", "error"));
    }

    #[test]
    fn a_star_matches_any_ending_of_an_event_type() {
        assert!(type_matches("agent.*", Some("agent.tool_use")));
        assert!(type_matches("*", Some("x")));
        assert!(type_matches("agent.tool_use", Some("agent.tool_use")));
        assert!(!type_matches("agent.*", Some("worker.started")));
        assert!(!type_matches("agent", Some("agent.tool_use")));
        assert!(!type_matches("*", None));
    }

    #[test]
    fn a_part_folds_as_in_the_whole() {
        let whole = "ΟΔΟΣΑ İstanbul";
        for (start, _) in whole.char_indices() {
            assert!(fold(whole).contains(&*fold(&whole[start..])));
        }
    }
}
