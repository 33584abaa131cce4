//! Takes the text of an expression apart into words.

use super::ParseError;
use super::number::scan_number;
use super::token::{Kind, Token, keyword};
use crate::Span;
use crate::quote::{quote, quote_char};
use crate::syntax::BinaryOp;

/// Takes the text of an expression apart. What a character means depends on the brackets it stands in.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    place: usize,
    parens: usize,
    in_braces: bool,
    in_brackets: bool,
    colon_seen: bool,
}

pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

pub(super) fn is_alpha(character: char) -> bool {
    character == '_' || character.is_ascii_alphabetic()
}

fn is_alphanumeric(character: char) -> bool {
    is_alpha(character) || character.is_ascii_digit()
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            place: 0,
            parens: 0,
            in_braces: false,
            in_brackets: false,
            colon_seen: false,
        }
    }

    pub fn text(&self) -> &'a str {
        self.text
    }

    fn rest(&self) -> &'a str {
        &self.text[self.place..]
    }

    /// Whether the next word opens a parenthesis.
    pub fn is_before_paren(&self) -> bool {
        self.rest().trim_start_matches(is_space).starts_with('(')
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn error(&self, start: usize, message: impl Into<String>) -> ParseError {
        ParseError::new(self.text, Span::new(start, self.text.len()), message)
    }

    fn emit(&mut self, kind: Kind, length: usize) -> Token<'a> {
        let start = self.place;
        self.place += length;
        Token {
            kind,
            text: &self.text[start..self.place],
            start,
        }
    }

    /// The next word; comments and white space are passed over.
    pub fn next(&mut self) -> Result<Token<'a>, ParseError> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_space);
            self.place += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                break;
            }
            let line = trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
            self.place += line;
        }
        if self.in_braces {
            self.inside_braces()
        } else {
            self.statement()
        }
    }

    fn statement(&mut self) -> Result<Token<'a>, ParseError> {
        let start = self.place;
        let Some(character) = self.peek() else {
            if self.parens > 0 {
                return Err(self.error(start, "unclosed left parenthesis"));
            }
            if self.in_brackets {
                let message = "unexpected end of input in duration expression";
                return Err(self.error(start, message));
            }
            return Ok(self.emit(Kind::End, 0));
        };
        let follows = self.rest()[character.len_utf8()..].chars().next();
        match character {
            '"' | '\'' | '`' | '{' | '=' | '!' | '<' | '>' | '@' if self.in_brackets => Err(self.error(
                start,
                format!(
                    "unexpected character in duration expression: {}",
                    quote_char(character)
                ),
            )),
            ',' => Ok(self.emit(Kind::Comma, 1)),
            '*' => Ok(self.emit(Kind::Operator(BinaryOp::Multiply), 1)),
            '/' => Ok(self.emit(Kind::Operator(BinaryOp::Divide), 1)),
            '%' => Ok(self.emit(Kind::Operator(BinaryOp::Modulo), 1)),
            '+' => Ok(self.emit(Kind::Operator(BinaryOp::Add), 1)),
            '-' => Ok(self.emit(Kind::Operator(BinaryOp::Subtract), 1)),
            '^' => Ok(self.emit(Kind::Operator(BinaryOp::Power), 1)),
            '@' => Ok(self.emit(Kind::At, 1)),
            '=' if follows == Some('=') => Ok(self.emit(Kind::Operator(BinaryOp::Equal), 2)),
            '=' if follows == Some('~') => Err(self.error(start, "unexpected character after '=': '~'")),
            '=' => Ok(self.emit(Kind::Equal, 1)),
            '!' if follows == Some('=') => Ok(self.emit(Kind::Operator(BinaryOp::NotEqual), 2)),
            '!' => Err(self.error(
                start,
                format!("unexpected character after '!': {}", shown(follows)),
            )),
            '<' if follows == Some('=') => Ok(self.emit(Kind::Operator(BinaryOp::LessOrEqual), 2)),
            '<' if follows == Some('/') => Ok(self.emit(Kind::Operator(BinaryOp::TrimUpper), 2)),
            '<' => Ok(self.emit(Kind::Operator(BinaryOp::Less), 1)),
            '>' if follows == Some('=') => Ok(self.emit(Kind::Operator(BinaryOp::GreaterOrEqual), 2)),
            '>' if follows == Some('/') => Ok(self.emit(Kind::Operator(BinaryOp::TrimLower), 2)),
            '>' => Ok(self.emit(Kind::Operator(BinaryOp::Greater), 1)),
            '"' | '\'' | '`' => self.quoted(character),
            '(' | ')' | '{' | '[' | ']' => self.bracket(character),
            ':' if self.in_brackets => self.colon(),
            _ if character.is_ascii_digit() => self.number(),
            '.' if follows.is_some_and(|digit| digit.is_ascii_digit()) => self.number(),
            _ if is_alpha(character) || character == ':' => Ok(self.word()),
            _ if self.in_brackets => Err(self.error(
                start,
                format!(
                    "unexpected character in duration expression: {}",
                    quote_char(character)
                ),
            )),
            _ => Err(self.error(start, format!("unexpected character: {}", quote_char(character)))),
        }
    }

    fn bracket(&mut self, character: char) -> Result<Token<'a>, ParseError> {
        let start = self.place;
        match character {
            '(' => {
                self.parens += 1;
                Ok(self.emit(Kind::LeftParen, 1))
            }
            ')' => {
                let token = self.emit(Kind::RightParen, 1);
                if self.parens == 0 {
                    return Err(self.error(self.place, "unexpected right parenthesis ')'"));
                }
                self.parens -= 1;
                Ok(token)
            }
            '{' => {
                self.in_braces = true;
                Ok(self.emit(Kind::LeftBrace, 1))
            }
            '[' if self.in_brackets => Err(self.error(start, "unexpected left bracket '['")),
            '[' => {
                (self.in_brackets, self.colon_seen) = (true, false);
                Ok(self.emit(Kind::LeftBracket, 1))
            }
            _ if !self.in_brackets => Err(self.error(start, "unexpected right bracket ']'")),
            _ => {
                self.in_brackets = false;
                Ok(self.emit(Kind::RightBracket, 1))
            }
        }
    }

    fn colon(&mut self) -> Result<Token<'a>, ParseError> {
        if self.colon_seen {
            return Err(self.error(self.place, "unexpected colon ':'"));
        }
        self.colon_seen = true;
        Ok(self.emit(Kind::Colon, 1))
    }

    fn inside_braces(&mut self) -> Result<Token<'a>, ParseError> {
        let start = self.place;
        let Some(character) = self.peek() else {
            return Err(self.error(start, "unexpected end of input inside braces"));
        };
        let follows = self.rest()[character.len_utf8()..].chars().next();
        match character {
            ',' => Ok(self.emit(Kind::Comma, 1)),
            '"' | '\'' | '`' => self.quoted(character),
            '=' if follows == Some('~') => Ok(self.emit(Kind::EqualRegex, 2)),
            '=' => Ok(self.emit(Kind::Equal, 1)),
            '!' if follows == Some('~') => Ok(self.emit(Kind::NotEqualRegex, 2)),
            '!' if follows == Some('=') => Ok(self.emit(Kind::Operator(BinaryOp::NotEqual), 2)),
            '!' => Err(self.error(
                start,
                format!("unexpected character after '!' inside braces: {}", shown(follows)),
            )),
            '{' => Err(self.error(start, "unexpected left brace '{'")),
            '}' => {
                self.in_braces = false;
                Ok(self.emit(Kind::RightBrace, 1))
            }
            _ if is_alpha(character) => {
                let length = self.span_of(is_alphanumeric);
                Ok(self.emit(Kind::Identifier, length))
            }
            _ => Err(self.error(
                start,
                format!("unexpected character inside braces: {}", quote_char(character)),
            )),
        }
    }

    fn span_of(&self, part: impl Fn(char) -> bool) -> usize {
        let rest = self.rest();
        rest.find(|character| !part(character)).unwrap_or(rest.len())
    }

    fn word(&mut self) -> Token<'a> {
        let length = self.span_of(|character| is_alphanumeric(character) || character == ':');
        // Names within brackets are those of durations, and a colon ends them.
        let length = match self.rest()[..length].find(':') {
            Some(colon) if self.in_brackets && colon > 0 => colon,
            _ => length,
        };
        let word = &self.rest()[..length];
        let kind = match keyword(word) {
            Some(kind) => kind,
            None if word.contains(':') => Kind::MetricIdentifier,
            None => Kind::Identifier,
        };
        self.emit(kind, length)
    }

    fn number(&mut self) -> Result<Token<'a>, ParseError> {
        let rest = self.rest();
        let (scanned, good) = scan_number(rest);
        if good {
            return Ok(self.emit(Kind::Number, scanned));
        }
        let (scanned, good) = scan_duration(rest, scanned);
        if good {
            return Ok(self.emit(Kind::Duration, scanned));
        }
        let message = format!("bad number or duration syntax: {}", quote(&rest[..scanned]));
        Err(self.error(self.place, message))
    }

    fn quoted(&mut self, quote: char) -> Result<Token<'a>, ParseError> {
        let start = self.place;
        let rest = self.rest();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                _ if character == quote => return Ok(self.emit(Kind::Text, at + 1)),
                '\n' if quote != '`' => return Err(self.error(start, "unterminated quoted string")),
                '\\' if quote != '`' => match super::escape::scan(&rest[at..], quote) {
                    Ok(length) => {
                        for _ in rest[at..at + length].chars().skip(1) {
                            characters.next();
                        }
                    }
                    Err(message) => return Err(self.error(start, message)),
                },
                _ => {}
            }
        }
        Err(self.error(
            start,
            if quote == '`' {
                "unterminated raw string"
            } else {
                "unterminated quoted string"
            },
        ))
    }
}

/// A character that may be missing at the end of the text; Prometheus shows such as U+FFFF.
fn shown(character: Option<char>) -> String {
    character.map_or_else(|| "'\u{fffd}'".to_owned(), quote_char)
}

/// How much of the text reads as a duration, and whether it is well-formed. What a number's reading took comes before.
fn scan_duration(text: &str, taken: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let accept = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|byte| set.contains(byte));
    let mut at = taken;
    if !accept(at, b"smhdwy") {
        return (at, false);
    }
    at += 1;
    if accept(at, b"s") {
        at += 1;
    }
    while accept(at, b"0123456789") {
        while accept(at, b"0123456789") {
            at += 1;
        }
        if !accept(at, b"smhdw") {
            return (at, false);
        }
        at += 1;
        if accept(at, b"s") {
            at += 1;
        }
    }
    match text[at..].chars().next() {
        Some(next) if is_alphanumeric(next) => (at + 1, false),
        _ => (at, true),
    }
}
