//! The functions of PromQL: one table, one file a family.
//!
//! A family is a file of this folder with a `const FUNCTIONS: &[Function]`, and one line in [`FAMILIES`].

mod absent;
#[cfg(test)]
mod agreement;
mod changes;
mod classic_histogram;
mod date;
pub(crate) mod extended;
mod histogram_quantile;
mod instant_rate;
mod labels;
mod math;
mod native_histogram;
mod natural_order;
mod order;
mod over_time;
mod rate;
mod regression;
pub(crate) mod remarks;
mod rolled;
mod scalars;
mod smoothing;
mod sort;
mod special;
mod sum;
mod trig;

pub(crate) use rolled::{RolledFunction, RolledWindow, lookup as lookup_rolled};

use swarmpulse_model::Labels;
use swarmpulse_model::series::NativeHistogram;

use crate::matrix::{Evaluated, Matrix, Scalar, Steps};
use crate::syntax::{Call, ValueType};
use crate::window::{Window, Windows};
use crate::{EvalError, Notes, PointValue};

/// One function.
#[derive(Debug)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// Types of its arguments.
    pub arguments: &'static [ValueType],
    /// How often the last argument may be given.
    pub variadic: Variadic,
    /// What it returns.
    pub returns: ValueType,
    /// Whether Prometheus wants a feature flag for it. Here it can always be used.
    pub experimental: bool,
    /// Whether its value changes with the time of evaluation, even if its arguments do not.
    pub sees_time: bool,
    /// What it does.
    pub body: Body,
}

/// How often the last argument may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variadic {
    /// Once.
    No,
    /// Up to so many times, or never.
    UpTo(usize),
    /// Any number of times, or never.
    Any,
}

/// What a function does. The evaluator does the loop over steps and series, and threads.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    /// Maps each float of its vector argument, given the scalars at that step in order (those not given are left out).
    /// `None` is no value. Histograms have no value. Drops the metric's name.
    Float(fn(f64, &[f64]) -> Option<f64>),
    /// The same, for a Unix time in seconds; without an argument, the time of evaluation.
    Date(fn(f64) -> f64),
    /// Maps each native histogram of its vector argument, given the scalars. Floats have no value. Drops the metric's
    /// name.
    Histogram(fn(&NativeHistogram, &[f64]) -> Option<f64>),
    /// Of the windows of a range.
    Range(RangeBody),
    /// Sees all series and steps at once.
    Vector(fn(Inputs<'_>) -> Result<Evaluated, EvalError>),
    /// `timestamp`, `info`, `absent_over_time` and what tells of the query, which the evaluator does itself.
    Special(Special),
}

/// Functions that are part of the evaluator, because they see more than values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// `timestamp`: sees the time of samples.
    Timestamp,
    /// `info`: selects series of its own.
    Info,
    /// `absent_over_time`: has a value where no series has one.
    AbsentOverTime,
    /// `start()`: the first step of the query, in seconds.
    QueryStart,
    /// `end()`: the last step of the query, in seconds.
    QueryEnd,
    /// `range()`: from the first step to the last, in seconds.
    QueryRange,
    /// `step()`: from step to step, in seconds; 0 in an instant query.
    QueryStep,
}

/// A function of the windows of a range.
#[derive(Clone, Copy, Debug)]
pub struct RangeBody {
    /// Its value in one window.
    pub window: WindowFunction,
    /// Its values in all windows of one series, where that is faster: writes one value for each step into the slice, which
    /// comes filled with [`crate::matrix::ABSENT`], and returns true; or false to be asked window by window. Asked only if the
    /// series has no histograms; must agree with `window` to the bit.
    pub series: Option<SeriesFunction>,
    /// Whether the metric's name stays.
    pub keeps_name: bool,
    /// Says what there is to say of a series that has values: called once for each, after its windows.
    pub review: Option<fn(&mut RangeContext<'_>)>,
}

/// The value of a function in one window, given the scalars at that step in order.
pub type WindowFunction = fn(&Window<'_>, &[f64], &mut RangeContext<'_>) -> Option<PointValue>;
/// The values of a function in all windows of one series.
pub type SeriesFunction = fn(&Windows<'_>, &[Scalar], &mut [f64], &mut RangeContext<'_>) -> bool;

/// What a range function may want to know beside its window.
#[derive(Debug)]
pub struct RangeContext<'a> {
    /// The call: spans of its arguments.
    pub call: &'a Call,
    /// The labels of the series.
    pub labels: &'a Labels,
    /// Takes warnings and infos.
    pub notes: &'a mut Notes,
}

