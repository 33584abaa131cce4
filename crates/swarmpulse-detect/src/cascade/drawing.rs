//! Lines to draw: what failed of a service or a type of work in the last quarter of an hour.

use swarmpulse_model::{Text, Timestamp};

use super::engine::{CascadeEngine, begin};
use super::pulse::{Pulse, SLOTS};
use crate::finding::Line;

/// Slots that make a point: half a minute.
const POINT: usize = 6;

impl CascadeEngine {
    /// The share of a service's calls that failed.
    pub(super) fn service_shares(&self, name: &Text) -> Vec<Line> {
        self.service_names
            .find(name)
            .map(|number| line(name, &self.services[number as usize]))
            .into_iter()
            .collect()
    }

    /// The share of a type's tasks that failed, or how many where nobody says what goes well, and what is usual.
    pub(super) fn type_shares(&self, name: &Text) -> Vec<Line> {
        let Some(number) = self.type_names.find(name) else {
            return Vec::new();
        };
        let pulse = &self.types[number as usize].pulse;
        let normal = pulse.baseline();
        let usual = if pulse.exposed() {
            normal.failed / normal.count().max(1.0)
        } else {
            normal.failed / normal.slots.max(1.0) * POINT as f64
        };
        let ends = [begin(pulse.slot_at(0)), begin(pulse.newest())];
        let expected = Line {
            label: "usual".into(),
            points: ends.into_iter().map(|at: Timestamp| (at, usual)).collect(),
        };
        vec![line(name, pulse), expected]
    }
}

fn line(name: &Text, pulse: &Pulse) -> Line {
    let slots: Vec<_> = pulse.slots().collect();
    let mut points = Vec::with_capacity(SLOTS / POINT);
    for (number, slots) in slots.chunks(POINT).enumerate() {
        let failed: f64 = slots.iter().map(|tally| f64::from(tally.failed)).sum();
        let count: f64 = failed + slots.iter().map(|tally| f64::from(tally.ok)).sum::<f64>();
        let at = begin(pulse.slot_at(number * POINT));
        if !pulse.exposed() {
            points.push((at, failed));
        } else if count > 0.0 {
            points.push((at, failed / count));
        }
    }
    Line {
        label: name.clone(),
        points,
    }
}
