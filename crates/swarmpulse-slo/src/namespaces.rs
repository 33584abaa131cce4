//! Whose figures an objective is of: every namespace for itself, one of them, or all of them together.

use swarmpulse_model::Text;
use swarmpulse_model::entity::DEFAULT_NAMESPACE;
use swarmpulse_model::series::Label;
use swarmpulse_promql::syntax::{Call, Cardinality, Expr, Grouping, VectorMatching, VectorSelector};
use swarmpulse_store::metrics::Matcher;

/// The label that names a namespace; series of the default one are without it.
pub(crate) const LABEL: &str = "namespace";

/// The monitor writes it of every namespace that has agents, and always of the default one.
const KNOWN: &str = "swarmpulse_agents_expected";

/// Stands for all namespaces together. No namespace is called so, and no credential of a namespace sees it.
pub const ALL_NAMESPACES: &str = "*";

/// Whose figures an objective is of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Namespaces {
    /// Every namespace has figures, a budget and alerts of its own.
    #[default]
    Each,
    /// This one alone.
    One(Text),
    /// All of them have one budget together: nobody who sees one of them alone sees it.
    Together,
}

impl Namespaces {
    /// The expression with its figures by namespace, of one, or of all. Of what is no PromQL nothing is changed: whoever
    /// evaluates it says so.
    pub(crate) fn applied(&self, expression: &str) -> String {
        if *self == Self::Together {
            return expression.to_owned();
        }
        let Ok(mut expr) = swarmpulse_promql::parse(expression) else {
            return expression.to_owned();
        };
        match self {
            Self::Each => split(&mut expr),
            Self::One(name) => narrow(&mut expr, name),
            Self::Together => {}
        }
        expr.to_string()
    }

    /// The label that says whose its series and alerts are, where their expressions do not.
    pub(crate) fn label(&self) -> Option<Label> {
        let value = match self {
            Self::Each => return None,
            Self::One(name) if name == DEFAULT_NAMESPACE => return None,
            Self::One(name) => name.clone(),
            Self::Together => Text::const_new(ALL_NAMESPACES),
        };
        Some(Label {
            name: Text::const_new(LABEL),
            value,
        })
    }

    /// Whether somebody who sees that namespace alone is shown it; `None` sees all.
    #[must_use]
    pub fn is_shown_to(&self, namespace: Option<&str>) -> bool {
        match (self, namespace) {
            (_, None) | (Self::Each, _) => true,
            (Self::One(own), Some(asker)) => own == asker,
            (Self::Together, Some(_)) => false,
        }
    }
}

/// Groups and matches by namespace wherever that is not done already, so that what is said of one namespace is what its
/// series alone would say.
fn split(expr: &mut Expr) {
    match expr {
        Expr::Number(_) | Expr::Text(_) | Expr::Selector(_) | Expr::Range(_) => {}
        Expr::Subquery(subquery) => split(&mut subquery.inner),
        Expr::Parens(parens) => split(&mut parens.inner),
        Expr::Unary(unary) => split(&mut unary.inner),
        Expr::Call(Call {
            function, arguments, ..
        }) => {
            arguments.iter_mut().for_each(split);
            if let Some(absent) = absent_where_known(function.name, arguments) {
                *expr = absent;
            }
        }
        Expr::Aggregate(aggregate) => {
            match &mut aggregate.grouping {
                Grouping::By(labels) => with_label(labels),
                Grouping::Without(labels) => labels.retain(|label| label != LABEL),
            }
            split(&mut aggregate.inner);
        }
        Expr::Binary(binary) => {
            // What reads no series, such as the hour of the day, is the same for all.
            let shared = !reads(&binary.left) || !reads(&binary.right);
            if let Some(matching) = binary
                .matching
                .as_mut()
                .filter(|matching| !(matching.on && shared))
            {
                split_matching(matching);
            }
            split(&mut binary.left);
            split(&mut binary.right);
        }
    }
}

/// What tells of absence, as said of every namespace that has agents: alone it cannot, since what is absent has no namespace.
/// Of nothing anywhere it says so of the default one, as it does where there are no others.
fn absent_where_known(function: &str, arguments: &[Expr]) -> Option<Expr> {
    let [argument] = arguments else {
        return None;
    };
    let present = match function {
        "absent" => argument.to_string(),
        "absent_over_time" => format!("present_over_time({argument})"),
        _ => return None,
    };
    let absent = format!(
        "(group({function}({argument})) or group by ({LABEL}) ({KNOWN}) unless on ({LABEL}) group by ({LABEL}) ({present}))"
    );
    swarmpulse_promql::parse(&absent).ok()
}

/// Whether a query makes a number of series, which it cannot of those of several namespaces.
pub(crate) fn makes_numbers(query: &str) -> bool {
    fn does(expr: &Expr) -> bool {
        let here = matches!(expr, Expr::Call(call) if call.function.name == "scalar" && reads(expr));
        here || expr.children().into_iter().any(does)
    }
    swarmpulse_promql::parse(query).is_ok_and(|expr| does(&expr))
}

