//! Functions called with their arguments, and fields and methods of values.

use super::{Expander, Run, fail};
use crate::ast::{Command, Word, WordKind};
use crate::function::{Answer, Function, Sort};
use crate::kind::Shape;
use crate::time;
use crate::value::Value;

/// So many bytes of a function's arguments take a step.
const BYTES_OF_STEP: usize = 64;

impl<'a> Expander<'a> {
    /// Fields of a value, one after the other; the last may be a method with arguments.
    pub(crate) fn fields(
        &mut self,
        mut value: Value,
        names: &[String],
        word: &'a Word,
        others: &'a [Word],
        dot: &Value,
        piped: Option<Value>,
    ) -> Run<Value> {
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

    pub(crate) fn call(
        &mut self,
        function: &'static Function,
        command: &'a Command,
        others: &'a [Word],
        dot: &Value,
        piped: Option<Value>,
    ) -> Run<Value> {
        self.call_words(function, command.position, command, others, dot, piped)
    }

    pub(crate) fn call_words(
        &mut self,
        function: &'static Function,
        position: usize,
        context: &dyn std::fmt::Display,
        words: &'a [Word],
        dot: &Value,
        piped: Option<Value>,
    ) -> Run<Value> {
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
            if !(sort.fits)(&value) {
                let message = wrong_type(sort, &value);
                return fail(position, context, message);
            }
            arguments.push(value);
        }
        let bytes: usize = arguments.iter().map(text_bytes).sum();
        self.take_steps(function.steps + bytes / BYTES_OF_STEP, position, context)?;
        let bytes_max = self.limits.bytes_max;
        match (function.run)(self.surroundings, &arguments) {
            Ok(Value::String(text) | Value::Safe(_, text)) if text.len() > bytes_max => {
                fail(position, context, format!("more than {bytes_max} bytes of text"))
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
    fn decide(&mut self, until: bool, words: &'a [Word], dot: &Value, piped: Option<Value>) -> Run<Value> {
        let mut value = Value::Nil;
        for word in words {
            value = self.word(word, dot)?;
            if value.truth() == until {
                return Ok(value);
            }
        }
        Ok(piped.unwrap_or(value))
    }
}

fn wrong_type(sort: Sort, value: &Value) -> String {
    format!(
        "wrong type for value; expected {}; got {}",
        sort.type_name,
        value.type_name()
    )
}

fn check_sort(sort: Sort, value: Value, word: &Word, into: &mut Vec<Value>) -> Run<()> {
    if !(sort.fits)(&value) {
        let message = match &word.kind {
            WordKind::Nil => format!("cannot assign nil to {}", sort.type_name),
            WordKind::Literal(..) if !sort.is_string() => {
                format!("can't handle {word} for arg of type {}", sort.type_name)
            }
            WordKind::Literal(..) => format!("expected {}; found {word}", sort.type_name),
            _ => wrong_type(sort, &value),
        };
        return fail(word.position, word, message);
    }
    into.push(value);
    Ok(())
}

fn text_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) | Value::Safe(_, text) => text.len(),
        _ => 0,
    }
}

/// A method of the value's kind.
fn method(value: &Value, name: &str, arguments: &[Value]) -> Option<Answer> {
    let kind = match value {
        Value::List(list) => list.kind,
        Value::Map(map) => map.kind,
        _ => return time::method(value, name, arguments),
    };
    let method = kind.methods.iter().find(|method| method.name == name)?;
    Some(if arguments.len() == method.takes {
        (method.run)(value, arguments)
    } else {
        Err(format!(
            "wrong number of args for {name}: want {} got {}",
            method.takes,
            arguments.len()
        ))
    })
}

fn field(value: &Value, name: &str, arguments: &[Value], word: &Word) -> Run<Value> {
    if let Some(result) = method(value, name, arguments) {
        return result.or_else(|message| fail(word.position, word, message));
    }
    let none = || {
        let message = format!("can't evaluate field {name} in type {}", value.type_name());
        fail(word.position, word, message)
    };
    match value {
        Value::Map(map) => match (map.entries.get(name), map.kind.shape) {
            (Some(_), _) if !arguments.is_empty() => {
                let message = format!("{name} is not a method but has arguments");
                fail(word.position, word, message)
            }
            (Some(found), _) => Ok(found.clone()),
            (None, Shape::Any) => Ok(Value::Nil),
            (None, Shape::Texts) => Ok("".into()),
            (None, Shape::Fields(_)) => none(),
        },
        Value::Nil => Ok(Value::Nil),
        _ => none(),
    }
}
