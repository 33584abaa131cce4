//! Walks a tree and writes what it comes to, within limits: a template can neither hang nor fill the memory.

mod calling;

use crate::ast::{Body, Branch, Command, Node, Pipe, Word, WordKind};
use crate::expansion::{Expansion, Limits};
use crate::function::Surroundings;
use crate::html::Html;
use crate::kind::Shape;
use crate::template::{Template, TemplateError};
use crate::value::Value;

/// What an expansion ended with before its end.
enum Stop {
    Break,
    Continue,
    /// Where, at what, and why.
    Error(Box<Failure>),
}

struct Failure {
    position: usize,
    context: String,
    message: String,
}

type Run<T> = Result<T, Stop>;

struct Expander<'a> {
    template: &'a Template,
    /// The template that is being walked: positions are in its source.
    body: &'a Body,
    surroundings: &'a dyn Surroundings,
    limits: Limits,
    variables: Vec<(&'a str, Value)>,
    out: String,
    /// If the text is HTML.
    html: Option<Html>,
    steps: usize,
    depth: usize,
}

/// The text that a template comes to.
pub(crate) fn expand(template: &Template, expansion: &Expansion<'_>) -> Result<String, TemplateError> {
    let mut expander = Expander {
        template,
        body: &template.root,
        surroundings: expansion.surroundings,
        limits: expansion.limits,
        variables: vec![("", expansion.dot.clone())],
        out: String::new(),
        html: expansion.html.then(Html::default),
        steps: 0,
        depth: 0,
    };
    match expander.list(&template.root.nodes, expansion.dot) {
        Ok(()) | Err(Stop::Break | Stop::Continue) => Ok(expander.out),
        Err(Stop::Error(failure)) => Err(described(expander.body, &failure)),
    }
}

fn described(body: &Body, failure: &Failure) -> TemplateError {
    let source = &body.source;
    let (line, column) = (source.line(failure.position), source.column(failure.position));
    let Failure { context, message, .. } = failure;
    TemplateError {
        message: format!(
            "template: {}:{line}:{column}: executing {:?} at <{context}>: {message}",
            source.name, body.name
        ),
        line,
    }
}

fn fail<T>(position: usize, context: impl std::fmt::Display, message: impl Into<String>) -> Run<T> {
    Err(Stop::Error(Box::new(Failure {
        position,
        context: context.to_string(),
        message: message.into(),
    })))
}

impl<'a> Expander<'a> {
    fn step(&mut self, position: usize, context: &dyn std::fmt::Display) -> Run<()> {
        self.take_steps(1, position, context)
    }

    fn take_steps(&mut self, count: usize, position: usize, context: &dyn std::fmt::Display) -> Run<()> {
        self.steps = self.steps.saturating_add(count);
        if self.steps > self.limits.steps_max {
            let message = format!("more than {} steps", self.limits.steps_max);
            return fail(position, context, message);
        }
        Ok(())
    }

    fn write(&mut self, text: &str, position: usize, context: &dyn std::fmt::Display) -> Run<()> {
        if self.out.len() + text.len() > self.limits.bytes_max {
            let message = format!("more than {} bytes of output", self.limits.bytes_max);
            return fail(position, context, message);
        }
        self.out.push_str(text);
        Ok(())
    }

    fn write_value(&mut self, value: &Value, pipe: &Pipe) -> Run<()> {
        let text = match (&mut self.html, value) {
            (Some(_), Value::Nil) => String::new(),
            (Some(html), value) => {
                let last = pipe.commands.last().and_then(|command| command.words.first());
                let escaped = matches!(last.map(|word| &word.kind),
                    Some(WordKind::Function(function)) if function.name == "html");
                html.value(value, escaped)
            }
            (None, Value::Nil) => "<no value>".into(),
            (None, value) => value.printed(),
        };
        self.write(&text, pipe.position, pipe)
    }

    fn list(&mut self, nodes: &'a [Node], dot: &Value) -> Run<()> {
        nodes.iter().try_for_each(|node| self.node(node, dot))
    }

