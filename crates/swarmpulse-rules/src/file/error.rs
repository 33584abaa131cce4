//! What is wrong in a file of rules.

use std::fmt;

/// Everything that is wrong in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFileError {
    /// The file as it was named.
    pub file: String,
    /// What is wrong, in the order of the text; at least one.
    pub faults: Vec<RuleFault>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The line, from 1; 0 if it is about the whole file.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// The group's name, where it is about one.
    pub group: Option<String>,
    /// The rule's place in its group, from 1, and its name, where it is about one.
    pub rule: Option<(usize, String)>,
    /// What is wrong with which field, and why.
    pub message: String,
}

impl fmt::Display for RuleFault {
    /// `12:9: group "x", rule 3, "HighErrors": ...`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.line, self.column)?;
        }
        if let Some(group) = &self.group {
            write!(f, "group {group:?}")?;
            if let Some((place, name)) = &self.rule {
                write!(f, ", rule {place}, {name:?}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl fmt::Display for RuleFileError {
    /// One line a fault, each with the file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.faults.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            let gap = if fault.line > 0 { "" } else { " " };
            write!(f, "{}:{gap}{fault}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleFileError {}
