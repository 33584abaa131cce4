//! Requests and connections, counted.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Method, StatusCode};
use parking_lot::RwLock;
use swarmpulse_runtime::Counters;
use swarmpulse_wire::Reason;

/// Upper bounds of the latency histogram, in seconds.
pub(super) const BOUNDS_S: [f64; 13] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Requests of one route.
#[derive(Debug, Default)]
struct Route {
    /// Requests per bound, the last beyond all of them; each counted once.
    buckets: [AtomicU64; BOUNDS_S.len() + 1],
    sum_ns: AtomicU64,
    /// Requests by method and status.
    answers: RwLock<BTreeMap<(&'static str, u16), AtomicU64>>,
}

/// The same as plain numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RouteFigures {
    pub route: String,
    /// Cumulative, by [`BOUNDS_S`]; the last is all.
    pub buckets: [u64; BOUNDS_S.len() + 1],
    pub sum_s: f64,
    pub answers: Vec<(&'static str, u16, u64)>,
}

/// Requests and connections, counted.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    routes: RwLock<HashMap<String, Arc<Route>>>,
    connections: AtomicU64,
    connections_total: AtomicU64,
    requests: AtomicU64,
    redacted_payloads: AtomicU64,
    redacted_secrets: AtomicU64,
}

/// One of something that is counted while it lasts.
pub(crate) struct Present<'t>(&'t AtomicU64);

impl<'t> Present<'t> {
    fn enter(count: &'t AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Traffic {
    /// A connection, for as long as it is open.
    pub(crate) fn connect(&self) -> Present<'_> {
        self.connections_total.fetch_add(1, Ordering::Relaxed);
        Present::enter(&self.connections)
    }

    /// A request, for as long as it is under way.
    pub(crate) fn begin(&self) -> Present<'_> {
        Present::enter(&self.requests)
    }

    /// A request was answered. Routes are those of the router, so they are few.
    pub(crate) fn count(&self, route: &str, method: &Method, status: StatusCode, seconds: f64) {
        let known = self.routes.read().get(route).cloned();
        let route =
            known.unwrap_or_else(|| Arc::clone(self.routes.write().entry(route.to_owned()).or_default()));
        let bucket = BOUNDS_S
            .iter()
            .position(|bound| seconds <= *bound)
            .unwrap_or(BOUNDS_S.len());
        route.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        route.sum_ns.fetch_add((seconds * 1e9) as u64, Ordering::Relaxed);
        let key = (method_name(method), status.as_u16());
        if let Some(count) = route.answers.read().get(&key) {
            count.fetch_add(1, Ordering::Relaxed);
            return;
        }
        route
            .answers
            .write()
            .entry(key)
            .or_default()
            .fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what decoding refused and redacted.
    pub(crate) fn count_decoded(&self, counters: &Counters, decoded: &swarmpulse_wire::Counters) {
        self.redacted_payloads
            .fetch_add(decoded.get(Reason::RedactedPayload), Ordering::Relaxed);
        self.redacted_secrets
            .fetch_add(decoded.get(Reason::RedactedSecret), Ordering::Relaxed);
        for (reason, count) in decoded
            .iter()
            .filter(|(reason, count)| *count > 0 && reason.starts_with("rejected"))
        {
            counters.drop_for(reason, count);
        }
    }

    /// Connections open now, and ever.
    pub(super) fn connections(&self) -> (u64, u64) {
        (
            self.connections.load(Ordering::Relaxed),
            self.connections_total.load(Ordering::Relaxed),
        )
    }

    /// Requests under way.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Texts redacted: payloads, secrets.
    pub(super) fn redacted(&self) -> (u64, u64) {
        (
            self.redacted_payloads.load(Ordering::Relaxed),
            self.redacted_secrets.load(Ordering::Relaxed),
        )
    }

    /// Every route that was asked for, by name.
    pub(super) fn routes(&self) -> Vec<RouteFigures> {
        let mut routes: Vec<RouteFigures> = self
            .routes
            .read()
            .iter()
            .map(|(name, route)| route.figures(name))
            .collect();
        routes.sort_by(|one, other| one.route.cmp(&other.route));
        routes
    }
}

impl Route {
    fn figures(&self, name: &str) -> RouteFigures {
        let mut all = 0;
        let buckets = std::array::from_fn(|n| {
            all += self.buckets[n].load(Ordering::Relaxed);
            all
        });
        let answers = self.answers.read();
        RouteFigures {
            route: name.to_owned(),
            buckets,
            sum_s: self.sum_ns.load(Ordering::Relaxed) as f64 / 1e9,
            answers: answers
                .iter()
                .map(|((method, status), count)| (*method, *status, count.load(Ordering::Relaxed)))
                .collect(),
        }
    }
}

/// Methods are a label, so others than the known ones share a name.
fn method_name(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_method_and_status_with_cumulative_buckets() {
        let traffic = Traffic::default();
        let strange = Method::from_bytes(b"BREW").unwrap();
        for (method, status, seconds) in [
            (Method::GET, StatusCode::OK, 0.0001),
            (Method::GET, StatusCode::OK, 0.003),
            (strange, StatusCode::METHOD_NOT_ALLOWED, 99.0),
        ] {
            traffic.count("/a", &method, status, seconds);
        }
        let routes = traffic.routes();
        assert_eq!(routes.len(), 1);
        assert_eq!(routes[0].answers, [("GET", 200, 2), ("other", 405, 1)]);
        assert_eq!(routes[0].buckets, [1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
        assert!((routes[0].sum_s - 99.0031).abs() < 1e-6);
    }

    #[test]
    fn what_lasts_is_counted_while_it_lasts() {
        let traffic = Traffic::default();
        let (one, other) = (traffic.connect(), traffic.connect());
        assert_eq!(traffic.connections(), (2, 2));
        drop(one);
        assert_eq!(traffic.connections(), (1, 2));
        drop(other);
        assert_eq!(traffic.connections(), (0, 2));
    }
}
