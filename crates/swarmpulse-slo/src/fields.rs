//! Fields of a map: taken by name, everything wrong with them noted, what is left over refused with what was meant.

use std::cell::RefCell;

use swarmpulse_yaml::{Entry, Node, Value};

use crate::SloError;

/// How alike an unknown name must be to a known one to be taken for it.
const ALIKE_MIN: f64 = 0.75;

/// What is wrong with a file, as it is found.
#[derive(Debug)]
pub(crate) struct Faults {
    file: String,
    found: RefCell<Vec<SloError>>,
}

impl Faults {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            found: RefCell::default(),
        }
    }

    /// Notes one.
    pub(crate) fn add(&self, line: u64, field: &str, reason: impl Into<String>) {
        self.found.borrow_mut().push(SloError {
            file: self.file.clone(),
            line,
            field: field.to_owned(),
            reason: reason.into(),
        });
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.found.borrow().len()
    }

    /// All of them, in the order of their lines.
    pub(crate) fn into_errors(self) -> Vec<SloError> {
        let mut found = self.found.into_inner();
        found.sort();
        found.dedup();
        found
    }
}

/// The entry of a key, if the value is a map that has it and it holds anything.
pub(crate) fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.value {
        Value::Map(entries) => entries
            .iter()
            .find(|entry| entry.key == key && !entry.node.is_empty()),
        Value::Empty | Value::Scalar(_) | Value::List(_) => None,
    }
}

/// The fields of one map.
pub(crate) struct Fields<'a> {
    faults: &'a Faults,
    node: &'a Node,
    path: String,
    taken: RefCell<Vec<&'static str>>,
}

impl<'a> Fields<'a> {
    /// Those of a value; noted and `None` if it is no map.
    pub(crate) fn of(faults: &'a Faults, node: &'a Node, path: &str) -> Option<Self> {
        if !matches!(node.value, Value::Map(_)) {
            faults.add(
                node.at.line,
                path,
                format!("must be a map of fields, not {}", node.kind()),
            );
            return None;
        }
        Some(Self {
            faults,
            node,
            path: path.to_owned(),
            taken: RefCell::default(),
        })
    }

    /// The line at which the map begins.
    pub(crate) fn line(&self) -> u64 {
        self.node.at.line
    }

    pub(crate) fn faults(&self) -> &'a Faults {
        self.faults
    }

    /// The path of a field.
    pub(crate) fn path(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else if name.is_empty() {
            self.path.clone()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// The value of a field; nothing where it is absent or empty.
    pub(crate) fn node(&self, name: &'static str) -> Option<&'a Node> {
        self.taken.borrow_mut().push(name);
        entry(self.node, name).map(|entry| &entry.node)
    }

    /// Whether a field is there, without taking it.
    pub(crate) fn has(&self, name: &str) -> bool {
        entry(self.node, name).is_some()
    }

    /// Notes what is wrong with a field.
    pub(crate) fn fault(&self, name: &str, reason: impl Into<String>) {
        let line = entry(self.node, name).map_or(self.node.at.line, |entry| entry.at.line);
        self.faults.add(line, &self.path(name), reason);
    }

    /// A field that must be there.
    pub(crate) fn required(&self, name: &'static str, what: &str) -> Option<&'a Node> {
        let node = self.node(name);
        if node.is_none() {
            self.faults.add(
                self.node.at.line,
                &self.path(name),
                format!("is missing: write {what}"),
            );
        }
        node
    }

    /// A text, as it is written.
    pub(crate) fn text(&self, name: &'static str) -> Option<String> {
        let node = self.node(name)?;
        let Value::Scalar(scalar) = &node.value else {
            self.fault(name, format!("must be text, not {}", node.kind()));
            return None;
        };
        Some(scalar.text.trim().to_owned())
    }

    /// A text that must be there and say something.
    pub(crate) fn required_text(&self, name: &'static str, what: &str) -> Option<String> {
        self.required(name, what)?;
        let text = self.text(name)?;
        if text.is_empty() {
            self.fault(name, format!("is empty: write {what}"));
            return None;
        }
        Some(text)
    }

    /// A number.
    pub(crate) fn number(&self, name: &'static str) -> Option<f64> {
        let text = self.text(name)?;
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.fault(name, format!("must be a number, not {text:?}"));
        }
        number
    }

    /// A truth value.
    pub(crate) fn flag(&self, name: &'static str) -> Option<bool> {
        let text = self.text(name)?;
        let flag = text.to_ascii_lowercase().parse().ok();
        if flag.is_none() {
            self.fault(name, format!("must be true or false, not {text:?}"));
        }
        flag
    }

    /// The items of a list with their paths; nothing where it is absent.
    pub(crate) fn list(&self, name: &'static str) -> Vec<(String, &'a Node)> {
        let Some(node) = self.node(name) else {
            return Vec::new();
        };
        let Value::List(items) = &node.value else {
            self.fault(
                name,
                format!("must be a list, not {}: begin each item with a dash", node.kind()),
            );
            return Vec::new();
        };
        let path = self.path(name);
        let numbered = items.iter().enumerate();
        numbered.map(|(n, item)| (format!("{path}[{n}]"), item)).collect()
    }

    /// The fields of a map within.
    pub(crate) fn map(&self, name: &'static str) -> Option<Fields<'a>> {
        let node = self.node(name)?;
        Fields::of(self.faults, node, &self.path(name))
    }

    /// Refuses every field that nobody took.
    pub(crate) fn refuse_others(&self) {
        let Value::Map(entries) = &self.node.value else {
            return;
        };
        let taken = self.taken.borrow();
        for entry in entries
            .iter()
            .filter(|entry| !taken.contains(&entry.key.as_str()))
        {
            let reason = match closest(&entry.key, &taken) {
                Some(name) => format!("is no field here: did you mean `{name}`?"),
                None => format!("is no field here: there are {}", names(&taken)),
            };
            self.faults.add(entry.at.line, &self.path(&entry.key), reason);
        }
    }
}

/// The known name that is most like this one, if any is.
pub(crate) fn closest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let like = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    known
        .iter()
        .map(|known| (like(known), *known))
        .filter(|(alike, _)| *alike >= ALIKE_MIN)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

fn names(taken: &[&str]) -> String {
    let mut names: Vec<String> = taken.iter().map(|name| format!("`{name}`")).collect();
    names.sort();
    names.dedup();
    names.join(", ")
}
