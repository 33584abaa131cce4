//! New Relic: custom events of an account,
//! <https://docs.newrelic.com/docs/data-apis/ingest-apis/event-api/introduction-event-api/>.
//!
//! Bounds: a million bytes a request, 254 attributes an event, names of 255 and values of 4,096 characters. Every alert of a
//! notification is one event; they have its incident in common. New Relic has no key for repeats: `notificationId` is one to
//! count unique values of.

mod event;
pub(crate) mod region;

use std::fmt;

use region::Region;
use serde_json::Value;

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::{NewRelicRegion, NewRelicSettings, Secret};
use crate::{Message, Notifier, SendError, Sending};

/// An account of New Relic.
pub struct NewRelic {
    address: Address,
    api_key: Secret,
    http: HttpClient,
    event_type: String,
    send_resolved: bool,
}

impl NewRelic {
    /// The account of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &NewRelicSettings) -> Result<Self, BuildError> {
        let region = match settings.region {
            NewRelicRegion::Us => Region::Us,
            NewRelicRegion::Eu => Region::Eu,
        };
        let base = settings.api_url.as_deref().unwrap_or(region.events());
        let base = Address::parse(base).map_err(|error| BuildError::field("api_url", error))?;
        let account = settings.account_id.to_string();
        let address = base.join(&["v1", "accounts", &account, "events"]);
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.api_key], None)?,
            address,
            api_key: settings.api_key.clone(),
            event_type: settings.event_type.clone(),
            send_resolved: settings.common.send_resolved,
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let (events, left) = render(&message, &self.event_type);
        if left > 0 {
            tracing::warn!(left, notification = %message.id, "alerts did not fit into one request to New Relic");
        }
        let request = Request::json(self.address.clone(), &Value::Array(events))
            .header("api-key", self.api_key.expose());
        let answer = self.http.send(request, message.now).await?;
        answer.accepted_by_service(explain).map(drop)
    }
}

/// The events of a notification, as many as fit into one request, and how many alerts did not.
#[must_use]
pub fn render(message: &Message<'_>, event_type: &str) -> (Vec<Value>, usize) {
    event::render(message, event_type)
}

/// New Relic's own words: `{"error": "..."}`, or `{"success": false, "message": "..."}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let words = |key: &str| body[key].as_str().map(str::to_owned);
    words("error").or_else(|| words("message"))
}

impl Notifier for NewRelic {
    fn kind(&self) -> &'static str {
        "newrelic"
    }

    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn keeps_open(&self) -> bool {
        true
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

impl fmt::Debug for NewRelic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewRelic({})", self.address)
    }
}

#[cfg(test)]
mod tests;
