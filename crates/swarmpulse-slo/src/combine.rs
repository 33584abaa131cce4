//! Objectives of several files as one set: every query is one, every name stands once, and one's own come first.

use std::collections::BTreeMap;

use swarmpulse_rules::Expressions;

use crate::SloError;
use crate::fields::closest;
use crate::indicator::{Counting, Indicator};
use crate::namespaces::makes_numbers;
use crate::objective::Objective;
use crate::placeholder;

/// Those that come with the program, and one's own: of the same name one's own stands in the place of the other.
///
/// # Errors
/// If two of one's own have the same name.
pub fn combined(shipped: Vec<Objective>, own: Vec<Objective>) -> Result<Vec<Objective>, Vec<SloError>> {
    let mut places: BTreeMap<&str, &Objective> = BTreeMap::new();
    let mut errors = Vec::new();
    for objective in &own {
        if let Some(earlier) = places.insert(&objective.name, objective) {
            errors.push(objective.fault(
                "name",
                format!(
                    "{:?} is the name of the objective at {}:{} already: names are unique",
                    objective.name, earlier.file, earlier.line
                ),
            ));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut all = shipped;
    all.retain(|objective| !places.contains_key(objective.name.as_str()));
    all.extend(own);
    Ok(all)
}

/// Leaves out those that are switched off by name. `known` names may be switched off although they are not there.
///
/// # Errors
/// Every name that nothing is called by, with the one that was likely meant.
pub fn without(
    mut objectives: Vec<Objective>,
    off: &[String],
    known: &[Objective],
) -> Result<Vec<Objective>, Vec<String>> {
    let names: Vec<&str> = objectives
        .iter()
        .chain(known)
        .map(|objective| objective.name.as_str())
        .collect();
    let unknown = off.iter().filter(|name| !names.contains(&name.as_str()));
    let told: Vec<String> = unknown
        .map(|name| match closest(name, &names) {
            Some(meant) => format!("{name:?} is the name of no objective: did you mean {meant:?}?"),
            None => {
                format!("{name:?} is the name of no objective; `swarmpulse slo` lists those that there are")
            }
        })
        .collect();
    if !told.is_empty() {
        return Err(told);
    }
    objectives.retain(|objective| !off.iter().any(|name| objective.name == *name));
    Ok(objectives)
}

impl Objective {
    /// Has every query of it read by whoever evaluates them.
    ///
    /// # Errors
    /// What is wrong with each.
    pub fn check(&self, expressions: &dyn Expressions) -> Result<(), Vec<SloError>> {
        let refused = |(what, query): (&str, String)| {
            let error = expressions.prepare(&query).err()?;
            Some(self.fault(what, format!("`{query}` is no PromQL: {error}")))
        };
        let errors: Vec<SloError> = self.queries().into_iter().filter_map(refused).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Whether any of its queries makes a number of series.
    pub(crate) fn makes_numbers(&self) -> bool {
        self.queries().iter().any(|(_, query)| makes_numbers(query))
    }

    /// Its queries as people wrote them, over some window.
    fn queries(&self) -> Vec<(&'static str, String)> {
        let over_window = |query: &str| placeholder::replaced(query, "5m");
        let mut queries = match &self.indicator {
            Indicator::Events {
                counting,
                part,
                total,
            } => {
                let name = match counting {
                    Counting::Good => "good",
                    Counting::Bad => "bad",
                };
                vec![(name, over_window(part)), ("total", over_window(total))]
            }
            Indicator::Share { query, .. } | Indicator::Figure { query, .. } => {
                vec![("query", query.clone())]
            }
        };
        queries.extend(self.only.iter().map(|only| ("only", only.clone())));
        queries
    }

    fn fault(&self, field: &str, reason: String) -> SloError {
        SloError {
            file: self.file.clone(),
            line: self.line,
            field: field.to_owned(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use swarmpulse_rules::{ExpressionError, Query, QueryError, QuerySample};

    use super::*;
    use crate::parse;

    fn objectives(file: &str, names: &[&str]) -> Vec<Objective> {
        let one = |name: &&str| {
            format!("- {{name: {name}, service: {file}, objective: 99%, window: 1d, good_share: x}}\n")
        };
        let text: String = names.iter().map(one).collect();
        parse(file, &format!("slos:\n{text}")).unwrap()
    }

    #[test]
    fn ones_own_stand_in_the_place_of_those_that_come_with_the_program() {
        let all = combined(objectives("shipped", &["a", "b"]), objectives("own", &["b", "c"])).unwrap();
        let named: Vec<(&str, &str)> = all
            .iter()
            .map(|one| (one.name.as_str(), one.service.as_str()))
            .collect();
        assert_eq!(named, [("a", "shipped"), ("b", "own"), ("c", "own")]);
        let mut twice = objectives("own", &["a"]);
        twice.extend(objectives("other", &["a"]));
        let errors = combined(Vec::new(), twice).unwrap_err();
        assert_eq!(
            errors[0].to_string(),
            "other:2: name: \"a\" is the name of the objective at own:2 already: names are unique"
        );
    }

    #[test]
    fn what_is_switched_off_is_left_out_and_misspelt_names_are_told() {
        let all = || objectives("own", &["checkout-latency", "agents"]);
        let off = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let left = without(all(), &names, &objectives("shipped", &["messaging"]))?;
            Ok(left.iter().map(|one| one.name.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(
            off(&["agents", "messaging"]),
            Ok(vec!["checkout-latency".to_owned()])
        );
        let errors: Result<_, Vec<String>> = off(&["checkout-latnecy", "xyz"]);
        assert_eq!(
            errors.unwrap_err(),
            [
                "\"checkout-latnecy\" is the name of no objective: did you mean \"checkout-latency\"?",
                "\"xyz\" is the name of no objective; `swarmpulse slo` lists those that there are"
            ]
        );
    }

    /// Knows one query alone.
    struct Picky;

    impl Query for Picky {
        fn at(&self, _: swarmpulse_model::Timestamp) -> Result<Vec<QuerySample>, QueryError> {
            Ok(Vec::new())
        }
    }

    impl Expressions for Picky {
        fn prepare(&self, text: &str) -> Result<Box<dyn Query>, ExpressionError> {
            if text.contains("wrong") {
                return Err(ExpressionError {
                    message: "unexpected end".to_owned(),
                    offset: None,
                });
            }
            Ok(Box::new(Self))
        }
    }

    #[test]
    fn each_query_is_looked_at_by_itself() {
        let text = "slos:\n- {name: a, service: s, objective: 99%, window: 1d, good: fine_total, total: wrong_total}\n\
                    - {name: b, service: s, objective: 99%, window: 1d, above: 1, of: fine, only: wrong}\n";
        let all = parse("f", text).unwrap();
        let told = |objective: &Objective| objective.check(&Picky).unwrap_err()[0].to_string();
        assert_eq!(
            told(&all[0]),
            "f:2: total: `sum(increase(wrong_total[5m]))` is no PromQL: unexpected end"
        );
        assert_eq!(told(&all[1]), "f:3: only: `wrong` is no PromQL: unexpected end");
    }
}
