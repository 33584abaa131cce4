//! One resource of one subject: what is known of it, and what is held to be true.

use swarmpulse_model::{Severity, Timestamp};

use super::growth::{Growth, Scratch, growth};
use super::resource::Role;
use super::turns::Turns;
use super::window::Window;

/// Above this part of the limit it is critical whether it grows or not.
pub(super) const FULL_SHARE: f64 = 0.95;
/// And stays so until it is below this.
const FULL_UNTIL_SHARE: f64 = 0.93;
/// Minutes until the limit that are a warning, and that are critical.
pub(super) const WARNING_MINUTES: f64 = 60.0;
pub(super) const CRITICAL_MINUTES: f64 = 10.0;
/// While a life is young it fills caches and pools, and nothing tells that from growth that goes on: until it is so old,
/// in minutes, what lies further ahead is not told.
const YOUNG_MINUTES: i64 = 45;
const YOUNG_WARNING_MINUTES: f64 = 15.0;
/// How likely that must be.
const CHANCE_MIN: f64 = 0.9;
/// Minutes for which a forecast must hold before it is told, and for which its absence must last before it ends.
const MINUTES_TO_RAISE: u8 = 2;
const MINUTES_TO_END: u8 = 10;
/// A fall by this part of the limit ends it sooner.
const RELIEF_SHARE: f64 = 0.05;
/// Minutes of samples that a forecast needs.
pub(super) const MINUTES_NEEDED: i64 = 15;
/// Nothing is said of what was not heard of for so long, in seconds.
const SILENT_S: f64 = 600.0;

/// What is held to be true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Held {
    pub severity: Severity,
    pub since: Timestamp,
    /// Whether it is above [`FULL_SHARE`].
    pub full: bool,
    /// The probability of what is told.
    pub confidence: f64,
    /// Minutes without it.
    calm: u8,
    /// The highest use since it began.
    crest: f64,
    /// What was logged: a line for the beginning, and one if it becomes worse.
    pub logged: Option<Severity>,
}

/// One resource of one subject, in at most 1 KiB.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    limit: Option<f64>,
    /// Whether someone told the limit, rather than that used and free make one.
    limit_told: bool,
    used: Option<f64>,
    free: Option<f64>,
    /// How much was in use last, and when that was told.
    latest: Option<f64>,
    at: Timestamp,
    first_minute: Option<i64>,
    window: Window,
    turns: Turns,
    judged: Option<i64>,
    /// The severity that a forecast has asked for, and for how many minutes.
    asked: Option<(Severity, u8)>,
    pub(super) growth: Option<Growth>,
    pub(super) held: Option<Held>,
}

impl Track {
    /// Takes a sample.
    pub(super) fn push(&mut self, role: Role, at: Timestamp, value: f64) {
        match role {
            Role::Limit => {
                self.limit = crate::Signal::limit(value);
                self.limit_told = true;
                return;
            }
            Role::Free => self.free = Some(value),
            Role::Used => self.used = Some(value),
        }
        if let (Role::Free, false, Some(used)) = (role, self.limit_told, self.used) {
            self.limit = crate::Signal::limit(used + value);
        }
        let used = match (role, self.limit, self.free) {
            (Role::Free, Some(limit), _) => limit - value,
            // Where the free part is told, too, it says more: it knows of what is reserved.
            (Role::Used, Some(_), None) => value,
            _ => return,
        };
        let minute = at.0.div_euclid(60_000_000_000);
        self.at = self.at.max(at);
        self.latest = Some(used.max(0.0));
        self.first_minute.get_or_insert(minute);
        if let (Some(closed), Some(limit)) = (self.window.push(minute, used.max(0.0)), self.limit)
            && let Some(newest) = self.window.newest()
        {
            self.turns.push(newest, closed, limit);
        }
    }

    /// Another life began: nothing before it counts.
    pub(super) fn restart(&mut self) {
        *self = Self {
            limit: self.limit,
            limit_told: self.limit_told,
            free: self.free,
            ..Self::default()
        };
    }

    /// The limit: as told, else what is used and what is free together.
    pub(super) fn limit(&self) -> Option<f64> {
        self.limit
    }

