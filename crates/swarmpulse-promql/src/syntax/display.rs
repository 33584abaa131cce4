//! Expressions as text, in canonical form.

use std::fmt::{self, Display, Formatter};

use swarmpulse_model::series::METRIC_NAME;
use swarmpulse_store::metrics::{MatchOp, Matcher};

use super::{
    Aggregate, At, Binary, Cardinality, Duration, DurationExpr, DurationOp, Expr, Extent, Grouping,
    NumberLiteral, Subquery, VectorSelector,
};
use crate::number_text::plain;
use crate::parser::format_duration;
use crate::quote::quote;

impl Display for Expr {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Text(text) => formatter.write_str(&quote(&text.value)),
            Self::Selector(selector) => selector.fmt(formatter),
            Self::Range(range) => {
                let selector = &range.selector;
                let what = Bare(selector);
                write!(formatter, "{what}[{}]", range.range)?;
                write_extent(formatter, selector.extent)?;
                write_modifiers(formatter, selector.at, selector.offset.as_ref())
            }
            Self::Subquery(subquery) => write!(formatter, "{}{}", subquery.inner, Suffix(subquery)),
            Self::Parens(parens) => write!(formatter, "({})", parens.inner),
            Self::Unary(unary) => {
                let sign = if unary.negative { "-" } else { "+" };
                write!(formatter, "{sign}{}", unary.inner)
            }
            Self::Binary(binary) => {
                write!(formatter, "{} {} {}", binary.left, Operator(binary), binary.right)
            }
            Self::Aggregate(aggregate) => {
                write!(formatter, "{}(", Header(aggregate))?;
                if let Some(parameter) = &aggregate.parameter {
                    write!(formatter, "{parameter}, ")?;
                }
                write!(formatter, "{})", aggregate.inner)
            }
            Self::Call(call) => {
                write!(formatter, "{}(", call.function.name)?;
                for (place, argument) in call.arguments.iter().enumerate() {
                    let before = if place == 0 { "" } else { ", " };
                    write!(formatter, "{before}{argument}")?;
                }
                formatter.write_str(")")
            }
        }
    }
}

impl Display for NumberLiteral {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if self.duration {
            return formatter.write_str(&format_duration((self.value * 1000.0).round() as i64));
        }
        formatter.write_str(&plain(self.value))
    }
}

impl Display for Duration {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(ms) => formatter.write_str(&format_duration(*ms)),
            Self::Computed(expr) => expr.fmt(formatter),
        }
    }
}

impl Display for DurationExpr {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Step(_) => formatter.write_str("step()"),
            Self::Range(_) => formatter.write_str("range()"),
            Self::Operation {
                op,
                left,
                right,
                wrapped,
                ..
            } => {
                let (open, close) = if *wrapped { ("(", ")") } else { ("", "") };
                let op_text = op.as_str();
                match left {
                    None => write!(formatter, "{open}{op_text}{right}{close}"),
                    Some(left) if matches!(op, DurationOp::Min | DurationOp::Max) => {
                        write!(formatter, "{open}{op_text}({left}, {right}){close}")
                    }
                    Some(left) => write!(formatter, "{open}{left} {op_text} {right}{close}"),
                }
            }
        }
    }
}

/// A selector without its modifiers.
struct Bare<'a>(&'a VectorSelector);

impl Display for Bare<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let name = self.0.name.as_deref().unwrap_or_default();
        let is_name = |matcher: &&Matcher| {
            matcher.name() == METRIC_NAME
                && matcher.op() == MatchOp::Equal
                && matcher.value() == name
                && !name.is_empty()
        };
        let shown = self.0.matchers.iter().filter(|matcher| !is_name(matcher));
        let mut shown: Vec<String> = shown.map(matcher_text).collect();
        shown.sort();
        formatter.write_str(name)?;
        if shown.is_empty() {
            return Ok(());
        }
        write!(formatter, "{{{}}}", shown.join(","))
    }
}

