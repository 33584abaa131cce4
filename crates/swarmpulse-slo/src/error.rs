//! What is wrong with a file of objectives.

/// One thing that is wrong, where, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct SloError {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 if it is of the file as a whole.
    pub line: u64,
    /// The field, as a path: `slos[2].window`; empty if it is of no one field.
    pub field: String,
    /// What is wrong and what to write instead.
    pub reason: String,
}

impl std::fmt::Display for SloError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, ": {}", self.field)?;
        }
        write!(f, ": {}", self.reason)
    }
}
