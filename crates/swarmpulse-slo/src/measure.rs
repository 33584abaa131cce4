//! Judging an objective from the series themselves: exact where rules only record, and right from the first sample on.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::{Text, Timestamp};
use swarmpulse_rules::{QueryError, QuerySample};

use crate::namespaces::{ALL_NAMESPACES, LABEL, Namespaces};
use crate::objective::Objective;
use crate::period::Span;
use crate::sentence;
use crate::status::{BurnRates, ErrorBudget, Forecast, SloState, SloStatus};
use crate::watch::Watch;

/// The rate of burning that forecasts go by, of periods of three days and longer; of shorter ones an hour.
const FORECAST_S: u64 = 6 * 3600;
const SHORT_FORECAST_S: u64 = 3600;
const SHORT_PERIOD_S: u64 = 3 * 86_400;

/// Namespaces that an objective is judged for, those that are known first.
const NAMESPACES_MAX: usize = 200;

/// Rounding in sums of many shares must not turn a promise that is just kept into one that is not.
const TOLERANCE: f64 = 1e-9;

/// Why there is nothing, and what to write instead.
const NOT_SPLIT: &str = "`scalar()` of the series of several namespaces is nothing: write `on ()` and a vector in its place, or \
                         say `namespaces: together`, or `namespace: NAME` in one objective for each";

/// Answers queries.
pub trait SloQueries {
    /// What an expression comes to at one time.
    ///
    /// # Errors
    /// If it cannot be evaluated, or there is too much of it.
    fn instant(&self, expr: &str, at: Timestamp) -> Result<Vec<QuerySample>, QueryError>;

    /// The same of what the monitor writes of itself, which is of no namespace: whoever sees one alone may be told it.
    ///
    /// # Errors
    /// As [`SloQueries::instant`].
    fn monitor(&self, expr: &str, at: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        self.instant(expr, at)
    }
}

/// How an objective stands at a time, in each namespace that it is of: in those of `known`, even if nothing was measured
/// there, and in every other one in which something was. Each query is asked once for all of them.
pub fn statuses(
    objective: &Objective,
    source: &dyn SloQueries,
    now: Timestamp,
    known: &[Text],
) -> Vec<SloStatus> {
    let once = Once::new(source);
    let names: BTreeSet<Text> = match &objective.namespaces {
        Namespaces::One(name) => BTreeSet::from([name.clone()]),
        Namespaces::Together => BTreeSet::from([Text::const_new(ALL_NAMESPACES)]),
        Namespaces::Each => {
            let mut names: BTreeSet<Text> = known.iter().take(NAMESPACES_MAX).cloned().collect();
            let measured = objective
                .period
                .span(now)
                .ok()
                .and_then(|span| once.instant(&objective.error_over(span.elapsed_s()), now).ok());
            for sample in measured.into_iter().flatten() {
                if names.len() < NAMESPACES_MAX {
                    names.insert(namespace_of(&sample).into());
                }
            }
            if names.is_empty() {
                names.insert(Text::const_new(DEFAULT_NAMESPACE));
            }
            names
        }
    };
    let cannot_be_split = names.len() > 1 && objective.makes_numbers();
    let judged = names.iter().map(|name| {
        let mut status = status(objective, &once, now, name);
        if cannot_be_split && status.sli.is_none() && status.error.is_none() {
            status.error = Some(NOT_SPLIT.to_owned());
            status.sentence = sentence::of(objective, &status);
        }
        status
    });
    judged.collect()
}

/// How an objective stands at a time in a namespace. A query that fails makes it one without data that says why.
pub fn status(objective: &Objective, source: &dyn SloQueries, now: Timestamp, namespace: &str) -> SloStatus {
    let mut status = SloStatus {
        namespace: namespace.into(),
        state: SloState::NoData,
        target: objective.target,
        sli: None,
        value: None,
        budget: None,
        burn: BurnRates::default(),
        forecast: Forecast::default(),
        span: None,
        data_since: None,
        observed_ratio: None,
        watch: None,
        sentence: String::new(),
        error: None,
    };
    if let Err(reason) = fill(&mut status, objective, source, now) {
        status.state = SloState::NoData;
        status.error = Some(reason);
    }
    status.sentence = sentence::of(objective, &status);
    status
}

