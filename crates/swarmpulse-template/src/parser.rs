//! From words to a tree, refusing what Go's parser refuses.

mod pipe;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Body, Branch, Node, Source};
use crate::function::Function;
use crate::lexer::{self, Placed, Token};
use crate::number;
use crate::template::TemplateError;

/// Actions and parentheses within one another, at most.
const DEPTH_MAX: usize = 64;
const KEYWORDS: [&str; 11] = [
    "if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "nil",
];

/// What a text is parsed to.
pub(crate) struct Parsed {
    pub(crate) root: Body,
    pub(crate) defined: BTreeMap<String, Arc<Body>>,
}

pub(crate) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name) && name != "nil"
}

/// Parses a text in which these functions are there, and Go's own.
pub(crate) fn parse(source: &Arc<Source>, functions: &'static [Function]) -> Result<Parsed, TemplateError> {
    let words =
        lexer::words(&source.text).map_err(|error| at_line(source, error.position, &error.message))?;
    let mut parser = Parser {
        words,
        next: 0,
        source,
        functions,
        variables: vec![String::new()],
        ranges: 0,
        depth: 0,
        defined: BTreeMap::new(),
        calls: Vec::new(),
        pure: true,
    };
    let parsed = parser.list(true).and_then(|(root, end)| match end {
        ListEnd::End => Ok(root),
        ListEnd::Word(word) => parser.fail(format!("unexpected {{{{{word}}}}}")),
    });
    match parsed {
        Ok(root) => Ok(Parsed {
            root: Body {
                name: source.name.clone(),
                source: source.clone(),
                nodes: root,
                calls: parser.calls,
                pure: parser.pure,
            },
            defined: parser.defined,
        }),
        Err(message) => {
            let place = parser
                .next
                .saturating_sub(1)
                .min(parser.words.len().saturating_sub(1));
            let position = parser.words.get(place).map_or(0, |word| word.position);
            Err(at_line(source, position, &message))
        }
    }
}

fn at_line(source: &Source, position: usize, message: &str) -> TemplateError {
    let line = source.line(position);
    TemplateError {
        message: format!("template: {}:{line}: {message}", source.name),
        line,
    }
}

/// What ended a list of nodes.
#[derive(PartialEq)]
enum ListEnd {
    End,
    /// `end` or `else`, its name taken.
    Word(&'static str),
}

struct Parser<'a> {
    words: Vec<Placed>,
    next: usize,
    source: &'a Arc<Source>,
    functions: &'static [Function],
    /// Variables that are there; the first is `$`.
    variables: Vec<String>,
    /// `range`s around.
    ranges: usize,
    depth: usize,
    defined: BTreeMap<String, Arc<Body>>,
    /// Templates that are called where the parser is.
    calls: Vec<(usize, String)>,
    pure: bool,
}

type Parse<T> = Result<T, String>;

