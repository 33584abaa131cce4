//! The client itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity, Method, NoProxy, Proxy, Url};
use swarmpulse_model::Timestamp;

use super::address::credentials;
use super::failure::of_client;
use super::oauth2::{Token, TokenSource};
use super::{Address, Answer, Cleanser, HttpOptions, retry_after};
use crate::SendError;

/// The most bytes of an answer that are read; what follows is left.
const BODY_BYTES_MAX: usize = 64 << 10;

/// Why there is no client. Without values, which may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// A setting is not what it must be.
    #[error("{field} {reason}")]
    Setting {
        /// Which.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No client can be made.
    #[error("make the HTTP client: {0}")]
    Client(String),
}

impl HttpError {
    pub(super) fn setting(field: &str, reason: impl fmt::Display) -> Self {
        Self::Setting {
            field: field.to_owned(),
            reason: reason.to_string(),
        }
    }
}

/// One request.
#[derive(Clone)]
pub struct Request {
    /// How.
    pub method: Method,
    /// Where to.
    pub address: Address,
    /// What the body is.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Headers of this request. Their values are never shown.
    pub headers: Vec<(HeaderName, String)>,
}

impl Request {
    /// A JSON document that is posted.
    #[must_use]
    pub fn json(address: Address, body: &serde_json::Value) -> Self {
        Self {
            method: Method::POST,
            address,
            content_type: "application/json",
            body: body.to_string().into_bytes(),
            headers: Vec::new(),
        }
    }

    /// Whether it says itself who we are.
    fn is_authorized(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == AUTHORIZATION)
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((HeaderName::from_static(name), value.into()));
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Request({} {}, {} bytes)",
            self.method,
            self.address,
            self.body.len()
        )
    }
}

/// A client of one channel. Clones share their connections.
#[derive(Clone)]
pub struct HttpClient {
    client: Client,
    headers: HeaderMap,
    timeout_s: f64,
    cleanser: Cleanser,
    tokens: Option<Arc<TokenSource>>,
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpClient({} s)", self.timeout_s)
    }
}

impl HttpClient {
    /// A client; `with_tls` if anything is asked by `https`. Texts that must never be shown are taken out of what others
    /// answer; an address' own path and query always are.
    ///
    /// # Errors
    /// If an option is not what it must be, or no certificates of authorities are at hand where they are needed.
    pub fn new(
        options: &HttpOptions,
        with_tls: bool,
        secrets: impl IntoIterator<Item = String>,
    ) -> Result<Self, HttpError> {
        if !(options.timeout_s > 0.0 && options.timeout_s <= 3600.0) {
            return Err(HttpError::setting("timeout_s", "is not within 0 and 3600 s"));
        }
        let headers = headers(options)?;
        let headers_said = options.headers.iter().map(|(_, value)| value);
        let said = headers_said.chain(&options.authorization);
        // A server that quotes what we said quotes the part behind `Bearer` as well.
        let behind = said
            .clone()
            .filter_map(|text| Some(text.split_once(' ')?.1.to_owned()));
        let behind: Vec<String> = behind.collect();
        let hidden = said.cloned().chain(options.proxy.clone());
        let proxy = options.proxy.as_deref().and_then(|proxy| Url::parse(proxy).ok());
        let proxy = proxy.iter().flat_map(credentials).collect::<Vec<String>>();
        let hidden = hidden.chain(options.hidden.clone()).chain(proxy);
        Ok(Self {
            client: client(options, with_tls)?,
            headers,
            timeout_s: options.timeout_s,
            cleanser: Cleanser::new(secrets.into_iter().chain(hidden).chain(behind)),
            tokens: match &options.oauth2 {
                Some(oauth2) => Some(Arc::new(TokenSource::new(oauth2)?)),
                None => None,
            },
        })
    }

    /// Takes out of a text what must not be shown.
    #[must_use]
    pub fn cleanser(&self) -> &Cleanser {
        &self.cleanser
    }

    /// Sends one request and reads the answer, whatever its status.
    ///
    /// # Errors
    /// If there is no answer: [`SendError::Later`]; if a header cannot be written: [`SendError::Refused`].
    pub async fn send(&self, request: Request, now: Timestamp) -> Result<Answer, SendError> {
        let tokens = self.tokens.as_ref().filter(|_| !request.is_authorized());
        let Some(tokens) = tokens else {
            return self.exchange(request, now, None).await;
        };
        let token = tokens.token(now).await?;
        let answer = self.exchange(request.clone(), now, Some(&token)).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        tokens.forget(&token).await;
        // One that was just made is not refused for its age.
        if !token.is_kept {
            return Ok(answer);
        }
        let token = tokens.token(now).await?;
        let answer = self.exchange(request, now, Some(&token)).await?;
        if answer.status == 401 {
            tokens.forget(&token).await;
        }
        Ok(answer)
    }

