//! What can be wrong while an item is read.

use crate::counters::Reason;
use crate::decoded::{BodyError, ItemError};

/// Text that is no JSON: what follows in it has no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    /// The byte where it shows.
    pub(super) at: usize,
    pub(super) problem: Problem,
}

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    End,
    Value,
    Key,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Control,
    Escape,
    Number,
    Trailing,
    TooDeep,
}

impl Problem {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::End => "the text ends within a value",
            Self::Value => "expected a value",
            Self::Key => "expected a field name in quotes",
            Self::Colon => "expected `:` after a field name",
            Self::CommaOrBrace => "expected `,` or `}`",
            Self::CommaOrBracket => "expected `,` or `]`",
            Self::Control => "a control character in a text must be written as an escape",
            Self::Escape => "no such escape in a text",
            Self::Number => "no such number in JSON",
            Self::Trailing => "expected nothing more after the value",
            Self::TooDeep => "too many arrays and objects within each other",
        }
    }
}

/// Why an item was not read.
#[derive(Debug)]
pub(super) enum Fault {
    /// Its text is no JSON.
    Syntax(Syntax),
    /// It is JSON and no such record; the reader stands somewhere within it.
    Item(Box<ItemError>),
}

impl From<Syntax> for Fault {
    fn from(syntax: Syntax) -> Self {
        Self::Syntax(syntax)
    }
}

impl From<ItemError> for Fault {
    fn from(error: ItemError) -> Self {
        Self::Item(Box::new(error))
    }
}

/// The line and column, both from 1, of a byte; columns count characters.
fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (
        line,
        before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
    )
}

impl Syntax {
    /// As the refusal of the whole body that is `text`.
    pub(super) fn of_body(self, text: &str, limit: usize) -> BodyError {
        let (line, column) = line_and_column(text, self.at);
        match self.problem {
            Problem::TooDeep => BodyError::TooDeep { line, column, limit },
            problem => BodyError::Syntax {
                line,
                column,
                problem: problem.as_str(),
            },
        }
    }
}

impl Syntax {
    /// As the refusal of the item that is the whole of `line`, the line of that number.
    pub(super) fn of_line(self, line: &str, number: usize, limit: usize) -> ItemError {
        let (_, column) = line_and_column(line, self.at);
        let (reason, problem) = match self.problem {
            Problem::TooDeep => (
                Reason::LimitNesting,
                format!("more than {limit} arrays and objects within each other"),
            ),
            problem => (Reason::Syntax, problem.as_str().to_owned()),
        };
        ItemError::new(reason, format!("line {number} column {column}: {problem}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_the_start_of_the_line() {
        assert_eq!(line_and_column("ab", 0), (1, 1));
        assert_eq!(line_and_column("ab\nöx", 5), (2, 2));
        assert_eq!(line_and_column("ab\n", 3), (2, 1));
    }
}