/// Asks each query once.
struct Once<'a> {
    source: &'a dyn SloQueries,
    answers: RefCell<HashMap<String, Answer>>,
}

/// What a query came to.
type Answer = Result<Vec<QuerySample>, QueryError>;

impl<'a> Once<'a> {
    fn new(source: &'a dyn SloQueries) -> Self {
        Self {
            source,
            answers: RefCell::default(),
        }
    }
}

impl SloQueries for Once<'_> {
    /// All questions are of one time.
    fn instant(&self, expr: &str, at: Timestamp) -> Answer {
        if let Some(answer) = self.answers.borrow().get(expr) {
            return answer.clone();
        }
        let answer = self.source.instant(expr, at);
        self.answers.borrow_mut().insert(expr.to_owned(), answer.clone());
        answer
    }

    fn monitor(&self, expr: &str, at: Timestamp) -> Answer {
        self.source.monitor(expr, at)
    }
}

/// Whose a sample is.
fn namespace_of(sample: &QuerySample) -> &str {
    match sample.labels.get(LABEL) {
        None | Some("") => DEFAULT_NAMESPACE,
        Some(name) => name,
    }
}

fn fill(
    status: &mut SloStatus,
    objective: &Objective,
    source: &dyn SloQueries,
    now: Timestamp,
) -> Result<(), String> {
    // Of one namespace, or of all of them together, there is one answer, without a label that says so.
    let own = match objective.namespaces {
        Namespaces::Each => status.namespace.clone(),
        Namespaces::One(_) | Namespaces::Together => Text::const_new(DEFAULT_NAMESPACE),
    };
    let ask = |expr: &str| one(source, expr, now, &own);
    let span = objective.period.span(now).map_err(|error| error.to_string())?;
    let elapsed_s = span.elapsed_s();
    status.span = Some(span);
    status.watch = Watch::of(source, &span)?;
    if let Some(expr) = objective.figure_now() {
        status.value = ask(&expr)?;
    }
    let Some(error) = ask(&objective.error_over(elapsed_s))? else {
        return Ok(());
    };
    let error = error.clamp(0.0, 1.0);
    status.sli = Some(1.0 - error);
    let first_s = ask(&objective.first_over(elapsed_s))?;
    let (looks, step_s) = objective.looks_over(elapsed_s);
    let observed_s = ask(&looks)?.map_or(0.0, |looks| looks * step_s as f64);
    status.data_since = first_s
        .map(Timestamp::from_unix_s)
        .filter(|first| first.seconds_since(span.from) > 2.0 * step_s as f64);
    if !objective.counts_events() {
        status.observed_ratio = Some((observed_s / elapsed_s as f64).min(1.0));
    }
    let budget = match objective.events_over(elapsed_s) {
        Some(expr) => of_events(objective.budget(), error, ask(&expr)?),
        None if objective.counts_events() => of_share(objective.budget(), error),
        None => of_time(objective.budget(), error, observed_s, &span),
    };
    // What was seen to go badly did; that nothing else did is only known of what was seen.
    status.state = if overdrawn(&budget, error) {
        SloState::Violating
    } else if status.watch.is_none_or(|watch| watch.suffices()) {
        SloState::Meeting
    } else {
        SloState::NoData
    };
    status.burn = burn(objective, &ask)?;
    status.forecast = forecast(objective, status, &budget, observed_s, error);
    status.budget = Some(budget);
    Ok(())
}

/// A namespace's value of an answer; of several series the worst, which a share of errors is the greatest of.
fn one(source: &dyn SloQueries, expr: &str, at: Timestamp, namespace: &str) -> Result<Option<f64>, String> {
    let found = source.instant(expr, at).map_err(|error| error.to_string())?;
    let own = found.iter().filter(|sample| namespace_of(sample) == namespace);
    Ok(worst(own))
}

