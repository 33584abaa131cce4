//! The words of a template's text.

/// Sort of word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Text(String),
    /// `{{`
    Open,
    /// `}}`
    Close,
    Space,
    /// A name: a keyword, a function, `true`, `false` or `nil`.
    Name(String),
    /// `.name`
    Field(String),
    /// `$name`, without the `$`.
    Variable(String),
    Number(String),
    /// A quoted literal as it was written: `"`, a backtick or `'`.
    Quoted(String),
    Dot,
    ParenOpen,
    ParenClose,
    Pipe,
    Comma,
    /// `:=`
    Declare,
    /// `=`
    Assign,
    End,
}

impl Token {
    /// As errors show it.
    pub(crate) fn shown(&self) -> String {
        let text = match self {
            Self::Text(text) | Self::Name(text) | Self::Number(text) | Self::Quoted(text) => text.clone(),
            Self::Field(name) => format!(".{name}"),
            Self::Variable(name) => format!("${name}"),
            Self::Open => "{{".into(),
            Self::Close => "}}".into(),
            Self::Space => " ".into(),
            Self::Dot => ".".into(),
            Self::ParenOpen => "(".into(),
            Self::ParenClose => ")".into(),
            Self::Pipe => "|".into(),
            Self::Comma => ",".into(),
            Self::Declare => ":=".into(),
            Self::Assign => "=".into(),
            Self::End => return "EOF".into(),
        };
        match self {
            Self::Name(name) if crate::parser::is_keyword(name) => format!("<{name}>"),
            _ if text.len() > 10 => format!("{:?}...", text.chars().take(10).collect::<String>()),
            _ => format!("{text:?}"),
        }
    }
}

/// A word with its place in bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) position: usize,
}

/// What is wrong, and where.
pub(crate) struct LexError {
    pub(crate) position: usize,
    pub(crate) message: String,
}

/// All words of a text.
pub(crate) fn words(text: &str) -> Result<Vec<Placed>, LexError> {
    let mut lexer = Lexer {
        text,
        at: 0,
        depth: 0,
        words: Vec::new(),
    };
    lexer.run()?;
    Ok(lexer.words)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    words: Vec<Placed>,
}

