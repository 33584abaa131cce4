//! A template, parsed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ast::{Body, Source};
use crate::expansion::Expansion;
use crate::function::Function;
use crate::library::Library;
use crate::{exec, parser};

/// Why a text is no template, or one cannot be expanded; in the words of Go's library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// `template: NAME:LINE:COLUMN: ...`
    pub message: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A template, parsed once.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) root: Arc<Body>,
    /// What it defines itself.
    pub(crate) defined: Arc<BTreeMap<String, Arc<Body>>>,
    pub(crate) library: Library,
    plain: bool,
}

impl Template {
    /// Parses a template. The name is for errors. Functions are Go's own and these; templates that it calls are its own and
    /// those of the library.
    ///
    /// # Errors
    /// If the text is no template, or uses a function or a variable that is not there.
    pub fn parse(
        name: &str,
        text: &str,
        functions: &'static [Function],
        library: &Library,
    ) -> Result<Self, TemplateError> {
        let source = Arc::new(Source {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        let parsed = parser::parse(&source, functions)?;
        Ok(Self {
            plain: !text.contains("{{"),
            root: Arc::new(parsed.root),
            defined: Arc::new(parsed.defined),
            library: library.clone(),
        })
    }

    /// The text, if there is nothing in it to expand.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        self.plain.then_some(self.root.source.text.as_str())
    }

    /// Whether the same data always gives the same text: it, and what it defines, ask for no query and no time.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        self.root.pure && self.defined.values().all(|body| body.pure)
    }

    /// Checks that every template that it may call is there, those of the library that it calls as well.
    ///
    /// # Errors
    /// With the place of the first call of one that is not.
    pub fn check_calls(&self) -> Result<(), TemplateError> {
        let mut to_see = vec![&self.root];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(body) = to_see.pop() {
            for (position, name) in &body.calls {
                let Some(called) = self.body(name) else {
                    let line = body.source.line(*position);
                    return Err(TemplateError {
                        message: format!(
                            "template: {}:{line}: template {name:?} not defined",
                            body.source.name
                        ),
                        line,
                    });
                };
                if !seen.contains(&name.as_str()) {
                    seen.push(name);
                    to_see.push(called);
                }
            }
        }
        Ok(())
    }

    /// The template of that name.
    pub(crate) fn body(&self, name: &str) -> Option<&Arc<Body>> {
        self.defined.get(name).or_else(|| self.library.body(name))
    }

    /// The text that it comes to.
    ///
    /// # Errors
    /// If a function fails, a value is not of the sort that is needed, or it takes too many steps, goes too deep or gives
    /// too much.
    pub fn expand(&self, expansion: &Expansion<'_>) -> Result<String, TemplateError> {
        if let Some(text) = self.plain()
            && !expansion.html
        {
            return Ok(text.to_owned());
        }
        exec::expand(self, expansion)
    }
}
