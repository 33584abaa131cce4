//! What is usual of a whole service: its operations together.

use super::sketch::Latencies;
use super::state::ServiceState;

/// Usual latencies of a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usual {
    /// Half of the calls take no longer, in milliseconds.
    pub p50_ms: f64,
    /// 95 % of the calls take no longer, in milliseconds.
    pub p95_ms: f64,
}

impl Usual {
    /// Of a service, once that is known of any of its operations.
    pub fn of(state: &ServiceState) -> Option<Self> {
        let mut latencies = Latencies::default();
        for usual in state.operations.iter().filter_map(|operation| operation.usual()) {
            latencies.merge(usual);
        }
        Some(Self {
            p50_ms: latencies.quantile(0.5)?,
            p95_ms: latencies.quantile(0.95)?,
        })
    }
}
