//! Datadog: events of the stream, <https://docs.datadoghq.com/api/latest/events/#post-an-event>.
//!
//! Bounds: title 100, text 4,000, aggregation key 100 characters. All that is told of a group has one aggregation key. Datadog
//! has no key for repeats: the id of the notification is a tag.

mod event;
pub(crate) mod site;

use std::fmt;

use serde_json::Value;

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::{DatadogSettings, Secret};
use crate::{Message, Notifier, SendError, Sending};

/// An organization of Datadog.
pub struct Datadog {
    address: Address,
    api_key: Secret,
    http: HttpClient,
    tags: Vec<String>,
    send_resolved: bool,
}

impl Datadog {
    /// The organization of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &DatadogSettings) -> Result<Self, BuildError> {
        let base = match &settings.api_url {
            Some(url) => Address::parse(url).map_err(|error| BuildError::field("api_url", error))?,
            None => {
                let site = site::site(&settings.site).map_err(|error| BuildError::field("site", error))?;
                Address::parse(&format!("https://api.{site}"))
                    .map_err(|error| BuildError::field("site", error))?
            }
        };
        let address = base.join(&["api", "v1", "events"]);
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.api_key], None)?,
            address,
            api_key: settings.api_key.clone(),
            tags: settings.tags.clone(),
            send_resolved: settings.common.send_resolved,
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let request = Request::json(self.address.clone(), &render(&message, &self.tags))
            .header("dd-api-key", self.api_key.expose());
        let mut answer = self.http.send(request, message.now).await?;
        if answer.status == 429 {
            // Datadog's own header: seconds until the count begins anew.
            let reset = answer
                .header("x-ratelimit-reset")
                .and_then(|text| text.trim().parse().ok());
            let reset = reset.filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0);
            answer.retry_after_s = answer.retry_after_s.or(reset);
        }
        answer.accepted_by_service(explain).map(drop)
    }
}

/// The body of a post of an event.
#[must_use]
pub fn render(message: &Message<'_>, tags: &[String]) -> Value {
    event::render(message, tags)
}

/// Datadog's own words: `{"errors": ["Forbidden"]}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let errors: Vec<&str> = body["errors"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    Some(errors.join("; "))
}

impl Notifier for Datadog {
    fn kind(&self) -> &'static str {
        "datadog"
    }

    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

impl fmt::Debug for Datadog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Datadog({})", self.address)
    }
}

#[cfg(test)]
mod tests;
