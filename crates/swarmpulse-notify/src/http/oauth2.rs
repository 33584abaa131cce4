//! Tokens of OAuth 2.0 by a client's own credentials (RFC 6749, section 4.4): fetched when one is needed, kept until shortly
//! before they expire, and fetched anew when one is refused.

use std::fmt;

use reqwest::Method;
use reqwest::header::HeaderName;
use serde_json::Value;
use swarmpulse_model::Timestamp;
use tokio::sync::Mutex;

use super::form::{encoded, form};
use super::options::basic;
use super::{Address, Answer, HttpClient, HttpError, HttpOptions, Request};
use crate::SendError;
use crate::settings::Oauth2Settings;

/// The longest for one request for a token, in seconds: what it is for has to fit beside it.
const TIMEOUT_S: f64 = 10.0;
/// A token is given up so long before it expires, in seconds, or a tenth of its life if that is less.
const EARLY_S: f64 = 30.0;
/// Longer lives than a year are mistakes; they do no harm.
const LIFE_S_MAX: f64 = 366.0 * 86_400.0;

/// Where tokens come from. Shows no value.
#[derive(Clone)]
pub struct Oauth2Options {
    /// Who we are there.
    pub client_id: String,
    /// How that is known.
    pub client_secret: String,
    /// Who gives tokens.
    pub token_url: String,
    /// What tokens are wanted for.
    pub scopes: Vec<String>,
    /// Further parameters of the request.
    pub params: Vec<(String, String)>,
    /// How it is reached.
    pub http: HttpOptions,
}

impl From<&Oauth2Settings> for Oauth2Options {
    fn from(settings: &Oauth2Settings) -> Self {
        let exposed = |secret: &crate::settings::Secret| secret.expose().to_owned();
        Self {
            client_id: settings.client_id.clone(),
            client_secret: exposed(&settings.client_secret),
            token_url: exposed(&settings.token_url),
            scopes: settings.scopes.clone(),
            params: settings
                .endpoint_params
                .iter()
                .map(|(name, value)| (name.clone(), exposed(value)))
                .collect(),
            http: HttpOptions {
                timeout_s: TIMEOUT_S,
                proxy: settings.proxy.as_ref().map(exposed),
                no_proxy: settings.no_proxy.clone(),
                ..HttpOptions::of_tls(&settings.tls)
            },
        }
    }
}

impl fmt::Debug for Oauth2Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Oauth2Options").finish_non_exhaustive()
    }
}

/// Gives tokens, each for as long as it holds.
pub(super) struct TokenSource {
    options: Oauth2Options,
    address: Address,
    http: HttpClient,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    token: Option<Token>,
    /// The credentials go into the body: the other side did not take them as a header.
    in_body: bool,
}

#[derive(Clone, PartialEq)]
pub(super) struct Token {
    /// What `Authorization` says with it.
    pub(super) authorization: String,
    /// The token alone, which must not be shown.
    pub(super) secret: String,
    /// Whether it was here already.
    pub(super) is_kept: bool,
    use_before: Timestamp,
}

impl TokenSource {
    /// # Errors
    /// If an option is not what it must be.
    pub(super) fn new(options: &Oauth2Options) -> Result<Self, HttpError> {
        let address = Address::parse(&options.token_url)
            .map_err(|error| HttpError::setting("oauth2: token_url", error))?;
        let credentials = [
            options.client_secret.clone(),
            basic(&encoded(&options.client_id), &encoded(&options.client_secret)),
        ];
        let params = options.params.iter().map(|(_, value)| value.clone());
        Ok(Self {
            http: HttpClient::new(
                &options.http,
                address.is_tls(),
                credentials.into_iter().chain(params),
            )?,
            address,
            options: options.clone(),
            kept: Mutex::default(),
        })
    }

    /// A token that holds now. Who asks while one is fetched waits for that.
    ///
    /// # Errors
    /// If none is given: [`SendError::Refused`] if the credentials are not taken, else [`SendError::Later`].
    pub(super) async fn token(&self, now: Timestamp) -> Result<Token, SendError> {
        let mut kept = self.kept.lock().await;
        if let Some(token) = kept.token.as_ref().filter(|token| now < token.use_before) {
            return Ok(Token {
                is_kept: true,
                ..token.clone()
            });
        }
        kept.token = None;
        let token = self.fetch(&mut kept.in_body, now).await?;
        kept.token = Some(token.clone());
        Ok(token)
    }

