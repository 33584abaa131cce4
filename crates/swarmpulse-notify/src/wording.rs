//! People's own words for notifications: templates as Alertmanager has them, in its terms.
//!
//! A template that fails takes nothing away: the channel says it in our words, and a remark tells why.

mod data;
mod defaults;
mod functions;
mod remarks;
mod writer;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use swarmpulse_template::{Library, Template, TemplateError};

pub use defaults::library;
pub(crate) use functions::FUNCTIONS;
pub use remarks::Remarks;
pub(crate) use writer::Writer;

/// A text of a channel's settings: what it says, or a template of it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Wording(Arc<Said>);

#[derive(Clone, Debug, Default)]
struct Said {
    /// The key it stands under.
    key: String,
    text: String,
    /// `None`: the text is said as it is.
    template: Option<Template>,
    html: bool,
}

impl Wording {
    /// A text that stands under this key; a template if it is one.
    ///
    /// # Errors
    /// If it is no template, or calls one that is not there.
    pub fn parse(key: &str, text: &str, library: &Library) -> Result<Self, TemplateError> {
        let template = Template::parse(key, text, FUNCTIONS, library)?;
        template.check_calls()?;
        Ok(Self(Arc::new(Said {
            key: key.to_owned(),
            text: text.to_owned(),
            template: template.plain().is_none().then_some(template),
            html: false,
        })))
    }

    /// A text that is said as it is.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self(Arc::new(Said {
            text: text.to_owned(),
            ..Said::default()
        }))
    }

    /// The same as HTML: values are escaped.
    #[must_use]
    pub fn as_html(self) -> Self {
        let said = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Said { html: true, ..said }))
    }

    /// The text, if it is no template.
    #[must_use]
    pub fn as_plain(&self) -> Option<&str> {
        self.0.template.is_none().then_some(self.0.text.as_str())
    }
}

impl PartialEq for Wording {
    fn eq(&self, other: &Self) -> bool {
        (&self.0.text, self.0.html) == (&other.0.text, other.0.html)
    }
}

impl From<&str> for Wording {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Wording {
    fn from(text: String) -> Self {
        Self::plain(&text)
    }
}
