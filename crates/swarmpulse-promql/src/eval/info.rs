//! `info`: adds labels of info metrics, such as `target_info`, to the series that they describe.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use swarmpulse_model::Labels;
use swarmpulse_model::series::METRIC_NAME;
use swarmpulse_store::metrics::{MatchOp, Matcher};

use super::context::Context;
use super::eval_vector;
use super::selector::{Taken, instant};
use crate::label_set::{in_braces, with};
use crate::matrix::{Matrix, Series, Steps, is_present};
use crate::syntax::{Call, VectorSelector};
use crate::{EvalError, Notes};

/// Labels that tell what an info metric is about.
const IDENTIFYING: [&str; 2] = ["instance", "job"];

/// Name of the info metric, and the values of the identifying labels.
type Signature = (String, [String; 2]);

fn execution(text: String) -> EvalError {
    EvalError::Execution(text)
}

/// What the second argument asks for.
struct Wanted {
    names: Vec<Matcher>,
    data: Vec<Matcher>,
}

impl Wanted {
    fn of(call: &Call) -> Self {
        let selector = call
            .arguments
            .get(1)
            .and_then(|argument| argument.unwrapped().selector());
        let matchers = selector.map_or(&[][..], |selector| selector.matchers.as_slice());
        let (mut names, data): (Vec<Matcher>, Vec<Matcher>) = matchers
            .iter()
            .cloned()
            .partition(|matcher| matcher.name() == METRIC_NAME);
        if names.is_empty() {
            names.push(Matcher::equal(METRIC_NAME, "target_info"));
        }
        Self { names, data }
    }

    fn only_excludes(&self) -> bool {
        self.names.iter().all(|matcher| matcher.op().is_negative())
    }

    /// Info series are not described by others.
    fn is_info(&self, labels: &Labels) -> bool {
        let name = labels.metric_name();
        !self.only_excludes() && self.names.iter().all(|matcher| matcher.matches(name))
    }

    /// Whether a series without info may stay.
    fn may_lack(&self) -> bool {
        self.data.iter().all(Matcher::matches_absent)
    }

    fn takes(&self, label: &str) -> bool {
        self.data.is_empty() || self.data.iter().any(|matcher| matcher.name() == label)
    }

    /// Selects the info series that may describe these.
    fn selector(&self, base: &Matrix, call: &Call) -> Option<VectorSelector> {
        let mut matchers: Vec<Matcher> = self.names.iter().chain(&self.data).cloned().collect();
        if self.only_excludes() {
            matchers.extend(Matcher::new(METRIC_NAME, MatchOp::Regex, ".+_info").ok());
        }
        let described = base.iter().filter(|series| !self.is_info(&series.labels));
        let mut values: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for series in described {
            for name in IDENTIFYING {
                if let Some(value) = series.labels.get(name) {
                    values.entry(name).or_default().insert(regex::escape(value));
                }
            }
        }
        if values.is_empty() {
            return None;
        }
        for (name, values) in values {
            let any = values.into_iter().collect::<Vec<_>>().join("|");
            // More values than an expression may have: more series are read, and the same are used.
            matchers.extend(Matcher::new(name, MatchOp::Regex, &any).ok());
        }
        Some(VectorSelector {
            name: None,
            matchers,
            offset: None,
            at: None,
            extent: crate::syntax::Extent::Own,
            span: call.span,
        })
    }
}

fn identity(labels: &Labels) -> [String; 2] {
    IDENTIFYING.map(|name| labels.get(name).unwrap_or_default().to_owned())
}

