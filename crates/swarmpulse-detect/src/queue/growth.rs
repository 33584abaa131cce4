//! Growth of a line: whether more come than leave, and by how much.

use statrs::distribution::{ContinuousCDF as _, StudentsT};
use swarmpulse_model::Timestamp;

use super::flow::Flow;
use super::judgement::median;
use super::measure::PACE_MINUTES;

/// Minutes that are looked at, and how many there must be.
const GROWTH_MINUTES: usize = 30;
const GROWTH_MINUTES_MIN: usize = 10;

/// How fast the line grows.
pub(super) struct Growth {
    /// Tasks more in a minute, on average.
    pub per_minute: f64,
    /// The interval that holds the true value with 95 % confidence.
    pub interval: (f64, f64),
    /// The chance of such growth in a queue that does not grow.
    pub p: f64,
    /// The middle one of the last minutes' changes.
    pub lately: f64,
}

/// The drift of the line: what came less what left in each of the last minutes, tested against none. In a queue that
/// keeps up the changes cancel out, so that the test errs on the side of silence.
pub(super) fn growth(flow: &Flow, now: Timestamp) -> Option<Growth> {
    let changes: Vec<f64> = flow
        .full_minutes(now, GROWTH_MINUTES)
        .iter()
        .map(|(_, counts)| f64::from(counts.arrived) - f64::from(counts.left))
        .collect();
    if changes.len() < GROWTH_MINUTES_MIN {
        return None;
    }
    let n = changes.len() as f64;
    let mean = changes.iter().sum::<f64>() / n;
    let variance = changes.iter().map(|change| (change - mean).powi(2)).sum::<f64>() / (n - 1.0);
    // Even steps are taken to vary a little: a few minutes of them are no proof.
    let moved: f64 = flow
        .full_minutes(now, GROWTH_MINUTES)
        .iter()
        .map(|(_, counts)| f64::from(counts.arrived + counts.left))
        .sum::<f64>()
        / n;
    let error = (variance.max(0.1 * moved) / n).sqrt();
    let students = StudentsT::new(0.0, 1.0, n - 1.0).ok()?;
    let p = if error > 0.0 {
        students.sf(mean / error)
    } else {
        1.0
    };
    let reach = students.inverse_cdf(0.975) * error;
    let lately = median(changes[changes.len().saturating_sub(PACE_MINUTES)..].to_vec());
    Some(Growth {
        per_minute: mean,
        interval: (mean - reach, mean + reach),
        p,
        lately,
    })
}
