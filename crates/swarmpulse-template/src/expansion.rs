//! What a template is expanded with.

use crate::function::Surroundings;
use crate::value::Value;

/// What a template is expanded with.
#[derive(Clone, Copy)]
pub struct Expansion<'a> {
    /// The dot at the beginning, and `$`.
    pub dot: &'a Value,
    /// What functions ask.
    pub surroundings: &'a dyn Surroundings,
    /// How much it may be.
    pub limits: Limits,
    /// Whether the text is HTML: then values are escaped for the place where they stand.
    pub html: bool,
}

/// How much one expansion may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes and operands that it looks at, and what functions cost.
    pub steps_max: usize,
    /// Bytes that it gives, or that one of its values has.
    pub bytes_max: usize,
    /// Templates, actions and parentheses within one another, counted together.
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps_max: 100_000,
            bytes_max: 64 * 1024,
            depth_max: 100,
        }
    }
}
