//! Failures by hour of day and weekday, six weeks of hours, and whether an hour or a weekday is worse day after day.
//!
//! A day is one observation, however many tasks it has: what failed in an hour is compared with what the rest of the
//! *same* day lets expect, and only an excess that repeats over days counts. One bad afternoon is no pattern. The test is
//! Student's t of those differences, and their number must be beyond chance, too, over all hours and weekdays with a correction for their number.

use crate::statistics::multiple_testing::believed_up_to;
use crate::statistics::rates::{poisson_upper_tail, student_upper_tail};

use super::tally::Tally;

/// Days that are remembered.
const DAYS: usize = 43;
const HOURS: usize = 24;
/// Days on which an hour must have been seen before it is judged.
pub(super) const DAYS_MIN: usize = 7;
/// Weeks in which a weekday must have been seen.
const WEEKS_MIN: usize = 4;
/// Failures in that hour or weekday, below which there is no pattern worth a word.
const FAILED_MIN: u64 = 20;
/// How many times the usual rate a pattern is at least.
const RATIO_MIN: f64 = 2.0;
/// The share of false patterns among those told.
const FALSE_SHARE: f64 = 0.001;

/// Ended and failed of each hour of the last [`DAYS`] days, in UTC. 8.3 KB.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    newest_day: i64,
    first_hour: Option<i64>,
    slots: [[[u32; 2]; HOURS]; DAYS],
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            newest_day: 0,
            first_hour: None,
            slots: [[[0; 2]; HOURS]; DAYS],
        }
    }
}

/// When it is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum When {
    /// An hour of the day, 0 to 23, in UTC.
    Hour(usize),
    /// A day of the week, 0 being Monday.
    Weekday(usize),
}

/// An hour or weekday that is worse than the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pattern {
    pub(super) when: When,
    /// What ended and failed then.
    pub(super) then: Tally,
    /// What ended and failed otherwise, on the same days.
    pub(super) otherwise: Tally,
    /// Days or weeks that it was seen on.
    pub(super) seen: usize,
    /// How probable so regular an excess is by chance.
    pub(super) p: f64,
}

impl Pattern {
    /// How many times the usual rate.
    pub(super) fn ratio(&self) -> f64 {
        let rate = |tally: Tally| (tally.failed as f64 + 0.5) / (tally.ended as f64 + 1.0);
        rate(self.then) / rate(self.otherwise)
    }
}

impl Calendar {
    /// Counts an end in its hour.
    pub(super) fn count(&mut self, hour: i64, failed: u32) {
        let day = hour.div_euclid(HOURS as i64);
        if day > self.newest_day {
            let steps = (day - self.newest_day).min(DAYS as i64);
            for number in day - steps + 1..=day {
                self.slots[number.rem_euclid(DAYS as i64) as usize] = [[0; 2]; HOURS];
            }
            self.newest_day = day;
        }
        self.first_hour.get_or_insert(hour);
        let slot =
            &mut self.slots[day.rem_euclid(DAYS as i64) as usize][hour.rem_euclid(HOURS as i64) as usize];
        slot[0] = slot[0].saturating_add(1);
        slot[1] = slot[1].saturating_add(failed);
    }

    fn day(&self, number: i64) -> Option<[Tally; HOURS]> {
        if number > self.newest_day || number <= self.newest_day - DAYS as i64 {
            return None;
        }
        let slots = &self.slots[number.rem_euclid(DAYS as i64) as usize];
        Some(slots.map(|[ended, failed]| Tally {
            ended: u64::from(ended),
            failed: u64::from(failed),
        }))
    }

    /// Days before today that anything ended on.
    pub(super) fn days_seen(&self, today: i64) -> usize {
        self.closed(today).count()
    }

    /// Days before today with anything in them, by number.
    fn closed(&self, today: i64) -> impl Iterator<Item = (i64, [Tally; HOURS])> + '_ {
        (today - DAYS as i64 + 1..today).filter_map(|number| {
            let hours = self.day(number)?;
            hours.iter().any(|hour| hour.ended > 0).then_some((number, hours))
        })
    }

    /// What ended and failed by hour of day, today included.
    pub(super) fn by_hour(&self, today: i64) -> [Tally; HOURS] {
        let mut sums = [Tally::default(); HOURS];
        for hours in (today - DAYS as i64 + 1..=today).filter_map(|day| self.day(day)) {
            for (sum, hour) in sums.iter_mut().zip(hours) {
                *sum = sum.plus(hour);
            }
        }
        sums
    }

    /// What ended and failed by day of the week, Monday first, today included.
    pub(super) fn by_weekday(&self, today: i64) -> [Tally; 7] {
        let mut sums = [Tally::default(); 7];
        for (number, hours) in (today - DAYS as i64 + 1..=today).filter_map(|day| Some((day, self.day(day)?)))
        {
            let sum = &mut sums[weekday(number)];
            *sum = hours.into_iter().fold(*sum, Tally::plus);
        }
        sums
    }

    /// Hours and weekdays that are worse day after day, the worst first. `exposed`: ends that went well are told of,
    /// too; without them hours are compared by number, not by share.
    pub(super) fn patterns(&self, today: i64, exposed: bool) -> Vec<Pattern> {
        let days: Vec<(i64, [Tally; HOURS])> = self.closed(today).collect();
        let mut found: Vec<Pattern> = Vec::new();
        let mut tests = 0;
        if days.len() >= DAYS_MIN {
            for hour in 0..HOURS {
                let parts = days.iter().map(|(_, hours)| {
                    let all = hours.iter().copied().fold(Tally::default(), Tally::plus);
                    (hours[hour], all.minus(hours[hour]), 1.0 / (HOURS as f64 - 1.0))
                });
                tests += 1;
                found.extend(judge(When::Hour(hour), parts, DAYS_MIN, exposed));
            }
        }
        for (day, weeks) in self.weeks(&days).into_iter().enumerate() {
            if weeks.len() >= WEEKS_MIN {
                tests += 1;
                let parts = weeks.into_iter().map(|(then, other)| (then, other, 1.0 / 6.0));
                found.extend(judge(When::Weekday(day), parts, WEEKS_MIN, exposed));
            }
        }
        let p_values: Vec<f64> = found.iter().map(|pattern| pattern.p).collect();
        let Some(most) = believed_up_to(&p_values, tests, FALSE_SHARE) else {
            return Vec::new();
        };
        found.retain(|pattern| pattern.p <= most);
        found.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.when.cmp(&b.when)));
        found
    }

    /// For each weekday the weeks in which it and all other days were seen: what fell on it, and on the others.
    fn weeks(&self, days: &[(i64, [Tally; HOURS])]) -> [Vec<(Tally, Tally)>; 7] {
        let mut weeks: [Vec<(Tally, Tally)>; 7] = Default::default();
        let sum = |hours: &[Tally; HOURS]| hours.iter().copied().fold(Tally::default(), Tally::plus);
        // Blocks of seven days from the newest back, so that a week that began in the middle counts, too.
        for block in days.rchunks_exact(7) {
            let all = block
                .iter()
                .map(|(_, hours)| sum(hours))
                .fold(Tally::default(), Tally::plus);
            for (number, hours) in block {
                let then = sum(hours);
                weeks[weekday(*number)].push((then, all.minus(then)));
            }
        }
        weeks
    }
}

