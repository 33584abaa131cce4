//! Sentry: events of a project, by envelopes, <https://develop.sentry.dev/sdk/data-model/envelopes/>.
//!
//! Bounds: 200 kB an event, 8,192 characters of message, tags of 32 and 200. All that is told of a group has one fingerprint,
//! so it is one issue; its end is an event of level `info` there. The event's id comes from the notification: Sentry drops
//! repeats.

pub(crate) mod dsn;
pub(crate) mod envelope;
mod event;
pub(crate) mod limits;

use std::fmt;

use dsn::Dsn;
use limits::Category;
use swarmpulse_model::Timestamp;

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::{Secret, SentrySettings};
use crate::{Message, Notifier, SendError, Sending};

/// A project of Sentry.
pub struct Sentry {
    dsn: Dsn,
    address: Address,
    http: HttpClient,
    environment: Option<String>,
    send_resolved: bool,
}

impl Sentry {
    /// The project of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &SentrySettings) -> Result<Self, BuildError> {
        let dsn = Dsn::parse(settings.dsn.expose()).map_err(|error| BuildError::field("dsn", error))?;
        let address = Address::parse(dsn.envelope_url()).map_err(|error| BuildError::field("dsn", error))?;
        let key = Secret::new(dsn.key());
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.dsn, &key], None)?,
            dsn,
            address,
            environment: settings.environment.clone(),
            send_resolved: settings.common.send_resolved,
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let request = self.request(&message);
        let mut answer = self.http.send(request, message.now).await?;
        if answer.status == 429 {
            let limits = answer.header("x-sentry-rate-limits");
            let exact = limits.and_then(|limits| limits::wait_s(limits, Category::Error));
            answer.retry_after_s = exact.or(answer.retry_after_s);
        }
        answer.accepted_by_service(explain).map(drop)
    }

    fn request(&self, message: &Message<'_>) -> Request {
        Request {
            content_type: envelope::MEDIA_TYPE,
            body: render(message, self.environment.as_deref(), message.now),
            ..Request::json(self.address.clone(), &serde_json::Value::Null)
        }
        .header("x-sentry-auth", self.dsn.auth())
    }
}

/// The envelope of a notification.
#[must_use]
pub fn render(message: &Message<'_>, environment: Option<&str>, sent_at: Timestamp) -> Vec<u8> {
    let mut event = event::render(message);
    if let Some(environment) = environment.filter(|name| !name.is_empty()) {
        // Sentry allows neither slashes nor new lines there.
        event["environment"] = crate::summary::plain(&environment.replace('/', "-"), 64).into();
    }
    envelope::of_event(&event::event_id(message), sent_at, &event)
}

/// Sentry's own words: `{"detail": "...", "causes": [".."]}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let words = |key: &str| body[key].as_str().map(str::to_owned);
    words("detail").or_else(|| words("error"))
}

impl Notifier for Sentry {
    fn kind(&self) -> &'static str {
        "sentry"
    }

    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

impl fmt::Debug for Sentry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sentry({:?})", self.dsn)
    }
}

#[cfg(test)]
mod tests;
