//! Which series are meant.

use regex::Regex;

use super::MetricError;

/// How a matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`
    Regex,
    /// `!~`
    NotRegex,
}

impl MatchOp {
    /// As PromQL writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }

    /// Whether it says what a value is not.
    #[must_use]
    pub fn is_negative(self) -> bool {
        matches!(self, Self::NotEqual | Self::NotRegex)
    }
}

/// One condition on one label. A label that is absent has the empty value.
#[derive(Clone, Debug)]
pub struct Matcher {
    name: String,
    op: MatchOp,
    value: String,
    regex: Option<Regex>,
}

impl Matcher {
    /// A condition. Regular expressions are anchored at both ends; `.` matches line ends, as in Prometheus.
    ///
    /// # Errors
    /// If the regular expression is none, or too large.
    pub fn new(name: &str, op: MatchOp, value: &str) -> Result<Self, MetricError> {
        let regex = match op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => {
                let anchored = format!("^(?s:{value})$");
                let compiled = regex::RegexBuilder::new(&anchored).size_limit(1 << 20).build();
                Some(compiled.map_err(|error| MetricError::Matcher {
                    label: name.to_owned(),
                    detail: error.to_string(),
                })?)
            }
        };
        Ok(Self {
            name: name.to_owned(),
            op,
            value: value.to_owned(),
            regex,
        })
    }

    /// `name="value"`.
    #[must_use]
    pub fn equal(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            op: MatchOp::Equal,
            value: value.to_owned(),
            regex: None,
        }
    }

    /// The label.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it compares.
    #[must_use]
    pub fn op(&self) -> MatchOp {
        self.op
    }

    /// What it compares with.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether a value passes.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        let same = match &self.regex {
            Some(regex) => regex.is_match(value),
            None => self.value == value,
        };
        same != self.op.is_negative()
    }

    /// Whether a series without this label passes.
    #[must_use]
    pub fn matches_absent(&self) -> bool {
        self.matches("")
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.op, &self.value) == (&other.name, other.op, &other.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regular_expressions_are_anchored() {
        let matcher = Matcher::new("job", MatchOp::Regex, "a|bc.*").expect("valid");
        assert!(matcher.matches("a") && matcher.matches("bcd") && matcher.matches("bc\nd"));
        assert!(!matcher.matches("ab") && !matcher.matches("xa"));
        let not = Matcher::new("job", MatchOp::NotRegex, ".+").expect("valid");
        assert!(not.matches_absent() && !not.matches("x"));
        let error = Matcher::new("job", MatchOp::Regex, "(").expect_err("no regular expression");
        assert!(error.to_string().contains("job"), "{error}");
    }

    #[test]
    fn an_absent_label_has_the_empty_value() {
        assert!(Matcher::equal("a", "").matches_absent());
        assert!(!Matcher::equal("a", "b").matches_absent());
        let not = Matcher::new("a", MatchOp::NotEqual, "b").expect("valid");
        assert!(not.matches_absent());
    }
}
