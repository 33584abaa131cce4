//! Memory leaks: growth that goes on, told from saw-teeth, warm-ups, fills, steps, spikes, daily curves and restarts.

mod clean;
mod growth;
mod hold;
mod hours;
mod minute;
mod minutes;
mod ring;
mod shape;
mod telling;
mod track;
mod watch;

use swarmpulse_model::Timestamp;

pub use track::LeakState;
pub(crate) use watch::LeakWatch;

use crate::catalogue::{Condition, Description, SeriesInfo};
use track::Track;

/// A mebibyte.
const MIB: f64 = 1_048_576.0;
/// Labels of what is published, whatever kind of entity it is of.
const LABELS: &[&str] = &["namespace", "agent", "service", "host", "sandbox"];

/// What it is.
pub(crate) static DESCRIPTION: Description = Description {
    name: "leak",
    summary: "finds memory that grows and goes on growing, from 15 MiB/h within 90 minutes to 1 MiB/h within two days",
    method: "Minutes (medians of their samples) are freed of outliers, of leaps from one level to another and of the teeth of a \
        saw, whose period is found from the differences; days are judged by the least value of every hour, freed of the shape of a \
        day. In several windows that end now the beginning of growth is sought, and growth that goes on is weighed against a step or \
        a fill that ended. The slope is the median of all slopes (Theil-Sen) since growth began, with a Mann-Kendall test whose \
        variance is corrected for autocorrelation; and a line in nearly white noise must be likelier than no line in noise so slow \
        that it would look like one, where what the series showed before counts. It takes at least 80 minutes of growth above \
        6 MiB/h (a daily curve gives less), or 30 hours above 0.4 MiB/h; before that, growth is `growing` at most. A restart, told \
        or seen as a fall, begins anew; with less than 60 minutes it says that it does not know. Confidence is the probability that \
        there is growth above those floors and that it goes on.",
    sources: &[
        "Sen 1968: Estimates of the regression coefficient based on Kendall's tau",
        "Hamed and Rao 1998: A modified Mann-Kendall trend test for autocorrelated data",
        "Cochrane and Orcutt 1949: Application of least squares regression to relationships containing auto-correlated error terms",
        "Vaidyanathan and Trivedi 2005: A comprehensive model for software rejuvenation",
    ],
    conditions: &[Condition {
        name: "memory_leak",
        meaning: "Memory grows and goes on growing beyond any warm-up, fill or daily curve.",
    }],
    series: &[
        SeriesInfo {
            name: "swarmpulse_leak_rate_bytes_per_hour",
            unit: "bytes_per_hour",
            labels: LABELS,
            help: "How fast memory grows; only where it grows plainly, be it a fill, a warm-up or a leak.",
        },
        SeriesInfo {
            name: "swarmpulse_leak_time_to_limit_seconds",
            unit: "seconds",
            labels: LABELS,
            help: "Time until memory reaches its limit if it goes on growing; only where it leaks and a limit is known.",
        },
    ],
};

/// What is held to be true of one series at the time of its latest sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakVerdict {
    /// What it is.
    pub state: LeakState,
    /// Growth in bytes an hour, if it grows.
    pub rate_bytes_per_hour: Option<f64>,
    /// The 95 % interval of that, if it leaks.
    pub interval: Option<(f64, f64)>,
    /// When growth began, if it leaks.
    pub from: Option<Timestamp>,
    /// The probability that it is a leak, if it is called one.
    pub confidence: Option<f64>,
    /// The level of memory now, in bytes: the median of the latest minutes.
    pub level_bytes: Option<f64>,
}

/// The leak detector on one series, for files and experiments.
#[derive(Clone, Debug, Default)]
pub struct LeakTracker(Track);

impl LeakTracker {
    /// The most memory that one takes, in bytes, whatever it is told.
    pub const BYTES_MAX: usize = 4096;

    /// A sample in bytes; samples come in the order of time, and others than finite ones are left out.
    pub fn sample(&mut self, at: Timestamp, value: f64) {
        if value.is_finite() {
            self.0.sample(at, value);
        }
    }

    /// The process began anew.
    pub fn restart(&mut self) {
        self.0.restart();
    }

    /// What is held to be true now.
    #[must_use]
    pub fn verdict(&self) -> LeakVerdict {
        let leak = self.0.leak();
        LeakVerdict {
            state: self.0.state(),
            rate_bytes_per_hour: self.0.rate(),
            interval: leak.map(|hold| (hold.growth.low, hold.growth.high)),
            from: leak.map(|hold| telling::minute(hold.from)),
            confidence: leak.map(|hold| hold.growth.confidence()),
            level_bytes: self.0.level(),
        }
    }
}

const _: () = assert!(Track::BYTES <= LeakTracker::BYTES_MAX, "a track is bounded");