/// 0 for Monday; the epoch was a Thursday.
fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// Whether the excess over what the rest lets expect repeats. `parts` are what fell into the time, what fell beside
/// it, and the time's length as a multiple of the rest's.
fn judge(
    when: When,
    parts: impl Iterator<Item = (Tally, Tally, f64)>,
    least: usize,
    exposed: bool,
) -> Option<Pattern> {
    let (mut seen, mut sum, mut squares) = (0, 0.0, 0.0);
    let (mut then, mut otherwise) = (Tally::default(), Tally::default());
    for (here, rest, length) in parts {
        let expected = if exposed {
            if here.ended == 0 || rest.ended == 0 {
                continue;
            }
            here.ended as f64 * rest.failed as f64 / rest.ended as f64
        } else {
            rest.failed as f64 * length
        };
        let excess = here.failed as f64 - expected;
        seen += 1;
        sum += excess;
        squares += excess * excess;
        then = then.plus(here);
        otherwise = otherwise.plus(rest);
    }
    let n = seen as f64;
    let expected = then.failed as f64 - sum;
    if seen < least || then.failed < FAILED_MIN || (then.failed as f64) < RATIO_MIN * expected {
        return None;
    }
    let variance = ((squares - sum * sum / n) / (n - 1.0)).max(1e-9);
    let t = sum / n / (variance / n).sqrt();
    // Few failures agree from day to day by chance; then it is their number that must be out of the common.
    let by_days = student_upper_tail(t, n - 1.0);
    let by_number = poisson_upper_tail(then.failed, expected);
    Some(Pattern {
        when,
        then,
        otherwise,
        seen,
        p: by_days.max(by_number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of so many ends an hour, of which `failed(day, hour)` fail.
    fn filled(days: i64, failed: impl Fn(i64, i64) -> u32) -> Calendar {
        let mut calendar = Calendar::default();
        for day in 20_000..20_000 + days {
            for hour in 0..24 {
                for n in 0..40 {
                    calendar.count(day * 24 + hour, u32::from(n < failed(day, hour)));
                }
            }
        }
        calendar
    }

    /// A number from 0 to 3 without a pattern.
    fn scattered(day: i64, hour: i64) -> u32 {
        ((day * 24 + hour).wrapping_mul(0x5851_f42d_4c95_7f2d) >> 40).rem_euclid(4) as u32
    }

    #[test]
    fn an_hour_that_is_worse_every_day_is_a_pattern() {
        let calendar = filled(10, |day, hour| {
            scattered(day, hour) + if hour == 3 { 8 } else { 0 }
        });
        let patterns = calendar.patterns(20_010, true);
        assert_eq!(patterns.len(), 1);
        assert_eq!(patterns[0].when, When::Hour(3));
        assert!(
            patterns[0].ratio() > 4.0 && patterns[0].seen == 10,
            "{patterns:?}"
        );
        assert_eq!(calendar.patterns(20_010, false).len(), 1, "as by number");
    }

    #[test]
    fn one_bad_afternoon_and_chance_are_none() {
        let calendar = filled(20, |day, hour| {
            if day == 20_004 && hour == 14 {
                40
            } else {
                scattered(day, hour)
            }
        });
        assert_eq!(calendar.patterns(20_020, true), []);
        let busy = filled(20, scattered);
        assert_eq!(busy.patterns(20_020, true), []);
    }

    #[test]
    fn a_weekday_needs_weeks() {
        let sunday = |day: i64, hour: i64| scattered(day, hour) + if weekday(day) == 6 { 12 } else { 0 };
        assert!(filled(20, sunday).patterns(20_020, true).is_empty());
        let patterns = filled(36, sunday).patterns(20_036, true);
        assert_eq!(
            patterns.first().map(|pattern| pattern.when),
            Some(When::Weekday(6)),
            "{patterns:?}"
        );
    }

    #[test]
    fn few_days_say_nothing() {
        let calendar = filled(5, |_, hour| if hour == 3 { 40 } else { 0 });
        assert_eq!(calendar.days_seen(20_005), 5);
        assert_eq!(calendar.patterns(20_005, true), []);
        assert_eq!(weekday(0), 3, "1970-01-01 was a Thursday");
    }
}