    /// A token was refused: it is not given again.
    pub(super) async fn forget(&self, refused: &Token) {
        let mut kept = self.kept.lock().await;
        if kept
            .token
            .as_ref()
            .is_some_and(|token| token.secret == refused.secret)
        {
            kept.token = None;
        }
    }

    async fn fetch(&self, in_body: &mut bool, now: Timestamp) -> Result<Token, SendError> {
        let mut answer = self.ask(*in_body, now).await?;
        // Section 2.3.1: the header is what everybody must take, and some take the body alone.
        if !*in_body && matches!(answer.status, 400 | 401) {
            let again = self.ask(true, now).await?;
            *in_body = (200..300).contains(&again.status);
            if *in_body {
                answer = again;
            }
        }
        let answer = answer.accepted_by_service(explain).map_err(said)?;
        self.read(&answer, now)
    }

    async fn ask(&self, in_body: bool, now: Timestamp) -> Result<Answer, SendError> {
        let Oauth2Options {
            client_id,
            client_secret,
            scopes,
            params,
            ..
        } = &self.options;
        let mut pairs = vec![("grant_type", "client_credentials".to_owned())];
        if !scopes.is_empty() {
            pairs.push(("scope", scopes.join(" ")));
        }
        pairs.extend(params.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let mut headers = vec![(HeaderName::from_static("accept"), "application/json".to_owned())];
        if in_body {
            pairs.push(("client_id", client_id.clone()));
            pairs.push(("client_secret", client_secret.clone()));
        } else {
            let credentials = basic(&encoded(client_id), &encoded(client_secret));
            headers.push((
                HeaderName::from_static("authorization"),
                format!("Basic {credentials}"),
            ));
        }
        let request = Request {
            method: Method::POST,
            address: self.address.clone(),
            content_type: "application/x-www-form-urlencoded",
            body: form(&pairs).into_bytes(),
            headers,
        };
        self.http.exchange(request, now, None).await.map_err(said)
    }

    /// Section 5.1.
    fn read(&self, answer: &Answer, now: Timestamp) -> Result<Token, SendError> {
        let wrong = |what: &str| {
            said(SendError::Later {
                detail: format!("{} {what}", answer.host),
                after_s: None,
            })
        };
        let body = answer.json().ok_or_else(|| wrong("gave no JSON"))?;
        let secret = body["access_token"].as_str().unwrap_or_default();
        if secret.is_empty() {
            return Err(wrong("gave no `access_token`"));
        }
        if !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("gave a token that cannot be written in HTTP"));
        }
        let scheme = match body["token_type"].as_str() {
            None => "Bearer",
            Some(kind) if kind.eq_ignore_ascii_case("bearer") => "Bearer",
            Some(_) => return Err(wrong("gave a token that is no bearer's")),
        };
        // Some write it as text. Without it nobody knows: it serves until it is refused.
        let life_s = body["expires_in"]
            .as_f64()
            .or_else(|| body["expires_in"].as_str()?.parse().ok())
            .filter(|life_s: &f64| *life_s > 0.0);
        let use_before = life_s.map_or(Timestamp::NEVER, |life_s| {
            let life_s = life_s.min(LIFE_S_MAX);
            now.plus_s(life_s - (life_s / 10.0).min(EARLY_S))
        });
        Ok(Token {
            authorization: format!("{scheme} {secret}"),
            secret: secret.to_owned(),
            is_kept: false,
            use_before,
        })
    }
}

/// Section 5.2: `{"error": "invalid_client", "error_description": "..."}`.
fn explain(answer: &Answer) -> Option<String> {
    let body: Value = answer.json()?;
    let error = body["error"].as_str()?;
    Some(match body["error_description"].as_str() {
        Some(description) => format!("{error}: {description}"),
        None => error.to_owned(),
    })
}

/// Who spoke: not the channel.
fn said(error: SendError) -> SendError {
    let told = |detail: String| format!("no token of oauth2: {detail}");
    match error {
        SendError::Later { detail, after_s } => SendError::Later {
            detail: told(detail),
            after_s,
        },
        SendError::Refused { detail } => SendError::Refused { detail: told(detail) },
    }
}

#[cfg(test)]
mod tests;
