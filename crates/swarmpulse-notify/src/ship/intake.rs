//! The provider's address and form: where a batch of lines goes, and as what.

use std::fmt;

use swarmpulse_model::Timestamp;

use super::line::LogLine;
use super::origin::Origin;
use super::parcel::Parcel;
use super::settings::{ShipProvider, ShipSettings};
use super::{datadog, newrelic, sentry};
use crate::channel::datadog::site::{SiteError, site};
use crate::channel::newrelic::region::{Region, RegionError};
use crate::channel::sentry::dsn::{Dsn, DsnError};
use crate::http::{Address, AddressError, HttpClient, HttpError, Request};

/// Why lines cannot be shipped as the settings have it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShipError {
    /// It is no DSN of Sentry.
    #[error("api_key: {0}")]
    Dsn(#[from] DsnError),
    /// It is no site of Datadog.
    #[error("site: {0}")]
    Site(#[from] SiteError),
    /// It is no region of New Relic.
    #[error("site: {0}")]
    Region(#[from] RegionError),
    /// It is no address.
    #[error("url {0}")]
    Address(#[from] AddressError),
    /// There is no key, or one that cannot be a header.
    #[error("api_key is empty or holds characters that no key has")]
    Key,
    /// No client can be made.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// Where lines go.
#[derive(Clone)]
pub(super) struct Intake {
    provider: ShipProvider,
    address: Address,
    header: &'static str,
    key: String,
    origin: Origin,
}

impl Intake {
    pub(super) fn new(settings: &ShipSettings, origin: Origin) -> Result<(Self, HttpClient), ShipError> {
        let key = settings.api_key.expose().trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ShipError::Key);
        }
        let host = |usual: String| {
            let host = settings.url.as_deref().map_or(usual, str::to_owned);
            Address::parse(&host)
        };
        let mut secrets = vec![key.to_owned()];
        let (address, header, key) = match settings.provider {
            ShipProvider::Sentry => {
                let dsn = Dsn::parse(key)?;
                secrets.push(dsn.key().to_owned());
                (Address::parse(dsn.envelope_url())?, "x-sentry-auth", dsn.auth())
            }
            ShipProvider::Datadog => {
                let base = host(format!("https://http-intake.logs.{}", site(&settings.site)?))?;
                (base.join(&["api", "v2", "logs"]), "dd-api-key", key.to_owned())
            }
            ShipProvider::NewRelic => {
                let base = host(Region::parse(&settings.site)?.logs().to_owned())?;
                (base.join(&["log", "v1"]), "api-key", key.to_owned())
            }
        };
        let client = HttpClient::new(&settings.http, address.is_tls(), secrets)?;
        let intake = Self {
            provider: settings.provider,
            address,
            header,
            key,
            origin,
        };
        Ok((intake, client))
    }

    pub(super) fn provider(&self) -> ShipProvider {
        self.provider
    }

    /// Lines as requests, in order.
    pub(super) fn parcels(&self, lines: &[LogLine], now: Timestamp) -> Vec<Parcel> {
        match self.provider {
            ShipProvider::Sentry => sentry::parcels(lines, &self.origin, now),
            ShipProvider::Datadog => datadog::parcels(lines, &self.origin),
            ShipProvider::NewRelic => newrelic::parcels(lines, &self.origin),
        }
    }

    pub(super) fn request(&self, parcel: &Parcel) -> Request {
        let mut request = Request::json(self.address.clone(), &serde_json::Value::Null)
            .header("content-encoding", "gzip")
            .header(self.header, self.key.clone());
        request.content_type = parcel.content_type;
        request.body = parcel.body.clone();
        request
    }
}

impl fmt::Debug for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Intake({} {})", self.provider.as_str(), self.address)
    }
}
