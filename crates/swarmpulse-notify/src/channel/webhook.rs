//! A webhook: what Alertmanager would post, to any address.
//!
//! `Idempotency-Key` is the same in every attempt of a notification, `X-Swarmpulse-Notification` its id. With a signing secret
//! `X-Swarmpulse-Signature: t=SECONDS,v1=HEX` is the HMAC-SHA256 of `SECONDS.BODY`: whoever knows the secret can tell that the
//! body is ours and, by the time, that it is not an old one said again.

mod payload;
mod signature;

use reqwest::Method;
use serde_json::Value;

use super::{BuildError, connect};
use crate::http::{Address, Answer, HttpClient, Request};
use crate::settings::WebhookSettings;
use crate::{Message, Notifier, SendError, Sending, digest};

pub use payload::{Payload, PayloadAlert, payload};
pub(crate) use payload::{annotations, common, labels, status};

/// The header of the signature.
const SIGNATURE: &str = "x-swarmpulse-signature";

/// A webhook.
#[derive(Debug)]
pub struct Webhook {
    settings: WebhookSettings,
    address: Address,
    http: HttpClient,
}

impl Webhook {
    /// The channel of these settings.
    ///
    /// # Errors
    /// If they make no channel.
    pub fn new(settings: &WebhookSettings) -> Result<Self, BuildError> {
        let address =
            Address::parse(settings.url.expose()).map_err(|error| BuildError::field("url", error))?;
        let mut secrets = vec![&settings.url];
        secrets.extend(&settings.signing_secret);
        Ok(Self {
            http: connect(&settings.http, &[&address], &secrets, settings.timeout_s)?,
            address,
            settings: settings.clone(),
        })
    }

    async fn post(&self, message: Message<'_>) -> Result<(), SendError> {
        let request = render(&message, &self.settings, self.address.clone())?;
        let answer = self.http.send(request, message.now).await?;
        answer.accepted(explain).map(|_| ())
    }
}

impl Notifier for Webhook {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn send_resolved(&self) -> bool {
        self.settings.common.send_resolved
    }

    fn send<'a>(&'a self, message: Message<'a>) -> Sending<'a> {
        Box::pin(self.post(message))
    }
}

/// The request: the body and its headers.
///
/// # Errors
/// If the body cannot be written.
pub fn render(
    message: &Message<'_>,
    settings: &WebhookSettings,
    address: Address,
) -> Result<Request, SendError> {
    let payload = payload(message, settings.max_alerts);
    let body = serde_json::to_vec(&payload).map_err(|error| SendError::Refused {
        detail: format!("write the body: {error}"),
    })?;
    let signature = settings.signing_secret.as_ref().map(|secret| {
        let seconds = message.now.unix_ms().div_euclid(1000);
        signature::header(secret.expose().as_bytes(), seconds, &body)
    });
    let mut request = Request {
        method: Method::POST,
        address,
        content_type: "application/json",
        body,
        headers: Vec::new(),
    }
    .header("idempotency-key", digest::notification(message))
    .header("x-swarmpulse-notification", message.id.to_string());
    if let Some(signature) = signature {
        request = request.header(SIGNATURE, signature);
    }
    Ok(request)
}

/// Words of whoever answers: a text, or what stands where JSON errors usually have words.
fn explain(answer: &Answer) -> Option<String> {
    let body = answer.json()?;
    ["message", "detail", "error", "title"]
        .into_iter()
        .find_map(|name| body[name].as_str())
        .or(body.as_str())
        .map(str::to_owned)
        .or_else(|| matches!(body, Value::Object(_) | Value::Array(_)).then(|| body.to_string()))
}
