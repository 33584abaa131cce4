//! Runs files of cases.

use swarmpulse_store::MetricStore;

use super::compare::compare;
use super::expectation::Times;
use super::load::load;
use super::overlay::Overlaid;
use super::report::{Case, Outcome, Report};
use super::script::{Command, Eval, Kind, commands};
use super::variants::pinned;
use crate::syntax::{Duration, DurationExpr, Expr};
use crate::{Answer, Options, PointValue, Value, VectorSample, When, evaluate, parse};

/// Runs the cases of a file, named as its report will name it. `fresh` makes an empty store.
pub fn run(file: &str, text: &str, options: &Options, fresh: &dyn Fn() -> Box<dyn MetricStore>) -> Report {
    let mut store = Overlaid::new(fresh());
    let mut report = Report {
        file: file.to_owned(),
        cases: Vec::new(),
    };
    for command in commands(text) {
        let outcome = match &command.kind {
            Kind::Clear => {
                store = Overlaid::new(fresh());
                continue;
            }
            Kind::Load(samples) => match load(samples, &store) {
                Ok(()) => continue,
                Err(reason) => Err(reason),
            },
            Kind::Eval(eval) => check(eval, options, &store),
            Kind::Wrong(reason) => Err(reason.clone()),
        };
        report.cases.push(case(command, outcome));
    }
    report
}

fn case(command: Command, outcome: Result<(), String>) -> Case {
    Case {
        line: command.line,
        text: command.text,
        outcome: match outcome {
            Ok(()) => Outcome::Passed,
            Err(reason) => Outcome::Failed { reason },
        },
    }
}

fn check(eval: &Eval, options: &Options, store: &Overlaid) -> Result<(), String> {
    let at_ms = match eval.when {
        When::Range {
            start_ms,
            end_ms,
            step_ms,
        } => {
            let times = Times {
                start_ms,
                end_ms,
                step_ms,
            };
            let Some(answer) = asked(&eval.expr, eval.when, eval, options, store)? else {
                return Ok(());
            };
            return compare(&eval.expected, &answer.value, Some(times));
        }
        When::Instant { at_ms } => at_ms,
    };
    instant(&eval.expr, at_ms, eval, options, store)?;
    if let Some((text, times)) = pinned(&eval.expr, at_ms) {
        for at_ms in times {
            instant(&text, at_ms, eval, options, store)
                .map_err(|reason| format!("as {text} at {at_ms} ms: {reason}"))?;
        }
    }
    Ok(())
}

/// The answer; none if it was to fail and did.
fn asked(
    text: &str,
    when: When,
    eval: &Eval,
    options: &Options,
    store: &Overlaid,
) -> Result<Option<Answer>, String> {
    let expr = parse(text).map_err(|error| error.to_string())?;
    let answer = match evaluate(store, text, &expr, when, options) {
        Ok(answer) => answer,
        Err(error) => return eval.expected.check_failure(&error.to_string()).map(|()| None),
    };
    if eval.expected.fail.is_some() {
        return Err("expected an error but got none".to_owned());
    }
    eval.expected.check_annotations(&answer.annotations)?;
    Ok(Some(answer))
}

/// Whether an expression asks where the query begins and ends, or for its step, which are others in a range.
fn asks_for_steps(expr: &Expr) -> bool {
    let computed = |duration: Option<&Duration>| {
        duration.is_some_and(|duration| matches!(duration, Duration::Computed(expr) if duration_asks(expr)))
    };
    let own = match expr {
        Expr::Call(call) => matches!(call.function.name, "start" | "end" | "range" | "step"),
        Expr::Selector(selector) => computed(selector.offset.as_ref()),
        Expr::Range(range) => computed(Some(&range.range)) || computed(range.selector.offset.as_ref()),
        Expr::Subquery(subquery) => {
            computed(Some(&subquery.range))
                || computed(subquery.step.as_ref())
                || computed(subquery.offset.as_ref())
        }
        _ => false,
    };
    own || expr.children().into_iter().any(asks_for_steps)
}

fn duration_asks(expr: &DurationExpr) -> bool {
    match expr {
        DurationExpr::Number(_) => false,
        DurationExpr::Step(_) | DurationExpr::Range(_) => true,
        DurationExpr::Operation { left, right, .. } => {
            left.as_deref().is_some_and(duration_asks) || duration_asks(right)
        }
    }
}

/// At one time, and as the middle of a range around it.
fn instant(text: &str, at_ms: i64, eval: &Eval, options: &Options, store: &Overlaid) -> Result<(), String> {
    let Some(answer) = asked(text, When::Instant { at_ms }, eval, options, store)? else {
        return Ok(());
    };
    compare(&eval.expected, &answer.value, None)?;
    let scalar = match answer.value {
        Value::Matrix(_) | Value::String { .. } => return Ok(()),
        Value::Scalar { .. } => true,
        Value::Vector(_) => false,
    };
    let expr = parse(text).map_err(|error| error.to_string())?;
    if eval.expected.ordered || asks_for_steps(&expr) {
        return Ok(());
    }
    let around = When::Range {
        start_ms: at_ms - 60_000,
        end_ms: at_ms + 60_000,
        step_ms: 60_000,
    };
    let ranged = evaluate(store, text, &expr, around, options)
        .map_err(|error| format!("error evaluating query in range mode: {error}"))?;
    let Value::Matrix(series) = ranged.value else {
        return Err("a range query did not come to a matrix".to_owned());
    };
    let mut samples = Vec::new();
    for one in series {
        let float = one.points.times_ms.iter().position(|time| *time == at_ms);
        let histogram = one.points.histograms.iter().find(|(time, _)| *time == at_ms);
        let value = match (float, histogram) {
            (Some(place), _) => PointValue::Float(one.points.values[place]),
            (None, Some((_, histogram))) => PointValue::Histogram(histogram.clone()),
            (None, None) => continue,
        };
        samples.push(VectorSample {
            labels: one.labels,
            at_ms,
            value,
        });
    }
    let middle = match samples.first() {
        Some(VectorSample {
            value: PointValue::Float(value),
            ..
        }) if scalar => Value::Scalar { at_ms, value: *value },
        _ => Value::Vector(samples),
    };
    compare(&eval.expected, &middle, None).map_err(|reason| format!("in range mode: {reason}"))
}
