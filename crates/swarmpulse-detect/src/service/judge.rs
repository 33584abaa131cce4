//! The tests: whether so many bad calls within a span of time can be chance, and since when there are so many.

use swarmpulse_model::Timestamp;

use super::alarm::{Against, Found};
use super::history::{History, Minute, minute_of};
use super::tally::{Tally, odds_times};

/// Spans that are looked at, in minutes: a short one that sees soon, a long one that sees what is rare.
const SPANS: [i64; 3] = [5, 15, 60];
/// The newest calls must be bad, too, or what was found is over already: so many of them, within so many minutes.
const NEWEST: (f64, i64) = (8.0, 5);
/// An alarm is over when the last five minutes are as usual, or so many calls within so many minutes where there are few.
const CALM_MINUTES: i64 = 5;
const CALM: (f64, i64) = (10.0, 30);
/// What is left without the worst minute must be less likely than this.
const OTHERS_CHANCE_MAX: f64 = 1e-3;
/// Shares at odds of this many times the usual ones are still bad.
const STILL_ODDS: f64 = 2.0;
/// Minutes as usual that do not yet end a bad time, when its beginning is looked for.
const USUAL_BETWEEN: u32 = 2;

/// A test of one sort of bad calls.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test<'a> {
    pub history: &'a History,
    pub now: Timestamp,
    /// When the last bad time ended: what was before is no sign of a new one.
    pub ended_at: Option<Timestamp>,
    /// What is counted.
    pub which: fn(&Minute) -> &Tally,
    /// Bad calls that are under way still, beside those that ended.
    pub under_way: Tally,
    /// How much more hits vary than independent ones.
    pub dispersion: f64,
    /// Against what.
    pub against: Against,
    /// The share that is usual or allowed; that of the tally where it is not given.
    pub share: Option<f64>,
    /// Turns the usual share of the tally into what is to be expected now.
    pub expected_now: fn(&super::hours::DayShape, Timestamp, f64) -> f64,
    pub shape: &'a super::hours::DayShape,
    /// The odds of bad calls are at least so many times the usual ones,
    pub odds: f64,
    /// their share at least this,
    pub share_min: f64,
    /// there are so many of them,
    pub hits_min: f64,
    /// among so many calls,
    pub trials_min: f64,
    /// and chance makes so many less often than this.
    pub chance_max: f64,
}

impl Test<'_> {
    /// The least likely span, if one is beyond chance and it goes on.
    pub fn find(&self) -> Option<Found> {
        let found = SPANS
            .iter()
            .filter_map(|minutes| self.look(self.since_end(*minutes)))
            .min_by(|one, other| one.chance.total_cmp(&other.chance))?;
        self.goes_on().then_some(found)
    }

    /// How likely the last so many minutes are, whatever else is asked of a finding.
    pub fn chance(&self, minutes: i64) -> f64 {
        let tally = self.history.tally(self.now, minutes, self.which);
        tally.chance(self.usual(&tally), self.dispersion)
    }

    /// So many minutes, or as many as there are since the last bad time.
    fn since_end(&self, minutes: i64) -> i64 {
        self.ended_at.map_or(minutes, |ended_at| {
            minutes.min(minute_of(self.now) - minute_of(ended_at))
        })
    }

    fn look(&self, minutes: i64) -> Option<Found> {
        let mut tally = self.history.tally(self.now, minutes, self.which);
        tally.merge(&self.under_way);
        let usual = self.usual(&tally);
        let enough = tally.hits >= self.hits_min && tally.trials >= self.trials_min;
        if !enough || tally.share() < odds_times(usual, self.odds).max(self.share_min) {
            return None;
        }
        let chance = tally.chance(usual, self.dispersion);
        if chance > self.chance_max {
            return None;
        }
        // One bad minute is an incident that is over, however bad it was.
        let others = tally.without(&self.history.worst(self.now, minutes, self.which));
        (others.chance(usual, self.dispersion) <= OTHERS_CHANCE_MAX).then_some(Found {
            against: self.against,
            minutes,
            trials: tally.trials,
            hits: tally.hits,
            usual,
            chance,
        })
    }

    fn usual(&self, tally: &Tally) -> f64 {
        match self.share {
            Some(share) => share,
            None => (self.expected_now)(self.shape, self.now, tally.usual()),
        }
    }

    fn bad_from(&self, tally: &Tally) -> f64 {
        match self.share {
            Some(share) => share,
            None => odds_times(self.usual(tally), STILL_ODDS),
        }
    }

    fn goes_on(&self) -> bool {
        let (trials, minutes) = NEWEST;
        let mut newest = self.history.newest(self.now, trials, minutes, self.which);
        newest.merge(&self.under_way);
        newest.trials > 0.0 && newest.share() > self.bad_from(&newest)
    }

    /// Whether a bad time is over: calls are as usual again, or nobody calls any more.
    pub fn is_calm(&self) -> bool {
        let mut tally = self.history.tally(self.now, CALM_MINUTES, self.which);
        let (trials, minutes) = CALM;
        if tally.trials < trials {
            tally = self.history.newest(self.now, trials, minutes, self.which);
        }
        tally.merge(&self.under_way);
        tally.trials < 1.0 || tally.share() < self.bad_from(&tally)
    }

    /// The first minute of the bad time that goes on now.
    pub fn began(&self) -> Timestamp {
        let (mut began, mut usual) = (self.now, 0);
        for cell in self.history.latest(self.now, self.since_end(SPANS[2])) {
            let tally = (self.which)(cell);
            if tally.trials < 1.0 {
                continue;
            }
            if tally.share() > self.bad_from(tally) {
                began = cell.start();
                usual = 0;
            } else {
                usual += 1;
                if usual > USUAL_BETWEEN {
                    break;
                }
            }
        }
        began
    }
}
