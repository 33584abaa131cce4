//! Templates of labels and annotations: Go's text/template with the functions that Prometheus adds, giving the same texts.

mod ast;
mod builtin;
mod call;
mod compare;
mod data;
mod exec;
mod functions;
mod humanize;
mod lexer;
mod number;
mod parser;
mod printf;
mod time;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expression::QuerySample;
use ast::Node;

pub use data::TemplateData;
pub use value::{MapKind, TemplateMap, TemplateValue};

/// What a template asks for with `query`.
pub trait TemplateQueries {
    /// What an expression comes to.
    ///
    /// # Errors
    /// In words, if it is no expression or cannot be evaluated.
    fn query(&self, text: &str) -> Result<Vec<QuerySample>, String>;
}

/// Answers no query.
pub struct NoQueries;

impl TemplateQueries for NoQueries {
    fn query(&self, _text: &str) -> Result<Vec<QuerySample>, String> {
        Err("queries cannot be made here".into())
    }
}

/// Why a text is no template, or one cannot be expanded; in the words of Go's library.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    /// `template: NAME:LINE:COLUMN: ...`
    pub message: String,
}

/// Variables that templates of alerts have, in the order in which Prometheus defines them.
const ALERT_VARIABLES: [(&str, &str); 4] = [
    ("labels", "Labels"),
    ("externalLabels", "ExternalLabels"),
    ("externalURL", "ExternalURL"),
    ("value", "Value"),
];

/// A template, parsed once.
#[derive(Clone, Debug)]
pub struct Template {
    tree: Arc<Tree>,
}

/// What a text was parsed to.
#[derive(Debug)]
struct Tree {
    name: String,
    text: String,
    /// Bytes by which positions in the first line are moved: what Prometheus puts before an alert's template.
    column_offset: usize,
    /// Whether `$labels` and its like are there.
    of_alert: bool,
    /// The whole text, where nothing is to be expanded.
    plain: bool,
    pure: bool,
    root: Vec<Node>,
    defined: BTreeMap<String, Vec<Node>>,
}

impl Template {
    /// Parses a template whose data is its dot alone. The name is for errors.
    ///
    /// # Errors
    /// If the text is no template, or uses a function or a variable that is not there.
    pub fn parse(name: &str, text: &str) -> Result<Self, TemplateError> {
        Self::parse_text(name.to_owned(), text, false)
    }

    /// Parses a template of an alert's label or annotation: with `$labels`, `$externalLabels`, `$externalURL` and `$value`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_alert(alert: &str, text: &str) -> Result<Self, TemplateError> {
        Self::parse_text(format!("__alert_{alert}"), text, true)
    }

    fn parse_text(name: String, text: &str, of_alert: bool) -> Result<Self, TemplateError> {
        let variables: &[(&str, &str)] = if of_alert { &ALERT_VARIABLES } else { &[] };
        let column_offset = variables
            .iter()
            .map(|(variable, field)| "{{$ := .}}".len() + variable.len() + field.len())
            .sum();
        let names: Vec<&str> = variables.iter().map(|(variable, _)| *variable).collect();
        let parsed = parser::parse(&name, text, &names)?;
        Ok(Self {
            tree: Arc::new(Tree {
                plain: !text.contains("{{"),
                pure: parsed.pure,
                root: parsed.root,
                defined: parsed.defined,
                text: text.to_owned(),
                name,
                column_offset,
                of_alert,
            }),
        })
    }

    /// The text, if there is nothing in it to expand.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        self.tree.plain.then_some(self.tree.text.as_str())
    }

    /// Whether the same data always gives the same text: it asks for no query and no time.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        self.tree.pure
    }

    /// The text that it comes to.
    ///
    /// # Errors
    /// If a function fails, a value is not of the sort that is needed, or it takes too many steps, goes too deep or gives
    /// too much.
    pub fn expand(
        &self,
        data: &TemplateData,
        queries: &dyn TemplateQueries,
    ) -> Result<String, TemplateError> {
        if let Some(text) = self.plain() {
            return Ok(text.to_owned());
        }
        exec::expand(&self.tree, data, queries)
    }
}
