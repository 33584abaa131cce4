//! What a template's text is parsed to, and how its parts are written in errors.

use std::fmt;
use std::sync::Arc;

use crate::value::Value;

/// A text with a name, in which templates stand.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// The line of a position, counted from 1.
    pub(crate) fn line(&self, position: usize) -> usize {
        1 + self.before(position).matches('\n').count()
    }

    /// Bytes before a position in its line.
    pub(crate) fn column(&self, position: usize) -> usize {
        let before = self.before(position);
        before.len() - before.rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn before(&self, position: usize) -> &str {
        self.text.get(..position).unwrap_or(&self.text)
    }
}

/// A template by its name.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) name: String,
    pub(crate) source: Arc<Source>,
    pub(crate) nodes: Vec<Node>,
    /// Which templates it calls, and where.
    pub(crate) calls: Vec<(usize, String)>,
    /// It asks for no query and no time.
    pub(crate) pure: bool,
}

impl Body {
    /// Whether there is nothing but space in it.
    pub(crate) fn is_blank(&self) -> bool {
        self.nodes
            .iter()
            .all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
    }
}

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Text(String),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    /// `{{template "name" pipe}}`
    Call {
        position: usize,
        name: String,
        pipe: Option<Pipe>,
    },
    Break,
    Continue,
}

/// A condition or a list with what is done for it.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) pipe: Pipe,
    pub(crate) then: Vec<Node>,
    pub(crate) otherwise: Option<Vec<Node>>,
}

/// Commands, each given the value of the one before.
#[derive(Clone, Debug)]
pub(crate) struct Pipe {
    pub(crate) position: usize,
    /// Variables that are set, without the `$`.
    pub(crate) variables: Vec<String>,
    /// They are there already.
    pub(crate) assigns: bool,
    pub(crate) commands: Vec<Command>,
}

/// A value, or a function with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) position: usize,
    pub(crate) words: Vec<Word>,
}

/// One operand.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) position: usize,
    pub(crate) kind: WordKind,
}

/// Sort of operand.
#[derive(Clone, Debug)]
pub(crate) enum WordKind {
    Dot,
    Nil,
    /// A literal, with its text.
    Literal(Value, String),
    Function(&'static crate::function::Function),
    /// `.a.b`
    Field(Vec<String>),
    /// `$x.a.b`
    Variable(String, Vec<String>),
    Pipe(Pipe),
    /// `(...).a.b`
    Chain(Box<Word>, Vec<String>),
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.variables.iter().enumerate() {
            write!(f, "{}${name}", if place > 0 { ", " } else { "" })?;
        }
        if !self.variables.is_empty() {
            f.write_str(if self.assigns { " = " } else { " := " })?;
        }
        for (place, command) in self.commands.iter().enumerate() {
            write!(f, "{}{command}", if place > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, word) in self.words.iter().enumerate() {
            write!(f, "{}{word}", if place > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = |f: &mut fmt::Formatter<'_>, names: &[String]| {
            names.iter().try_for_each(|name| write!(f, ".{name}"))
        };
        match &self.kind {
            WordKind::Dot => f.write_str("."),
            WordKind::Nil => f.write_str("nil"),
            WordKind::Literal(_, text) => f.write_str(text),
            WordKind::Function(function) => f.write_str(function.name),
            WordKind::Field(names) => fields(f, names),
            WordKind::Variable(name, names) => {
                write!(f, "${name}")?;
                fields(f, names)
            }
            WordKind::Pipe(pipe) => write!(f, "({pipe})"),
            WordKind::Chain(word, names) => {
                write!(f, "{word}")?;
                fields(f, names)
            }
        }
    }
}