/// `info`.
pub(super) fn eval(
    context: &Context<'_>,
    call: &Call,
    steps: &Steps,
    notes: &mut Notes,
) -> Result<Matrix, EvalError> {
    let Some(argument) = call.arguments.first() else {
        return Ok(Matrix::new());
    };
    let base = eval_vector(context, argument, steps, notes)?;
    let wanted = Wanted::of(call);
    let infos = match wanted.selector(&base, call) {
        Some(selector) => {
            let values = instant(context, &selector, steps, Taken::Value, notes)?;
            if let Some(wrong) = values.iter().find(|series| !series.histograms.is_empty()) {
                return Err(execution(format!(
                    "this should be an info metric, with float samples: {}",
                    in_braces(&wrong.labels)
                )));
            }
            instant(context, &selector, steps, Taken::Time, notes)?
        }
        None => Matrix::new(),
    };
    let names: BTreeSet<&str> = infos.iter().map(|series| series.labels.metric_name()).collect();
    let mut results = Results {
        steps: *steps,
        places: HashMap::new(),
        series: Matrix::new(),
    };
    for step in 0..steps.count {
        context.check()?;
        let newest = newest_at(&infos, step)?;
        for (place, series) in base.iter().enumerate() {
            if !series.has(step) {
                continue;
            }
            let mut labels = Some(series.labels.clone());
            if !wanted.is_info(&series.labels) {
                labels = described(series, &wanted, &names, &newest)?;
            }
            if let Some(labels) = labels {
                results.add(context, place, series, step, labels)?;
            }
        }
    }
    crate::merge::merge_same_labels(results.series)
}

/// The info series that holds at a step for each signature: the one with the newest sample.
fn newest_at(infos: &Matrix, step: usize) -> Result<HashMap<Signature, (f64, &Labels)>, EvalError> {
    let mut newest: HashMap<Signature, (f64, &Labels)> = HashMap::new();
    for info in infos {
        let at_s = info.values[step];
        if !is_present(at_s) {
            continue;
        }
        let name = info.labels.metric_name();
        let signature = (name.to_owned(), identity(&info.labels));
        match newest.get_mut(&signature) {
            Some((other, _)) if *other == at_s => {
                return Err(execution(format!(
                    "found duplicate series for info metric {name}"
                )));
            }
            Some(held) => {
                if at_s > held.0 {
                    *held = (at_s, &info.labels);
                }
            }
            None => {
                newest.insert(signature, (at_s, &info.labels));
            }
        }
    }
    Ok(newest)
}

/// The labels of a series with those of its info series; none if it has to have some and has not.
fn described(
    series: &Series,
    wanted: &Wanted,
    names: &BTreeSet<&str>,
    newest: &HashMap<Signature, (f64, &Labels)>,
) -> Result<Option<Labels>, EvalError> {
    let identity = identity(&series.labels);
    let mut added: BTreeMap<&str, &str> = BTreeMap::new();
    let mut any = false;
    for name in names {
        let Some((_, info)) = newest.get(&((*name).to_owned(), identity.clone())) else {
            continue;
        };
        any = true;
        for label in *info {
            let known = label.name == METRIC_NAME || series.labels.get(&label.name).is_some();
            if known || !wanted.takes(&label.name) {
                continue;
            }
            let before = added.insert(&label.name, &label.value);
            if before.is_some_and(|before| before != label.value) {
                return Err(execution(format!("conflicting label: {}", label.name)));
            }
        }
    }
    if !any && !wanted.may_lack() {
        return Ok(None);
    }
    let mut labels = series.labels.clone();
    for (name, value) in added {
        labels = with(&labels, name, value);
    }
    Ok(Some(labels))
}

struct Results {
    steps: Steps,
    places: HashMap<(usize, Labels), usize>,
    series: Matrix,
}

impl Results {
    fn add(
        &mut self,
        context: &Context<'_>,
        base: usize,
        from: &Series,
        step: usize,
        labels: Labels,
    ) -> Result<(), EvalError> {
        let key = (base, labels);
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                context.hold(1, self.steps.count)?;
                let series = Series::absent(key.1.clone(), from.drop_name, self.steps.count);
                self.series.push(series);
                self.places.insert(key, self.series.len() - 1);
                self.series.len() - 1
            }
        };
        let into = &mut self.series[place];
        into.values[step] = from.values[step];
        if let Some(histogram) = from.histogram(step) {
            into.histograms.push((step as u32, histogram.clone()));
        }
        Ok(())
    }
}
