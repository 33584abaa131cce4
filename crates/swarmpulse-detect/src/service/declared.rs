//! What is declared of a service: where it is, and its fixed limits.

use swarmpulse_model::record::Service;
use swarmpulse_model::{Attributes, Text};

use super::outcome::number;

/// What is declared of a service. Limits are attributes of its record, or of the configuration of its endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Declared {
    /// Where it listens.
    pub url: Option<Text>,
    /// What sort it is.
    pub kind: Option<Text>,
    /// 95 % of calls are to take no longer, in milliseconds.
    pub latency_limit_ms: Option<f64>,
    /// No more of the calls are to fail.
    pub error_ratio_limit: Option<f64>,
    /// Its certificate is to be valid for so many days at least.
    pub tls_expiry_days: Option<f64>,
}

impl Declared {
    /// As a record declares it; what it leaves out stays.
    pub fn take(&mut self, service: &Service) {
        if service.url.is_some() {
            self.url.clone_from(&service.url);
        }
        if service.kind.is_some() {
            self.kind.clone_from(&service.kind);
        }
        let limit = |name: &str| positive(&service.attributes, name);
        self.latency_limit_ms = limit("latency_limit_ms").or(self.latency_limit_ms);
        self.error_ratio_limit = limit("error_ratio_limit")
            .filter(|ratio| *ratio < 1.0)
            .or(self.error_ratio_limit);
        self.tls_expiry_days = limit("tls_expiry_days").or(self.tls_expiry_days);
    }
}

fn positive(attributes: &Attributes, name: &str) -> Option<f64> {
    number(attributes.get(name)).filter(|limit| *limit > 0.0)
}