impl Parser<'_> {
    fn fail<T>(&self, message: impl Into<String>) -> Parse<T> {
        Err(message.into())
    }

    fn peek(&self) -> &Token {
        self.words.get(self.next).map_or(&Token::End, |word| &word.token)
    }

    fn position(&self) -> usize {
        self.words.get(self.next).map_or(0, |word| word.position)
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn skip_space(&mut self) {
        if *self.peek() == Token::Space {
            self.next += 1;
        }
    }

    fn take_solid(&mut self) -> Token {
        self.skip_space();
        self.take()
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Parse<T> {
        Err(format!("unexpected {} in {context}", token.shown()))
    }

    fn close(&mut self, context: &str) -> Parse<()> {
        match self.take_solid() {
            Token::Close => Ok(()),
            other => self.unexpected(&other, context),
        }
    }

    fn enter(&mut self) -> Parse<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.fail(format!(
                "more than {DEPTH_MAX} actions and parentheses within one another"
            ));
        }
        Ok(())
    }

    /// Nodes up to the end of the text, `end` or `else`. At the top, templates can be defined.
    fn list(&mut self, top: bool) -> Parse<(Vec<Node>, ListEnd)> {
        let mut nodes = Vec::new();
        loop {
            match self.take() {
                Token::Text(text) => nodes.push(Node::Text(text)),
                Token::End if top => return Ok((nodes, ListEnd::End)),
                Token::End => return self.fail("unexpected EOF"),
                _ => {
                    self.skip_space();
                    let keyword = match self.peek() {
                        Token::Name(name) if is_keyword(name) => name.clone(),
                        _ => String::new(),
                    };
                    if !keyword.is_empty() {
                        self.next += 1;
                    }
                    match keyword.as_str() {
                        "end" => {
                            self.close("end")?;
                            return Ok((nodes, ListEnd::Word("end")));
                        }
                        "else" => return Ok((nodes, ListEnd::Word("else"))),
                        "define" if top => self.define()?,
                        "define" => return self.fail("unexpected {{define}}"),
                        _ => nodes.push(self.action(&keyword)?),
                    }
                }
            }
        }
    }

    fn action(&mut self, keyword: &str) -> Parse<Node> {
        match keyword {
            "if" => Ok(Node::If(self.branch("if")?)),
            "with" => Ok(Node::With(self.branch("with")?)),
            "range" => Ok(Node::Range(self.branch("range")?)),
            "block" => self.block(),
            "template" => self.template_call(),
            "break" | "continue" => {
                if self.ranges == 0 {
                    return self.fail(format!("{{{{{keyword}}}}} outside {{{{range}}}}"));
                }
                self.close(keyword)?;
                Ok(if keyword == "break" {
                    Node::Break
                } else {
                    Node::Continue
                })
            }
            _ => Ok(Node::Action(self.pipe("command", &Token::Close)?)),
        }
    }

    fn branch(&mut self, context: &'static str) -> Parse<Branch> {
        self.enter()?;
        let scope = self.variables.len();
        let pipe = self.pipe(context, &Token::Close)?;
        let in_range = usize::from(context == "range");
        self.ranges += in_range;
        let (then, end) = self.list(false)?;
        self.ranges -= in_range;
        let otherwise = match end {
            ListEnd::Word("else") => Some(self.otherwise(context)?),
            _ => None,
        };
        self.variables.truncate(scope);
        self.depth -= 1;
        Ok(Branch {
            pipe,
            then,
            otherwise,
        })
    }

    /// What follows `else`: a list, or the same action again.
    fn otherwise(&mut self, context: &'static str) -> Parse<Vec<Node>> {
        self.skip_space();
        if let Token::Name(name) = self.peek()
            && *name == context
            && context != "range"
        {
            self.next += 1;
            let branch = self.branch(context)?;
            return Ok(vec![if context == "if" {
                Node::If(branch)
            } else {
                Node::With(branch)
            }]);
        }
        self.close("else")?;
        match self.list(false)? {
            (nodes, ListEnd::Word("end")) => Ok(nodes),
            _ => self.fail("expected end; found {{else}}"),
        }
    }

    fn name(&mut self, context: &str) -> Parse<String> {
        match self.take_solid() {
            Token::Quoted(text) if !text.starts_with('\'') => self.unquoted(&text),
            other => self.unexpected(&other, context),
        }
    }

    fn unquoted(&self, text: &str) -> Parse<String> {
        number::unquote(text).map_or_else(|| self.fail("invalid syntax"), Ok)
    }

    fn define(&mut self) -> Parse<()> {
        let name = self.name("define clause")?;
        self.close("define clause")?;
        let body = self.body(&name)?;
        if !body.is_blank() || !self.defined.contains_key(&name) {
            self.defined.insert(name, Arc::new(body));
        }
        Ok(())
    }

    /// The body of a template of its own: it sees no variables of others.
    fn body(&mut self, name: &str) -> Parse<Body> {
        self.enter()?;
        let outer = std::mem::replace(&mut self.variables, vec![String::new()]);
        let ranges = std::mem::take(&mut self.ranges);
        let calls = std::mem::take(&mut self.calls);
        let pure = std::mem::replace(&mut self.pure, true);
        let (nodes, end) = self.list(false)?;
        self.ranges = ranges;
        self.variables = outer;
        let calls = std::mem::replace(&mut self.calls, calls);
        let pure = std::mem::replace(&mut self.pure, pure);
        self.depth -= 1;
        if end != ListEnd::Word("end") {
            return self.fail("unexpected {{else}} in define clause");
        }
        Ok(Body {
            name: name.to_owned(),
            source: self.source.clone(),
            nodes,
            calls,
            pure,
        })
    }

    fn block(&mut self) -> Parse<Node> {
        self.skip_space();
        let position = self.position();
        let name = self.name("block clause")?;
        let pipe = self.pipe("block clause", &Token::Close)?;
        let body = self.body(&name)?;
        self.defined.entry(name.clone()).or_insert_with(|| Arc::new(body));
        self.calls.push((position, name.clone()));
        let pipe = Some(pipe);
        Ok(Node::Call { position, name, pipe })
    }

    fn template_call(&mut self) -> Parse<Node> {
        self.skip_space();
        let position = self.position();
        let name = self.name("template clause")?;
        self.skip_space();
        let pipe = if *self.peek() == Token::Close {
            self.next += 1;
            None
        } else {
            Some(self.pipe("template clause", &Token::Close)?)
        };
        self.calls.push((position, name.clone()));
        Ok(Node::Call { position, name, pipe })
    }
}
