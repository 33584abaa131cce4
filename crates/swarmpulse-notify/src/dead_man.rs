//! The dead man's switch: a ping that goes out as long as all is well, to somebody who raises the alarm when none comes.
//!
//! Healthchecks, Dead Man's Snitch, Better Stack, Cronitor and Uptime Kuma all take a bare request to an address that is a
//! secret.

use std::fmt;

use reqwest::Method;
use swarmpulse_model::Timestamp;

use crate::SendError;
use crate::http::{Address, AddressError, HttpClient, HttpError, HttpOptions, Request};
use crate::settings::Secret;

/// How a ping is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PingMethod {
    /// `GET`: everybody takes it.
    #[default]
    Get,
    /// `POST`, with a line that says who pings.
    Post,
    /// `HEAD`.
    Head,
}

impl PingMethod {
    /// The method of that name, however it is written.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "GET" => Some(Self::Get),
            "POST" => Some(Self::Post),
            "HEAD" => Some(Self::Head),
            _ => None,
        }
    }
}

/// Where and how to ping, as plain data.
#[derive(Clone, Debug)]
pub struct DeadManSettings {
    /// The address: a secret, for whoever has it can ping.
    pub url: Secret,
    /// How a ping is made.
    pub method: PingMethod,
    /// How often, in seconds. The other side must be told to wait for longer.
    pub interval_s: f64,
    /// How long an answer is waited for, in seconds.
    pub timeout_s: f64,
    /// Whether the other side takes failures under the address with `/fail` behind it, as Healthchecks does.
    pub fail_suffix: bool,
}

impl DeadManSettings {
    /// A ping every minute.
    #[must_use]
    pub fn new(url: Secret) -> Self {
        Self {
            url,
            method: PingMethod::Get,
            interval_s: 60.0,
            timeout_s: 10.0,
            fail_suffix: false,
        }
    }
}

/// Why there can be no ping. Holds no address.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DeadManError {
    /// The address is none.
    #[error("url {0}")]
    Address(#[from] AddressError),
    /// The interval is none.
    #[error("interval_s is {0}, but pings are 5 s to a day apart")]
    Interval(f64),
    /// No client can be made.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// Pings one address. Whoever owns it decides when: while all is well, and only then.
#[derive(Clone)]
pub struct DeadMan {
    address: Address,
    failure_address: Option<Address>,
    method: PingMethod,
    interval_s: f64,
    client: HttpClient,
}

impl DeadMan {
    /// One for that address.
    ///
    /// # Errors
    /// If a setting is not what it must be.
    pub fn new(settings: &DeadManSettings) -> Result<Self, DeadManError> {
        let address = Address::parse(settings.url.expose())?;
        if !(5.0..=86_400.0).contains(&settings.interval_s) {
            return Err(DeadManError::Interval(settings.interval_s));
        }
        let options = HttpOptions {
            timeout_s: settings.timeout_s,
            ..HttpOptions::default()
        };
        Ok(Self {
            failure_address: settings.fail_suffix.then(|| address.join(&["fail"])),
            client: HttpClient::new(&options, address.is_tls(), [settings.url.expose().to_owned()])?,
            address,
            method: settings.method,
            interval_s: settings.interval_s,
        })
    }

    /// How often to ping, in seconds.
    #[must_use]
    pub fn interval_s(&self) -> f64 {
        self.interval_s
    }

    /// Says that all is well.
    ///
    /// # Errors
    /// If nobody took it.
    pub async fn ping(&self) -> Result<(), SendError> {
        self.request(&self.address, "ok").await
    }

    /// Says that all is not well, to those who take that; to others nothing: their waiting says it.
    ///
    /// # Errors
    /// If nobody took it.
    pub async fn ping_failure(&self) -> Result<(), SendError> {
        match &self.failure_address {
            Some(address) => self.request(address, "not well").await,
            None => Ok(()),
        }
    }

    async fn request(&self, address: &Address, word: &str) -> Result<(), SendError> {
        let (method, body) = match self.method {
            PingMethod::Get => (Method::GET, String::new()),
            PingMethod::Head => (Method::HEAD, String::new()),
            PingMethod::Post => (
                Method::POST,
                format!("swarmpulse {}: {word}\n", env!("CARGO_PKG_VERSION")),
            ),
        };
        let request = Request {
            method,
            address: address.clone(),
            content_type: "text/plain; charset=utf-8",
            body: body.into_bytes(),
            headers: Vec::new(),
        };
        // The next ping comes when it comes: how long to wait is not asked.
        let answer = self.client.send(request, Timestamp(0)).await?;
        answer.accepted(|_| None).map(drop)
    }
}

impl fmt::Debug for DeadMan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeadMan({} every {} s)", self.address, self.interval_s)
    }
}

#[cfg(test)]
mod tests;
