//! What an evaluation must come to.

use regex::Regex;
use swarmpulse_model::Labels;

use super::sequence::Item;

/// What is expected of an error, warning or info.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// Any.
    Any,
    /// This text.
    Text(String),
    /// One that matches somewhere.
    Pattern(Regex),
}

impl Wanted {
    /// Whether a text is as wanted, with its position or without.
    pub fn matches(&self, text: &str) -> bool {
        let bare = without_position(text);
        match self {
            Self::Any => true,
            Self::Text(wanted) => wanted == text || wanted == bare,
            Self::Pattern(pattern) => pattern.is_match(text) || pattern.is_match(bare),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Text(text) => format!("{text:?}"),
            Self::Pattern(pattern) => format!("/{pattern}/"),
        }
    }
}

/// Without ` (line:column)` at its end.
fn without_position(text: &str) -> &str {
    let position = |rest: &str| {
        rest.strip_suffix(')').is_some_and(|inner| {
            inner.contains(':') && inner.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        })
    };
    match text.rsplit_once(" (") {
        Some((bare, rest)) if position(rest) => bare,
        _ => text,
    }
}

/// Times of the samples of a range vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Times {
    pub start_ms: i64,
    pub end_ms: i64,
    pub step_ms: i64,
}

/// What an evaluation must come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Expectation {
    pub ordered: bool,
    /// All of these hold of the error.
    pub fail: Option<Vec<Wanted>>,
    pub warnings: Vec<Wanted>,
    pub no_warnings: bool,
    pub infos: Vec<Wanted>,
    pub no_infos: bool,
    pub text: Option<String>,
    pub range_vector: Option<Times>,
    pub scalar: Option<f64>,
    pub series: Vec<(Labels, Vec<Item>)>,
}

impl Expectation {
    /// Whether an error is the expected one.
    pub fn check_failure(&self, error: &str) -> Result<(), String> {
        match &self.fail {
            None => Err(format!("error evaluating query: {error}")),
            Some(wanted) => match wanted.iter().find(|wanted| !wanted.matches(error)) {
                Some(wanted) => Err(format!(
                    "expected error matching {}, but got: {error}",
                    wanted.shown()
                )),
                None => Ok(()),
            },
        }
    }

    /// Whether warnings and infos are the expected ones.
    pub fn check_annotations(&self, annotations: &crate::Annotations) -> Result<(), String> {
        let kinds = [
            ("warn", &self.warnings, self.no_warnings, &annotations.warnings),
            ("info", &self.infos, self.no_infos, &annotations.infos),
        ];
        for (kind, wanted, none, found) in kinds {
            if none && !found.is_empty() {
                return Err(format!("unexpected {kind} annotations: {found:?}"));
            }
            if wanted.is_empty() {
                continue;
            }
            for wanted in wanted {
                if !found.iter().any(|found| wanted.matches(found)) {
                    let wanted = wanted.shown();
                    return Err(format!(
                        "expected {kind} annotation {wanted}, but found: {found:?}"
                    ));
                }
            }
            if let Some(other) = found
                .iter()
                .find(|found| !wanted.iter().any(|wanted| wanted.matches(found)))
            {
                return Err(format!("unexpected {kind} annotation {other:?}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_may_be_left_out() {
        let wanted = Wanted::Text("PromQL info: x (y)".to_owned());
        assert!(wanted.matches("PromQL info: x (y) (1:5)") && wanted.matches("PromQL info: x (y)"));
        assert!(!wanted.matches("PromQL info: x"));
        let with = Wanted::Text("a (1:5)".to_owned());
        assert!(with.matches("a (1:5)") && !with.matches("a (1:6)"));
    }
}
