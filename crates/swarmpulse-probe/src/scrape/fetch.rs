//! One fetch.

use std::io::Read;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Client, Response};

use super::{ScrapeAddress, ScrapeCredential};

/// OpenMetrics where the target has it, else Prometheus' own text.
const ACCEPTED: &str =
    "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
/// The most redirects that are followed.
const REDIRECTS_MAX: usize = 5;

/// How one target is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchOptions {
    /// Where.
    pub address: ScrapeAddress,
    /// What it wants to see.
    pub credential: ScrapeCredential,
    /// The longest for all of it, in milliseconds.
    pub timeout_ms: u64,
    /// The most bytes, decompressed.
    pub body_bytes_max: usize,
}

/// What a target showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The text.
    pub body: Vec<u8>,
    /// What it calls itself.
    pub content_type: String,
}

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No client can be made.
    #[error("make the client of scrapes: {0}")]
    Client(String),
    /// Its credential.
    #[error("{0}")]
    Credential(String),
    /// The connection.
    #[error("{0}")]
    Connection(String),
    /// It took too long.
    #[error("no whole answer within {} s", *.0 as f64 / 1000.0)]
    TooSlow(u64),
    /// Another status than 200.
    #[error("the target answered with HTTP status {0}")]
    Status(String),
    /// It is too large.
    #[error("the target shows more than {limit} bytes; raise `body_bytes_max` of the job")]
    TooLarge {
        /// At most so many.
        limit: usize,
    },
    /// It is compressed in a way that was not asked for, or damaged.
    #[error("the answer cannot be decompressed: {0}")]
    Encoding(String),
}

/// Fetches from targets. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Fetcher(Client);

impl Fetcher {
    /// A fetcher; `with_tls` if any target is asked by `https`.
    ///
    /// # Errors
    /// If no TLS certificates are at hand.
    pub fn new(with_tls: bool) -> Result<Self, FetchError> {
        let failed = |error: &dyn std::error::Error| FetchError::Client(innermost(error));
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::limited(REDIRECTS_MAX))
            .user_agent(concat!("swarmpulse/", env!("CARGO_PKG_VERSION")));
        if with_tls {
            // Another part of the process may have chosen one already, which serves as well.
            let _ = rustls::crypto::ring::default_provider().install_default();
        } else {
            // Certificates of the system are not read where none are needed.
            let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
            let config = rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| failed(&error))?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
            builder = builder.tls_backend_preconfigured(config);
        }
        builder.build().map(Self).map_err(|error| failed(&error))
    }

    /// Fetches what a target shows now.
    ///
    /// # Errors
    /// If there is no whole answer of status 200 in time and within the bounds.
    pub async fn fetch(&self, options: &FetchOptions) -> Result<Fetched, FetchError> {
        let limit = Duration::from_millis(options.timeout_ms);
        let request = self
            .0
            .get(&options.address.url)
            .timeout(limit)
            .header(ACCEPT, ACCEPTED)
            .header(ACCEPT_ENCODING, "gzip")
            .header(
                "X-Prometheus-Scrape-Timeout-Seconds",
                limit.as_secs_f64().to_string(),
            );
        let secret = |source: &super::SecretSource| source.read().map_err(FetchError::Credential);
        let request = match &options.credential {
            ScrapeCredential::None => request,
            ScrapeCredential::Bearer(token) => request.bearer_auth(secret(token)?),
            ScrapeCredential::Basic { username, password } => {
                request.basic_auth(username, Some(secret(password)?))
            }
        };
        let failed = |error: &reqwest::Error| {
            if error.is_timeout() {
                FetchError::TooSlow(options.timeout_ms)
            } else {
                FetchError::Connection(innermost(error))
            }
        };
        let mut response = request.send().await.map_err(|error| failed(&error))?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchError::Status(response.status().to_string()));
        }
        let is_gzip = match header(&response, &CONTENT_ENCODING).as_str() {
            "" | "identity" => false,
            "gzip" | "x-gzip" => true,
            other => return Err(FetchError::Encoding(format!("{other} was not asked for"))),
        };
        let content_type = header(&response, &CONTENT_TYPE);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            if body.len() + chunk.len() > options.body_bytes_max {
                let limit = options.body_bytes_max;
                return Err(FetchError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        if is_gzip {
            body = unpack(&body, options.body_bytes_max)?;
        }
        Ok(Fetched { body, content_type })
    }
}

fn header(response: &Response, name: &reqwest::header::HeaderName) -> String {
    let value = response.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().trim().to_ascii_lowercase()
}

fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, FetchError> {
    let mut plain = Vec::new();
    // One byte more than the limit shows that the limit is passed.
    let mut decoder = flate2::bufread::MultiGzDecoder::new(packed).take(limit as u64 + 1);
    decoder
        .read_to_end(&mut plain)
        .map_err(|error| FetchError::Encoding(error.to_string()))?;
    if plain.len() > limit {
        return Err(FetchError::TooLarge { limit });
    }
    Ok(plain)
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
