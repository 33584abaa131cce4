//! Exact tests and intervals of rates: events against opportunities (binomial) or against time (Poisson).
//!
//! Tails are of the regularised beta and gamma functions, so they hold for a handful of events, where a normal
//! approximation alarms too often. Clopper and Pearson (1934), Garwood (1936), Przyborowski and Wilenski (1940).

use statrs::function::beta::beta_reg;
use statrs::function::factorial::ln_binomial;
use statrs::function::gamma::gamma_lr;

use super::binomial_tail;

/// What is left of 95 % on either side.
const TAIL: f64 = 0.025;

/// The probability of at least `events` where `mean` are expected.
#[must_use]
pub fn poisson_upper_tail(events: u64, mean: f64) -> f64 {
    if events == 0 {
        return 1.0;
    }
    if mean <= 0.0 {
        return 0.0;
    }
    gamma_lr(events as f64, mean)
}

/// Fisher's exact test, one-sided: the probability of at least `events` among `drawn` of `total`, `marked` of which are
/// events, if the draw has nothing to do with the events.
#[must_use]
pub fn hypergeometric_upper_tail(events: u64, drawn: u64, marked: u64, total: u64) -> f64 {
    let most = drawn.min(marked);
    let least = (drawn + marked).saturating_sub(total);
    if events <= least {
        return 1.0;
    }
    if events > most || total < drawn || total < marked {
        return 0.0;
    }
    let mut term = hypergeometric(events, drawn, marked, total);
    let mut sum = term;
    for k in events..most {
        // Each term from the one before; the ratio falls, so that the rest is small once a term is.
        let up = (marked - k) as f64 * (drawn - k) as f64;
        let down = (k + 1) as f64 * (total + k + 1 - marked - drawn) as f64;
        term *= up / down;
        sum += term;
        if term < sum * 1e-15 && up < down {
            break;
        }
    }
    sum.min(1.0)
}

/// The probability of exactly `events` in such a draw.
#[must_use]
pub fn hypergeometric(events: u64, drawn: u64, marked: u64, total: u64) -> f64 {
    if events > drawn || events > marked || drawn - events > total - marked {
        return 0.0;
    }
    (ln_binomial(marked, events) + ln_binomial(total - marked, drawn - events) - ln_binomial(total, drawn))
        .exp()
}

/// The exact 95 % interval of a share, by Clopper and Pearson.
#[must_use]
pub fn binomial_interval(events: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let events = events.min(trials);
    let low = match events {
        0 => 0.0,
        _ => bisect(0.0, 1.0, |p| {
            binomial_tail(events as f64, trials as f64, p) >= TAIL
        }),
    };
    let high = match trials - events {
        0 => 1.0,
        _ => bisect(0.0, 1.0, |p| {
            1.0 - binomial_tail(events as f64 + 1.0, trials as f64, p) <= TAIL
        }),
    };
    (low, high)
}

/// The exact 95 % interval of the number of events that were to be expected where so many came, by Garwood.
#[must_use]
pub fn poisson_interval(events: u64) -> (f64, f64) {
    let far = events as f64 * 2.0 + 20.0;
    let low = match events {
        0 => 0.0,
        _ => bisect(0.0, far, |mean| poisson_upper_tail(events, mean) >= TAIL),
    };
    let high = bisect(0.0, far, |mean| {
        1.0 - poisson_upper_tail(events + 1, mean) <= TAIL
    });
    (low, high)
}

/// Events of two stretches, each with its exposure: opportunities or time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoRates {
    /// Events of the first.
    pub events: u64,
    /// Its exposure.
    pub exposure: f64,
    /// Events of the second, which the first is compared with.
    pub other_events: u64,
    /// Its exposure.
    pub other_exposure: f64,
}

