//! What is said of an objective: its promise, and how it stands, with the figures.

use swarmpulse_model::Timestamp;

use crate::duration::format_duration;
use crate::indicator::{Budgeting, Indicator};
use crate::objective::Objective;
use crate::status::{SloState, SloStatus};
use crate::unit::{length, number, percent};

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
                format!("{of_what} {}", bound.text())
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
        text.push_str(&format!(" ({promise})"));
        push_unseen(&mut text, status);
        text.push('.');
        return text;
    };
    if status.watch.is_some_and(|watch| !watch.suffices()) && status.state == SloState::NoData {
        text.push_str("too little was seen, ");
    }
    text.push_str(&format!("{} was good", precise_percent(sli, objective.target)));
    if let (Some(value), Indicator::Figure { bound, .. }) = (status.value, &objective.indicator) {
        let now = bound.unit.text(value);
        text.push_str(&format!(" (now {now}, wanted {})", bound.text()));
    }
    text.push_str(&format!(", promised {promise}"));
    if let Some(budget) = &status.budget {
        push_budget(&mut text, status, budget);
    }
    if let (Some(since), Some(span)) = (status.data_since, status.span) {
        let seen_s = span.to.seconds_since(since);
        text.push_str(&format!(
            "; data since {}, {} of it",
            moment(since),
            length(seen_s)
        ));
    }
    push_unseen(&mut text, status);
    push_gaps(&mut text, status);
    text.push('.');
    text
}

/// Says how long nobody looked, and how long the monitor doubted that it saw.
fn push_unseen(text: &mut String, status: &SloStatus) {
    let Some(watch) = status.watch else {
        return;
    };
    if watch.unseen_s > 0.0 {
        let share = percent((watch.unseen_ratio() * 1e3).round() / 1e3);
        text.push_str(&format!(
            "; the monitor did not look for {} of {} ({share})",
            length(watch.unseen_s),
            length(watch.length_s)
        ));
    }
    if watch.blind_s > 0.0 {
        text.push_str(&format!("; it may have been blind for {}", length(watch.blind_s)));
    }
}

/// Says how much is missing in between while the monitor looked: what is absent is neither good nor bad, and nobody should
/// take it for good.
fn push_gaps(text: &mut String, status: &SloStatus) {
    /// So much may be missing unsaid: an evaluation now and then.
    const MISSING_MIN: f64 = 0.02;
    let (Some(observed), Some(span)) = (status.observed_ratio, status.span) else {
        return;
    };
    let whole_s = span.elapsed_s() as f64;
    let since = status.data_since.map_or(span.from, |since| since.max(span.from));
    let present_s = span.to.seconds_since(since).max(1.0);
    let unseen_s = status.watch.map_or(0.0, |watch| watch.unseen_s);
    let missing_s = present_s - observed * whole_s - unseen_s;
    if missing_s > (MISSING_MIN * present_s).max(120.0) {
        text.push_str(&format!("; {} of it without data", length(missing_s)));
    }
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
        (Some(left), Some(all), _, _) => format!(" ({} of {})", length(left * 60.0), length(all * 60.0)),
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
        text.push_str(&format!(
            ", gone by {} at the rate of the last {window}",
            moment(at)
        ));
    }
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

/// A time for people: to the minute, as far as anybody reads it.
fn moment(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(date), Some(minute)) => format!("{date} {minute} UTC"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_tell_as_much_as_their_target_asks() {
        assert_eq!(precise_percent(0.999_5, 0.999), "99.95%");
        assert_eq!(precise_percent(0.999_999_999, 0.999), "just under 100%");
        assert_eq!(precise_percent(1.0, 0.999), "100%");
        assert_eq!(precise_percent(0.912_345, 0.9), "91.23%");
    }

    #[test]
    fn times_are_told_to_the_minute() {
        assert_eq!(moment(Timestamp::from_unix_s(90.5)), "1970-01-01 00:01 UTC");
    }
}
