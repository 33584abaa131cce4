//! Survival: how long things last when some have not ended yet (Kaplan-Meier, log-rank).
//!
//! What still goes on is known to last at least as long as it has so far. Leaving it out makes the worst queue look the
//! best, as only what got through counts; taking it as ended makes it too short. The product-limit estimator takes each
//! for what it is known to be.

use statrs::distribution::{ChiSquared, ContinuousCDF as _};

/// A quantile of durations of which some have not ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantile {
    /// So many seconds.
    Reached(f64),
    /// Not enough have ended to say; it is more than so many seconds.
    MoreThan(f64),
}

impl Quantile {
    /// The seconds that it is, or is more than.
    #[must_use]
    pub fn at_least(self) -> f64 {
        match self {
            Self::Reached(value) | Self::MoreThan(value) => value,
        }
    }

    /// Whether it is known.
    #[must_use]
    pub fn is_reached(self) -> bool {
        matches!(self, Self::Reached(_))
    }
}

/// Durations that ended, at one length.
#[derive(Clone, Copy, Debug)]
struct Step {
    at: f64,
    ended: f64,
    /// Weight of those not ended that were last seen before this length, and not before the one before.
    unended_before: f64,
}

/// Durations, ended or not, and what they say of all.
#[derive(Clone, Debug, Default)]
pub struct Survival {
    steps: Vec<Step>,
    total: f64,
    longest: f64,
}

impl Survival {
    /// Durations that ended, each with its weight, shortest first. Those out of order count as long as the one before.
    #[must_use]
    pub fn of_ended(durations: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut it = Self::default();
        for (at, weight) in durations {
            it.total += weight;
            match it.steps.last_mut() {
                Some(last) if at <= last.at => last.ended += weight,
                _ => it.steps.push(Step {
                    at,
                    ended: weight,
                    unended_before: 0.0,
                }),
            }
        }
        it.longest = it.steps.last().map_or(0.0, |step| step.at);
        it
    }

    /// One that has lasted so long and goes on, or was called off then.
    pub fn add_unended(&mut self, so_far: f64, weight: f64) {
        self.total += weight;
        self.longest = self.longest.max(so_far);
        let behind = self.steps.partition_point(|step| step.at <= so_far);
        if let Some(step) = self.steps.get_mut(behind) {
            step.unended_before += weight;
        }
    }

    /// The weight of all.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The length and the share that lasts longer, at each length at which some ended.
    fn curve(&self) -> impl Iterator<Item = (f64, f64)> {
        let (mut at_risk, mut surviving) = (self.total, 1.0);
        self.steps.iter().map(move |step| {
            at_risk -= step.unended_before;
            surviving *= ((at_risk - step.ended) / at_risk).max(0.0);
            at_risk -= step.ended;
            (step.at, surviving)
        })
    }

    /// The shortest length that at least the share `q` does not outlast; `None` if there are none.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<Quantile> {
        self.quantiles([q])[0]
    }

    /// Several at once, smallest first.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, of: [f64; N]) -> [Option<Quantile>; N] {
        if self.total <= 0.0 {
            return [None; N];
        }
        let mut found = [Some(Quantile::MoreThan(self.longest)); N];
        let mut next = 0;
        for (at, surviving) in self.curve() {
            // Weights are whole, but quotients are not.
            while next < N && surviving <= 1.0 - of[next] + 1e-9 {
                found[next] = Some(Quantile::Reached(at));
                next += 1;
            }
            if next == N {
                break;
            }
        }
        found
    }

    /// The mean length, as far as it is known: the area under the curve up to the longest length seen. The true mean is
    /// at least that.
    #[must_use]
    pub fn mean_at_least(&self) -> Option<f64> {
        if self.total <= 0.0 {
            return None;
        }
        let (mut mean, mut from, mut surviving) = (0.0, 0.0, 1.0);
        for (at, left) in self.curve() {
            mean += surviving * (at - from);
            (from, surviving) = (at, left);
        }
        Some(mean + surviving * (self.longest - from))
    }
}

/// A duration of one of two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lasted {
    /// So many seconds.
    pub seconds: f64,
    /// It ended then; else it was last seen going on.
    pub ended: bool,
    /// It is of the group that is asked about.
    pub of_group: bool,
}

/// The median of durations, or what it is at least; `None` of none.
#[must_use]
pub fn median(mut all: Vec<Lasted>) -> Option<f64> {
    all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let ended = all.iter().filter(|it| it.ended);
    let mut survival = Survival::of_ended(ended.map(|it| (it.seconds, 1.0)));
    for it in all.iter().filter(|it| !it.ended) {
        survival.add_unended(it.seconds, 1.0);
    }
    Some(survival.quantile(0.5)?.at_least())
}

/// What the log-rank test says of a group against the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// The chance of such a difference, or a greater one, if the groups were alike; both directions count.
    pub p: f64,
    /// Endings in the group over those expected if the groups were alike: below 1 it lasts longer.
    pub pace: f64,
}

