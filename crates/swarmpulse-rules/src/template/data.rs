//! What a template is expanded with.

use swarmpulse_model::series::Label;
use swarmpulse_model::{Labels, Timestamp};

use swarmpulse_template::{Kind, Shape, Value};

/// The dot of an alert's templates.
static ALERT_DATA: Kind = Kind::plain(
    "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }",
    Shape::Fields(&["Labels", "ExternalLabels", "ExternalURL", "Value"]),
);

/// What a template is expanded with.
#[derive(Clone, Debug, Default)]
pub struct TemplateData {
    /// The dot at the beginning, and `$`.
    pub dot: Value,
    /// What `externalURL` and `pathPrefix` speak of.
    pub external_url: String,
    /// What `now` is.
    pub at: Timestamp,
}

impl TemplateData {
    /// Any value, with no address.
    #[must_use]
    pub fn new(dot: Value, at: Timestamp) -> Self {
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
        let pairs = |labels: &[Label]| {
            let pair = |label: &Label| (label.name.clone(), Value::String(label.value.clone()));
            Value::map(&swarmpulse_template::STRING_MAP, labels.iter().map(pair))
        };
        let fields = [
            ("Labels".into(), pairs(labels.as_slice())),
            ("ExternalLabels".into(), pairs(external_labels)),
            ("ExternalURL".into(), external_url.into()),
            ("Value".into(), value.into()),
        ];
        Self {
            dot: Value::map(&ALERT_DATA, fields),
            external_url: external_url.to_owned(),
            at,
        }
    }
}