const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn push(&mut self, token: Token, bytes: usize) {
        self.words.push(Placed {
            token,
            position: self.at,
        });
        self.at += bytes;
    }

    fn fail<T>(&self, position: usize, message: impl Into<String>) -> Result<T, LexError> {
        Err(LexError {
            position,
            message: message.into(),
        })
    }

    fn run(&mut self) -> Result<(), LexError> {
        // What a closed action with `-}}` takes off the text that follows.
        let mut trim = false;
        loop {
            let open = self.rest().find("{{");
            let end = open.map_or(self.text.len(), |open| self.at + open);
            let mut piece = &self.text[self.at..end];
            if trim {
                piece = piece.trim_start_matches(SPACES);
            }
            let trims_before = open.is_some() && self.trims_at(end + 2);
            if trims_before {
                piece = piece.trim_end_matches(SPACES);
            }
            if !piece.is_empty() {
                let piece = piece.to_owned();
                self.push(Token::Text(piece), 0);
            }
            self.at = end;
            if open.is_none() {
                self.push(Token::End, 0);
                return Ok(());
            }
            let skipped = if trims_before { 4 } else { 2 };
            if self.text[end + if trims_before { 4 } else { 2 }..].starts_with("/*") {
                trim = self.comment(end + skipped)?;
                continue;
            }
            self.push(Token::Open, skipped);
            trim = self.action()?;
        }
    }

    /// Whether there is `- ` at that place.
    fn trims_at(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        bytes.get(at) == Some(&b'-')
            && bytes
                .get(at + 1)
                .is_some_and(|byte| SPACES.contains(&char::from(*byte)))
    }

    /// Skips a comment; returns whether what follows is trimmed.
    fn comment(&mut self, from: usize) -> Result<bool, LexError> {
        let Some(end) = self.text[from..].find("*/") else {
            return self.fail(from, "unclosed comment");
        };
        self.at = from + end + 2;
        let rest = self.rest();
        let trimmed = rest.starts_with(SPACES) && rest[1..].starts_with("-}}");
        if trimmed {
            self.at += 4;
            return Ok(true);
        }
        if rest.starts_with("}}") {
            self.at += 2;
            return Ok(false);
        }
        self.fail(from, "comment ends before closing delimiter")
    }

    /// The inside of an action up to its end; returns whether what follows is trimmed.
    fn action(&mut self) -> Result<bool, LexError> {
        self.depth = 0;
        let from = self.at;
        loop {
            let rest = self.rest();
            let Some(next) = rest.chars().next() else {
                return self.fail(from, "unclosed action");
            };
            let trimmed_end = SPACES.contains(&next) && rest[1..].starts_with("-}}");
            if trimmed_end || rest.starts_with("}}") {
                if self.depth > 0 {
                    return self.fail(self.at, "unclosed left paren");
                }
                self.push(Token::Close, if trimmed_end { 4 } else { 2 });
                return Ok(trimmed_end);
            }
            self.word(next)?;
        }
    }

    fn word(&mut self, next: char) -> Result<(), LexError> {
        let rest = self.rest();
        let second = rest[next.len_utf8()..].chars().next();
        match next {
            ' ' | '\t' | '\r' | '\n' => {
                let mut bytes = rest.len() - rest.trim_start_matches(SPACES).len();
                // The last space before `-}}` belongs to the end.
                if bytes > 1 && rest[bytes..].starts_with("-}}") {
                    bytes -= 1;
                }
                self.push(Token::Space, bytes);
            }
            ':' if second == Some('=') => self.push(Token::Declare, 2),
            ':' => return self.fail(self.at, "expected :="),
            '=' => self.push(Token::Assign, 1),
            '|' => self.push(Token::Pipe, 1),
            ',' => self.push(Token::Comma, 1),
            '(' => {
                self.depth += 1;
                self.push(Token::ParenOpen, 1);
            }
            ')' => {
                if self.depth == 0 {
                    return self.fail(self.at, "unexpected right paren");
                }
                self.depth -= 1;
                self.push(Token::ParenClose, 1);
            }
            '"' | '`' | '\'' => return self.quoted(next),
            '$' => {
                let name = name_at(&rest[1..]).to_owned();
                let bytes = 1 + name.len();
                self.push(Token::Variable(name), bytes);
                return self.terminated();
            }
            '.' if !second.is_some_and(|second| second.is_ascii_digit()) => {
                let name = name_at(&rest[1..]).to_owned();
                let bytes = 1 + name.len();
                self.push(
                    if name.is_empty() {
                        Token::Dot
                    } else {
                        Token::Field(name)
                    },
                    bytes,
                );
                return self.terminated();
            }
            '+' | '-' | '.' | '0'..='9' => return self.number(),
            _ if is_name_char(next) => {
                let name = name_at(rest).to_owned();
                let bytes = name.len();
                self.push(Token::Name(name), bytes);
                return self.terminated();
            }
            _ => {
                let shown = format!("U+{:04X}", u32::from(next));
                let shown = if next.is_control() || next.is_whitespace() {
                    shown
                } else {
                    format!("{shown} '{next}'")
                };
                return self.fail(self.at, format!("unrecognized character in action: {shown}"));
            }
        }
        Ok(())
    }

    /// After a name only some characters may follow.
    fn terminated(&self) -> Result<(), LexError> {
        match self.rest().chars().next() {
            None | Some(' ' | '\t' | '\r' | '\n' | '.' | ',' | '|' | ':' | '=' | ')' | '(') => Ok(()),
            Some('}') if self.rest().starts_with("}}") => Ok(()),
            Some(next) => self.fail(
                self.at,
                format!("bad character U+{:04X} '{next}'", u32::from(next)),
            ),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<(), LexError> {
        let rest = self.rest();
        let mut escaped = false;
        for (place, next) in rest.char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if next == '\\' && quote != '`' {
                escaped = true;
            } else if next == quote {
                let text = rest[..=place].to_owned();
                let bytes = text.len();
                self.push(Token::Quoted(text), bytes);
                return Ok(());
            } else if next == '\n' && quote != '`' {
                break;
            }
        }
        let what = match quote {
            '"' => "unterminated quoted string",
            '`' => "unterminated raw quoted string",
            _ => "unterminated character constant",
        };
        self.fail(self.at, what)
    }

    fn number(&mut self) -> Result<(), LexError> {
        let rest = self.rest();
        let mut bytes = 0;
        let mut before = ' ';
        for next in rest.chars() {
            let sign = matches!(next, '+' | '-') && (bytes == 0 || matches!(before, 'e' | 'E' | 'p' | 'P'));
            if !(next.is_ascii_alphanumeric() || next == '.' || next == '_' || sign) {
                break;
            }
            bytes += 1;
            before = next;
        }
        let text = rest[..bytes].to_owned();
        if crate::number::literal(&text).is_none() {
            let what = if matches!(text.as_str(), "-" | "+") {
                "illegal"
            } else {
                "bad"
            };
            return self.fail(self.at, format!("{what} number syntax: {text:?}"));
        }
        self.push(Token::Number(text), bytes);
        Ok(())
    }
}

fn is_name_char(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c| !is_name_char(c)).unwrap_or(text.len());
    &text[..end]
}