/// What a function sees that works on all series and steps at once.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The steps.
    pub steps: Steps,
    /// The call: spans and syntax of its arguments.
    pub call: &'a Call,
    /// The values of its arguments.
    pub arguments: Vec<Evaluated>,
    /// Takes warnings and infos.
    pub notes: &'a mut Notes,
}

/// Every family of functions.
const FAMILIES: &[&[Function]] = &[
    absent::FUNCTIONS,
    changes::FUNCTIONS,
    date::FUNCTIONS,
    histogram_quantile::FUNCTIONS,
    instant_rate::FUNCTIONS,
    labels::FUNCTIONS,
    math::FUNCTIONS,
    native_histogram::FUNCTIONS,
    over_time::EXTREMES,
    over_time::PLACES,
    over_time::QUANTILES,
    over_time::SUMS,
    over_time::VARIANCE,
    rate::FUNCTIONS,
    regression::FUNCTIONS,
    scalars::FUNCTIONS,
    smoothing::FUNCTIONS,
    sort::FUNCTIONS,
    special::FUNCTIONS,
    trig::FUNCTIONS,
];

/// The function of that name.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static Function> {
    all().find(|function| function.name == name)
}

/// Every function.
pub fn all() -> impl Iterator<Item = &'static Function> {
    FAMILIES.iter().copied().flatten()
}

impl Inputs<'_> {
    /// Takes the argument at a place, which is a vector.
    fn take_vector(&mut self, place: usize) -> Result<Matrix, EvalError> {
        match self.take(place)? {
            Evaluated::Vector(matrix) => Ok(matrix),
            Evaluated::Scalar(_) | Evaluated::Text(_) => Err(wrong_argument(place, ValueType::Vector)),
        }
    }

    /// Takes the argument at a place, which is a scalar.
    fn take_scalar(&mut self, place: usize) -> Result<Scalar, EvalError> {
        match self.take(place)? {
            Evaluated::Scalar(scalar) => Ok(scalar),
            Evaluated::Vector(_) | Evaluated::Text(_) => Err(wrong_argument(place, ValueType::Scalar)),
        }
    }

    /// Takes the argument at a place, which is text.
    fn take_text(&mut self, place: usize) -> Result<String, EvalError> {
        match self.take(place)? {
            Evaluated::Text(text) => Ok(text),
            Evaluated::Vector(_) | Evaluated::Scalar(_) => Err(wrong_argument(place, ValueType::String)),
        }
    }

    fn take(&mut self, place: usize) -> Result<Evaluated, EvalError> {
        let taken = Evaluated::Text(String::new());
        let argument = self.arguments.get_mut(place);
        argument
            .map(|argument| std::mem::replace(argument, taken))
            .ok_or_else(|| EvalError::Execution(format!("argument {} is missing", place + 1)))
    }
}

/// The parser checks types; this is for those who evaluate without it.
fn wrong_argument(place: usize, expected: ValueType) -> EvalError {
    EvalError::Execution(format!("argument {} is not of type {expected}", place + 1))
}

/// A function of the windows of a range alone, that drops the metric's name.
const fn of_range(name: &'static str, window: WindowFunction, series: Option<SeriesFunction>) -> Function {
    Function::new(
        name,
        &[ValueType::Matrix],
        Body::Range(RangeBody {
            window,
            series,
            keeps_name: false,
            review: None,
        }),
    )
}

impl Function {
    /// A function of these arguments to a vector: no argument repeated, stable, blind to time.
    #[must_use]
    pub const fn new(name: &'static str, arguments: &'static [ValueType], body: Body) -> Self {
        Self {
            name,
            arguments,
            variadic: Variadic::No,
            returns: ValueType::Vector,
            experimental: false,
            sees_time: false,
            body,
        }
    }
}
