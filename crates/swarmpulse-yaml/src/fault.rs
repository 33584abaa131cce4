//! What is wrong in a file, and where.

/// A place in a text; both count from 1. Line 0 means the whole of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

/// One thing that is wrong, or that is not as it seems.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Fault {
    /// The line, from 1; 0 if it is about the whole file.
    pub line: u64,
    /// The column, from 1.
    pub column: u64,
    /// What is wrong with which field, why, and what to write instead. Without the values of secrets.
    pub message: String,
}

impl Fault {
    /// At a place.
    pub fn new(at: Place, message: impl Into<String>) -> Self {
        Self {
            line: at.line,
            column: at.column,
            message: message.into(),
        }
    }
}

/// Most faults, and most warnings, that are kept of one file.
const KEPT_MAX: usize = 100;

/// What was found while a file was taken apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    errors: Vec<Fault>,
    warnings: Vec<Fault>,
    more: usize,
}

impl Faults {
    /// Something because of which the file cannot be used.
    pub fn error(&mut self, at: Place, message: impl Into<String>) {
        if self.errors.len() < KEPT_MAX {
            self.errors.push(Fault::new(at, message));
        } else {
            self.more += 1;
        }
    }

    /// Something that has no effect here.
    pub fn warn(&mut self, at: Place, message: impl Into<String>) {
        if self.warnings.len() < KEPT_MAX {
            self.warnings.push(Fault::new(at, message));
        }
    }

    /// Whether the file can be used as far as it was looked at.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// The warnings if there are no errors, else the errors; each in the order of the text.
    pub fn finish(mut self) -> Result<Vec<Fault>, Vec<Fault>> {
        let by_place = |fault: &Fault| (fault.line, fault.column);
        if self.errors.is_empty() {
            self.warnings.sort_by_key(by_place);
            return Ok(self.warnings);
        }
        self.errors.sort_by_key(by_place);
        if self.more > 0 {
            let message = format!("{} more errors are not listed", self.more);
            self.errors.push(Fault::new(Place::default(), message));
        }
        Err(self.errors)
    }
}
