//! Functions, and what their arguments must be.

use crate::value::{Text, Value};

/// What functions know beside their arguments: whoever expands a template answers.
pub trait Surroundings {
    /// Now, in nanoseconds since 1970.
    fn at_ns(&self) -> i64;

    /// Where the monitor is reached.
    fn external_url(&self) -> &str {
        ""
    }

    /// What an expression comes to.
    ///
    /// # Errors
    /// In words, if it is no expression, or queries cannot be made.
    fn query(&self, text: &str) -> Result<Value, String> {
        let _ = text;
        Err("queries cannot be made here".into())
    }

    /// How far a time zone is from UTC at a time, in seconds, and what it is called then: `CET`.
    ///
    /// # Errors
    /// In words, if there is no such zone.
    fn zone(&self, name: &str, at_ns: i128) -> Result<(i32, Text), String> {
        let _ = at_ns;
        Err(format!("unknown time zone {name}"))
    }
}

/// What comes of a function.
pub type Answer = Result<Value, String>;

/// What a function does.
pub type Run = fn(&dyn Surroundings, &[Value]) -> Answer;

/// A function of templates.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What its arguments must be; of any number more the last one holds.
    pub takes: &'static [Sort],
    /// Any number of further arguments of the last sort may follow: at least so many are needed.
    pub at_least: Option<usize>,
    /// The same arguments always give the same.
    pub pure: bool,
    /// How many steps of the template's it takes, beside those for the length of its arguments.
    pub steps: usize,
    /// What it does. The arguments have been checked.
    pub run: Run,
}

impl Function {
    /// A function of these arguments.
    #[must_use]
    pub const fn new(name: &'static str, takes: &'static [Sort], run: Run) -> Self {
        Self {
            name,
            takes,
            at_least: None,
            pure: true,
            steps: 1,
            run,
        }
    }

    /// A function of these arguments and any number more of the last sort.
    #[must_use]
    pub const fn many(name: &'static str, takes: &'static [Sort], at_least: usize, run: Run) -> Self {
        Self {
            at_least: Some(at_least),
            ..Self::new(name, takes, run)
        }
    }

    /// It depends on more than its arguments.
    #[must_use]
    pub const fn impure(self) -> Self {
        Self { pure: false, ..self }
    }

    /// It is much work.
    #[must_use]
    pub const fn costly(self) -> Self {
        Self { steps: 50, ..self }
    }

    /// Whether it may be given so many arguments.
    pub(crate) fn check_count(&self, count: usize) -> Result<(), String> {
        match self.at_least {
            Some(least) if count < least => Err(format!(
                "wrong number of args for {}: want at least {least} got {count}",
                self.name
            )),
            None if count != self.takes.len() => Err(format!(
                "wrong number of args for {}: want {} got {count}",
                self.name,
                self.takes.len()
            )),
            _ => Ok(()),
        }
    }

    /// What its argument at that place must be.
    pub(crate) fn sort_of(&self, place: usize) -> Sort {
        let last = self.takes.last().copied().unwrap_or(Sort::ANY);
        self.takes.get(place).copied().unwrap_or(last)
    }
}

/// What an argument must be.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// What Go calls the type.
    pub type_name: &'static str,
    /// Whether a value is of the sort.
    pub fits: fn(&Value) -> bool,
}

impl Sort {
    /// Anything.
    pub const ANY: Self = Self {
        type_name: "interface {}",
        fits: |_| true,
    };
    /// A text.
    pub const STRING: Self = Self {
        type_name: "string",
        fits: |value| matches!(value, Value::String(_)),
    };
    /// A list of texts.
    pub const STRINGS: Self = Self {
        type_name: "[]string",
        fits: |value| match value {
            Value::List(list) => list.values.iter().all(|value| matches!(value, Value::String(_))),
            _ => false,
        },
    };
    /// A time.
    pub const TIME: Self = Self {
        type_name: "time.Time",
        fits: |value| matches!(value, Value::Time(_)),
    };

    pub(crate) fn is_string(self) -> bool {
        self.type_name == Self::STRING.type_name
    }
}

/// The text of an argument that was checked to be one.
#[must_use]
pub fn text(arguments: &[Value], place: usize) -> Text {
    match arguments.get(place) {
        Some(Value::String(text)) => text.clone(),
        _ => Text::default(),
    }
}
