//! Damping of agents that fall and rise again and again.

use serde::{Deserialize, Serialize};
use swarmpulse_model::Timestamp;
use swarmpulse_model::record::FleetSettings;
use swarmpulse_model::time::seconds;

/// Falls remembered; settings cannot ask for more.
const FALLS: usize = 8;

/// The last falls of an agent, and the recovery that is on trial.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flapping {
    falls: Vec<Timestamp>,
    flapping: bool,
    recovering_since: Option<Timestamp>,
}

impl Flapping {
    /// Whether it fell too often.
    pub fn is_flapping(&self) -> bool {
        self.flapping
    }

    /// Falls within the window as last counted.
    pub fn falls(&self) -> u32 {
        self.falls.len() as u32
    }

    /// It fell, or fell again while a recovery was on trial.
    pub fn fell(&mut self, now: Timestamp, settings: &FleetSettings) {
        self.recovering_since = None;
        if self.falls.len() == FALLS {
            self.falls.remove(0);
        }
        self.falls.push(now);
        self.expire(now, settings);
        self.flapping = self.falls.len() >= (settings.flap_changes as usize).min(FALLS);
    }

    /// It seems better. Gives the time until which that is not yet believed.
    pub fn hold_until(&mut self, now: Timestamp, settings: &FleetSettings) -> Option<Timestamp> {
        if !self.flapping {
            return None;
        }
        let since = *self.recovering_since.get_or_insert(now);
        let until = since.plus_ns(seconds(settings.flap_hold_s));
        if until > now {
            return Some(until);
        }
        self.recovering_since = None;
        self.flapping = false;
        self.falls.clear();
        None
    }

    /// A recovery on trial failed.
    pub fn relapsed(&mut self, now: Timestamp, settings: &FleetSettings) {
        if self.recovering_since.is_some() {
            self.fell(now, settings);
        }
    }

    fn expire(&mut self, now: Timestamp, settings: &FleetSettings) {
        let window_ns = seconds(settings.flap_window_s);
        self.falls.retain(|fall| now.since(*fall) < window_ns);
    }
}
