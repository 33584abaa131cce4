//! An evaluator whose answers tests decide, and short ways to make groups and samples.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "each test binary uses a part of it; tests may panic"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use swarmpulse_model::{Alert, Labels, Timestamp};
use swarmpulse_rules::{ExpressionError, Expressions, Query, QueryError, QuerySample, RuleFile, RuleGroup};

pub const T0: Timestamp = Timestamp(1_700_000_000_000_000_000);

#[derive(Clone)]
enum Answer {
    Samples(Vec<QuerySample>),
    Blind,
    Failure(String),
}

/// Answers each expression, by its text, as it was told last.
#[derive(Clone, Default)]
pub struct Scripted {
    answers: Arc<Mutex<BTreeMap<String, Answer>>>,
}

impl Scripted {
    fn set(&self, expression: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(expression.to_owned(), answer);
    }

    pub fn answer(&self, expression: &str, samples: Vec<QuerySample>) {
        self.set(expression, Answer::Samples(samples));
    }

    pub fn blind(&self, expression: &str) {
        self.set(expression, Answer::Blind);
    }

    pub fn fail(&self, expression: &str, why: &str) {
        self.set(expression, Answer::Failure(why.to_owned()));
    }
}

impl Expressions for Scripted {
    fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
        Ok(Box::new(One {
            text: text.to_owned(),
            script: self.clone(),
        }))
    }
}

struct One {
    text: String,
    script: Scripted,
}

impl One {
    fn current(&self) -> Answer {
        let answers = self.script.answers.lock().unwrap();
        answers.get(&self.text).cloned().unwrap_or(Answer::Blind)
    }
}

impl Query for One {
    fn at(&self, _: Timestamp) -> Result<Vec<QuerySample>, QueryError> {
        match self.current() {
            Answer::Samples(samples) => Ok(samples),
            Answer::Blind => Ok(Vec::new()),
            Answer::Failure(why) => Err(QueryError(why)),
        }
    }

    fn has_data(&self, _: Timestamp) -> bool {
        !matches!(self.current(), Answer::Blind)
    }
}

/// A group of these rules, in YAML's flow form.
pub fn group(rules: &str) -> RuleGroup {
    let text = format!("groups: [{{name: g, rules: [{rules}]}}]");
    let mut file = RuleFile::parse("test.yaml", &text, None).unwrap_or_else(|error| panic!("{error}"));
    file.groups.remove(0)
}

pub fn sample(labels: &[(&str, &str)], value: f64) -> QuerySample {
    let labels = Labels::from_pairs(labels.iter().copied());
    QuerySample { labels, value }
}

pub fn states(changes: &[Alert]) -> Vec<String> {
    let change = |alert: &Alert| format!("{} {}", alert.name, alert.state.as_str());
    changes.iter().map(change).collect()
}
