//! Slack: incoming webhooks, and `chat.postMessage` with a token.
//! <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>,
//! <https://docs.slack.dev/reference/methods/chat.postMessage>
//!
//! Slack has no key for repeats: the id of the notification stands in the last line of the message.

mod render;

use serde_json::Value;

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::SlackSettings;
use crate::{Message, Notifier, SendError, Sending};

pub use render::render;

/// What Slack answers when it may go better later; all other errors stay.
const PASSING: [&str; 9] = [
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "rollup_error",
    "accesslimited",
];

/// A channel of Slack.
#[derive(Debug)]
pub struct Slack {
    settings: SlackSettings,
    address: Address,
    http: HttpClient,
}

impl Slack {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &SlackSettings) -> Result<Self, BuildError> {
        let address =
            Address::parse(settings.api_url.expose()).map_err(|error| BuildError::field("api_url", error))?;
        let channel = settings.channel.as_ref();
        let no_channel = channel.is_none_or(|channel| channel.as_plain() == Some(""));
        if settings.app_token.is_some() && no_channel {
            return Err(BuildError::field(
                "channel",
                "is missing: a token alone does not say where to; write it as \"#alerts\"",
            ));
        }
        let mut secrets = vec![&settings.api_url];
        secrets.extend(&settings.app_token);
        Ok(Self {
            http: connect(&settings.http, &[&address], &secrets, None)?,
            address,
            settings: settings.clone(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let body = render(&message, &self.settings);
        if self.settings.app_token.is_some() && body["channel"].is_null() {
            return Err(SendError::Refused {
                detail: "`channel` comes to nothing, and a token does not say where to".to_owned(),
            });
        }
        let mut request = Request::json(self.address.clone(), &body);
        if let Some(token) = &self.settings.app_token {
            request = request.header("authorization", format!("Bearer {}", token.expose()));
        }
        let answer = self.http.send(request, message.now).await?;
        let answer = answer.accepted_by_service(explain)?;
        // `chat.postMessage` answers 200 whatever happened.
        let body = answer.json().unwrap_or_default();
        match body["ok"].as_bool() {
            Some(true) => Ok(()),
            // A webhook says no more than `ok`, in plain text; what answers so in place of the API is another.
            None if self.settings.app_token.is_none() => Ok(()),
            None => Err(answer.later(explain)),
            Some(false) => {
                let passes = body["error"]
                    .as_str()
                    .is_some_and(|error| PASSING.contains(&error));
                Err(if passes {
                    answer.later(explain)
                } else {
                    answer.refused(explain)
                })
            }
        }
    }
}

impl Notifier for Slack {
    fn kind(&self) -> &'static str {
        "slack"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// Slack's own words: a word such as `invalid_payload`, or `{"ok": false, "error": "channel_not_found"}`.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    let error = body["error"].as_str()?;
    let details = body["response_metadata"]["messages"].as_array();
    let details: Vec<&str> = details.into_iter().flatten().filter_map(Value::as_str).collect();
    Some(if details.is_empty() {
        error.to_owned()
    } else {
        format!("{error}: {}", details.join(", "))
    })
}