    fn node(&mut self, node: &'a Node, dot: &Value) -> Run<()> {
        match node {
            Node::Text(text) => {
                self.step(0, &"text")?;
                match &mut self.html {
                    Some(html) => {
                        let text = html.literal(text);
                        self.write(&text, 0, &"text")
                    }
                    None => self.write(text, 0, &"text"),
                }
            }
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.write_value(&value, pipe)?;
                }
                Ok(())
            }
            Node::If(branch) => self.scoped(|run| {
                if run.pipe(&branch.pipe, dot)?.truth() {
                    run.list(&branch.then, dot)
                } else {
                    run.list(branch.otherwise.as_deref().unwrap_or_default(), dot)
                }
            }),
            Node::With(branch) => self.scoped(|run| {
                let value = run.pipe(&branch.pipe, dot)?;
                if value.truth() {
                    run.list(&branch.then, &value)
                } else {
                    run.list(branch.otherwise.as_deref().unwrap_or_default(), dot)
                }
            }),
            Node::Range(branch) => self.scoped(|run| run.range(branch, dot)),
            Node::Call { position, name, pipe } => self.call_template(*position, name, pipe.as_ref(), dot),
            Node::Break => Err(Stop::Break),
            Node::Continue => Err(Stop::Continue),
        }
    }

    /// Does something and forgets the variables that were declared in it.
    fn scoped(&mut self, body: impl FnOnce(&mut Self) -> Run<()>) -> Run<()> {
        let mark = self.variables.len();
        self.deeper(0, &"action")?;
        let done = body(self);
        self.depth -= 1;
        self.variables.truncate(mark);
        done
    }

    fn deeper(&mut self, position: usize, context: &dyn std::fmt::Display) -> Run<()> {
        if self.depth >= self.limits.depth_max {
            let message = format!("exceeded maximum template depth ({})", self.limits.depth_max);
            return fail(position, context, message);
        }
        self.depth += 1;
        Ok(())
    }

    fn range(&mut self, branch: &'a Branch, dot: &Value) -> Run<()> {
        let pipe = &branch.pipe;
        let value = self.commands(pipe, dot)?;
        let items: Vec<(Value, Value)> = match &value {
            Value::List(list) => (0i64..)
                .map(Value::Int)
                .zip(list.values.iter().cloned())
                .collect(),
            Value::Map(map) if !matches!(map.kind.shape, Shape::Fields(_)) => map
                .entries
                .iter()
                .map(|(name, value)| (Value::String(name.clone()), value.clone()))
                .collect(),
            Value::Int(count) => (0..*count)
                .take(self.limits.steps_max + 1)
                .map(|n| (n.into(), n.into()))
                .collect(),
            Value::Nil => Vec::new(),
            other => {
                let message = format!("range can't iterate over {}", other.printed());
                return fail(pipe.position, pipe, message);
            }
        };
        if items.is_empty() {
            return self.list(branch.otherwise.as_deref().unwrap_or_default(), dot);
        }
        for (key, item) in items {
            self.step(pipe.position, pipe)?;
            let mark = self.variables.len();
            let bound: &[&Value] = if pipe.variables.len() == 2 {
                &[&key, &item]
            } else {
                &[&item]
            };
            for (name, value) in pipe.variables.iter().zip(bound) {
                self.bind(name, (*value).clone(), pipe.assigns);
            }
            let done = self.list(&branch.then, &item);
            self.variables.truncate(mark);
            match done {
                Ok(()) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn call_template(&mut self, position: usize, name: &str, pipe: Option<&'a Pipe>, dot: &Value) -> Run<()> {
        let context = format!("{{{{template {name:?}}}}}");
        let Some(body) = self.template.body(name) else {
            return fail(position, context, format!("template {name:?} not defined"));
        };
        let value = match pipe {
            Some(pipe) => self.pipe(pipe, dot)?,
            None => Value::Nil,
        };
        self.deeper(position, &context)?;
        let variables = std::mem::replace(&mut self.variables, vec![("", value.clone())]);
        let outer = std::mem::replace(&mut self.body, body);
        // After an error the body stays: it is where the error's position is.
        self.list(&body.nodes, &value)?;
        self.body = outer;
        self.depth -= 1;
        self.variables = variables;
        Ok(())
    }

    fn bind(&mut self, name: &'a str, value: Value, assigns: bool) {
        if assigns && let Some(known) = self.variables.iter_mut().rev().find(|(known, _)| *known == name) {
            known.1 = value;
            return;
        }
        self.variables.push((name, value));
    }

    fn pipe(&mut self, pipe: &'a Pipe, dot: &Value) -> Run<Value> {
        let value = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            if pipe.assigns && !self.variables.iter().any(|(known, _)| known == name) {
                return fail(pipe.position, pipe, format!("undefined variable: ${name}"));
            }
            self.bind(name, value.clone(), pipe.assigns);
        }
        Ok(value)
    }

    fn commands(&mut self, pipe: &'a Pipe, dot: &Value) -> Run<Value> {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        Ok(value.unwrap_or_default())
    }

    fn command(&mut self, command: &'a Command, dot: &Value, piped: Option<Value>) -> Run<Value> {
        self.step(command.position, command)?;
        let Some((first, others)) = command.words.split_first() else {
            return Ok(Value::Nil);
        };
        match &first.kind {
            WordKind::Function(function) => self.call(function, command, others, dot, piped),
            WordKind::Field(names) => self.fields(dot.clone(), names, first, others, dot, piped),
            WordKind::Variable(name, names) => {
                let value = self.variable(name);
                self.fields(value, names, first, others, dot, piped)
            }
            WordKind::Chain(word, names) => {
                let value = self.word(word, dot)?;
                self.fields(value, names, first, others, dot, piped)
            }
            _ if !others.is_empty() || piped.is_some() => fail(
                first.position,
                first,
                format!("can't give argument to non-function {first}"),
            ),
            WordKind::Nil => fail(first.position, first, "nil is not a command"),
            _ => self.word(first, dot),
        }
    }

    fn variable(&self, name: &str) -> Value {
        let found = self.variables.iter().rev().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The value of an operand.
    fn word(&mut self, word: &'a Word, dot: &Value) -> Run<Value> {
        self.step(word.position, word)?;
        match &word.kind {
            WordKind::Dot => Ok(dot.clone()),
            WordKind::Nil => Ok(Value::Nil),
            WordKind::Literal(value, _) => Ok(value.clone()),
            WordKind::Pipe(pipe) => {
                self.deeper(word.position, word)?;
                let value = self.pipe(pipe, dot);
                self.depth -= 1;
                value
            }
            WordKind::Function(function) => {
                let command_word = std::slice::from_ref(word);
                self.call_words(function, word.position, word, &command_word[1..], dot, None)
            }
            WordKind::Field(names) => self.fields(dot.clone(), names, word, &[], dot, None),
            WordKind::Variable(name, names) => {
                let value = self.variable(name);
                self.fields(value, names, word, &[], dot, None)
            }
            WordKind::Chain(inner, names) => {
                let value = self.word(inner, dot)?;
                self.fields(value, names, word, &[], dot, None)
            }
        }
    }
}
