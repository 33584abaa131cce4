//! What is said of an objective: its promise, and how it stands, with the figures.

use crate::duration::format_duration;
use crate::indicator::{Budgeting, Indicator};
use crate::objective::Objective;
use crate::status::{SloState, SloStatus};

impl Objective {
    /// What is promised, in words: `99.9% good over 30d`.
    #[must_use]
    pub fn promise(&self) -> String {
        let of_what = match self.budgeting {
            Budgeting::Timeslices { slice_s, .. } => format!("of slices of {}", format_duration(slice_s)),
            Budgeting::RatioTimeslices { slice_s } => {
                format!("on average of slices of {}", format_duration(slice_s))
            }
            Budgeting::Occurrences if self.counts_events() => "of events".to_owned(),
            Budgeting::Occurrences => "of time".to_owned(),
        };
        let what = match &self.indicator {
            Indicator::Events { .. } | Indicator::Share { .. } => format!("{of_what} good"),
            Indicator::Figure { bound, .. } => {
                format!("{of_what} {} {}", bound.comparison.words(), number(bound.value))
            }
        };
        format!("{} {what} over {}", percent(self.target), self.period.describe())
    }
}

/// How it stands, in one sentence.
pub(crate) fn of(objective: &Objective, status: &SloStatus) -> String {
    let mut text = format!("{}: ", status.state.as_str());
    if let Some(error) = &status.error {
        text.push_str(&format!("cannot be judged, {error}."));
        return text;
    }
    let promise = objective.promise();
    let Some(sli) = status.sli else {
        text.push_str("nothing was measured");
        if objective.only.is_some() {
            text.push_str(" while it applies");
        }
        text.push_str(&format!(" ({promise})."));
        return text;
    };
    text.push_str(&format!("{} was good", precise_percent(sli, objective.target)));
    if let (Some(value), Indicator::Figure { bound, .. }) = (status.value, &objective.indicator) {
        let words = bound.comparison.words();
        text.push_str(&format!(
            " (now {}, wanted {words} {})",
            number(value),
            number(bound.value)
        ));
    }
    text.push_str(&format!(", promised {promise}"));
    if let Some(budget) = &status.budget {
        push_budget(&mut text, status, budget);
    }
    if let (Some(since), Some(span)) = (status.data_since, status.span) {
        let seen_s = span.to.seconds_since(since);
        text.push_str(&format!("; data since {since}, {} of it", length(seen_s)));
    }
    text.push('.');
    text
}

fn push_budget(text: &mut String, status: &SloStatus, budget: &crate::status::ErrorBudget) {
    let Some(left) = budget.remaining_ratio else {
        text.push_str("; it allows no errors");
        return;
    };
    let amount = match (
        budget.remaining_minutes,
        budget.minutes,
        budget.remaining_events,
        budget.events,
    ) {
        (Some(left), Some(all), _, _) => format!(" ({} of {} min)", number(left), number(all)),
        (_, _, Some(left), Some(all)) => format!(" ({} of {} events)", number(left), number(all)),
        _ => String::new(),
    };
    if left < 0.0 {
        text.push_str(&format!(
            "; the error budget is overdrawn: {} left{amount}",
            percent(left)
        ));
    } else {
        text.push_str(&format!(
            "; {} of the error budget is left{amount}",
            percent(left)
        ));
    }
    if let Some(rate) = status.burn.hour {
        text.push_str(&format!(", burning at {} over 1h", number(rate)));
    }
    if status.state != SloState::Violating
        && let Some(at) = status.forecast.exhausted_at
    {
        let window = format_duration(status.forecast.window_s);
        text.push_str(&format!(", gone by {at} at the rate of the last {window}"));
    }
}

/// A share as a percentage with as many digits as tell something.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0))
}

/// A share that is told from the target beside it: more digits the closer to all the target is.
fn precise_percent(share: f64, target: f64) -> String {
    let allowed = (1.0 - target).max(1e-6);
    let digits = (-(allowed * 100.0).log10()).ceil().clamp(0.0, 4.0) as usize + 2;
    let text = format!("{:.digits$}", share * 100.0);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    // Nothing but all is told as all.
    if text == "100" && share < 1.0 {
        return "just under 100%".to_owned();
    }
    format!("{text}%")
}

/// A figure with about four digits.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    let digits = if size >= 1000.0 || size == 0.0 {
        0
    } else {
        (3 - size.log10().floor() as i32).clamp(0, 6) as usize
    };
    let text = format!("{value:.digits$}");
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// A length of time for people.
fn length(seconds: f64) -> String {
    for (unit, worth) in [("d", 86_400.0), ("h", 3600.0), ("min", 60.0)] {
        if seconds >= 2.0 * worth {
            return format!("{} {unit}", number((seconds / worth * 10.0).round() / 10.0));
        }
    }
    format!("{} s", number(seconds.round()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_do_not_lie() {
        for (value, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (14.4, "14.4"),
            (99.9, "99.9"),
            (99.951, "99.95"),
            (1e8, "100000000"),
            (-0.5, "-0.5"),
            (43.2, "43.2"),
            (-0.000_000_01, "0"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(precise_percent(0.999_5, 0.999), "99.95%");
        assert_eq!(precise_percent(0.999_999_999, 0.999), "just under 100%");
        assert_eq!(precise_percent(1.0, 0.999), "100%");
        assert_eq!(precise_percent(0.912_345, 0.9), "91.23%");
        assert_eq!(length(12_600.0), "3.5 h");
    }
}
