//! Matchers of labels: compiled, and read from the text that people write.

mod classic;
mod quoted;

use std::fmt;

use regex::{Regex, RegexBuilder};
use swarmpulse_model::Text;
use swarmpulse_model::alert::{LabelMatcher, LabelOp};
use swarmpulse_model::series::Label;

/// The most matchers that belong together.
pub const MATCHERS_MAX: usize = 64;
/// The longest name or value of a matcher, in bytes.
pub const MATCHER_BYTES_MAX: usize = 4096;
/// The largest program that an expression may be compiled to, in bytes.
const EXPRESSION_BYTES_MAX: usize = 1 << 20;

/// Why something is no list of matchers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatcherError {
    /// The text is not written as matchers are.
    #[error("{what} at character {position}; matchers are written as name=\"value\", with =, !=, =~ or !~")]
    Syntax {
        /// What is wrong.
        what: String,
        /// At which character, the first being 1.
        position: usize,
    },
    /// A matcher without a label's name.
    #[error("a matcher without the name of a label")]
    NoName,
    /// Too many at once.
    #[error("{count} matchers, more than the limit of {MATCHERS_MAX}")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// A name or a value too long.
    #[error("the matcher of label {name:?} is longer than the limit of {MATCHER_BYTES_MAX} bytes")]
    TooLong {
        /// The label, cut short.
        name: Text,
    },
    /// A regular expression that is none, or too large.
    #[error("the matcher of label {name:?} has the regular expression {value:?}: {reason}")]
    Expression {
        /// The label.
        name: Text,
        /// The expression.
        value: Text,
        /// What is wrong with it.
        reason: String,
    },
}

/// Matchers that belong together: all of them must match. Compiled once.
#[derive(Clone, Debug, Default)]
pub struct Matchers {
    matchers: Vec<Compiled>,
}

#[derive(Clone, Debug)]
struct Compiled {
    source: LabelMatcher,
    /// Of `=~` and `!~`; anchored.
    expression: Option<Regex>,
    /// The bytes of the source that every value begins with that its expression matches: most routes of many are passed
    /// over by them alone.
    prefix: usize,
}

impl Matchers {
    /// Compiles matchers.
    ///
    /// # Errors
    /// If one has no name, an expression is none or too large, or there are too many.
    pub fn new(matchers: Vec<LabelMatcher>) -> Result<Self, MatcherError> {
        if matchers.len() > MATCHERS_MAX {
            return Err(MatcherError::TooMany {
                count: matchers.len(),
            });
        }
        let matchers = matchers
            .into_iter()
            .map(Compiled::new)
            .collect::<Result<_, _>>()?;
        Ok(Self { matchers })
    }

    /// Reads matchers as Alertmanager does: `{a="b",c=~"d.*"}`, with or without braces, in the classic form (names of
    /// ASCII letters, values with or without quotes) and in the later one (any name, in quotes where it needs them).
    /// What both forms read, the classic one decides.
    ///
    /// # Errors
    /// If the text is neither, or what it says cannot be compiled.
    pub fn parse(text: &str) -> Result<Self, MatcherError> {
        let parsed = match classic::parse(text) {
            Some(matchers) => matchers,
            None => quoted::parse(text)?,
        };
        Self::new(parsed)
    }

    /// Whether all of them match these labels; a label that is absent has the value "".
    #[must_use]
    pub fn matches(&self, labels: &[Label]) -> bool {
        self.matchers.iter().all(|matcher| {
            let value = labels
                .iter()
                .find(|label| label.name == matcher.source.name)
                .map_or("", |label| label.value.as_str());
            matcher.matches(value)
        })
    }

    /// Whether they match labels that are not there: then they match everything, and a silence of them is refused.
    #[must_use]
    pub fn matches_nothing_at_all(&self) -> bool {
        self.matches(&[])
    }

    /// The matchers as text.
    pub fn iter(&self) -> impl Iterator<Item = &LabelMatcher> {
        self.matchers.iter().map(|matcher| &matcher.source)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.matchers.len()
    }

    /// Whether there are none: then everything matches.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.matchers.is_empty()
    }
}

impl Compiled {
    fn new(source: LabelMatcher) -> Result<Self, MatcherError> {
        if source.name.is_empty() {
            return Err(MatcherError::NoName);
        }
        if source.name.len() > MATCHER_BYTES_MAX || source.value.len() > MATCHER_BYTES_MAX {
            return Err(MatcherError::TooLong {
                name: source.name.chars().take(64).collect(),
            });
        }
        let expression = match source.op {
            LabelOp::Equal | LabelOp::NotEqual => None,
            LabelOp::Regex | LabelOp::NotRegex => Some(compile(&source)?),
        };
        let prefix = expression.as_ref().map_or(0, |_| literal_prefix(&source.value));
        Ok(Self {
            source,
            expression,
            prefix,
        })
    }

    fn matches(&self, value: &str) -> bool {
        let found = match &self.expression {
            Some(expression) => {
                let begins = value
                    .as_bytes()
                    .starts_with(&self.source.value.as_bytes()[..self.prefix]);
                begins && expression.is_match(value)
            }
            None => self.source.value == value,
        };
        found == matches!(self.source.op, LabelOp::Equal | LabelOp::Regex)
    }
}

/// How many bytes of an expression stand for themselves at its beginning, whatever follows them.
fn literal_prefix(expression: &str) -> usize {
    if expression.contains('|') {
        return 0;
    }
    let mut prefix = 0;
    let mut characters = expression.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let plain = !r"\.+*?()[]{}^$#&-~ ".contains(character) || character == '-';
        let repeated = matches!(characters.peek(), Some((_, '*' | '+' | '?' | '{')));
        if !plain || repeated {
            break;
        }
        prefix = at + character.len_utf8();
    }
    prefix
}

fn compile(source: &LabelMatcher) -> Result<Regex, MatcherError> {
    let build = |pattern: &str| {
        RegexBuilder::new(pattern)
            .size_limit(EXPRESSION_BYTES_MAX)
            .build()
            .map_err(|error| MatcherError::Expression {
                name: source.name.clone(),
                value: source.value.clone(),
                reason: reason(&error),
            })
    };
    // On its own first: `a)|(b` is an expression only between the brackets that anchor it.
    build(&source.value)?;
    build(&format!("^(?:{})$", source.value))
}

/// What is wrong with an expression, in one line: the crate draws a picture of several.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

impl PartialEq for Matchers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Matchers {}

impl fmt::Display for Matchers {
    /// As Alertmanager writes them: `{a="b",c=~"d.*"}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("{")?;
        for (place, matcher) in self.iter().enumerate() {
            if place > 0 {
                formatter.write_str(",")?;
            }
            if classic::is_name(&matcher.name) {
                formatter.write_str(&matcher.name)?;
            } else {
                write_quoted(formatter, &matcher.name)?;
            }
            formatter.write_str(matcher.op.as_str())?;
            write_quoted(formatter, &matcher.value)?;
        }
        formatter.write_str("}")
    }
}

fn write_quoted(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    formatter.write_str("\"")?;
    for character in text.chars() {
        match character {
            '"' => formatter.write_str("\\\"")?,
            '\\' => formatter.write_str("\\\\")?,
            '\n' => formatter.write_str("\\n")?,
            other => write!(formatter, "{other}")?,
        }
    }
    formatter.write_str("\"")
}

#[cfg(test)]
mod tests;
