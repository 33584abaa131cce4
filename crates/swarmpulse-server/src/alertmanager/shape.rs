//! The shapes of Alertmanager's API v2.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swarmpulse_alert::{AlertView, SilenceView};
use swarmpulse_model::alert::{LabelMatcher, LabelOp};
use swarmpulse_model::series::Label;
use swarmpulse_model::{Text, Timestamp};

/// How long an alert of our own that fires is said to go on: there every alert has an end, which moves as long as it fires.
const ASSUMED_REST_S: f64 = 300.0;

/// Labels, or annotations.
pub(super) type LabelSet = BTreeMap<Text, Text>;

/// An alert.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GettableAlert {
    annotations: LabelSet,
    ends_at: String,
    pub(super) fingerprint: String,
    #[serde(rename = "generatorURL", skip_serializing_if = "Option::is_none")]
    generator_url: Option<Text>,
    receivers: Vec<Receiver>,
    starts_at: String,
    status: AlertStatus,
    updated_at: String,
    pub(super) labels: LabelSet,
}

/// Whether it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertStatus {
    inhibited_by: Vec<Text>,
    muted_by: Vec<Text>,
    silenced_by: Vec<Text>,
    state: &'static str,
}

/// Whom alerts go to.
#[derive(Debug, Serialize)]
pub(super) struct Receiver {
    pub(super) name: Text,
}

/// Alerts that are told together.
#[derive(Debug, Serialize)]
pub(super) struct AlertGroup {
    pub(super) alerts: Vec<GettableAlert>,
    pub(super) labels: LabelSet,
    pub(super) receiver: Receiver,
}

/// A silence.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GettableSilence {
    id: Text,
    status: SilenceStatus,
    updated_at: String,
    comment: Text,
    created_by: Text,
    ends_at: String,
    matchers: Vec<Matcher>,
    starts_at: String,
}

#[derive(Debug, Serialize)]
struct SilenceStatus {
    state: &'static str,
}

/// A silence that is wanted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostableSilence {
    #[serde(default)]
    pub(super) id: Option<String>,
    pub(super) matchers: Vec<Matcher>,
    pub(super) starts_at: String,
    pub(super) ends_at: String,
    #[serde(default)]
    pub(super) created_by: String,
    #[serde(default)]
    pub(super) comment: String,
}

/// A matcher, taken apart.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Matcher {
    #[serde(default = "is_equal")]
    is_equal: bool,
    is_regex: bool,
    name: Text,
    value: Text,
}

fn is_equal() -> bool {
    true
}

impl From<&LabelMatcher> for Matcher {
    fn from(matcher: &LabelMatcher) -> Self {
        Self {
            is_equal: matches!(matcher.op, LabelOp::Equal | LabelOp::Regex),
            is_regex: matches!(matcher.op, LabelOp::Regex | LabelOp::NotRegex),
            name: matcher.name.clone(),
            value: matcher.value.clone(),
        }
    }
}

impl From<Matcher> for LabelMatcher {
    fn from(matcher: Matcher) -> Self {
        let op = match (matcher.is_equal, matcher.is_regex) {
            (true, false) => LabelOp::Equal,
            (false, false) => LabelOp::NotEqual,
            (true, true) => LabelOp::Regex,
            (false, true) => LabelOp::NotRegex,
        };
        Self {
            name: matcher.name,
            op,
            value: matcher.value,
        }
    }
}

/// Labels as a set.
pub(super) fn label_set(labels: &[Label]) -> LabelSet {
    labels
        .iter()
        .map(|label| (label.name.clone(), label.value.clone()))
        .collect()
}

/// An alert that fires, as it is at that time.
pub(super) fn alert(view: &AlertView, now: Timestamp) -> GettableAlert {
    let alert = &view.alert;
    let held_back =
        !view.silenced_by.is_empty() || !view.inhibited_by.is_empty() || !view.muted_by.is_empty();
    GettableAlert {
        annotations: label_set(&alert.annotations),
        ends_at: alert
            .ended_at
            .or(alert.expires_at)
            .unwrap_or(now.plus_s(ASSUMED_REST_S))
            .to_string(),
        fingerprint: format!("{:016x}", view.fingerprint),
        generator_url: alert.source_url.clone(),
        receivers: view
            .receivers
            .iter()
            .map(|name| Receiver { name: name.clone() })
            .collect(),
        starts_at: alert.fired_at.unwrap_or(alert.active_at).to_string(),
        status: AlertStatus {
            inhibited_by: view.inhibited_by.clone(),
            muted_by: view.muted_by.clone(),
            silenced_by: view.silenced_by.clone(),
            state: if held_back { "suppressed" } else { "active" },
        },
        updated_at: view.updated_at.to_string(),
        labels: label_set(&alert.labels),
    }
}

/// A silence as it is.
pub(super) fn silence(view: &SilenceView) -> GettableSilence {
    let silence = &view.silence;
    GettableSilence {
        id: silence.id.clone(),
        status: SilenceStatus {
            state: view.state.as_str(),
        },
        updated_at: silence.updated_at.to_string(),
        comment: silence.comment.clone(),
        created_by: silence.author.clone(),
        ends_at: silence.ends_at.to_string(),
        matchers: silence.matchers.iter().map(Matcher::from).collect(),
        starts_at: silence.starts_at.to_string(),
    }
}
