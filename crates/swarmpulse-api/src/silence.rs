//! Silences and maintenance: alerts that match are shown and not told.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Alert;

/// Alerts that match are shown and not told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Silence {
    /// Its id.
    pub id: String,
    /// pending, active or expired.
    pub state: String,
    /// silence: somebody knows; maintenance: planned work, which counts against nobody.
    pub purpose: String,
    /// The one namespace whose alerts it is for; null for everybody's.
    pub namespace: Option<String>,
    /// All of them must match.
    pub matchers: Vec<SilenceMatcher>,
    /// The same as text: `{agent="a1",severity=~"warn.*"}`.
    pub text: String,
    /// From when on.
    pub starts_at: String,
    /// Until when.
    pub ends_at: String,
    /// Who wants it so.
    pub author: String,
    /// Why.
    pub comment: String,
    /// When it was said, or last changed.
    pub updated_at: String,
    /// Alerts that it holds back now.
    pub alerts: u64,
    /// Where to go on: `self`.
    pub links: BTreeMap<String, String>,
}

/// One matcher of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceMatcher {
    /// The label.
    pub name: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub op: String,
    /// With what the whole of it is compared; a label that is absent is empty.
    pub value: String,
}

/// `POST /api/v1/silences`, and `PUT` of one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// Which alerts.
    pub matchers: Matchers,
    /// From when on: RFC 3339, Unix seconds, or from now on as in `30m`; now without it.
    pub starts_at: Option<String>,
    /// Until when: the same, `2h` being counted from its beginning.
    pub ends_at: String,
    /// Why.
    pub comment: String,
    /// Who; the token's name without it.
    pub author: Option<String>,
    /// silence, which it is without it, or maintenance.
    pub purpose: Option<String>,
    /// The one namespace whose alerts it is for; the token's own, or everybody's.
    pub namespace: Option<String>,
}

/// Matchers as text, or one by one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Matchers {
    /// All in one text: `{agent="a1",severity=~"warn.*"}`.
    Text(String),
    /// A text each: `agent="a1"`.
    Texts(Vec<String>),
    /// Taken apart.
    List(Vec<SilenceMatcher>),
}

impl Default for Matchers {
    fn default() -> Self {
        Self::Texts(Vec::new())
    }
}

/// `POST /api/v1/silences/preview`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SilenceQuestion {
    /// Which alerts.
    pub matchers: Matchers,
    /// The one namespace whose alerts are meant; the token's own, or everybody's.
    pub namespace: Option<String>,
}

/// The answer to it: the alerts that fire or are pending and would be held back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SilencePreview {
    /// The matchers as they were understood.
    pub text: String,
    /// Alerts that match, the gravest first, as many as fit.
    pub alerts: Vec<Alert>,
    /// All that match.
    pub count: u64,
}
