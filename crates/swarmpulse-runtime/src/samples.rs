//! Figures of the last hour in memory, bounded, until a metric store keeps them.

use std::collections::BTreeMap;

use parking_lot::RwLock;
use swarmpulse_model::{Text, Timestamp};

/// Points kept per series: an hour at one in five seconds.
const POINTS_MAX: usize = 720;
/// Series kept; further ones are refused and counted by the caller.
const SERIES_MAX: usize = 8192;

/// One series and its points, the oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPoints {
    /// What sort of metric: `process`, `health`, `fleet`, `tasks`, `services`, `host`.
    pub metric_type: &'static str,
    /// Its name, with the unit last.
    pub name: &'static str,
    /// Whose it is: the label and its value; empty for the whole.
    pub label: (&'static str, Text),
    /// Time and value.
    pub points: Vec<(Timestamp, f64)>,
}

type Key = (&'static str, &'static str, &'static str, Text);

#[derive(Debug, Default)]
struct Ring {
    points: std::collections::VecDeque<(Timestamp, f64)>,
}

/// Recent figures by series.
#[derive(Debug, Default)]
pub struct Samples(RwLock<BTreeMap<Key, Ring>>);

impl Samples {
    /// Adds points of one time; gives how many were refused for want of room.
    pub fn add<'a>(
        &self,
        metric_type: &'static str,
        label: (&'static str, &Text),
        at: Timestamp,
        values: impl IntoIterator<Item = &'a (&'static str, f64)>,
    ) -> u64 {
        let mut series = self.0.write();
        let mut refused = 0;
        for (name, value) in values {
            let key = (metric_type, *name, label.0, label.1.clone());
            if !series.contains_key(&key) {
                if series.len() >= SERIES_MAX {
                    refused += 1;
                    continue;
                }
                series.insert(key.clone(), Ring::default());
            }
            if let Some(ring) = series.get_mut(&key) {
                if ring.points.len() == POINTS_MAX {
                    ring.points.pop_front();
                }
                ring.points.push_back((at, *value));
            }
        }
        refused
    }

    /// Forgets series without a point since that time.
    pub fn forget_before(&self, at: Timestamp) {
        self.0
            .write()
            .retain(|_, ring| ring.points.back().is_some_and(|(last, _)| *last >= at));
    }

    /// Series of one type whose label value passes, with points from `from` to `to`.
    pub fn of_type(
        &self,
        metric_type: &str,
        wanted: impl Fn(&str) -> bool,
        from: Timestamp,
        to: Timestamp,
    ) -> Vec<SeriesPoints> {
        let series = self.0.read();
        let matching = series
            .iter()
            .filter(|(key, _)| key.0 == metric_type && wanted(&key.3));
        matching
            .map(|((metric_type, name, label, value), ring)| SeriesPoints {
                metric_type,
                name,
                label: (label, value.clone()),
                points: ring
                    .points
                    .iter()
                    .filter(|(at, _)| *at >= from && *at <= to)
                    .copied()
                    .collect(),
            })
            .filter(|series| !series.points.is_empty())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_are_bounded_and_ranges_honoured() {
        let samples = Samples::default();
        let agent = Text::from("a1");
        for n in 0..1000 {
            samples.add(
                "process",
                ("agent", &agent),
                Timestamp(n),
                &[("rss_bytes", n as f64)],
            );
        }
        let all = samples.of_type("process", |_| true, Timestamp(0), Timestamp(2000));
        assert_eq!(all[0].points.len(), POINTS_MAX);
        let some = samples.of_type("process", |agent| agent == "a1", Timestamp(990), Timestamp(994));
        assert_eq!(some[0].points.len(), 5);
        assert!(
            samples
                .of_type("process", |agent| agent == "a2", Timestamp(0), Timestamp(2000))
                .is_empty()
        );
        samples.forget_before(Timestamp(2000));
        assert!(
            samples
                .of_type("process", |_| true, Timestamp(0), Timestamp(2000))
                .is_empty()
        );
    }

    #[test]
    fn series_are_bounded() {
        let samples = Samples::default();
        for n in 0..SERIES_MAX {
            assert_eq!(
                samples.add(
                    "process",
                    ("agent", &n.to_string().into()),
                    Timestamp(1),
                    &[("x", 1.0)]
                ),
                0
            );
        }
        assert_eq!(
            samples.add(
                "process",
                ("agent", &"one more".into()),
                Timestamp(1),
                &[("x", 1.0)]
            ),
            1
        );
    }
}