/// Whether a group lasts longer or shorter than the others (Mantel 1966). `None` if nothing ended that could tell.
#[must_use]
pub fn log_rank(mut all: Vec<Lasted>) -> Option<LogRank> {
    all.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let mut at_risk = all.len() as f64;
    let mut group_at_risk = all.iter().filter(|it| it.of_group).count() as f64;
    let (mut seen, mut expected, mut variance) = (0.0, 0.0, 0.0);
    for tied in all.chunk_by(|a, b| a.seconds == b.seconds) {
        let ended = tied.iter().filter(|it| it.ended).count() as f64;
        let group = tied.iter().filter(|it| it.of_group).count() as f64;
        if ended > 0.0 {
            let share = group_at_risk / at_risk;
            seen += tied.iter().filter(|it| it.ended && it.of_group).count() as f64;
            expected += ended * share;
            if at_risk > 1.0 {
                variance += ended * share * (1.0 - share) * (at_risk - ended) / (at_risk - 1.0);
            }
        }
        at_risk -= tied.len() as f64;
        group_at_risk -= group;
    }
    if variance <= 0.0 || expected <= 0.0 {
        return None;
    }
    let statistic = (seen - expected).powi(2) / variance;
    Some(LogRank {
        p: ChiSquared::new(1.0).ok()?.sf(statistic),
        pace: seen / expected,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn survival(ended: &[f64], unended: &[f64]) -> Survival {
        let mut it = Survival::of_ended(ended.iter().map(|seconds| (*seconds, 1.0)));
        for seconds in unended {
            it.add_unended(*seconds, 1.0);
        }
        it
    }

    /// The remission times of leukaemia under 6-MP of Freireich et al. (1963), the textbook example.
    #[test]
    fn the_textbook_example_comes_out_as_in_the_textbook() {
        let mut it = survival(
            &[6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0],
            &[
                6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
            ],
        );
        let curve: Vec<_> = it.curve().collect();
        for ((at, surviving), (wanted_at, wanted)) in curve.iter().zip([
            (6.0, 0.8571),
            (7.0, 0.8067),
            (10.0, 0.7529),
            (13.0, 0.6902),
            (16.0, 0.6275),
            (22.0, 0.5378),
            (23.0, 0.4482),
        ]) {
            assert_eq!(*at, wanted_at);
            assert!((surviving - wanted).abs() < 5e-5, "{at}: {surviving}");
        }
        assert_eq!(it.quantile(0.5), Some(Quantile::Reached(23.0)));
        assert_eq!(it.quantile(0.95), Some(Quantile::MoreThan(35.0)));
        it.add_unended(100.0, 1.0);
        assert_eq!(it.quantile(0.95), Some(Quantile::MoreThan(100.0)));
    }

    #[test]
    fn what_waits_now_is_not_left_out() {
        let ended = vec![0.02; 40];
        let alone = survival(&ended, &[]);
        assert_eq!(alone.quantile(0.99), Some(Quantile::Reached(0.02)));
        let with_stuck = survival(&ended, &[3600.0; 50]);
        assert_eq!(with_stuck.quantile(0.5), Some(Quantile::MoreThan(3600.0)));
        let mean = with_stuck.mean_at_least().unwrap();
        assert!((mean - 3600.0 * 50.0 / 90.0).abs() < 0.1, "{mean}");
        assert_eq!(Survival::default().quantile(0.5), None);
        assert_eq!(Survival::default().mean_at_least(), None);
    }

    /// The same trial, 6-MP against placebo: chi-squared 16.79.
    #[test]
    fn the_log_rank_test_comes_out_as_in_the_textbook() {
        let placebo = [
            1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0, 12.0, 15.0,
            17.0, 22.0, 23.0,
        ];
        let ended = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let unended = [
            6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
        ];
        let group = |times: &[f64], ended, of_group| {
            times
                .iter()
                .map(|seconds| Lasted {
                    seconds: *seconds,
                    ended,
                    of_group,
                })
                .collect::<Vec<_>>()
        };
        let all = [
            group(&placebo, true, false),
            group(&ended, true, true),
            group(&unended, false, true),
        ]
        .concat();
        let found = log_rank(all).unwrap();
        let chi_squared = ChiSquared::new(1.0).unwrap().inverse_cdf(1.0 - found.p);
        assert!((chi_squared - 16.79).abs() < 0.02, "{chi_squared}");
        assert!((found.pace - 9.0 / 19.25).abs() < 0.01, "{}", found.pace);
        assert_eq!(log_rank(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn without_unended_it_is_the_sorted_list(mut times in prop::collection::vec(0.0..1e6f64, 1..200), q in 0.01..0.99f64) {
            times.sort_by(f64::total_cmp);
            let rank = ((q * times.len() as f64) - 1e-6).ceil().max(1.0) as usize;
            let it = survival(&times, &[]);
            prop_assert_eq!(it.quantile(q), Some(Quantile::Reached(times[rank - 1])));
            let mean = times.iter().sum::<f64>() / times.len() as f64;
            prop_assert!((it.mean_at_least().unwrap() - mean).abs() <= 1e-6 * mean.max(1.0));
        }

        #[test]
        fn one_more_that_goes_on_never_shortens_a_quantile(
            mut times in prop::collection::vec(0.0..1e6f64, 1..60),
            unended in prop::collection::vec(0.0..1e6f64, 0..60),
            q in 0.01..0.99f64,
        ) {
            times.sort_by(f64::total_cmp);
            let before = survival(&times, &unended).quantile(q).unwrap();
            let longest = times.iter().chain(&unended).copied().fold(0.0, f64::max);
            let mut with_more = survival(&times, &unended);
            with_more.add_unended(longest + 1.0, 1.0);
            prop_assert!(with_more.quantile(q).unwrap().at_least() >= before.at_least());
        }
    }
}
