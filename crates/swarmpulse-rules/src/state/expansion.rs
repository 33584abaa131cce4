//! What the templates of an alert come to for one series of the answer.

use std::cell::OnceCell;

use swarmpulse_model::series::Label;
use swarmpulse_model::{Text, Timestamp};

use super::rule::EvaluationContext;
use crate::definition::AlertRule;
use crate::expression::{Expressions, QuerySample};
use crate::template::{Template, TemplateData, TemplateError, TemplateQueries};

/// The templates of an alert's labels and annotations.
#[derive(Default)]
pub(super) struct AlertTemplates {
    pub(super) labels: Vec<(Text, Template)>,
    pub(super) annotations: Vec<(Text, Template)>,
    /// The annotations depend on labels and value alone.
    pub(super) pure: bool,
}

impl AlertTemplates {
    /// # Errors
    /// With the field, if a template is none.
    pub(super) fn parse(alert: &AlertRule, labels: &[Label]) -> Result<Self, (String, TemplateError)> {
        let parse = |what: &str, list: &[Label]| {
            let mut sorted: Vec<&Label> = list.iter().collect();
            sorted.sort();
            sorted
                .into_iter()
                .map(|label| {
                    Template::parse_alert(&alert.name, &label.value)
                        .map(|template| (label.name.clone(), template))
                        .map_err(|error| (format!("{what} {:?}", label.name.as_str()), error))
                })
                .collect::<Result<Vec<_>, _>>()
        };
        let annotations = parse("annotation", &alert.annotations)?;
        Ok(Self {
            labels: parse("label", labels)?,
            pure: annotations.iter().all(|(_, template)| template.is_pure()),
            annotations,
        })
    }
}

/// Expands templates for one series; what they see is made when the first of them asks.
pub(super) struct Expansion<'a> {
    name: &'a str,
    context: &'a EvaluationContext<'a>,
    sample: &'a QuerySample,
    data: OnceCell<TemplateData>,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(name: &'a str, context: &'a EvaluationContext<'a>, sample: &'a QuerySample) -> Self {
        Self {
            name,
            context,
            sample,
            data: OnceCell::new(),
        }
    }

    /// The text; a template that fails says so in its place.
    pub(super) fn expand(&self, template: &Template) -> String {
        if let Some(text) = template.plain() {
            return text.to_owned();
        }
        let options = self.context.options;
        let data = self.data.get_or_init(|| {
            TemplateData::of_alert(
                &self.sample.labels,
                self.sample.value,
                &options.external_labels,
                &options.external_url,
                self.context.at,
            )
        });
        let queries = QueriesAt {
            expressions: options.expressions,
            at: self.context.query_at,
        };
        template.expand(data, &queries).unwrap_or_else(|error| {
            format!(
                "<error expanding template: error executing template __alert_{}: {error}>",
                self.name
            )
        })
    }

    pub(super) fn annotations(&self, templates: &[(Text, Template)]) -> Vec<Label> {
        templates
            .iter()
            .map(|(name, template)| Label {
                name: name.clone(),
                value: self.expand(template).into(),
            })
            .collect()
    }
}

/// Queries of templates, as of one time.
struct QueriesAt<'a> {
    expressions: Option<&'a dyn Expressions>,
    at: Timestamp,
}

impl TemplateQueries for QueriesAt<'_> {
    fn query(&self, text: &str) -> Result<Vec<QuerySample>, String> {
        let expressions = self.expressions.ok_or("queries cannot be made here")?;
        let query = expressions.prepare(text).map_err(|error| error.to_string())?;
        query.at(self.at).map_err(|error| error.to_string())
    }
}
