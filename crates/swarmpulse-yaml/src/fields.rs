//! A mapping of which every key must be asked for: those that nobody asked for are unknown.

use crate::duration::parse_duration_s;
use crate::fault::{Faults, Place};
use crate::node::{Entry, Node, Value};

/// The keys of one mapping while they are taken, and where to put what is wrong with them.
pub struct Fields<'a> {
    at: Place,
    what: &'a str,
    entries: &'a [Entry],
    taken: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// The mapping that a node is; `what` names it in errors: `a route`. `None`, with an error, if it is none.
    pub fn of(node: &'a Node, what: &'a str, faults: &mut Faults) -> Option<Self> {
        let entries = node.map(what, faults)?;
        Some(Self {
            at: node.at,
            what,
            entries,
            taken: Vec::new(),
        })
    }

    /// Where the mapping begins.
    #[must_use]
    pub fn at(&self) -> Place {
        self.at
    }

    /// What the mapping is called in errors.
    #[must_use]
    pub fn what(&self) -> &'a str {
        self.what
    }

    /// Where a key stands; the mapping's own place if it is absent.
    #[must_use]
    pub fn place(&self, key: &str) -> Place {
        self.entry(key).map_or(self.at, |entry| entry.at)
    }

    /// The node of a key, also an empty one.
    pub fn node(&mut self, key: &'static str) -> Option<&'a Node> {
        self.taken.push(key);
        self.entry(key).map(|entry| &entry.node)
    }

    /// The node of a key that holds something.
    pub fn filled(&mut self, key: &'static str) -> Option<&'a Node> {
        self.node(key).filter(|node| !node.is_empty())
    }

    /// A text; `None` if the key is absent or holds nothing.
    pub fn text(&mut self, key: &'static str, faults: &mut Faults) -> Option<&'a str> {
        self.filled(key)?
            .text(key, faults)
            .filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    pub fn required(&mut self, key: &'static str, faults: &mut Faults) -> Option<&'a str> {
        let before = faults.is_clean();
        let text = self.text(key, faults);
        if text.is_none() && (before == faults.is_clean()) {
            faults.error(self.place(key), format!("{} needs `{key}`", self.what));
        }
        text
    }

    /// A truth value as YAML 1.1 has them: `true`, `false`, `yes`, `no`, `on`, `off`.
    pub fn boolean(&mut self, key: &'static str, faults: &mut Faults) -> Option<bool> {
        let node = self.filled(key)?;
        let text = node.text(key, faults)?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Some(true),
            "false" | "no" | "off" | "n" => Some(false),
            _ => {
                faults.error(node.at, format!("{key} must be true or false, not `{text}`"));
                None
            }
        }
    }

    /// A whole number, not negative.
    pub fn whole(&mut self, key: &'static str, faults: &mut Faults) -> Option<u64> {
        let node = self.filled(key)?;
        let text = node.text(key, faults)?;
        text.parse().map_or_else(
            |_| {
                faults.error(
                    node.at,
                    format!("{key} must be a whole number that is not negative, not `{text}`"),
                );
                None
            },
            Some,
        )
    }

    /// A duration in seconds.
    pub fn duration_s(&mut self, key: &'static str, faults: &mut Faults) -> Option<f64> {
        let node = self.filled(key)?;
        let text = node.text(key, faults)?;
        parse_duration_s(text).map_or_else(
            |error| {
                faults.error(node.at, format!("{key}: {error}"));
                None
            },
            Some,
        )
    }

    /// The nodes of a list; none if the key is absent.
    pub fn list(&mut self, key: &'static str, faults: &mut Faults) -> &'a [Node] {
        self.node(key)
            .and_then(|node| node.list(key, faults))
            .unwrap_or_default()
    }

    /// A list of texts, each with its place; empty ones are errors.
    pub fn texts(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(&'a str, Place)> {
        let mut texts = Vec::new();
        for item in self.list(key, faults) {
            match item.text(key, faults) {
                Some("") => faults.error(
                    item.at,
                    format!("{key} has an empty entry: remove it or write something"),
                ),
                Some(text) => texts.push((text, item.at)),
                None => {}
            }
        }
        texts
    }

    /// The entries of a mapping from texts to texts.
    pub fn text_map(&mut self, key: &'static str, faults: &mut Faults) -> Vec<(&'a str, &'a str, Place)> {
        let Some(entries) = self.node(key).and_then(|node| node.map(key, faults)) else {
            return Vec::new();
        };
        entries
            .iter()
            .filter_map(|entry| {
                let text = entry.node.text(&entry.key, faults)?;
                Some((entry.key.as_str(), text, entry.at))
            })
            .collect()
    }

    /// Takes keys that are known and have no effect here: a warning for each that is there and holds something.
    pub fn unused(&mut self, keys: &[&'static str], why: &str, faults: &mut Faults) {
        for key in keys {
            if let Some(node) = self.filled(key)
                && node.value != Value::List(Vec::new())
            {
                faults.warn(self.place(key), format!("{key} has no effect: {why}"));
            }
        }
    }

    /// Ends it: every key that was not asked for is an error, with the nearest one that is known.
    pub fn finish(self, faults: &mut Faults) {
        for entry in self.entries {
            if self.taken.contains(&entry.key.as_str()) {
                continue;
            }
            let near = self
                .taken
                .iter()
                .map(|known| (strsim::damerau_levenshtein(known, &entry.key), known))
                .filter(|(distance, known)| *distance <= 3 && *distance < known.len() / 2 + 1)
                .min();
            let message = match near {
                Some((_, known)) => {
                    format!("`{}` is not known in {}: write `{known}`?", entry.key, self.what)
                }
                None => {
                    let mut known = self.taken.clone();
                    known.sort_unstable();
                    known.dedup();
                    let shown = known.iter().take(20).copied().collect::<Vec<_>>().join(", ");
                    let more = if known.len() > 20 { ", ..." } else { "" };
                    format!(
                        "`{}` is not known in {}: known are {shown}{more}",
                        entry.key, self.what
                    )
                }
            };
            faults.error(entry.at, message);
        }
    }

    fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}
