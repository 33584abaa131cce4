//! Microsoft Teams: Adaptive Cards for workflows ("When a Teams webhook request is received"), and `MessageCard` for the older
//! connectors. <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>
//!
//! Teams has no key for repeats: the id of the notification stands in the last line of the card.

mod card;
mod message_card;

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::{TeamsFormat, TeamsSettings};
use crate::{Message, Notifier, SendError, Sending};

pub use card::render;
pub use message_card::render as render_message_card;

/// A channel of Teams.
#[derive(Debug)]
pub struct Teams {
    settings: TeamsSettings,
    address: Address,
    http: HttpClient,
}

impl Teams {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &TeamsSettings) -> Result<Self, BuildError> {
        let address = Address::parse(settings.webhook_url.expose())
            .map_err(|error| BuildError::field("webhook_url", error))?;
        Ok(Self {
            http: connect(&settings.http, &[&address], &[&settings.webhook_url], None)?,
            address,
            settings: settings.clone(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let body = match self.settings.format {
            TeamsFormat::AdaptiveCard => render(&message, &self.settings),
            TeamsFormat::MessageCard => render_message_card(&message, &self.settings),
        };
        let request = Request::json(self.address.clone(), &body);
        let answer = self.http.send(request, message.now).await?;
        let answer = answer.accepted_by_service(explain)?;
        match failure_within(&answer.text()) {
            Some(429 | 500..) => Err(answer.later(|answer| Some(answer.text()))),
            Some(_) => Err(answer.refused(|answer| Some(answer.text()))),
            None => Ok(()),
        }
    }
}

impl Notifier for Teams {
    fn kind(&self) -> &'static str {
        match self.settings.format {
            TeamsFormat::AdaptiveCard => "msteamsv2",
            TeamsFormat::MessageCard => "msteams",
        }
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// The words of workflows: `{"error": {"code": "...", "message": "..."}}`; connectors answer in plain text.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    body["error"]["message"].as_str().map(str::to_owned)
}

/// Connectors answer 200 and say in the text that it failed: `... returned HTTP error 429 with ...`.
fn failure_within(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("HTTP error ")?;
    rest.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_within_the_text_is_found() {
        let text = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x";
        assert_eq!(failure_within(text), Some(429));
        assert_eq!(failure_within("1"), None);
    }
}
