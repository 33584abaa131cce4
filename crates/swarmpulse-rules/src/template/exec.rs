//! Walks a tree and writes what it comes to, within limits: a template can neither hang nor fill the memory.

use swarmpulse_model::Text;

use super::ast::{Branch, Command, Node, Pipe, Word, WordKind};
use super::call::{Function, Sort, Surroundings};
use super::value::{MapKind, TemplateValue};
use super::{TemplateData, TemplateError, TemplateQueries, Tree, time};

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

    /// Fields of a value, one after the other; the last may be a method with arguments.
    fn fields(
        &mut self,
        mut value: TemplateValue,
        names: &[String],
        word: &'a Word,
        others: &'a [Word],
        dot: &TemplateValue,
        piped: Option<TemplateValue>,
    ) -> Run<TemplateValue> {
        let mut arguments = Vec::with_capacity(others.len());
        for other in others {
            arguments.push(self.word(other, dot)?);
        }
        arguments.extend(piped);
        if names.is_empty() && !arguments.is_empty() {
            let message = format!("can't give argument to non-function {word}");
            return fail(word.position, word, message);
        }
        for (place, name) in names.iter().enumerate() {
            let given = if place + 1 == names.len() {
                arguments.as_slice()
            } else {
                &[]
            };
            value = field(&value, name, given, word)?;
        }
        Ok(value)
    }

    fn call(
        &mut self,
        function: &'static Function,
        command: &'a Command,
        others: &'a [Word],
        dot: &TemplateValue,
        piped: Option<TemplateValue>,
    ) -> Run<TemplateValue> {
        self.call_words(function, command.position, command, others, dot, piped)
    }

    fn call_words(
        &mut self,
        function: &'static Function,
        position: usize,
        context: &dyn std::fmt::Display,
        words: &'a [Word],
        dot: &TemplateValue,
        piped: Option<TemplateValue>,
    ) -> Run<TemplateValue> {
        let count = words.len() + usize::from(piped.is_some());
        if let Err(message) = function.check_count(count) {
            return fail(position, function.name, message);
        }
        if matches!(function.name, "and" | "or") {
            return self.decide(function.name == "or", words, dot, piped);
        }
        let mut arguments = Vec::with_capacity(count);
        for (place, word) in words.iter().enumerate() {
            let value = self.word(word, dot)?;
            check_sort(function.sort_of(place), value, word, &mut arguments)?;
        }
        if let Some(value) = piped {
            let sort = function.sort_of(words.len());
            if !sort.fits(&value) {
                let message = wrong_type(sort, &value);
                return fail(position, context, message);
            }
            arguments.push(value);
        }
        match (function.run)(&self.surroundings, &arguments) {
            Ok(TemplateValue::String(text)) if text.len() > OUTPUT_MAX => {
                fail(position, context, format!("more than {OUTPUT_MAX} bytes of text"))
            }
            Ok(value) => Ok(value),
            Err(message) => fail(
                position,
                context,
                format!("error calling {}: {message}", function.name),
            ),
        }
    }

    /// `and` and `or`: the first argument that decides, else the last.
    fn decide(
        &mut self,
        until: bool,
        words: &'a [Word],
        dot: &TemplateValue,
        piped: Option<TemplateValue>,
    ) -> Run<TemplateValue> {
        let mut value = TemplateValue::Nil;
        for word in words {
            value = self.word(word, dot)?;
            if value.truth() == until {
                return Ok(value);
            }
        }
        Ok(piped.unwrap_or(value))
    }
}

fn wrong_type(sort: Sort, value: &TemplateValue) -> String {
    format!(
        "wrong type for value; expected {}; got {}",
        sort.type_name(),
        value.type_name()
    )
}

fn check_sort(sort: Sort, value: TemplateValue, word: &Word, into: &mut Vec<TemplateValue>) -> Run<()> {
    if !sort.fits(&value) {
        let message = match &word.kind {
            WordKind::Nil => format!("cannot assign nil to {}", sort.type_name()),
            WordKind::Literal(..) if sort != Sort::String => {
                format!("can't handle {word} for arg of type {}", sort.type_name())
            }
            WordKind::Literal(..) => format!("expected {}; found {word}", sort.type_name()),
            _ => wrong_type(sort, &value),
        };
        return fail(word.position, word, message);
    }
    into.push(value);
    Ok(())
}

fn field(value: &TemplateValue, name: &str, arguments: &[TemplateValue], word: &Word) -> Run<TemplateValue> {
    if let Some(result) = time::method(value, name, arguments) {
        return result.or_else(|message| fail(word.position, word, message));
    }
    if !arguments.is_empty() && matches!(value, TemplateValue::Map(_)) {
        let message = format!("{name} is not a method but has arguments");
        return fail(word.position, word, message);
    }
    match value {
        TemplateValue::Map(map) => match (map.entries.get(&Text::from(name)), map.kind) {
            (Some(found), _) => Ok(found.clone()),
            (None, MapKind::Any) => Ok(TemplateValue::Nil),
            (None, MapKind::Strings) => Ok("".into()),
            (None, MapKind::Record(type_name)) => fail(
                word.position,
                word,
                format!("can't evaluate field {name} in type {type_name}"),
            ),
        },
        TemplateValue::Nil => Ok(TemplateValue::Nil),
        other => {
            let message = format!("can't evaluate field {name} in type {}", other.type_name());
            fail(word.position, word, message)
        }
    }
}
