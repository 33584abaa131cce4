//! The connection to one server: address, token, time limits, and answers turned into values or errors.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use swarmpulse_api::{Accepted, Problem};

use crate::error::innermost;
use crate::{ClientError, Secret};

/// The longest answer that is read.
const ANSWER_LIMIT_BYTES: usize = 64 << 20;

/// How to reach a server.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// `http://127.0.0.1:9870`; `http://` may be left out.
    pub server: String,
    /// The bearer token, where the server wants one.
    pub token: Option<Secret>,
    /// The longest to wait for a connection.
    pub connect_limit: Duration,
    /// The longest to wait for a whole answer; the live stream is exempt.
    pub answer_limit: Duration,
}

impl ClientOptions {
    /// Options for a server, without a token: 3 s to connect, 15 s to answer.
    #[must_use]
    pub fn new(server: &str) -> Self {
        Self {
            server: server.to_owned(),
            token: None,
            connect_limit: Duration::from_secs(3),
            answer_limit: Duration::from_secs(15),
        }
    }
}

/// A client of one server. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    shown: String,
    answer_limit: Duration,
    authorization: Option<HeaderValue>,
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// If the address or the token cannot be used, or no TLS certificates are at hand for `https`.
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        let base = parse_address(&options.server)?;
        let shown = base.as_str().trim_end_matches('/').to_owned();
        let authorization = options.token.as_ref().map(bearer).transpose()?;
        let tls_error = |reason: String| ClientError::Tls {
            server: shown.clone(),
            reason,
        };
        let mut builder = reqwest::Client::builder()
            .connect_timeout(options.connect_limit)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("swarmpulse/", env!("CARGO_PKG_VERSION")));
        if base.scheme() == "https" {
            // Another part of the process may have chosen one already, which serves as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        } else {
            builder =
                builder.tls_backend_preconfigured(no_trust().map_err(|error| tls_error(error.to_string()))?);
        }
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| tls_error(innermost(&error)))?;
        Ok(Self {
            http,
            base,
            shown,
            answer_limit: options.answer_limit,
            authorization,
        })
    }

    /// The server's address as a person writes it, without a final slash.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.shown
    }

    /// The URL of a path below the server's address; each segment is encoded.
    pub(crate) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    pub(crate) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.http.request(method, url);
        match &self.authorization {
            Some(value) => request.header(AUTHORIZATION, value.clone()),
            None => request,
        }
    }

    /// GETs JSON.
    pub(crate) async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, ClientError> {
        let request = self.request(Method::GET, url).header(ACCEPT, "application/json");
        let (status, body) = self.exchange(request, "read").await?;
        self.parse(status, &body)
    }

    /// Sends a body and reads what was accepted; some rejected items are no error.
    pub(crate) async fn post(
        &self,
        url: Url,
        content_type: &'static str,
        body: Vec<u8>,
    ) -> Result<Accepted, ClientError> {
        let request = self
            .request(Method::POST, url)
            .header(CONTENT_TYPE, content_type)
            .header(ACCEPT, "application/json")
            .body(body);
        let (status, body) = self.exchange(request, "ingest").await?;
        self.parse(status, &body)
    }

    /// Sends a request and reads the answer to its end; statuses that are errors become them.
    pub(crate) async fn exchange(
        &self,
        request: RequestBuilder,
        scope: &'static str,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        self.exchange_within(request, scope, self.answer_limit).await
    }

    /// The same with another limit for the whole answer.
    pub(crate) async fn exchange_within(
        &self,
        request: RequestBuilder,
        scope: &'static str,
        limit: Duration,
    ) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let request = request.timeout(limit);
        let response = request.send().await.map_err(|error| self.failed(&error))?;
        let retry_after = retry_after(&response);
        let (status, body) = self.read(response).await?;
        if status.is_success() {
            return Ok((status, body));
        }
        Err(self.refused(status, retry_after, &body, scope))
    }

    /// The longest to wait for a whole answer.
    pub(crate) fn answer_limit(&self) -> Duration {
        self.answer_limit
    }

    /// Reads an answer to its end, whatever its status.
    pub(crate) async fn read(&self, mut response: Response) -> Result<(StatusCode, Vec<u8>), ClientError> {
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&error))? {
            if body.len() + chunk.len() > ANSWER_LIMIT_BYTES {
                return Err(ClientError::TooLong {
                    server: self.shown.clone(),
                    limit_bytes: ANSWER_LIMIT_BYTES,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }

    pub(crate) fn parse<T: DeserializeOwned>(
        &self,
        status: StatusCode,
        body: &[u8],
    ) -> Result<T, ClientError> {
        serde_json::from_slice(body).map_err(|error| ClientError::Foreign {
            server: self.shown.clone(),
            status: status.as_u16(),
            found: format!("a body that is not the expected JSON ({error})"),
        })
    }

    pub(crate) fn failed(&self, error: &reqwest::Error) -> ClientError {
        let server = self.shown.clone();
        if error.is_timeout() && !error.is_connect() {
            return ClientError::TimedOut {
                server,
                limit_s: self.answer_limit.as_secs_f64(),
            };
        }
        let reason = innermost(error);
        if error.is_connect() {
            ClientError::Unreachable { server, reason }
        } else {
            ClientError::BrokenOff { server, reason }
        }
    }

    /// What a status other than success means.
    pub(crate) fn refused(
        &self,
        status: StatusCode,
        retry_after: Option<Duration>,
        body: &[u8],
        scope: &'static str,
    ) -> ClientError {
        let server = self.shown.clone();
        if status == StatusCode::UNPROCESSABLE_ENTITY
            && let Ok(answer) = serde_json::from_slice::<Accepted>(body)
        {
            return ClientError::Rejected { server, answer };
        }
        let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
            return ClientError::Foreign {
                server,
                status: status.as_u16(),
                found: describe(body),
            };
        };
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ClientError::Forbidden {
                server,
                detail: problem.detail,
                scope,
            },
            StatusCode::NOT_FOUND => ClientError::NotFound {
                detail: problem.detail,
            },
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => ClientError::Overloaded {
                server,
                detail: problem.detail,
                retry_after,
            },
            _ => ClientError::Problem {
                server,
                problem: Box::new(problem),
            },
        }
    }
}

