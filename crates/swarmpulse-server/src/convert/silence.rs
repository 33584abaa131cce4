//! Silences as people see them.

use std::collections::BTreeMap;

use swarmpulse_alert::{Matchers, SilenceView};
use swarmpulse_api::SilenceMatcher;

use super::address;

/// A silence, and how many alerts it holds back.
pub(crate) fn silence(view: &SilenceView) -> swarmpulse_api::Silence {
    let silence = &view.silence;
    let matchers = silence.matchers.iter().map(|matcher| SilenceMatcher {
        name: matcher.name.to_string(),
        op: matcher.op.as_str().to_owned(),
        value: matcher.value.to_string(),
    });
    swarmpulse_api::Silence {
        id: silence.id.to_string(),
        state: view.state.as_str().to_owned(),
        purpose: silence.purpose.as_str().to_owned(),
        namespace: silence.namespace.as_ref().map(ToString::to_string),
        matchers: matchers.collect(),
        text: Matchers::new(silence.matchers.clone())
            .map(|matchers| matchers.to_string())
            .unwrap_or_default(),
        starts_at: silence.starts_at.to_string(),
        ends_at: silence.ends_at.to_string(),
        author: silence.author.to_string(),
        comment: silence.comment.to_string(),
        updated_at: silence.updated_at.to_string(),
        alerts: view.alerts,
        links: BTreeMap::from([(
            "self".to_owned(),
            address::below("/api/v1/silences/", &silence.id),
        )]),
    }
}
