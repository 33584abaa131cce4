//! What a template is expanded with.

use swarmpulse_model::series::Label;
use swarmpulse_model::{Labels, Timestamp};

use super::value::{MapKind, TemplateValue};

/// What a template is expanded with.
#[derive(Clone, Debug, Default)]
pub struct TemplateData {
    /// The dot at the beginning, and `$`.
    pub dot: TemplateValue,
    /// What `externalURL` and `pathPrefix` speak of.
    pub external_url: String,
    /// What `now` is.
    pub at: Timestamp,
}

impl TemplateData {
    /// Any value, with no address.
    #[must_use]
    pub fn new(dot: TemplateValue, at: Timestamp) -> Self {
        Self {
            dot,
            external_url: String::new(),
            at,
        }
    }

    /// What the templates of an alert see: a series of the answer.
    #[must_use]
    pub fn of_alert(
        labels: &Labels,
        value: f64,
        external_labels: &[Label],
        external_url: &str,
        at: Timestamp,
    ) -> Self {
        let pair = |label: &Label| (label.name.clone(), TemplateValue::String(label.value.clone()));
        let fields = [
            (
                "Labels".into(),
                TemplateValue::map(MapKind::Strings, labels.iter().map(pair)),
            ),
            (
                "ExternalLabels".into(),
                TemplateValue::map(MapKind::Strings, external_labels.iter().map(pair)),
            ),
            ("ExternalURL".into(), external_url.into()),
            ("Value".into(), value.into()),
        ];
        const TYPE: &str = "struct { Labels map[string]string; ExternalLabels map[string]string; \
                            ExternalURL string; Value interface {} }";
        Self {
            dot: TemplateValue::map(MapKind::Record(TYPE), fields),
            external_url: external_url.to_owned(),
            at,
        }
    }
}
