//! Pipelines: variables, commands and their operands.

use super::{Parse, Parser, is_keyword};
use crate::ast::{Command, Pipe, Word, WordKind};
use crate::builtin;
use crate::lexer::Token;
use crate::number::{self, Literal};
use crate::value::Value;

impl Parser<'_> {
    /// Variables that are set, then commands, up to `end`.
    pub(crate) fn pipe(&mut self, context: &str, end: &Token) -> Parse<Pipe> {
        self.skip_space();
        let position = self.position();
        let (mut variables, mut assigns) = (Vec::new(), false);
        if let Some((names, is_assignment)) = self.declaration(context)? {
            variables = names;
            assigns = is_assignment;
        }
        let mut commands = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == end {
                self.next += 1;
                if commands.is_empty() {
                    return self.fail(format!("missing value for {context}"));
                }
                if !assigns {
                    self.variables.extend(variables.iter().cloned());
                }
                check_stages(&commands)?;
                return Ok(Pipe {
                    position,
                    variables,
                    assigns,
                    commands,
                });
            }
            commands.push(self.command(context, end)?);
        }
    }

    /// `$x :=`, `$x =` or `$i, $x :=`, if that is what stands here.
    fn declaration(&mut self, context: &str) -> Parse<Option<(Vec<String>, bool)>> {
        let start = self.next;
        let mut names = Vec::new();
        while let Token::Variable(name) = self.peek().clone() {
            self.next += 1;
            self.skip_space();
            names.push(name);
            match self.peek() {
                Token::Declare | Token::Assign => {
                    if names.len() > if context == "range" { 2 } else { 1 } {
                        return self.fail(format!("too many declarations in {context}"));
                    }
                    let assigns = self.take() == Token::Assign;
                    return Ok(Some((names, assigns)));
                }
                Token::Comma if context == "range" => {
                    self.next += 1;
                    self.skip_space();
                }
                _ => break,
            }
        }
        self.next = start;
        Ok(None)
    }

    fn command(&mut self, context: &str, end: &Token) -> Parse<Command> {
        let position = self.position();
        let mut words: Vec<Word> = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == end {
                break;
            }
            if *self.peek() == Token::Pipe {
                self.next += 1;
                self.skip_space();
                if words.is_empty() {
                    return self.fail("empty command");
                }
                break;
            }
            words.push(self.operand(context)?);
            match self.peek() {
                Token::Space | Token::Pipe => {}
                token if token == end => {}
                Token::Close | Token::End => return self.fail("unclosed left paren"),
                other => {
                    let other = other.clone();
                    return self.unexpected(&other, "operand");
                }
            }
        }
        if words.is_empty() {
            return self.fail("empty command");
        }
        Ok(Command { position, words })
    }

    fn operand(&mut self, context: &str) -> Parse<Word> {
        let word = self.term(context)?;
        // As in Go, a chain stands where its first dot does.
        let first_field = self.position();
        let mut fields = Vec::new();
        while let Token::Field(name) = self.peek().clone() {
            self.next += 1;
            fields.push(name);
        }
        if fields.is_empty() {
            return Ok(word);
        }
        let position = first_field;
        let kind = match word.kind {
            WordKind::Field(mut names) => {
                names.extend(fields);
                WordKind::Field(names)
            }
            WordKind::Variable(name, _) => WordKind::Variable(name, fields),
            WordKind::Dot | WordKind::Nil | WordKind::Literal(..) => {
                return self.fail(format!("unexpected . after term {:?}", word.to_string()));
            }
            kind => {
                let position = word.position;
                WordKind::Chain(Box::new(Word { position, kind }), fields)
            }
        };
        Ok(Word { position, kind })
    }

    fn term(&mut self, context: &str) -> Parse<Word> {
        let position = self.position();
        let kind = match self.take() {
            Token::Dot => WordKind::Dot,
            Token::Field(name) => WordKind::Field(vec![name]),
            Token::Variable(name) => {
                if !self.variables.contains(&name) {
                    return self.fail(format!("undefined variable \"${name}\""));
                }
                WordKind::Variable(name, Vec::new())
            }
            Token::Number(text) => match number::literal(&text) {
                Some(Literal::Int(value)) => WordKind::Literal(Value::Int(value), text),
                Some(Literal::Float(value)) => WordKind::Literal(Value::Float(value), text),
                None => return self.fail(format!("bad number syntax: {text:?}")),
            },
            Token::Quoted(text) if text.starts_with('\'') => {
                let Some(value) = number::char_literal(&text) else {
                    return self.fail(format!("malformed character constant: {text}"));
                };
                WordKind::Literal(Value::Int(value), text)
            }
            Token::Quoted(text) => {
                let value = self.unquoted(&text)?;
                WordKind::Literal(value.into(), text)
            }
            Token::Name(name) => match name.as_str() {
                "nil" => WordKind::Nil,
                "true" | "false" => WordKind::Literal((name == "true").into(), name),
                _ if is_keyword(&name) => return self.unexpected(&Token::Name(name), context),
                _ => {
                    let own = self.functions.iter().find(|function| function.name == name);
                    let Some(function) = own.or_else(|| builtin::function(&name)) else {
                        return self.fail(format!("function {name:?} not defined"));
                    };
                    self.pure &= function.pure;
                    WordKind::Function(function)
                }
            },
            Token::ParenOpen => {
                self.enter()?;
                let pipe = self.pipe("parenthesized pipeline", &Token::ParenClose)?;
                self.depth -= 1;
                WordKind::Pipe(pipe)
            }
            other => return self.unexpected(&other, context),
        };
        Ok(Word { position, kind })
    }
}

/// Only a function or a field takes what comes through a pipe.
fn check_stages(commands: &[Command]) -> Parse<()> {
    for (place, command) in commands.iter().enumerate().skip(1) {
        if let Some(first) = command.words.first()
            && matches!(first.kind, WordKind::Dot | WordKind::Nil | WordKind::Literal(..))
        {
            return Err(format!("non executable command in pipeline stage {}", place + 1));
        }
    }
    Ok(())
}