    /// Whether anyone tells how much is used, with or without a limit.
    pub(super) fn is_told(&self) -> bool {
        self.used.is_some() || self.free.is_some()
    }

    /// Whether it is heard of.
    pub(super) fn is_heard(&self, now: Timestamp) -> bool {
        self.window.open().is_some() && now.seconds_since(self.at) <= SILENT_S
    }

    /// How much is used now.
    pub(super) fn in_use(&self) -> Option<f64> {
        self.latest
    }

    /// Closed minutes until now, since the first sample.
    pub(super) fn minutes(&self) -> i64 {
        match (self.first_minute, self.window.newest()) {
            (Some(first), Some(newest)) => newest - first + 1,
            _ => 0,
        }
    }

    /// The last hour, in times and values.
    pub(super) fn measured(&self) -> Vec<(Timestamp, f64)> {
        let mut points = Vec::new();
        self.window.points(super::window::MINUTES, i64::MIN, &mut points);
        let newest = self.window.newest().unwrap_or_default();
        points
            .into_iter()
            .map(|(back, value)| (Timestamp((newest + back as i64) * 60_000_000_000), value))
            .collect()
    }

    /// Judges once a minute.
    pub(super) fn judge(&mut self, now: Timestamp, scratch: &mut Scratch) {
        let (Some(limit), Some(newest)) = (self.limit, self.window.newest()) else {
            return;
        };
        if !self.is_heard(now) {
            (self.held, self.growth, self.asked) = (None, None, None);
            return;
        }
        if self.judged == Some(newest) {
            return;
        }
        self.judged = Some(newest);
        self.growth = if self.may_grow(limit) {
            growth(&self.window, &self.turns, limit, self.minutes(), scratch)
        } else {
            None
        };
        let full = self.is_full(limit);
        let ahead = if self.minutes() < YOUNG_MINUTES {
            YOUNG_WARNING_MINUTES
        } else {
            WARNING_MINUTES
        };
        let forecast = self.growth.as_ref().and_then(|growth| forecast(growth, ahead));
        let steady = self.persists(forecast.map(|(severity, _)| severity));
        let now_true = match (full, steady, forecast) {
            (true, ..) => Some((Severity::Critical, 0.999)),
            (false, Some(severity), Some((_, chance))) => Some((severity, chance.min(0.999))),
            _ => None,
        };
        self.hold(now, limit, full, now_true);
    }

    /// A look that costs little: who did not grow by an eighth of what is left in an hour has hours left.
    fn may_grow(&self, limit: f64) -> bool {
        let range = self.window.range();
        range.is_some_and(|(least, greatest)| greatest - least >= (limit - greatest) / 8.0)
    }

    fn is_full(&self, limit: f64) -> bool {
        let was_full = self.held.is_some_and(|held| held.full);
        let share = if was_full { FULL_UNTIL_SHARE } else { FULL_SHARE };
        let open = self.window.open().is_some_and(|value| value >= share * limit);
        open && self.window.last(2).is_some_and(|least| least >= share * limit)
    }

    /// The severity that was asked for by the last minutes, all of them.
    fn persists(&mut self, severity: Option<Severity>) -> Option<Severity> {
        let Some(severity) = severity else {
            self.asked = None;
            return None;
        };
        let (before, minutes) = self.asked.take().unwrap_or((severity, 0));
        let minutes = minutes.saturating_add(1);
        // What was a warning for a while and is critical now waits no longer as a warning.
        self.asked = Some(if before == severity {
            (severity, minutes)
        } else {
            (severity, 1)
        });
        if minutes >= MINUTES_TO_RAISE {
            Some(severity.min(before))
        } else {
            None
        }
    }

