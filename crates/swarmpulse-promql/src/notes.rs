//! Collects what an answer says beside its values.

use crate::{Annotations, Span};

/// The most sentences of one kind that are kept.
const SENTENCES_MAX: usize = 1000;

/// Collects what an answer says beside its values. Threads have one each, merged at the end.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    query: String,
    found: Annotations,
    failure: Option<String>,
}

impl Notes {
    /// Of an expression, whose text gives positions their line and column.
    #[must_use]
    pub fn of(query: &str) -> Self {
        Self {
            query: query.to_owned(),
            found: Annotations::default(),
            failure: None,
        }
    }

    /// The expression has no answer: a function refuses its arguments. The first reason counts.
    pub fn fail(&mut self, reason: String) {
        self.failure.get_or_insert(reason);
    }

    /// Why the expression has no answer, if a function said so.
    ///
    /// # Errors
    /// With the reason.
    pub fn check(&self) -> Result<(), crate::EvalError> {
        match &self.failure {
            Some(reason) => Err(crate::EvalError::Execution(reason.clone())),
            None => Ok(()),
        }
    }

    /// Something is likely wrong: `PromQL warning: TEXT (line:column)`.
    pub fn warn(&mut self, text: impl std::fmt::Display, at: Span) {
        if self.found.warnings.len() < SENTENCES_MAX {
            let at = at.line_and_column(&self.query);
            self.found
                .warnings
                .insert(format!("PromQL warning: {text} ({at})"));
        }
    }

    /// Something to know: `PromQL info: TEXT (line:column)`.
    pub fn info(&mut self, text: impl std::fmt::Display, at: Span) {
        if self.found.infos.len() < SENTENCES_MAX {
            let at = at.line_and_column(&self.query);
            self.found.infos.insert(format!("PromQL info: {text} ({at})"));
        }
    }

    /// Empty ones of the same expression, for another thread.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::of(&self.query)
    }

    /// Takes over what another thread collected.
    pub fn merge(&mut self, other: Self) {
        self.found.warnings.extend(other.found.warnings);
        self.found.infos.extend(other.found.infos);
        self.failure = self.failure.take().or(other.failure);
    }

    /// What was collected.
    #[must_use]
    pub fn into_annotations(self) -> Annotations {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_is_there_once_with_its_position() {
        let mut notes = Notes::of("sum(x)");
        let mut other = notes.another();
        notes.warn("odd", Span::new(4, 5));
        other.warn("odd", Span::new(4, 5));
        other.info("fine", Span::new(0, 6));
        notes.merge(other);
        let found = notes.into_annotations();
        assert_eq!(Vec::from_iter(found.warnings), ["PromQL warning: odd (1:5)"]);
        assert_eq!(Vec::from_iter(found.infos), ["PromQL info: fine (1:1)"]);
    }
}
