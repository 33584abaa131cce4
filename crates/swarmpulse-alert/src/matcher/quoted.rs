//! The later form of matchers: any UTF-8 in names and values, in double quotes where it is not plain.

use std::iter::Peekable;
use std::str::Chars;

use swarmpulse_model::Text;
use swarmpulse_model::alert::{LabelMatcher, LabelOp};

use super::MatcherError;

/// Reads matchers in the later form.
pub(super) fn parse(text: &str) -> Result<Vec<LabelMatcher>, MatcherError> {
    let mut reader = Reader {
        characters: text.chars().peekable(),
        position: 1,
    };
    reader.skip_space();
    let braces = reader.take('{');
    let mut matchers = Vec::new();
    loop {
        reader.skip_space();
        if reader.at_end(braces) {
            break;
        }
        let name = reader.word("the name of a label")?;
        let op = reader.op()?;
        let value = reader.word("a value")?;
        matchers.push(LabelMatcher { name, op, value });
        reader.skip_space();
        if reader.at_end(braces) {
            break;
        }
        if !reader.take(',') {
            return Err(reader.error("a comma is missing"));
        }
    }
    if braces && !reader.take('}') {
        return Err(reader.error("the closing brace is missing"));
    }
    reader.skip_space();
    match reader.characters.peek() {
        None => Ok(matchers),
        Some(_) => Err(reader.error("there is more than matchers")),
    }
}

struct Reader<'a> {
    characters: Peekable<Chars<'a>>,
    position: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        self.position += 1;
        Some(character)
    }

    fn take(&mut self, expected: char) -> bool {
        let found = self.characters.peek() == Some(&expected);
        if found {
            self.next();
        }
        found
    }

    fn skip_space(&mut self) {
        while self
            .characters
            .peek()
            .is_some_and(|character| character.is_whitespace())
        {
            self.next();
        }
    }

    fn at_end(&mut self, braces: bool) -> bool {
        match self.characters.peek() {
            None => true,
            Some(character) => braces && *character == '}',
        }
    }

    fn error(&self, what: impl Into<String>) -> MatcherError {
        MatcherError::Syntax {
            what: what.into(),
            position: self.position,
        }
    }

    fn word(&mut self, what: &str) -> Result<Text, MatcherError> {
        self.skip_space();
        if self.take('"') {
            return self.quoted();
        }
        let mut word = Text::default();
        while let Some(character) = self.characters.peek().copied() {
            if character.is_whitespace() || "{}!=~,\\\"'`".contains(character) {
                break;
            }
            word.push(character);
            self.next();
        }
        if word.is_empty() {
            return Err(self.error(format!("{what} is missing")));
        }
        Ok(word)
    }

    /// The rest of a quoted word, with the escapes of a string of Go's.
    fn quoted(&mut self) -> Result<Text, MatcherError> {
        let mut word = Text::default();
        loop {
            match self.next() {
                None => return Err(self.error("the closing quote is missing")),
                Some('"') => return Ok(word),
                Some('\n') => return Err(self.error("a line ends within quotes")),
                Some('\\') => {
                    let character = self.escape()?;
                    word.push(character);
                }
                Some(other) => word.push(other),
            }
        }
    }

    fn escape(&mut self) -> Result<char, MatcherError> {
        let escaped = self.next();
        Ok(match escaped {
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('a') => '\u{7}',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('v') => '\u{b}',
            Some(plain @ ('"' | '\\')) => plain,
            Some('x') => self.code(2)?,
            Some('u') => self.code(4)?,
            Some('U') => self.code(8)?,
            Some(other) => return Err(self.error(format!("\\{other} is no escape"))),
            None => return Err(self.error("the closing quote is missing")),
        })
    }

    fn code(&mut self, digits: usize) -> Result<char, MatcherError> {
        let mut code = 0;
        for _ in 0..digits {
            let digit = self.next().and_then(|character| character.to_digit(16));
            let digit =
                digit.ok_or_else(|| self.error(format!("{digits} hexadecimal digits are missing")))?;
            code = code * 16 + digit;
        }
        // A byte of `\x` above ASCII is half a character: two of them are not joined here.
        char::from_u32(code)
            .filter(|_| digits > 2 || code < 0x80)
            .ok_or_else(|| self.error("a character that is none"))
    }

    fn op(&mut self) -> Result<LabelOp, MatcherError> {
        self.skip_space();
        let first = self.next();
        let second = self.characters.peek().copied();
        let op = match (first, second) {
            (Some('='), Some('~')) => LabelOp::Regex,
            (Some('!'), Some('=')) => LabelOp::NotEqual,
            (Some('!'), Some('~')) => LabelOp::NotRegex,
            (Some('='), _) => return Ok(LabelOp::Equal),
            _ => return Err(self.error("=, !=, =~ or !~ is missing")),
        };
        self.next();
        Ok(op)
    }
}
