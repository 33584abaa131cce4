//! Expressions in PromQL that give an objective's figures from the series themselves: a series for each namespace.

use crate::duration::format_duration;
use crate::indicator::{Budgeting, Comparison, Counting, Indicator};
use crate::objective::Objective;
use crate::placeholder;

/// A window is looked at so many times at most.
const STEPS_MAX: u64 = 43_200;

impl Objective {
    /// The share of errors over the last so many seconds. Gives nothing where nothing was measured.
    #[must_use]
    pub fn error_over(&self, window_s: u64) -> String {
        let expression = match self.moment() {
            None => self.events_error(window_s),
            Some(moment) => {
                let window_s = window_s.max(self.slice_s().unwrap_or(0));
                let window = format_duration(window_s);
                let step = format_duration(self.step_s(window_s));
                format!("avg_over_time(({moment})[{window}:{step}])")
            }
        };
        self.namespaces.applied(&expression)
    }

    /// All events of the last so many seconds, if it counts events and its queries give numbers of them or rates.
    #[must_use]
    pub fn events_over(&self, window_s: u64) -> Option<String> {
        let Indicator::Events { total, .. } = &self.indicator else {
            return None;
        };
        if !self.counts_events() {
            return None;
        }
        let counted = summed(&placeholder::replaced(total, &format_duration(window_s)));
        let counted = if calls(total, "increase") || calls(total, "sum_over_time") {
            counted
        } else if calls(total, "rate") {
            format!("{counted} * {window_s}")
        } else {
            return None;
        };
        Some(self.namespaces.applied(&counted))
    }

    /// How many times in the last so many seconds there was anything to judge by, and how many seconds lie between two
    /// looks.
    #[must_use]
    pub fn looks_over(&self, window_s: u64) -> (String, u64) {
        let step_s = self.step_s(window_s);
        let (window, step) = (format_duration(window_s), format_duration(step_s));
        let looks = format!("count_over_time(({})[{window}:{step}])", self.presence());
        (self.namespaces.applied(&looks), step_s)
    }

    /// When in the last so many seconds there was something to judge by for the first time, in Unix seconds.
    #[must_use]
    pub fn first_over(&self, window_s: u64) -> String {
        let step = format_duration(self.step_s(window_s));
        let window = format_duration(window_s);
        let first = format!("min_over_time(timestamp({})[{window}:{step}])", self.presence());
        self.namespaces.applied(&first)
    }

    /// The figure as it is now, of an indicator that has one: the worst of several series.
    #[must_use]
    pub fn figure_now(&self) -> Option<String> {
        let figure = match &self.indicator {
            Indicator::Events { .. } => return None,
            Indicator::Share { query, .. } => format!("avg({})", told(query)),
            Indicator::Figure { query, bound } => {
                let worst = if bound.comparison.is_lower_bound() {
                    "min"
                } else {
                    "max"
                };
                format!("{worst}({})", told(query))
            }
        };
        Some(self.namespaces.applied(&figure))
    }

    /// Something that is there whenever the objective can be judged.
    fn presence(&self) -> String {
        match self.moment() {
            Some(moment) => moment,
            None => self.events_error(300),
        }
    }

    /// Seconds between two looks at a window.
    fn step_s(&self, window_s: u64) -> u64 {
        let slice_s = if self.budgeting == Budgeting::Occurrences {
            None
        } else {
            self.slice_s()
        };
        slice_s.unwrap_or_else(|| {
            let fine = if window_s <= 3600 { 30 } else { 60 };
            window_s.div_ceil(STEPS_MAX).next_multiple_of(fine)
        })
    }

    /// A slice's length, where time is sliced.
    pub(crate) fn slice_s(&self) -> Option<u64> {
        match self.budgeting {
            Budgeting::Occurrences => None,
            Budgeting::Timeslices { slice_s, .. } | Budgeting::RatioTimeslices { slice_s } => Some(slice_s),
        }
    }