    /// One request and its answer, with this token.
    pub(super) async fn exchange(
        &self,
        request: Request,
        now: Timestamp,
        token: Option<&Token>,
    ) -> Result<Answer, SendError> {
        let host = request.address.host();
        let hidden = token.map(|token| token.secret.clone());
        let cleanser = self
            .cleanser
            .with(request.address.secrets().into_iter().chain(hidden));
        let mut headers = self.headers.clone();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(request.content_type));
        let authorization = token.map(|token| (AUTHORIZATION, token.authorization.clone()));
        for (name, value) in request.headers.into_iter().chain(authorization) {
            let Ok(mut value) = HeaderValue::try_from(value) else {
                let detail = format!("the value of the header {name} cannot be written in HTTP");
                return Err(SendError::Refused { detail });
            };
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let failed = |error: &reqwest::Error| of_client(error, &host, self.timeout_s);
        let mut response = self
            .client
            .request(request.method, request.address.url())
            .timeout(Duration::from_secs_f64(self.timeout_s))
            .headers(headers)
            .body(request.body)
            .send()
            .await
            .map_err(|error| failed(&error))?;
        let status = response.status().as_u16();
        let retry_after_s = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after::seconds(value, now));
        let answered = response.headers().clone();
        let mut body = Vec::new();
        while body.len() < BODY_BYTES_MAX {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = BODY_BYTES_MAX - body.len();
                    body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                }
                Ok(None) => break,
                // The status says whether it was taken; the rest of the words is no reason to say it twice.
                Err(_) if status < 300 => break,
                Err(error) => return Err(failed(&error)),
            }
        }
        Ok(Answer {
            host,
            status,
            retry_after_s,
            body,
            headers: answered,
            cleanser,
        })
    }
}

fn headers(options: &HttpOptions) -> Result<HeaderMap, HttpError> {
    let mut headers = HeaderMap::new();
    let authorization = options
        .authorization
        .iter()
        .map(|value| ("authorization".to_owned(), value.clone()));
    for (name, value) in options.headers.iter().cloned().chain(authorization) {
        let wrong = |what: &str| HttpError::setting(&format!("header {name:?}"), what);
        let header =
            HeaderName::try_from(name.as_str()).map_err(|_| wrong("has a name that is none of HTTP"))?;
        let mut value =
            HeaderValue::try_from(value).map_err(|_| wrong("has a value that cannot be written in HTTP"))?;
        value.set_sensitive(true);
        headers.append(header, value);
    }
    Ok(headers)
}

fn client(options: &HttpOptions, with_tls: bool) -> Result<Client, HttpError> {
    // Another part of the process may have chosen one already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        // Shorter than servers keep them: a connection that is closed meanwhile would cost an attempt.
        .pool_idle_timeout(Duration::from_secs(20))
        .user_agent(concat!("swarmpulse/", env!("CARGO_PKG_VERSION")));
    if let Some(proxy) = &options.proxy {
        // The error would show the address, and that may hold a password.
        let proxy = Proxy::all(proxy.as_str())
            .map_err(|_| HttpError::setting("proxy_url", "is no address of a proxy, as http://host:3128"))?;
        let spared = options.no_proxy.as_deref().and_then(NoProxy::from_string);
        builder = builder.proxy(proxy.no_proxy(spared));
    }
    if let Some(pem) = &options.authorities_pem {
        let certificates = Certificate::from_pem_bundle(pem.as_bytes())
            .ok()
            .filter(|certificates| !certificates.is_empty())
            .ok_or_else(|| HttpError::setting("ca_file", "holds no certificate in PEM"))?;
        builder = builder.tls_certs_only(certificates);
    } else if options.accept_any_certificate || !with_tls {
        // Certificates of the machine are not read where none are needed.
        builder = builder.tls_certs_only([]);
    }
    if options.accept_any_certificate {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if let Some(pem) = &options.identity_pem {
        let identity = Identity::from_pem(pem.as_bytes()).map_err(|_| {
            HttpError::setting(
                "cert_file",
                "and key_file do not hold a certificate and its key in PEM",
            )
        })?;
        builder = builder.identity(identity);
    }
    builder
        .build()
        .map_err(|error| HttpError::Client(innermost(&error)))
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
