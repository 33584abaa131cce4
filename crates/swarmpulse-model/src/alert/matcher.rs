//! Matchers of labels, as people write them: `name="value"`, `!=`, `=~`, `!~`.

use serde::{Deserialize, Serialize};

use crate::Text;

/// How a matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `=~`: the whole value matches the expression.
    Regex,
    /// `!~`
    NotRegex,
}

impl LabelOp {
    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// One matcher, as text: whoever matches with it compiles its expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LabelMatcher {
    /// The label's name.
    pub name: Text,
    /// How it is compared.
    pub op: LabelOp,
    /// With what; a label that is absent has the value "".
    pub value: Text,
}