    /// The share of errors at one moment, of an objective that counts time; `None` of one that counts events.
    fn moment(&self) -> Option<String> {
        let moment = match self.budgeting {
            Budgeting::Occurrences => self.plain_moment()?,
            Budgeting::RatioTimeslices { slice_s } => self.slice_error(slice_s),
            Budgeting::Timeslices { share, slice_s } => {
                let tolerated = ((1.0 - share) * 1e12).round() / 1e12;
                format!("({}) > bool {tolerated}", self.slice_error(slice_s))
            }
        };
        Some(match &self.only {
            Some(only) => format!("({moment}) and on() ({only})"),
            None => moment,
        })
    }

    /// The share of errors of the slice that ends now.
    fn slice_error(&self, slice_s: u64) -> String {
        match self.plain_moment() {
            None => self.events_error(slice_s),
            Some(moment) => {
                let step = format_duration(if slice_s <= 60 { 5 } else { 30 });
                format!("avg_over_time(({moment})[{}:{step}])", format_duration(slice_s))
            }
        }
    }

    /// The share of errors right now, of what has one.
    fn plain_moment(&self) -> Option<String> {
        match &self.indicator {
            Indicator::Events { .. } => None,
            Indicator::Share { query, counting } => {
                let mean = format!("avg({})", told(query));
                Some(match counting {
                    Counting::Bad => format!("clamp({mean}, 0, 1)"),
                    Counting::Good => format!("clamp(1 - {mean}, 0, 1)"),
                })
            }
            Indicator::Figure { query, bound } => {
                let broken = Comparison::opposite(bound.comparison);
                Some(format!("max(({}) {broken} bool {})", told(query), bound.value))
            }
        }
    }

    /// The share of events that went badly. Without events there is none; a part that has no series is none of them.
    fn events_error(&self, window_s: u64) -> String {
        let Indicator::Events {
            counting,
            part,
            total,
        } = &self.indicator
        else {
            return String::new();
        };
        let window = format_duration(window_s);
        let part = summed(&placeholder::replaced(part, &window));
        let total = summed(&placeholder::replaced(total, &window));
        let share = format!("({part} or {total} * 0) / ({total} > 0)");
        match counting {
            Counting::Bad => share,
            Counting::Good => format!("1 - {share}"),
        }
    }
}

/// The query without what is not a number: that is no figure, neither a good one nor a bad one.
fn told(query: &str) -> String {
    format!("({query}) >= -Inf")
}

/// The query as one series.
fn summed(query: &str) -> String {
    let query = query.trim();
    match query.strip_prefix("sum(") {
        Some(rest) if closes_at_end(rest) => query.to_owned(),
        _ => format!("sum({query})"),
    }
}

/// Whether the parenthesis that is open before this text is closed by its last character.
fn closes_at_end(text: &str) -> bool {
    let mut depth = 1_i64;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(mark) => {
                escaped = c == '\\' && mark != '`';
                if c == mark {
                    quote = None;
                }
            }
            None => match c {
                '"' | '\'' | '`' => quote = Some(c),
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            },
        }
        if depth == 0 {
            return at + 1 == text.len();
        }
    }
    false
}

/// Whether a query calls a function.
fn calls(query: &str, function: &str) -> bool {
    query.match_indices(function).any(|(at, _)| {
        let before = query[..at].chars().next_back();
        let after = query[at + function.len()..].trim_start().chars().next();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':') && after == Some('(')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_summed_once() {
        for query in ["sum(rate(x{a=\")\"}[5m]))", "sum(x)"] {
            assert_eq!(summed(query), query);
        }
        assert_eq!(summed("sum(x) / sum(y)"), "sum(sum(x) / sum(y))");
        assert_eq!(summed("rate(x[5m])"), "sum(rate(x[5m]))");
        assert_eq!(summed("sum by (a) (x)"), "sum(sum by (a) (x))");
    }

    #[test]
    fn functions_are_found_by_their_whole_names() {
        assert!(calls("sum(rate(x[5m]))", "rate"));
        assert!(!calls("sum(irate(x[5m]))", "rate"));
        assert!(!calls("success_rate", "rate"));
        assert!(calls("increase (x[5m])", "increase"));
    }
}
