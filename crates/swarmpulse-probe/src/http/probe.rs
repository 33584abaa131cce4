//! One look at an endpoint.

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::tls::TlsInfo;
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder, Response};

use super::failure::of_client;
use super::{FailureKind, HttpCheck, HttpFailure, HttpMethod, Trust, certificate};
use crate::scrape::ScrapeCredential;

/// The most redirects that are followed.
const REDIRECTS_MAX: usize = 5;
/// The most bytes of a body that are read; what follows is left.
pub(super) const BODY_BYTES_MAX: usize = 64 << 10;

/// What an endpoint answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpAnswer {
    /// Its status, if it answered.
    pub status_code: Option<u16>,
    /// Bytes of the body that were read.
    pub body_bytes: usize,
    /// When its certificate expires, in Unix seconds, if it showed one that can be read.
    pub tls_expires_at_s: Option<i64>,
    /// What is wrong; `None` if all is as it should be.
    pub failure: Option<HttpFailure>,
}

/// Why no client can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("make a client of endpoints: {0}")]
pub struct HttpProbeError(String);

/// Looks at endpoints of one sort: the same trust, the same way with redirects. Clones are the same.
#[derive(Clone, Debug)]
pub struct HttpProbe {
    client: Client,
    trust: Trust,
    follow_redirects: bool,
}

impl HttpProbe {
    /// A probe for endpoints like this one.
    ///
    /// # Errors
    /// If no certificates of authorities are at hand where they are needed.
    pub fn new(check: &HttpCheck) -> Result<Self, HttpProbeError> {
        // Another part of the process may have chosen one already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let policy = if check.follow_redirects {
            Policy::custom(follow)
        } else {
            Policy::none()
        };
        let builder = Client::builder()
            .no_proxy()
            .redirect(policy)
            .tls_info(true)
            // Each look takes the whole way: name, connection, handshake.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("swarmpulse/", env!("CARGO_PKG_VERSION")));
        let client = match trusting(builder, &check.trust)?.build() {
            Ok(client) => client,
            // Without TLS no authorities are needed, and a small image may have none.
            Err(_) if !check.address.is_tls() => Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .tls_certs_only([])
                .pool_max_idle_per_host(0)
                .build()
                .map_err(|error| HttpProbeError(error.to_string()))?,
            Err(error) => return Err(HttpProbeError(error.to_string())),
        };
        Ok(Self {
            client,
            trust: check.trust.clone(),
            follow_redirects: check.follow_redirects,
        })
    }

    /// Whether it may look at that endpoint, too.
    #[must_use]
    pub fn serves(&self, check: &HttpCheck) -> bool {
        self.trust == check.trust && self.follow_redirects == check.follow_redirects
    }

    /// Looks.
    pub async fn look(&self, check: &HttpCheck) -> HttpAnswer {
        let mut answer = HttpAnswer::default();
        if let Err(failure) = self.ask(check, &mut answer).await {
            answer.failure = Some(failure);
        }
        answer
    }

    async fn ask(&self, check: &HttpCheck, answer: &mut HttpAnswer) -> Result<(), HttpFailure> {
        let request = self.request(check).map_err(|detail| HttpFailure {
            kind: FailureKind::Connect,
            detail,
        })?;
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                let (failure, expired_at_s) = of_client(&error, check.timeout_ms);
                answer.tls_expires_at_s = expired_at_s;
                return Err(failure);
            }
        };
        let code = response.status().as_u16();
        answer.status_code = Some(code);
        answer.tls_expires_at_s = expires_at_s(&response);
        let mut body = Vec::new();
        while body.len() < BODY_BYTES_MAX {
            let chunk = response.chunk().await;
            let Some(chunk) = chunk.map_err(|error| of_client(&error, check.timeout_ms).0)? else {
                break;
            };
            let room = BODY_BYTES_MAX - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        answer.body_bytes = body.len();
        let failure = |kind, detail| HttpFailure { kind, detail };
        if !check.expected_status.holds(code) {
            return Err(failure(FailureKind::Status, format!("{code} was not expected")));
        }
        match check.body.missing(&body) {
            Some(missing) => Err(failure(FailureKind::Body, missing)),
            None => Ok(()),
        }
    }

    fn request(&self, check: &HttpCheck) -> Result<RequestBuilder, String> {
        let method = match check.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Head => Method::HEAD,
            HttpMethod::Post => Method::POST,
            HttpMethod::Options => Method::OPTIONS,
        };
        let mut request = self
            .client
            .request(method, check.address.url())
            .timeout(Duration::from_millis(check.timeout_ms));
        for (name, value) in &check.headers {
            let wrong = |what: &str| format!("the {what} of the header {name:?} is none of HTTP");
            let header = HeaderName::try_from(name.as_str()).map_err(|_| wrong("name"))?;
            let mut value = HeaderValue::try_from(value.read()?).map_err(|_| wrong("value"))?;
            value.set_sensitive(true);
            request = request.header(header, value);
        }
        Ok(match &check.credential {
            ScrapeCredential::None => request,
            ScrapeCredential::Bearer(token) => request.bearer_auth(token.read()?),
            ScrapeCredential::Basic { username, password } => {
                request.basic_auth(username, Some(password.read()?))
            }
        })
    }
}

fn trusting(builder: ClientBuilder, trust: &Trust) -> Result<ClientBuilder, HttpProbeError> {
    Ok(match trust {
        Trust::System => builder,
        Trust::Authorities(pem) => {
            let certificates = Certificate::from_pem_bundle(pem);
            builder.tls_certs_only(certificates.map_err(|error| HttpProbeError(error.to_string()))?)
        }
        Trust::Anyone => builder.tls_danger_accept_invalid_certs(true),
    })
}

/// Headers may hold secrets of one host, and what was encrypted stays so.
fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let Some(from) = attempt.previous().last() else {
        return attempt.stop();
    };
    let same_host = from.host_str() == attempt.url().host_str();
    let weaker = from.scheme() == "https" && attempt.url().scheme() != "https";
    if same_host && !weaker && attempt.previous().len() <= REDIRECTS_MAX {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

fn expires_at_s(response: &Response) -> Option<i64> {
    let info = response.extensions().get::<TlsInfo>()?;
    certificate::expires_at_s(info.peer_certificate()?)
}
