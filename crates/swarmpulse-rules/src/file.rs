//! Files of rules in Prometheus' format: read strictly, with every fault at its place, and written.

mod emit;
mod error;
mod lint;
mod parse;

use crate::definition::RuleFile;
use crate::expression::Expressions;

pub use error::{RuleFault, RuleFileError};
pub use lint::Lint;

impl RuleFile {
    /// Reads a file: what `promtool check rules` of Prometheus 3 refuses is refused, and what it accepts is accepted.
    /// Without `expressions` nobody looks at what `expr` says.
    ///
    /// # Errors
    /// With everything that is wrong, each at its line and column.
    pub fn parse(
        name: &str,
        text: &str,
        expressions: Option<&dyn Expressions>,
    ) -> Result<Self, RuleFileError> {
        parse::parse(name, text, expressions)
    }

    /// The file as YAML that Prometheus reads: comments are gone, what it says is the same.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        emit::to_yaml(self)
    }

    /// What is accepted and yet likely a mistake: rules that are there twice.
    #[must_use]
    pub fn lints(&self) -> Vec<Lint> {
        lint::lints(self)
    }
}
