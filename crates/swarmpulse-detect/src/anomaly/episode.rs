//! An episode is told once; what is weaker than it was at the same hour on days before is no news, and a series that often
//! has episodes must have a larger one.

/// Strength below which nothing would have been told anyway.
const LOUD: f32 = 30.0;
/// How long an alarm is remembered at first: its strength falls by 1/e in so many seconds.
const FADE_S: f32 = 2.0 * 86_400.0;
/// The same as a part of the time that the series has been known: the longer that is, the longer alarms are remembered.
const FADE_SHARE: f32 = 0.1;
/// How much stronger than the last alarm, as it has faded, the next must be.
const STRONGER: f32 = 1.2;
/// What a new alarm counts for in the usual strength of alarms.
const GAIN: f32 = 0.3;
/// The usual strength that halves what is told.
const HABIT: f32 = 85.0;
/// What is below this part of an hour's strength is no news at that hour.
const DAILY: f32 = 0.9;
/// An hour's strength falls by 1/e in so many seconds.
const DAILY_FADE_S: f32 = 10.0 * 86_400.0;

/// What was told of a series.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// Seconds of the first and the last value.
    first_s: i64,
    last_s: i64,
    /// Strength of the last alarm, as it has faded since.
    last: f32,
    /// Strength that alarms of this series usually have.
    usual: f32,
    /// Largest strength at each hour of the day, as it has faded since.
    hours: [f32; 24],
}

impl Told {
    pub(super) const fn new() -> Self {
        Self {
            first_s: i64::MIN,
            last_s: 0,
            last: 0.0,
            usual: 0.0,
            hours: [0.0; 24],
        }
    }

    /// Forgets the last alarm: a new life begins.
    pub(super) fn restart(&mut self) {
        self.last = 0.0;
    }

    /// What is left of a strength: nothing within an episode that was told, less the more alarms are usual.
    pub(super) fn news(&mut self, seconds: i64, strength: f32) -> f32 {
        if self.first_s == i64::MIN {
            self.first_s = seconds;
            self.last_s = seconds;
        }
        let passed = seconds.saturating_sub(self.last_s).max(0) as f32;
        let known = seconds.saturating_sub(self.first_s).max(0) as f32;
        self.last_s = seconds;
        if self.last > 0.0 {
            self.last *= (-passed / (FADE_S + FADE_SHARE * known)).exp();
        }
        let daily = self.daily(seconds, passed, strength);
        if strength <= STRONGER * self.last || strength <= DAILY * daily {
            return 0.0;
        }
        let news = strength / (1.0 + self.usual / HABIT);
        self.last = strength;
        if strength > LOUD {
            self.usual += GAIN * (strength - self.usual);
        }
        news
    }

    /// How strong this hour of the day and those beside it have been; takes in a strength.
    fn daily(&mut self, seconds: i64, passed: f32, strength: f32) -> f32 {
        if passed > 0.0 {
            let faded = (-passed / DAILY_FADE_S).exp();
            for hour in &mut self.hours {
                *hour *= faded;
            }
        }
        // Below 24, whatever the sign.
        let hour = seconds.div_euclid(3600).rem_euclid(24) as usize;
        let around = [(hour + 23) % 24, hour, (hour + 1) % 24];
        let daily = around.iter().map(|&hour| self.hours[hour]).fold(0.0, f32::max);
        self.hours[hour] = self.hours[hour].max(strength);
        daily
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3600;

    #[test]
    fn an_episode_is_told_once_and_later_again() {
        let mut told = Told::new();
        assert_eq!(told.news(0, 50.0), 50.0);
        assert_eq!(told.news(HOUR, 50.0), 0.0);
        assert_eq!(told.news(2 * HOUR, 55.0), 0.0);
        assert!(told.news(3 * HOUR, 70.0) > 0.0, "what tops it is told");
        assert!(
            told.news(10 * 24 * HOUR, 50.0) > 0.0,
            "after days it is news again"
        );
    }

    #[test]
    fn frequent_alarms_become_less_of_news() {
        let mut told = Told::new();
        let first = told.news(0, 50.0);
        let mut last = first;
        for week in 1..10 {
            last = told.news(week * 14 * 24 * HOUR + 5 * week * HOUR, 50.0);
        }
        assert!(last > 0.5 * first && last < 0.7 * first, "{last}");
    }

    #[test]
    fn the_same_hour_of_another_day_must_be_about_as_strong() {
        let day = 24 * HOUR;
        let mut told = Told::new();
        assert!(told.news(0, 80.0) > 0.0);
        assert_eq!(told.clone().news(4 * day, 45.0), 0.0, "weaker at that hour");
        assert!(
            told.clone().news(4 * day + 8 * HOUR, 45.0) > 0.0,
            "at another hour"
        );
        assert!(told.news(4 * day, 90.0) > 0.0, "stronger at that hour");
    }
}