/// The greatest of several values.
pub(crate) fn worst<'a>(samples: impl IntoIterator<Item = &'a QuerySample>) -> Option<f64> {
    let values = samples.into_iter().map(|sample| sample.value);
    values.filter(|value| !value.is_nan()).reduce(f64::max)
}

fn overdrawn(budget: &ErrorBudget, error: f64) -> bool {
    match budget.remaining_ratio {
        Some(left) => left < -TOLERANCE,
        None => error > TOLERANCE,
    }
}

fn of_share(ratio: f64, error: f64) -> ErrorBudget {
    ErrorBudget {
        ratio,
        remaining_ratio: (ratio > 0.0).then(|| 1.0 - error / ratio),
        minutes: None,
        remaining_minutes: None,
        events: None,
        remaining_events: None,
        total_events: None,
    }
}

fn of_events(ratio: f64, error: f64, total: Option<f64>) -> ErrorBudget {
    ErrorBudget {
        events: total.map(|total| total * ratio),
        remaining_events: total.map(|total| total * (ratio - error)),
        total_events: total,
        ..of_share(ratio, error)
    }
}

/// Of a rolling period the time that was seen, of a calendar's the whole: its rest is still to come.
fn of_time(ratio: f64, error: f64, observed_s: f64, span: &Span) -> ErrorBudget {
    let base_s = match span.ends {
        Some(_) => span.whole_s as f64,
        None => observed_s,
    };
    let (allowed_s, spent_s) = (base_s * ratio, observed_s * error);
    ErrorBudget {
        remaining_ratio: (allowed_s > 0.0).then(|| 1.0 - spent_s / allowed_s),
        minutes: Some(allowed_s / 60.0),
        remaining_minutes: Some((allowed_s - spent_s) / 60.0),
        ..of_share(ratio, error)
    }
}

fn burn(
    objective: &Objective,
    ask: &dyn Fn(&str) -> Result<Option<f64>, String>,
) -> Result<BurnRates, String> {
    let budget = objective.budget();
    let over = |window_s: u64| -> Result<Option<f64>, String> {
        if budget <= 0.0 || window_s > objective.period.nominal_s() {
            return Ok(None);
        }
        Ok(ask(&objective.error_over(window_s))?.map(|error| error.max(0.0) / budget))
    };
    Ok(BurnRates {
        now: over(300)?,
        hour: over(3600)?,
        six_hours: over(6 * 3600)?,
    })
}

/// What is left, over the speed at which it goes. While a rolling period is not full yet nothing leaves it, so that its
/// whole budget counts; once it is full, what leaves it is taken to be as good as the target.
fn forecast(
    objective: &Objective,
    status: &SloStatus,
    budget: &ErrorBudget,
    observed_s: f64,
    error: f64,
) -> Forecast {
    let period_s = objective.period.nominal_s();
    let (window_s, rate) = if period_s >= SHORT_PERIOD_S {
        (FORECAST_S, status.burn.six_hours)
    } else {
        (SHORT_FORECAST_S, status.burn.hour)
    };
    let none = Forecast {
        exhausted_at: None,
        window_s,
    };
    let (Some(rate), Some(left), Some(span)) = (rate, budget.remaining_ratio, status.span) else {
        return none;
    };
    if status.state == SloState::Violating || rate <= 0.0 {
        return none;
    }
    let whole_s = span.whole_s as f64;
    let spent_s = error / budget.ratio * observed_s;
    let left_s = match span.ends {
        Some(_) if !objective.counts_events() => left * whole_s,
        Some(_) => whole_s - error / budget.ratio * span.elapsed_s() as f64,
        None if status.data_since.is_some() => whole_s - spent_s,
        None => left * whole_s,
    };
    let exhausted_at = span.to.plus_s((left_s / rate).max(0.0));
    let lasts = match span.ends {
        Some(ends) => exhausted_at >= ends,
        // A rolling period forgets as fast as it burns at 1.
        None => rate <= 1.0,
    };
    if lasts {
        return none;
    }
    Forecast {
        exhausted_at: Some(exhausted_at),
        window_s,
    }
}
