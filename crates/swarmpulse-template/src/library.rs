//! Templates by name, from files, for others to call.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Body, Source};
use crate::function::Function;
use crate::parser;
use crate::template::TemplateError;

/// Templates by name. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Library {
    bodies: Arc<BTreeMap<String, Arc<Body>>>,
}

impl Library {
    /// Takes in what a file defines, and its text under its own name. What was there under the same name is replaced,
    /// unless the new one is empty.
    ///
    /// # Errors
    /// If the text is no template; then nothing is changed.
    pub fn add(
        &mut self,
        name: &str,
        text: &str,
        functions: &'static [Function],
    ) -> Result<(), TemplateError> {
        let source = Arc::new(Source {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        let parsed = parser::parse(&source, functions)?;
        let bodies = Arc::make_mut(&mut self.bodies);
        let root = (name.to_owned(), Arc::new(parsed.root));
        for (name, body) in parsed.defined.into_iter().chain([root]) {
            if !body.is_blank() || !bodies.contains_key(&name) {
                bodies.insert(name, body);
            }
        }
        Ok(())
    }

    /// The names of all templates.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bodies.keys().map(String::as_str)
    }

    /// Calls of templates that nobody defined, in words: `FILE:LINE: template "NAME" not defined`.
    #[must_use]
    pub fn undefined(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for body in self.bodies.values() {
            for (position, name) in &body.calls {
                if !self.bodies.contains_key(name) {
                    let line = body.source.line(*position);
                    missing.push(format!(
                        "{}:{line}: template {name:?} not defined",
                        body.source.name
                    ));
                }
            }
        }
        missing
    }

    pub(crate) fn body(&self, name: &str) -> Option<&Arc<Body>> {
        self.bodies.get(name)
    }
}