/// Whether any series is read.
fn reads(expr: &Expr) -> bool {
    expr.selector().is_some() || expr.children().into_iter().any(reads)
}

fn split_matching(matching: &mut VectorMatching) {
    if matching.on {
        with_label(&mut matching.labels);
        // What both sides have in common cannot be taken from one of them.
        matching.include.retain(|label| label != LABEL);
    } else {
        matching.labels.retain(|label| label != LABEL);
        let has_one = matches!(
            matching.cardinality,
            Cardinality::ManyToOne | Cardinality::OneToMany
        );
        if has_one {
            matching.include.retain(|label| label != LABEL);
        }
    }
}

fn with_label(labels: &mut Vec<String>) {
    if !labels.iter().any(|label| label == LABEL) {
        labels.insert(0, LABEL.to_owned());
    }
}

/// Every selector sees the series of one namespace alone, and none of them says so any more.
fn narrow(expr: &mut Expr, namespace: &str) {
    let own = if namespace == DEFAULT_NAMESPACE {
        ""
    } else {
        namespace
    };
    let add = |selector: &mut VectorSelector| selector.matchers.insert(0, Matcher::equal(LABEL, own));
    match expr {
        Expr::Number(_) | Expr::Text(_) => {}
        Expr::Selector(selector) => add(selector),
        Expr::Range(range) => add(&mut range.selector),
        Expr::Subquery(subquery) => narrow(&mut subquery.inner, namespace),
        Expr::Parens(parens) => narrow(&mut parens.inner, namespace),
        Expr::Unary(unary) => narrow(&mut unary.inner, namespace),
        Expr::Call(Call { arguments, .. }) => {
            arguments
                .iter_mut()
                .for_each(|argument| narrow(argument, namespace));
        }
        Expr::Aggregate(aggregate) => {
            if let Some(parameter) = &mut aggregate.parameter {
                narrow(parameter, namespace);
            }
            narrow(&mut aggregate.inner, namespace);
        }
        Expr::Binary(binary) => {
            narrow(&mut binary.left, namespace);
            narrow(&mut binary.right, namespace);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_namespace_is_grouped_and_matched_by_itself() {
        for (expression, split) in [
            ("sum(x)", "sum by (namespace) (x)"),
            ("sum by (agent) (x)", "sum by (namespace, agent) (x)"),
            ("sum without (agent, namespace) (x)", "sum without (agent) (x)"),
            (
                "max(a) / on () max(b)",
                "max by (namespace) (a) / on (namespace) max by (namespace) (b)",
            ),
            (
                "a * ignoring (namespace, c) group_left (namespace, d) b",
                "a * ignoring (c) group_left (d) b",
            ),
            (
                "a and on () (sum(b) >= 8)",
                "a and on (namespace) (sum by (namespace) (b) >= 8)",
            ),
            (
                "avg_over_time((max((x) > bool 0))[1h:30s])",
                "avg_over_time((max by (namespace) ((x) > bool 0))[1h:30s])",
            ),
            ("a and on () (hour() >= 8)", "a and on () (hour() >= 8)"),
            (
                "max(absent(x))",
                "max by (namespace) ((group(absent(x)) or group by (namespace) (swarmpulse_agents_expected) unless on \
                 (namespace) group by (namespace) (x)))",
            ),
            (
                "absent_over_time(x[5m])",
                "(group(absent_over_time(x[5m])) or group by (namespace) (swarmpulse_agents_expected) unless on \
                 (namespace) group by (namespace) (present_over_time(x[5m])))",
            ),
            ("rate(x[5m])", "rate(x[5m])"),
            ("sum((", "sum(("),
        ] {
            assert_eq!(Namespaces::Each.applied(expression), split);
        }
    }

    #[test]
    fn one_namespace_is_selected_and_all_are_left_as_they_are() {
        let one = |name: &str| Namespaces::One(name.into());
        assert_eq!(
            one("team").applied("sum(rate(x{a=\"b\"}[5m])) / sum(y)"),
            "sum(rate(x{a=\"b\",namespace=\"team\"}[5m])) / sum(y{namespace=\"team\"})"
        );
        assert_eq!(one("default").applied("x"), "x{namespace=\"\"}");
        assert_eq!(Namespaces::Together.applied("sum( x )"), "sum( x )");
    }

    #[test]
    fn what_is_of_all_is_shown_to_nobody_of_one() {
        let one = Namespaces::One("a".into());
        assert!(one.is_shown_to(None) && one.is_shown_to(Some("a")) && !one.is_shown_to(Some("b")));
        assert!(Namespaces::Together.is_shown_to(None));
        assert!(!Namespaces::Together.is_shown_to(Some("default")));
        assert!(Namespaces::Each.is_shown_to(Some("b")));
        assert_eq!(Namespaces::Together.label().unwrap().value, "*");
        assert_eq!(Namespaces::One("default".into()).label(), None);
    }
}
