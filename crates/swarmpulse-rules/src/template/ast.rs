//! What a template's text is parsed to, and how its parts are written in errors.

use std::fmt;

use super::value::TemplateValue;

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
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
pub(super) struct Branch {
    pub(super) pipe: Pipe,
    pub(super) then: Vec<Node>,
    pub(super) otherwise: Option<Vec<Node>>,
}

/// Commands, each given the value of the one before.
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    pub(super) position: usize,
    /// Variables that are set, without the `$`.
    pub(super) variables: Vec<String>,
    /// They are there already.
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
}

/// A value, or a function with its arguments.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) position: usize,
    pub(super) words: Vec<Word>,
}

/// One operand.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) position: usize,
    pub(super) kind: WordKind,
}

/// Sort of operand.
#[derive(Clone, Debug)]
pub(super) enum WordKind {
    Dot,
    Nil,
    /// A literal, with its text.
    Literal(TemplateValue, String),
    Function(&'static super::call::Function),
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