fn matcher_text(matcher: &Matcher) -> String {
    let name = label_name(matcher.name());
    format!("{name}{}{}", matcher.op().as_str(), quote(matcher.value()))
}

/// The name of a label, in quotes if it needs them.
fn label_name(name: &str) -> String {
    let plain = name.bytes().enumerate().all(|(place, byte)| {
        byte == b'_' || byte.is_ascii_alphabetic() || (place > 0 && byte.is_ascii_digit())
    });
    if plain && !name.is_empty() {
        name.to_owned()
    } else {
        quote(name)
    }
}

fn label_names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| label_name(name)).collect();
    names.join(", ")
}

impl Display for VectorSelector {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        Bare(self).fmt(formatter)?;
        write_extent(formatter, self.extent)?;
        write_modifiers(formatter, self.at, self.offset.as_ref())
    }
}

fn write_extent(formatter: &mut Formatter<'_>, extent: Extent) -> fmt::Result {
    match extent {
        Extent::Own => Ok(()),
        Extent::Anchored | Extent::Smoothed => write!(formatter, " {}", extent.as_str()),
    }
}

fn write_modifiers(formatter: &mut Formatter<'_>, at: Option<At>, offset: Option<&Duration>) -> fmt::Result {
    match at {
        Some(At::Time(ms)) => write!(formatter, " @ {:.3}", ms as f64 / 1000.0)?,
        Some(At::Start) => formatter.write_str(" @ start()")?,
        Some(At::End) => formatter.write_str(" @ end()")?,
        None => {}
    }
    match offset {
        Some(offset) if offset.fixed_ms() != Some(0) => write!(formatter, " offset {offset}"),
        _ => Ok(()),
    }
}

/// What follows the expression of a subquery.
pub(super) struct Suffix<'a>(pub &'a Subquery);

impl Display for Suffix<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}:", self.0.range)?;
        if let Some(step) = &self.0.step {
            step.fmt(formatter)?;
        }
        formatter.write_str("]")?;
        write_modifiers(formatter, self.0.at, self.0.offset.as_ref())
    }
}

/// The name of an aggregation and its groups.
pub(super) struct Header<'a>(pub &'a Aggregate);

impl Display for Header<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let op = self.0.op.as_str();
        match &self.0.grouping {
            Grouping::By(labels) if labels.is_empty() => formatter.write_str(op),
            Grouping::By(labels) => write!(formatter, "{op} by ({}) ", label_names(labels)),
            Grouping::Without(labels) => write!(formatter, "{op} without ({}) ", label_names(labels)),
        }
    }
}

/// An operator and how series find each other.
pub(super) struct Operator<'a>(pub &'a Binary);

impl Display for Operator<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.op.as_str())?;
        if self.0.returns_bool {
            formatter.write_str(" bool")?;
        }
        let Some(matching) = &self.0.matching else {
            return Ok(());
        };
        if !matching.labels.is_empty() || matching.on {
            let way = if matching.on { "on" } else { "ignoring" };
            write!(formatter, " {way} ({})", label_names(&matching.labels))?;
            let include = label_names(&matching.include);
            match matching.cardinality {
                Cardinality::ManyToOne => write!(formatter, " group_left ({include})")?,
                Cardinality::OneToMany => write!(formatter, " group_right ({include})")?,
                Cardinality::OneToOne | Cardinality::ManyToMany => {}
            }
        }
        match (matching.fill_left, matching.fill_right) {
            (Some(left), Some(right)) if left.to_bits() == right.to_bits() => {
                write!(formatter, " fill ({})", plain(left))
            }
            (left, right) => {
                for (side, value) in [("left", left), ("right", right)] {
                    if let Some(value) = value {
                        write!(formatter, " fill_{side} ({})", plain(value))?;
                    }
                }
                Ok(())
            }
        }
    }
}
