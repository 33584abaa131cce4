//! Parts of label sets.

use swarmpulse_model::Labels;
use swarmpulse_model::series::{Label, METRIC_NAME};
use swarmpulse_store::metrics::{MatchOp, Matcher};

use crate::quote::quote;
use crate::syntax::Expr;

/// Labels that say what a series is, and that go when its values are changed.
const OF_THE_METRIC: [&str; 3] = [METRIC_NAME, "__type__", "__unit__"];

fn filtered(labels: &Labels, keep: impl Fn(&str) -> bool) -> Labels {
    if labels.iter().all(|label| keep(&label.name)) {
        return labels.clone();
    }
    let kept = labels.iter().filter(|label| keep(&label.name));
    Labels::from_sorted(kept.cloned().collect())
}

/// Without the metric's name, type and unit.
#[must_use]
pub fn without_name(labels: &Labels) -> Labels {
    filtered(labels, |name| !OF_THE_METRIC.contains(&name))
}

/// Without the metric's name and these.
#[must_use]
pub fn without(labels: &Labels, names: &[String]) -> Labels {
    filtered(labels, |name| name != METRIC_NAME && !is_among(name, names))
}

/// Without these.
#[must_use]
pub fn removed(labels: &Labels, names: &[String]) -> Labels {
    filtered(labels, |name| !is_among(name, names))
}

/// These alone.
#[must_use]
pub fn only(labels: &Labels, names: &[String]) -> Labels {
    filtered(labels, |name| is_among(name, names))
}

/// With one label changed, added, or, if the value is empty, removed.
#[must_use]
pub fn with(labels: &Labels, name: &str, value: &str) -> Labels {
    let mut changed: Vec<Label> = labels
        .iter()
        .filter(|label| label.name != name)
        .cloned()
        .collect();
    if !value.is_empty() {
        let place = changed.partition_point(|label| label.name.as_str() < name);
        let label = Label {
            name: name.into(),
            value: value.into(),
        };
        changed.insert(place, label);
    }
    Labels::from_sorted(changed)
}

fn is_among(name: &str, names: &[String]) -> bool {
    names.iter().any(|other| other == name)
}

/// All labels in braces, as messages show them.
#[must_use]
pub fn in_braces(labels: &Labels) -> String {
    let shown: Vec<String> = labels
        .iter()
        .map(|label| {
            let plain = label.name.bytes().enumerate().all(|(place, byte)| {
                byte == b'_' || byte.is_ascii_alphabetic() || (place > 0 && byte.is_ascii_digit())
            });
            let name = if plain {
                label.name.to_string()
            } else {
                quote(&label.name)
            };
            format!("{name}={}", quote(&label.value))
        })
        .collect();
    format!("{{{}}}", shown.join(", "))
}

/// The labels of what `absent` and `absent_over_time` return: those that the selector asks for by equality, once each.
#[must_use]
pub fn of_absent(expr: &Expr) -> Labels {
    let Some(selector) = expr.unwrapped().selector() else {
        return Labels::empty();
    };
    let mut labels = Labels::empty();
    let mut seen: Vec<&str> = Vec::new();
    for matcher in &selector.matchers {
        if matcher.name() == METRIC_NAME {
            continue;
        }
        labels = with(&labels, matcher.name(), value_asked_for(matcher, &seen));
        if matcher.op() == MatchOp::Equal {
            seen.push(matcher.name());
        }
    }
    labels
}

fn value_asked_for<'a>(matcher: &'a Matcher, seen: &[&str]) -> &'a str {
    if matcher.op() == MatchOp::Equal && !seen.contains(&matcher.name()) {
        matcher.value()
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_asked() {
        let labels = Labels::from_pairs([("__name__", "up"), ("a", "1"), ("b", "2")]);
        let names = ["a".to_owned(), "z".to_owned()];
        assert_eq!(
            without_name(&labels),
            Labels::from_pairs([("a", "1"), ("b", "2")])
        );
        assert_eq!(without(&labels, &names), Labels::from_pairs([("b", "2")]));
        assert_eq!(only(&labels, &names), Labels::from_pairs([("a", "1")]));
        assert_eq!(removed(&labels, &names).len(), 2);
        assert_eq!(with(&labels, "a", "").len(), 2);
        assert_eq!(with(&labels, "aa", "x").get("aa"), Some("x"));
        assert_eq!(in_braces(&labels), r#"{__name__="up", a="1", b="2"}"#);
    }

    #[test]
    fn absent_has_the_labels_asked_for() {
        let expr = crate::parse(r#"x{a="1",b="1",b="2",c=~"d"}"#).expect("valid");
        assert_eq!(of_absent(&expr), Labels::from_pairs([("a", "1")]));
        let sum = crate::parse("sum(x{a='1'})").expect("valid");
        assert_eq!(of_absent(&sum), Labels::empty());
    }
}
