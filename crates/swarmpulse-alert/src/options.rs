//! What can be set about the desk.

use std::collections::BTreeMap;

use swarmpulse_model::Text;

use crate::routing::RESOLVE_TIMEOUT_S;

/// How alerts are made, held and told.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskOptions {
    /// How long conditions of a name must hold before they are alerts, in seconds; others are at once.
    pub for_s: BTreeMap<Text, f64>,
    /// When alerts flap.
    pub flapping: FlappingOptions,
    /// When alerts have a cause in common.
    pub cause: CauseOptions,
    /// What is kept at most.
    pub limits: DeskLimits,
    /// After how long an alert that others sent without an end is over, in seconds; the routing file says so anew.
    pub resolve_timeout_s: f64,
    /// How long alerts that ended are still shown, in seconds.
    pub resolved_kept_s: f64,
    /// How long silences that ended are still shown, in seconds.
    pub silences_kept_s: f64,
    /// Symptoms that a notification shows of one alert.
    pub symptoms_shown: usize,
    /// Alerts that a notification shows.
    pub alerts_shown: usize,
}

/// When an alert that comes and goes is held to fire on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlappingOptions {
    /// It flaps once it ended so often within the window; 0: never.
    pub changes: u32,
    /// The window, in seconds.
    pub window_s: f64,
    /// It fires on until it has neither begun nor ended for so long, in seconds.
    pub hold_s: f64,
}

/// When alerts have a cause in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CauseOptions {
    /// So many agents of one place must fall for the place to be looked at.
    pub agents_min: usize,
    /// A cause may begin so long after what follows from it, in seconds.
    pub within_s: f64,
    /// What outlives its cause by so long is an alert of its own, in seconds.
    pub outlive_s: f64,
    /// How often a place that was found to be down is looked at again, in seconds.
    pub look_every_s: f64,
}

/// What is kept at most; what does not fit is dropped and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskLimits {
    /// Alerts, pending, firing and lately resolved.
    pub alerts: usize,
    /// Of these, alerts that ended.
    pub resolved: usize,
    /// Of these, alerts that others sent.
    pub external: usize,
    /// Groups of alerts.
    pub groups: usize,
    /// Silences, also those that ended lately.
    pub silences: usize,
    /// Groups and channels of which is kept what was told.
    pub told: usize,
}

impl Default for DeskOptions {
    fn default() -> Self {
        Self {
            for_s: BTreeMap::new(),
            flapping: FlappingOptions {
                changes: 4,
                window_s: 900.0,
                hold_s: 600.0,
            },
            cause: CauseOptions {
                agents_min: 3,
                within_s: 120.0,
                outlive_s: 120.0,
                look_every_s: 15.0,
            },
            limits: DeskLimits {
                alerts: 100_000,
                resolved: 10_000,
                external: 20_000,
                groups: 10_000,
                silences: 10_000,
                told: 40_000,
            },
            resolve_timeout_s: RESOLVE_TIMEOUT_S,
            resolved_kept_s: 900.0,
            silences_kept_s: 5.0 * 86_400.0,
            symptoms_shown: 500,
            alerts_shown: 1_000,
        }
    }
}
