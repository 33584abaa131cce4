//! How long the monitor itself did not look: told apart from what had no data while it did.
//!
//! The monitor writes its own figures every few seconds for as long as it runs. A minute without them is one that nobody
//! saw, whatever had been seen last: what it watches may have been well then, or not.

use swarmpulse_model::Timestamp;

use crate::duration::format_duration;
use crate::measure::{SloQueries, worst};
use crate::period::Span;

/// What the monitor writes of itself as long as it runs, 1 while it doubts that it sees: for all namespaces alike, so that
/// the default one's tells of all.
const OWN: &str = r#"swarmpulse_monitor_blind{namespace=""}"#;
/// An outage is told to so many seconds; of longer windows to as many as they are looked at.
const STEP_S: u64 = 60;
const STEPS_MAX: u64 = 43_200;
/// If no more than this share of the time was seen, being met cannot be said: what was not seen weighs as much as what was.
const SEEN_MIN: f64 = 0.5;

/// How the monitor looked at a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    /// From when on it could have looked: where the stretch begins, or when it ran for the first time.
    pub from: Timestamp,
    /// Seconds from then on.
    pub length_s: f64,
    /// Seconds of these in which it did not run, and nobody looked.
    pub unseen_s: f64,
    /// Seconds in which it ran and doubted that it saw: after a start or a stall, or when most of the fleet fell silent at once.
    pub blind_s: f64,
}

impl Watch {
    /// Which share of the time nobody looked.
    #[must_use]
    pub fn unseen_ratio(&self) -> f64 {
        if self.length_s > 0.0 {
            self.unseen_s / self.length_s
        } else {
            0.0
        }
    }

    /// Whether so much was seen that being met can be said of it.
    #[must_use]
    pub fn suffices(&self) -> bool {
        1.0 - self.unseen_ratio() > SEEN_MIN
    }

    /// How it looked at a stretch; `None` where it wrote nothing of itself, or whoever asks does not see it.
    ///
    /// # Errors
    /// If a query fails.
    pub(crate) fn of(source: &dyn SloQueries, span: &Span) -> Result<Option<Self>, String> {
        let elapsed_s = span.elapsed_s();
        let step_s = elapsed_s.div_ceil(STEPS_MAX).next_multiple_of(STEP_S);
        let (window, step) = (format_duration(elapsed_s), format_duration(step_s));
        let ask = |expr: &str| {
            let found = source.monitor(expr, span.to).map_err(|error| error.to_string())?;
            Ok::<_, String>(worst(&found))
        };
        let ran = format!("present_over_time({OWN}[{step}])");
        let looks = ask(&format!("count_over_time({ran}[{window}:{step}])"))?;
        let first_s = ask(&format!("min_over_time(timestamp({ran})[{window}:{step}])"))?;
        // Who looked before the stretch should have looked from its beginning on.
        let ran_before = ask(&format!("present_over_time({OWN}[{window}] offset {window})"))?.is_some();
        let blind = ask(&format!(
            "sum_over_time(last_over_time({OWN}[{step}])[{window}:{step}])"
        ))?;
        let step_ns = step_s as i64 * 1_000_000_000;
        // Looks are at whole multiples of the step, each at the step that ends there.
        let begin = span.from.0.div_euclid(step_ns) + 1;
        let first = match first_s {
            _ if ran_before => begin,
            Some(first_s) => Timestamp::from_unix_s(first_s).0.div_euclid(step_ns).max(begin),
            None => return Ok(None),
        };
        let all = (span.to.0.div_euclid(step_ns) + 1 - first).max(0) as f64;
        let length_s = |looks: f64| looks * step_s as f64;
        Ok(Some(Self {
            from: span.from.max(Timestamp((first - 1) * step_ns)),
            length_s: length_s(all),
            unseen_s: length_s((all - looks.unwrap_or(0.0)).max(0.0)),
            blind_s: length_s(blind.unwrap_or(0.0)),
        }))
    }
}
