//! Samples that came in, counted by the protocol that brought them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

/// How samples come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum Protocol {
    /// Prometheus remote write 1.0.
    RemoteWrite,
    /// Prometheus remote write 2.0.
    RemoteWrite2,
    /// Prometheus' text formats, sent to us.
    Text,
    /// The same, fetched by us.
    Scrape,
    /// InfluxDB's line protocol.
    Influx,
    /// StatsD over UDP.
    Statsd,
    /// OpenTelemetry's protocol, over gRPC or HTTP.
    Otlp,
}

impl Protocol {
    /// Every protocol with its name in metrics.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::RemoteWrite, "remote_write"),
        (Self::RemoteWrite2, "remote_write_2"),
        (Self::Text, "prometheus_text"),
        (Self::Scrape, "scrape"),
        (Self::Influx, "influx"),
        (Self::Statsd, "statsd"),
        (Self::Otlp, "otlp"),
    ];
}

#[derive(Debug, Default)]
struct Counts {
    requests: AtomicU64,
    samples: AtomicU64,
    bytes: AtomicU64,
    decode_ns: AtomicU64,
}

/// Samples that came in by one protocol.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IntakeFigures {
    /// The protocol's name.
    pub protocol: &'static str,
    /// Bodies, scrapes or packets.
    pub requests: u64,
    /// Samples that the store took.
    pub samples: u64,
    /// Bytes as they came.
    pub bytes: u64,
    /// Time spent on reading them, in seconds.
    pub decode_s: f64,
    /// Samples, lines or whole bodies refused, by reason.
    pub rejected: Vec<(&'static str, u64)>,
}

/// Counts of every protocol.
#[derive(Debug, Default)]
pub struct Intake {
    counts: [Counts; Protocol::ALL.len()],
    rejected: RwLock<BTreeMap<(Protocol, &'static str), AtomicU64>>,
}

impl Intake {
    /// A body, scrape or packet was read.
    pub fn read(&self, protocol: Protocol, bytes: usize, decode_s: f64) {
        let counts = &self.counts[protocol as usize];
        counts.requests.fetch_add(1, Ordering::Relaxed);
        counts.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        counts
            .decode_ns
            .fetch_add((decode_s * 1e9) as u64, Ordering::Relaxed);
    }

    /// The store took samples.
    pub fn took(&self, protocol: Protocol, samples: u64) {
        self.counts[protocol as usize]
            .samples
            .fetch_add(samples, Ordering::Relaxed);
    }

    /// Something was refused or left out. Reasons are few and fixed.
    pub fn reject(&self, protocol: Protocol, reason: &'static str, by: u64) {
        if by == 0 {
            return;
        }
        let key = (protocol, reason);
        if let Some(count) = self.rejected.read().get(&key) {
            count.fetch_add(by, Ordering::Relaxed);
            return;
        }
        self.rejected
            .write()
            .entry(key)
            .or_default()
            .fetch_add(by, Ordering::Relaxed);
    }

    /// Every protocol, those that nobody speaks included.
    #[must_use]
    pub fn figures(&self) -> Vec<IntakeFigures> {
        let rejected = self.rejected.read();
        Protocol::ALL
            .iter()
            .map(|(protocol, name)| {
                let counts = &self.counts[*protocol as usize];
                let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
                let of_it = rejected.iter().filter(|((of, _), _)| of == protocol);
                IntakeFigures {
                    protocol: name,
                    requests: load(&counts.requests),
                    samples: load(&counts.samples),
                    bytes: load(&counts.bytes),
                    decode_s: load(&counts.decode_ns) as f64 / 1e9,
                    rejected: of_it.map(|((_, reason), count)| (*reason, load(count))).collect(),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_counted_apart() {
        let intake = Intake::default();
        for (place, (protocol, name)) in Protocol::ALL.into_iter().enumerate() {
            assert_eq!(protocol as usize, place, "{name}");
        }
        intake.read(Protocol::Influx, 100, 0.5);
        intake.took(Protocol::Influx, 7);
        intake.reject(Protocol::Influx, "syntax", 2);
        intake.reject(Protocol::Influx, "syntax", 1);
        intake.reject(Protocol::Scrape, "syntax", 0);
        let figures = intake.figures();
        let influx = &figures[Protocol::Influx as usize];
        assert_eq!((influx.requests, influx.samples, influx.bytes), (1, 7, 100));
        assert_eq!(influx.rejected, [("syntax", 3)]);
        assert!((influx.decode_s - 0.5).abs() < 1e-6);
        assert!(figures[Protocol::Scrape as usize].rejected.is_empty());
    }
}
