//! An Alertmanager that stands elsewhere: each alert is posted to its API v2, to every replica.
//! <https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml>
//!
//! Alertmanager knows a repeat by an alert's labels: telling it twice changes nothing.

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use swarmpulse_model::alert::{AlertOrigin, FORWARDED_BY, NotifiedAlert};
use swarmpulse_model::{AlertState, Timestamp};

use super::webhook::{annotations, labels};
use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::AlertmanagerSettings;
use crate::summary::{is_test, source_url};
use crate::{Message, Notifier, SendError, Sending};

/// How long an alert counts there as firing if nothing more is said of it, in seconds: far beyond any repeat interval, for
/// that it is over is told.
const FIRING_S: f64 = 7.0 * 86_400.0;
/// How long one counts that is a test.
const TEST_S: f64 = 60.0;

/// One Alertmanager, or the replicas of one.
#[derive(Debug)]
pub struct Alertmanager {
    settings: AlertmanagerSettings,
    addresses: Vec<Address>,
    http: HttpClient,
}

impl Alertmanager {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &AlertmanagerSettings) -> Result<Self, BuildError> {
        let addresses: Vec<Address> = settings
            .urls
            .iter()
            .map(|url| {
                let address =
                    Address::parse(url.expose()).map_err(|error| BuildError::field("urls", error))?;
                Ok(if address.has_path("/api/v2/alerts") {
                    address
                } else {
                    address.join(&["api", "v2", "alerts"])
                })
            })
            .collect::<Result<_, BuildError>>()?;
        if addresses.is_empty() {
            return Err(BuildError::field(
                "urls",
                "is empty: name one Alertmanager at least",
            ));
        }
        let tls: Vec<&Address> = addresses.iter().collect();
        Ok(Self {
            http: connect(
                &settings.http,
                &tls,
                &settings.urls.iter().collect::<Vec<_>>(),
                None,
            )?,
            addresses,
            settings: settings.clone(),
        })
    }

    /// It is told if one of them took it, for replicas tell each other; what the others say is logged.
    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let body = render(&message);
        if body.as_array().is_none_or(Vec::is_empty) {
            return Ok(());
        }
        let attempts = self.addresses.iter().map(|address| {
            let request = Request::json(address.clone(), &body);
            async move {
                self.http
                    .send(request, message.now)
                    .await?
                    .accepted_by_service(explain)
            }
        });
        let outcomes = join_all(attempts).await;
        let taken = outcomes.iter().any(Result::is_ok);
        let mut worst: Option<SendError> = None;
        for error in outcomes.into_iter().filter_map(Result::err) {
            if taken {
                tracing::warn!(%error, "one Alertmanager of several did not take a notification");
            }
            let passes = matches!(error, SendError::Later { .. });
            if worst.is_none() || passes {
                worst = Some(error);
            }
        }
        match worst {
            Some(error) if !taken => Err(error),
            _ => Ok(()),
        }
    }
}

impl Notifier for Alertmanager {
    fn kind(&self) -> &'static str {
        "alertmanager"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn keeps_open(&self) -> bool {
        true
    }

    fn alertmanagers(&self) -> Vec<String> {
        self.addresses.iter().map(Address::shown).collect()
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// Alertmanager's own words: `"a text"`, or `{"code": 400, "message": "..."}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    body.as_str()
        .or_else(|| body["message"].as_str())
        .map(str::to_owned)
}

/// The alerts as Alertmanager takes them. What a monitor forwarded to us is not forwarded once more: it would go round.
#[must_use]
pub fn render(message: &Message<'_>) -> Value {
    let alerts = message.notification.alerts.iter();
    alerts
        .filter(|told| told.alert.annotation(FORWARDED_BY).is_none())
        .map(|told| postable(message, told))
        .collect()
}

fn postable(message: &Message<'_>, told: &NotifiedAlert) -> Value {
    let alert = &told.alert;
    let ends_at = match alert.state {
        AlertState::Resolved => alert.ended_at.unwrap_or(message.now),
        _ if is_test(message) => message.now.plus_s(TEST_S),
        _ => message.now.plus_s(FIRING_S),
    };
    // As the rule gave them: what its Prometheus would send is the same alert there. Somebody else's is that one's own.
    let mut labels: Map<String, Value> = texts(labels(&alert.labels));
    if !alert.name.is_empty() && alert.origin != AlertOrigin::External {
        labels
            .entry("alertname")
            .or_insert_with(|| alert.name.as_str().into());
    }
    let mut annotations = texts(annotations(told));
    annotations.insert(FORWARDED_BY.to_owned(), message.external_url.into());
    json!({
        "labels": labels,
        "annotations": annotations,
        "startsAt": starts_at(alert.active_at, ends_at).to_string(),
        "endsAt": ends_at.to_string(),
        "generatorURL": source_url(message.external_url, alert),
    })
}

/// Alertmanager refuses alerts that end before they start.
fn starts_at(active_at: Timestamp, ends_at: Timestamp) -> Timestamp {
    active_at.min(ends_at)
}

fn texts(map: std::collections::BTreeMap<String, String>) -> Map<String, Value> {
    map.into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples;

    #[test]
    fn every_example_is_rendered_as_it_was() {
        for (name, notification) in examples::all() {
            if name != "long" {
                insta::assert_json_snapshot!(name, render(&examples::message(&notification)));
            }
        }
    }
}
