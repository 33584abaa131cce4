//! Functions called with their arguments, and fields and methods of values.

use swarmpulse_model::Text;

use super::{Expander, OUTPUT_MAX, Run, fail};
use crate::template::ast::{Command, Word, WordKind};
use crate::template::call::{Function, Sort};
use crate::template::time;
use crate::template::value::{MapKind, TemplateValue};

impl<'a> Expander<'a> {
    /// Fields of a value, one after the other; the last may be a method with arguments.
    pub(super) fn fields(
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

    pub(super) fn call(
        &mut self,
        function: &'static Function,
        command: &'a Command,
        others: &'a [Word],
        dot: &TemplateValue,
        piped: Option<TemplateValue>,
    ) -> Run<TemplateValue> {
        self.call_words(function, command.position, command, others, dot, piped)
    }

    pub(super) fn call_words(
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
