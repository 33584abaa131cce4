//! Templates of labels and annotations: `swarmpulse-template` with the functions that Prometheus adds, giving the same texts.

mod data;
mod functions;
mod samples;

use swarmpulse_model::Timestamp;
use swarmpulse_template::{Expansion, Library, Limits, Surroundings, Value};

use crate::expression::QuerySample;

pub use data::TemplateData;
pub use swarmpulse_template::TemplateError;

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

/// What Prometheus puts before the template of an alert: positions in errors count it.
const ALERT_PRELUDE: &str = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}\
                             {{$externalURL := .ExternalURL}}{{$value := .Value}}";

/// A template, parsed once.
#[derive(Clone, Debug)]
pub struct Template {
    template: swarmpulse_template::Template,
    /// The whole text, where nothing is to be expanded.
    plain: Option<String>,
}

impl Template {
    /// Parses a template whose data is its dot alone. The name is for errors.
    ///
    /// # Errors
    /// If the text is no template, or uses a function or a variable that is not there.
    pub fn parse(name: &str, text: &str) -> Result<Self, TemplateError> {
        Self::parse_after("", name, text)
    }

    /// Parses a template of an alert's label or annotation: with `$labels`, `$externalLabels`, `$externalURL` and `$value`.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_alert(alert: &str, text: &str) -> Result<Self, TemplateError> {
        Self::parse_after(ALERT_PRELUDE, &format!("__alert_{alert}"), text)
    }

    fn parse_after(prelude: &str, name: &str, text: &str) -> Result<Self, TemplateError> {
        let whole = format!("{prelude}{text}");
        let library = Library::default();
        Ok(Self {
            template: swarmpulse_template::Template::parse(name, &whole, functions::FUNCTIONS, &library)?,
            plain: (!text.contains("{{")).then(|| text.to_owned()),
        })
    }

    /// The text, if there is nothing in it to expand.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        self.plain.as_deref()
    }

    /// Whether the same data always gives the same text: it asks for no query and no time.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        self.template.is_pure()
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
        self.template.expand(&Expansion {
            dot: &data.dot,
            surroundings: &Around { data, queries },
            limits: Limits::default(),
            html: false,
        })
    }
}

/// What the functions of rules ask.
struct Around<'a> {
    data: &'a TemplateData,
    queries: &'a dyn TemplateQueries,
}

impl Surroundings for Around<'_> {
    fn at_ns(&self) -> i64 {
        let Timestamp(at_ns) = self.data.at;
        at_ns
    }

    fn external_url(&self) -> &str {
        &self.data.external_url
    }

    fn query(&self, text: &str) -> Result<Value, String> {
        Ok(samples::values(&self.queries.query(text)?))
    }
}