/// The `Retry-After` header in seconds.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    let seconds: u64 = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

fn bearer(token: &Secret) -> Result<HeaderValue, ClientError> {
    let mut value =
        HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| ClientError::Token)?;
    value.set_sensitive(true);
    Ok(value)
}

fn parse_address(address: &str) -> Result<Url, ClientError> {
    let wrong = |reason: &str| ClientError::Address {
        address: address.to_owned(),
        reason: reason.to_owned(),
    };
    let trimmed = address.trim();
    if trimmed.is_empty() {
        return Err(wrong("it is empty"));
    }
    let whole = if trimmed.contains("://") {
        trimmed.to_owned()
    } else {
        format!("http://{trimmed}")
    };
    let url = Url::parse(&whole).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("only http and https are spoken"));
    }
    if url.host_str().is_none() {
        return Err(wrong("it names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("a name or password in it would be logged; use a token"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it has a query or a fragment"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// TLS settings that trust nobody: for plain HTTP, where loading the machine's certificates would be waste.
fn no_trust() -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth())
}

fn describe(body: &[u8]) -> String {
    if body.is_empty() {
        return "an empty body".to_owned();
    }
    let start: String = String::from_utf8_lossy(body).chars().take(60).collect();
    format!("`{}`", start.replace(char::is_control, " ").trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for (given, shown) in [
            ("http://127.0.0.1:9870", "http://127.0.0.1:9870"),
            ("127.0.0.1:9870/", "http://127.0.0.1:9870"),
            ("localhost:9870", "http://localhost:9870"),
            (
                "https://pulse.example.com/fleet/",
                "https://pulse.example.com/fleet",
            ),
        ] {
            let base = parse_address(given).unwrap();
            assert_eq!(base.as_str().trim_end_matches('/'), shown);
        }
        for bad in [
            "",
            "ftp://host",
            "http://",
            "http://user:secret@host",
            "http://host/?a=1",
        ] {
            let error = parse_address(bad).unwrap_err().to_string();
            assert!(
                error.contains("is no server address") && error.contains("http://127.0.0.1:9870"),
                "{error}"
            );
        }
    }

    #[test]
    fn paths_are_joined_below_the_base_and_encoded() {
        let client = Client::new(&ClientOptions::new("http://host:1/fleet/")).unwrap();
        assert_eq!(
            client.url(&["api", "v1", "agents", "a/b c"]).as_str(),
            "http://host:1/fleet/api/v1/agents/a%2Fb%20c"
        );
    }

    #[test]
    fn loopback_is_known_in_every_form() {
        for (address, expected) in [
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://localhost", true),
            ("http://10.0.0.1", false),
            ("http://127.example.com", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(address).unwrap()), expected, "{address}");
        }
    }
}