impl TwoRates {
    /// The first rate over the second, half an event being added to both so that none of them is nothing.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        ((self.events as f64 + 0.5) / self.exposure)
            / ((self.other_events as f64 + 0.5) / self.other_exposure)
    }

    /// The exact 95 % interval of that ratio, given the sum of the events. Infinite above if the second has none.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let (low, high) = binomial_interval(self.events, self.events + self.other_events);
        let odds = |share: f64| share / (1.0 - share) * self.other_exposure / self.exposure;
        (odds(low), if high >= 1.0 { f64::INFINITY } else { odds(high) })
    }

    /// How probable it is that the first has so many of the events or more, if both rates are the same.
    #[must_use]
    pub fn p_higher(&self) -> f64 {
        let share = self.exposure / (self.exposure + self.other_exposure);
        binomial_tail(
            self.events as f64,
            (self.events + self.other_events) as f64,
            share,
        )
    }
}

/// The probability that Student's t of so many degrees of freedom is at least `t`.
#[must_use]
pub fn student_upper_tail(t: f64, degrees: f64) -> f64 {
    if !t.is_finite() || degrees <= 0.0 {
        return if t == f64::INFINITY { 0.0 } else { 1.0 };
    }
    let half = 0.5 * beta_reg(degrees / 2.0, 0.5, degrees / (degrees + t * t));
    if t >= 0.0 { half } else { 1.0 - half }
}

/// The smallest point between two at which something is true that stays true.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 + 1e-4 * b.abs()
    }

    #[test]
    fn tails_are_those_of_the_tables() {
        // scipy.stats: binom.sf(4, 10, .02), poisson.sf(2, .3), hypergeom.sf(3, 50, 8, 10), t.sf(2.5, 7)
        assert!(close(binomial_tail(5.0, 10.0, 0.02), 7.414_640e-7));
        assert!(close(poisson_upper_tail(3, 0.3), 0.003_599_493));
        assert!(close(hypergeometric_upper_tail(4, 10, 8, 50), 0.040_698_8));
        assert!(close(student_upper_tail(2.5, 7.0), 0.020_496_1));
        assert!(close(student_upper_tail(-2.5, 7.0), 1.0 - 0.020_496_1));
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        let (low, high) = binomial_interval(3, 20);
        assert!(
            close(low, 0.032_071_1) && close(high, 0.378_926_8),
            "{low} {high}"
        );
        assert_eq!(binomial_interval(0, 20).0, 0.0);
        assert_eq!(binomial_interval(20, 20).1, 1.0);
        let (low, high) = poisson_interval(10);
        assert!(close(low, 4.795_39) && close(high, 18.390_36), "{low} {high}");
        let none = poisson_interval(0);
        assert!(none.0 == 0.0 && close(none.1, 3.688_88));
    }

    #[test]
    fn a_ratio_of_equal_rates_holds_one() {
        let same = TwoRates {
            events: 20,
            exposure: 100.0,
            other_events: 41,
            other_exposure: 200.0,
        };
        let (low, high) = same.interval();
        assert!(low < 1.0 && high > 1.0 && same.p_higher() > 0.4);
        let more = TwoRates { events: 60, ..same };
        assert!(more.interval().0 > 1.5 && more.p_higher() < 1e-6);
    }

    proptest! {
        #[test]
        fn the_hypergeometric_tail_is_the_sum_of_its_terms(total in 1_u64..60, marked in 0_u64..60, drawn in 0_u64..60, events in 0_u64..60) {
            let (marked, drawn) = (marked.min(total), drawn.min(total));
            let sum: f64 = (events..=drawn.min(marked)).map(|k| hypergeometric(k, drawn, marked, total)).sum();
            prop_assert!((hypergeometric_upper_tail(events, drawn, marked, total) - sum.min(1.0)).abs() < 1e-9);
        }

        #[test]
        fn an_interval_holds_the_share_that_was_seen(trials in 1_u64..5000, share in 0.0_f64..=1.0) {
            let events = (trials as f64 * share) as u64;
            let (low, high) = binomial_interval(events, trials);
            let seen = events as f64 / trials as f64;
            prop_assert!(low <= seen && seen <= high && low >= 0.0 && high <= 1.0);
        }
    }
}
