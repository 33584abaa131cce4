//! The `name=value` words of a step, each taken once, with errors for what is missing, wrong or left over.

use std::cell::RefCell;

use swarmpulse_model::{Text, Timestamp};

use super::script;

/// The fields of one step.
pub struct Fields<'a> {
    verb: &'a str,
    left: RefCell<Vec<(&'a str, &'a str)>>,
}

impl<'a> Fields<'a> {
    /// The fields after a verb.
    ///
    /// # Errors
    /// If a word is no field.
    pub fn new(verb: &'a str, words: &'a [String]) -> Result<Self, String> {
        let pairs = words.iter().map(|word| {
            word.split_once('=')
                .ok_or_else(|| format!("`{word}` is no field such as agent=a1"))
        });
        let left = RefCell::new(pairs.collect::<Result<_, _>>()?);
        Ok(Self { verb, left })
    }

    /// That field, if it is there.
    pub fn opt(&self, name: &str) -> Option<&'a str> {
        let mut left = self.left.borrow_mut();
        let number = left.iter().position(|(key, _)| *key == name)?;
        Some(left.remove(number).1)
    }

    /// That field as text, if it is there.
    pub fn text(&self, name: &str) -> Option<Text> {
        self.opt(name).map(Text::from)
    }

    /// That field as text.
    ///
    /// # Errors
    /// If it is not there.
    pub fn need(&self, name: &str) -> Result<Text, String> {
        self.text(name)
            .ok_or_else(|| format!("{} needs `{name}`", self.verb))
    }

    /// That field as a number, if it is there.
    ///
    /// # Errors
    /// If it is no such number.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, String> {
        let parse = |value: &str| {
            value
                .parse()
                .map_err(|_| format!("{}: `{name}` is no such number: {value}", self.verb))
        };
        self.opt(name).map(parse).transpose()
    }

    /// Whether that field says `yes`.
    ///
    /// # Errors
    /// If it says neither `yes` nor `no`.
    pub fn yes(&self, name: &str) -> Result<bool, String> {
        match self.opt(name) {
            None | Some("no") => Ok(false),
            Some("yes") => Ok(true),
            Some(other) => Err(format!("{}: `{name}` is yes or no, not {other}", self.verb)),
        }
    }

    /// That field as a moment of the scenario, if it is there.
    ///
    /// # Errors
    /// If it is none.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        self.opt(name).map(script::time).transpose()
    }

    /// The sender's clock: `clock=+3h` is so much ahead of ours, `delay=5s` was so long under way.
    ///
    /// # Errors
    /// If either is no length of time.
    pub fn sent_at(&self, now: Timestamp) -> Result<Option<Timestamp>, String> {
        let clock = self.opt("clock").map(script::duration_ns).transpose()?;
        let delay = self.opt("delay").map(script::duration_ns).transpose()?;
        if clock.is_none() && delay.is_none() {
            return Ok(None);
        }
        Ok(Some(now.plus_ns(clock.unwrap_or(0)).plus_ns(-delay.unwrap_or(0))))
    }

    /// Fields that begin so, as numbers.
    ///
    /// # Errors
    /// If one is no number.
    pub fn numbers_of(&self, prefix: &str) -> Result<Vec<(Text, f64)>, String> {
        let names: Vec<&str> = self
            .left
            .borrow()
            .iter()
            .map(|(key, _)| *key)
            .filter(|key| key.starts_with(prefix))
            .collect();
        let number = |name: &str| {
            let value = self.number(name)?.unwrap_or(0.0);
            Ok((Text::from(&name[prefix.len()..]), value))
        };
        names.into_iter().map(number).collect()
    }

    /// Checks that nothing is left over.
    ///
    /// # Errors
    /// If there is.
    pub fn done(&self) -> Result<(), String> {
        match self.left.borrow().first() {
            Some((name, _)) => Err(format!("{} takes no `{name}`", self.verb)),
            None => Ok(()),
        }
    }
}
