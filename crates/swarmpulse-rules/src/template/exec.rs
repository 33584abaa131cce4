//! Walks a tree and writes what it comes to, within limits: a template can neither hang nor fill the memory.

mod calling;

use super::ast::{Branch, Command, Node, Pipe, Word, WordKind};
use super::call::Surroundings;
use super::value::{MapKind, TemplateValue};
use super::{TemplateData, TemplateError, TemplateQueries, Tree};

/// Nodes and operands that one expansion may look at.
const STEPS_MAX: usize = 100_000;
/// Bytes that one expansion may give, or one of its values may have.
const OUTPUT_MAX: usize = 64 * 1024;
/// Templates, actions and parentheses within one another, counted together.
const DEPTH_MAX: usize = 100;

/// What an expansion ended with before its end.
enum Stop {
    Break,
    Continue,
    /// Where, at what, and why.
    Error(Failure),
}

struct Failure {
    position: usize,
    context: String,
    message: String,
}

type Run<T> = Result<T, Stop>;

struct Expander<'a> {
    tree: &'a Tree,
    surroundings: Surroundings<'a>,
    variables: Vec<(&'a str, TemplateValue)>,
    out: String,
    steps: usize,
    depth: usize,
}

/// The text that a tree comes to.
pub(super) fn expand(
    tree: &Tree,
    data: &TemplateData,
    queries: &dyn TemplateQueries,
) -> Result<String, TemplateError> {
    let mut expander = Expander {
        tree,
        surroundings: Surroundings {
            queries,
            external_url: &data.external_url,
            at: data.at,
        },
        variables: vec![("", data.dot.clone())],
        out: String::new(),
        steps: 0,
        depth: 0,
    };
    if tree.of_alert
        && let TemplateValue::Map(map) = &data.dot
    {
        for (variable, field) in super::ALERT_VARIABLES {
            let value = map.entries.get(field).cloned().unwrap_or_default();
            expander.variables.push((variable, value));
        }
    }
    match expander.list(&tree.root, &data.dot) {
        Ok(()) | Err(Stop::Break | Stop::Continue) => Ok(expander.out),
        Err(Stop::Error(failure)) => Err(described(tree, &failure)),
    }
}

fn described(tree: &Tree, failure: &Failure) -> TemplateError {
    let before = &tree.text[..failure.position.min(tree.text.len())];
    let line = 1 + before.matches('\n').count();
    let column = match before.rfind('\n') {
        Some(newline) => before.len() - newline - 1,
        None => before.len() + tree.column_offset,
    };
    let Failure { context, message, .. } = failure;
    TemplateError {
        message: format!(
            "template: {name}:{line}:{column}: executing {name:?} at <{context}>: {message}",
            name = tree.name
        ),
    }
}

fn fail<T>(position: usize, context: impl std::fmt::Display, message: impl Into<String>) -> Run<T> {
    Err(Stop::Error(Failure {
        position,
        context: context.to_string(),
        message: message.into(),
    }))
}

impl<'a> Expander<'a> {
    fn step(&mut self, position: usize, context: &dyn std::fmt::Display) -> Run<()> {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return fail(position, context, format!("more than {STEPS_MAX} steps"));
        }
        Ok(())
    }

    fn write(&mut self, text: &str, position: usize, context: &dyn std::fmt::Display) -> Run<()> {
        if self.out.len() + text.len() > OUTPUT_MAX {
            return fail(
                position,
                context,
                format!("more than {OUTPUT_MAX} bytes of output"),
            );
        }
        self.out.push_str(text);
        Ok(())
    }

    fn list(&mut self, nodes: &'a [Node], dot: &TemplateValue) -> Run<()> {
        nodes.iter().try_for_each(|node| self.node(node, dot))
    }

    fn node(&mut self, node: &'a Node, dot: &TemplateValue) -> Run<()> {
        match node {
            Node::Text(text) => {
                self.step(0, &"text")?;
                self.write(text, 0, &"text")
            }
            Node::Action(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    let text = match &value {
                        TemplateValue::Nil => "<no value>".into(),
                        value => value.printed(),
                    };
                    self.write(&text, pipe.position, pipe)?;
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
        if self.depth >= DEPTH_MAX {
            return fail(
                position,
                context,
                format!("exceeded maximum template depth ({DEPTH_MAX})"),
            );
        }
        self.depth += 1;
        Ok(())
    }

    fn range(&mut self, branch: &'a Branch, dot: &TemplateValue) -> Run<()> {
        let pipe = &branch.pipe;
        let value = self.commands(pipe, dot)?;
        let items: Vec<(TemplateValue, TemplateValue)> = match &value {
            TemplateValue::List(values) => (0i64..)
                .map(TemplateValue::Int)
                .zip(values.iter().cloned())
                .collect(),
            TemplateValue::Map(map) if !matches!(map.kind, MapKind::Record(_)) => map
                .entries
                .iter()
                .map(|(name, value)| (TemplateValue::String(name.clone()), value.clone()))
                .collect(),
            TemplateValue::Int(count) => (0..*count)
                .take(STEPS_MAX + 1)
                .map(|n| (n.into(), n.into()))
                .collect(),
            TemplateValue::Nil => Vec::new(),
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
            let bound: &[&TemplateValue] = if pipe.variables.len() == 2 {
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

    fn call_template(
        &mut self,
        position: usize,
        name: &str,
        pipe: Option<&'a Pipe>,
        dot: &TemplateValue,
    ) -> Run<()> {
        let context = format!("{{{{template {name:?}}}}}");
        let Some(nodes) = self.tree.defined.get(name) else {
            return fail(position, context, format!("template {name:?} not defined"));
        };
        let value = match pipe {
            Some(pipe) => self.pipe(pipe, dot)?,
            None => TemplateValue::Nil,
        };
        let outer = std::mem::replace(&mut self.variables, vec![("", value.clone())]);
        self.deeper(position, &context)?;
        let done = self.list(nodes, &value);
        self.depth -= 1;
        self.variables = outer;
        done
    }

    fn bind(&mut self, name: &'a str, value: TemplateValue, assigns: bool) {
        if assigns && let Some(known) = self.variables.iter_mut().rev().find(|(known, _)| *known == name) {
            known.1 = value;
            return;
        }
        self.variables.push((name, value));
    }

    fn pipe(&mut self, pipe: &'a Pipe, dot: &TemplateValue) -> Run<TemplateValue> {
        let value = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            if pipe.assigns && !self.variables.iter().any(|(known, _)| known == name) {
                return fail(pipe.position, pipe, format!("undefined variable: ${name}"));
            }
            self.bind(name, value.clone(), pipe.assigns);
        }
        Ok(value)
    }

    fn commands(&mut self, pipe: &'a Pipe, dot: &TemplateValue) -> Run<TemplateValue> {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        Ok(value.unwrap_or_default())
    }

    fn command(
        &mut self,
        command: &'a Command,
        dot: &TemplateValue,
        piped: Option<TemplateValue>,
    ) -> Run<TemplateValue> {
        self.step(command.position, command)?;
        let Some((first, others)) = command.words.split_first() else {
            return Ok(TemplateValue::Nil);
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

    fn variable(&self, name: &str) -> TemplateValue {
        let found = self.variables.iter().rev().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// The value of an operand.
    fn word(&mut self, word: &'a Word, dot: &TemplateValue) -> Run<TemplateValue> {
        self.step(word.position, word)?;
        match &word.kind {
            WordKind::Dot => Ok(dot.clone()),
            WordKind::Nil => Ok(TemplateValue::Nil),
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
