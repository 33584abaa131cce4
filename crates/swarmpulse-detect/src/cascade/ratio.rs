//! The branching ratio: how many failures a failure brings about along the graph, with its interval.
//!
//! Failures are taken for a branching process on the graph (Hawkes' self-exciting process in slots, without the
//! excitation of a service by itself, which is an outage and no cascade). While services fail, the points are the
//! beginnings of their failing states, with the chances that the forecast gives them; otherwise they are single failures.

use statrs::distribution::{Beta, ContinuousCDF as _, Gamma};

use super::forecast::Outlook;
use super::links::Links;
use super::pulse::Pulse;

/// The time in which a dependent's failure counts as following, in slots: a minute.
const FOLLOWING: usize = 12;

/// A branching ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ratio {
    /// Failures brought about by one.
    pub value: f64,
    /// The interval that holds it with 95 % confidence.
    pub interval: Option<(f64, f64)>,
}

/// From a spread: the share of dependents that followed where there was time to, times the dependents of a failing
/// service that has any. The interval is that of the share (Jeffreys).
pub(super) fn of_spread(outlooks: &[Outlook], links: &Links) -> Ratio {
    let (mut followed, mut tried) = (0.0, 0.0);
    let (mut failing, mut dependents) = (0.0, 0.0);
    for (number, it) in outlooks.iter().enumerate() {
        let own = links.dependents(it.service).len();
        if own > 0 {
            failing += it.down;
            dependents += it.down * own as f64;
        }
        if number > 0 {
            followed += it.down;
            tried += it.tried.max(it.down);
        }
    }
    let each = if failing > 0.0 { dependents / failing } else { 0.0 };
    let (a, b) = (0.5 + followed, 0.5 + tried - followed);
    let interval = Beta::new(a, b)
        .ok()
        .map(|share| (share.inverse_cdf(0.025) * each, share.inverse_cdf(0.975) * each));
    Ratio {
        value: a / (a + b) * each,
        interval,
    }
}

/// From single failures while nothing fails for long: failures of dependents within a minute after a failure of what
/// they need, less those that would be there anyway, for each failure. The interval is that of a Poisson count (Garwood).
pub(super) fn of_background(services: &[Pulse], links: &Links, share: impl Fn(u32) -> f64) -> Ratio {
    let (mut causes, mut followers, mut expected) = (0.0, 0.0, 0.0);
    for (number, need) in services.iter().enumerate() {
        let number = number as u32;
        if need.recent_failed() == 0 || links.dependents(number).is_empty() {
            continue;
        }
        let caused: Vec<u16> = need.slots().map(|tally| tally.failed).collect();
        causes += caused.iter().map(|failed| f64::from(*failed)).sum::<f64>();
        for dependent in links.dependents(number) {
            let pulse = &services[*dependent as usize];
            let usual = share(*dependent);
            let mut before = 0_u32;
            for (index, tally) in pulse.slots().enumerate() {
                // A failure has one cause: it counts once, however many failures there were in the minute before it.
                if before > 0 {
                    followers += f64::from(tally.failed);
                    expected += usual * (f64::from(tally.failed) + f64::from(tally.ok));
                }
                before += u32::from(caused[index]);
                if index >= FOLLOWING {
                    before -= u32::from(caused[index - FOLLOWING]);
                }
            }
        }
    }
    if causes == 0.0 {
        return Ratio {
            value: 0.0,
            interval: None,
        };
    }
    let bound = |shape: f64, chance: f64| {
        let count = Gamma::new(shape, 1.0).map_or(shape, |count| count.inverse_cdf(chance));
        ((count - expected) / causes).max(0.0)
    };
    let low = if followers > 0.0 {
        bound(followers, 0.025)
    } else {
        0.0
    };
    Ratio {
        value: ((followers - expected) / causes).max(0.0),
        interval: Some((low, bound(followers + 1.0, 0.975))),
    }
}