    fn hold(&mut self, now: Timestamp, limit: f64, full: bool, now_true: Option<(Severity, f64)>) {
        let used = self.window.open().unwrap_or_default();
        match (&mut self.held, now_true) {
            (None, Some((severity, confidence))) => {
                self.held = Some(Held {
                    severity,
                    since: now,
                    full,
                    confidence,
                    calm: 0,
                    crest: used,
                    logged: None,
                });
            }
            (Some(held), Some((severity, confidence))) if severity >= held.severity => {
                held.crest = held.crest.max(used);
                (held.severity, held.confidence, held.full, held.calm) = (severity, confidence, full, 0);
            }
            (Some(held), weaker) => {
                held.crest = held.crest.max(used);
                let relieved = held.crest - used >= RELIEF_SHARE * limit;
                held.calm = held
                    .calm
                    .saturating_add(if relieved { MINUTES_TO_END / 2 } else { 1 });
                if held.calm >= MINUTES_TO_END {
                    match weaker {
                        Some((severity, confidence)) => {
                            (held.severity, held.confidence, held.full, held.calm) =
                                (severity, confidence, full, 0);
                        }
                        None => self.held = None,
                    }
                }
            }
            (None, None) => {}
        }
    }
}

/// What a growth is worth telling as, and how likely it is; a warning if that is so many minutes ahead at most.
fn forecast(growth: &Growth, ahead: f64) -> Option<(Severity, f64)> {
    if !growth.is_within_reach() {
        return None;
    }
    let soon = growth.chance_within(CRITICAL_MINUTES);
    let later = growth.chance_within(ahead);
    if soon >= CHANCE_MIN {
        Some((Severity::Critical, soon))
    } else if later >= CHANCE_MIN {
        Some((Severity::Warning, later))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_takes_at_most_a_kibibyte() {
        assert!(size_of::<Track>() <= 1024, "{} bytes", size_of::<Track>());
    }

    fn followed(limit: f64, values: impl IntoIterator<Item = f64>) -> Vec<Option<Severity>> {
        let (mut track, mut scratch) = (Track::default(), Scratch::default());
        track.push(Role::Limit, Timestamp(0), limit);
        (0..)
            .zip(values)
            .map(|(minute, value)| {
                let at = Timestamp::from_unix_s(60.0 * f64::from(minute));
                track.push(Role::Used, at, value);
                track.judge(at, &mut scratch);
                track.held.map(|held| held.severity)
            })
            .collect()
    }

    #[test]
    fn a_rise_is_a_warning_an_hour_before_and_critical_ten_minutes_before() {
        let told = followed(1000.0, (0..130).map(|n| 200.0 + 8.0 * f64::from(n)));
        let first = |severity| told.iter().position(|it| *it == Some(severity)).unwrap();
        // The limit is reached in minute 100.
        assert!(
            (44..=48).contains(&first(Severity::Warning)),
            "{}",
            first(Severity::Warning)
        );
        assert!(
            (88..=93).contains(&first(Severity::Critical)),
            "{}",
            first(Severity::Critical)
        );
        assert!(told[first(Severity::Warning)..].iter().all(Option::is_some));
    }

    #[test]
    fn use_above_ninety_five_percent_is_critical_after_two_minutes_and_ends_below_ninety_three() {
        let told = followed(
            100.0,
            [50.0, 50.0, 96.0, 96.0, 96.0, 96.0, 94.0, 94.0, 94.0, 92.0]
                .into_iter()
                .chain(std::iter::repeat_n(92.0, 14)),
        );
        assert_eq!(told[..4], [None; 4]);
        assert!(
            told[4..10].iter().all(|it| *it == Some(Severity::Critical)),
            "{told:?}"
        );
        assert_eq!(told.last(), Some(&None), "{told:?}");
    }

    #[test]
    fn a_peak_of_a_minute_is_nothing() {
        let told = followed(100.0, (0..90).map(|n| if n == 40 { 99.0 } else { 60.0 }));
        assert!(told.iter().all(Option::is_none));
    }

    #[test]
    fn free_space_and_used_space_make_a_size() {
        let mut track = Track::default();
        track.push(Role::Used, Timestamp(0), 30.0);
        track.push(Role::Free, Timestamp(0), 70.0);
        assert_eq!(track.limit(), Some(100.0));
        track.push(Role::Used, Timestamp(1), 40.0);
        track.push(Role::Free, Timestamp(1), 60.0);
        assert_eq!(track.in_use(), Some(40.0));
    }

    #[test]
    fn another_life_begins_with_nothing() {
        let mut track = Track::default();
        track.push(Role::Limit, Timestamp(0), 100.0);
        track.push(Role::Used, Timestamp(0), 99.0);
        track.restart();
        assert_eq!((track.limit(), track.in_use()), (Some(100.0), None));
    }
}
