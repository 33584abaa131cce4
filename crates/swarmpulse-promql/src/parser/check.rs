//! Checks the types of an expression.

use super::ParseError;
use crate::Span;
use crate::functions::Variadic;
use crate::quote::quote;
use crate::syntax::{
    Aggregate, AggregateOp, Binary, Call, Cardinality, Expr, Subquery, Unary, ValueType, VectorSelector,
};

/// Checks the types of an expression.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn check(text: &str, expr: &Expr) -> Result<(), ParseError> {
    Checker { text }.check(expr).map(|_| ())
}

struct Checker<'a> {
    text: &'a str,
}

impl Checker<'_> {
    fn error<T>(&self, span: Span, message: impl Into<String>) -> Result<T, ParseError> {
        Err(ParseError::new(self.text, span, message))
    }

    fn expect(&self, expr: &Expr, wanted: ValueType, context: &str) -> Result<(), ParseError> {
        let found = self.check(expr)?;
        if found == wanted {
            return Ok(());
        }
        self.error(
            expr.span(),
            format!("expected type {wanted} in {context}, got {found}"),
        )
    }

    fn check(&self, expr: &Expr) -> Result<ValueType, ParseError> {
        match expr {
            Expr::Number(_) | Expr::Text(_) => {}
            Expr::Selector(selector) => self.selector(selector, false)?,
            Expr::Range(range) => self.selector(&range.selector, false)?,
            Expr::Subquery(subquery) => self.subquery(subquery)?,
            Expr::Parens(parens) => {
                self.check(&parens.inner)?;
            }
            Expr::Unary(unary) => self.unary(unary)?,
            Expr::Binary(binary) => self.binary(binary)?,
            Expr::Aggregate(aggregate) => self.aggregate(aggregate)?,
            Expr::Call(call) => self.call(call)?,
        }
        Ok(expr.value_type())
    }

    fn selector(&self, selector: &VectorSelector, may_be_empty: bool) -> Result<(), ParseError> {
        let name_of = |matcher: &swarmpulse_store::metrics::Matcher| {
            matcher.name() == swarmpulse_model::series::METRIC_NAME
        };
        if let Some(name) = &selector.name {
            let within = &selector.matchers[..selector.matchers.len().saturating_sub(1)];
            if let Some(twice) = within.iter().find(|matcher| name_of(matcher)) {
                let (name, other) = (quote(name), quote(twice.value()));
                return self.error(
                    selector.span,
                    format!("metric name must not be set twice: {name} or {other}"),
                );
            }
            return Ok(());
        }
        if may_be_empty || selector.matchers.iter().any(|matcher| !matcher.matches_absent()) {
            return Ok(());
        }
        let message = "vector selector must contain at least one non-empty matcher";
        self.error(selector.span, message)
    }

    fn subquery(&self, subquery: &Subquery) -> Result<(), ParseError> {
        let found = self.check(&subquery.inner)?;
        if found == ValueType::Vector {
            return Ok(());
        }
        let found = found.as_str();
        self.error(
            subquery.span,
            format!("subquery is only allowed on instant vector, got {found} instead"),
        )
    }

    fn unary(&self, unary: &Unary) -> Result<(), ParseError> {
        let found = self.check(&unary.inner)?;
        if matches!(found, ValueType::Scalar | ValueType::Vector) {
            return Ok(());
        }
        let found = quote(&found.to_string());
        self.error(
            unary.span,
            format!(
                "unary expression only allowed on expressions of type scalar or instant vector, got {found}"
            ),
        )
    }

    /// Where the operator is.
    fn operator_span(&self, binary: &Binary) -> Span {
        let bytes = self.text.as_bytes();
        let space = |at: usize| {
            bytes
                .get(at)
                .is_some_and(|byte| super::lexer::is_space(char::from(*byte)))
        };
        let mut start = binary.left.span().end;
        while space(start) {
            start += 1;
        }
        Span::new(start, binary.right.span().start)
    }

    fn binary(&self, binary: &Binary) -> Result<(), ParseError> {
        let left = self.check(&binary.left)?;
        let right = self.check(&binary.right)?;
        let scalars = left == ValueType::Scalar && right == ValueType::Scalar;
        if binary.returns_bool && !binary.op.is_comparison() {
            let message = "bool modifier can only be used on comparison operators";
            return self.error(self.operator_span(binary), message);
        }
        if binary.op.is_comparison() && !binary.returns_bool && scalars {
            let message = "comparisons between scalars must use BOOL modifier";
            return self.error(self.operator_span(binary), message);
        }
        if binary.op.is_trim() && scalars {
            let op = quote(binary.op.as_str());
            return self.error(
                self.operator_span(binary),
                format!("operator {op} not allowed for scalar operations"),
            );
        }
        let matching = binary.matching.clone().unwrap_or_default();
        let mut both = matching
            .labels
            .iter()
            .filter(|label| matching.include.contains(label));
        if let Some(label) = both.next().filter(|_| matching.on) {
            let label = quote(label);
            return self.error(
                self.operator_span(binary),
                format!("label {label} must not occur in ON and GROUP clause at once"),
            );
        }
        for (side, found) in [(&binary.left, left), (&binary.right, right)] {
            if !matches!(found, ValueType::Scalar | ValueType::Vector) {
                let message = "binary expression must contain only scalar and instant vector types";
                return self.error(side.span(), message);
            }
        }
        let op = quote(binary.op.as_str());
        let fills = matching.fill_left.is_some() || matching.fill_right.is_some();
        if fills && binary.op.is_set() {
            return self.error(
                binary.span(),
                "filling in missing series not allowed for set operators",
            );
        }
        if left != ValueType::Vector || right != ValueType::Vector {
            if fills {
                return self.error(
                    binary.span(),
                    "filling in missing series only allowed between instant vectors",
                );
            }
            if !matching.labels.is_empty() {
                return self.error(
                    binary.span(),
                    "vector matching only allowed between instant vectors",
                );
            }
            if binary.op.is_set() {
                return self.error(
                    binary.span(),
                    format!("set operator {op} not allowed in binary scalar expression"),
                );
            }
        } else if binary.op.is_set() && matching.cardinality != Cardinality::OneToOne {
            return self.error(binary.span(), format!("no grouping allowed for {op} operation"));
        }
        Ok(())
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Result<(), ParseError> {
        self.expect(&aggregate.inner, ValueType::Vector, "aggregation expression")?;
        if let Some(parameter) = &aggregate.parameter {
            let wanted = match aggregate.op {
                AggregateOp::CountValues => ValueType::String,
                _ => ValueType::Scalar,
            };
            self.expect(parameter, wanted, "aggregation parameter")?;
        }
        Ok(())
    }

    fn call(&self, call: &Call) -> Result<(), ParseError> {
        let function = call.function;
        let (known, given) = (function.arguments.len(), call.arguments.len());
        let name = quote(function.name);
        let least = known.saturating_sub(1);
        match function.variadic {
            Variadic::No if known != given => {
                return self.error(
                    call.span,
                    format!("expected {known} argument(s) in call to {name}, got {given}"),
                );
            }
            Variadic::UpTo(_) | Variadic::Any if least > given => {
                return self.error(
                    call.span,
                    format!("expected at least {least} argument(s) in call to {name}, got {given}"),
                );
            }
            Variadic::UpTo(more) if least + more < given => {
                let most = least + more;
                return self.error(
                    call.span,
                    format!("expected at most {most} argument(s) in call to {name}, got {given}"),
                );
            }
            _ => {}
        }
        for (place, argument) in call.arguments.iter().enumerate() {
            let Some(wanted) = function.arguments.get(place).or(function.arguments.last()) else {
                break;
            };
            if function.name == "info" && place == 1 {
                self.info_labels(call, argument)?;
                continue;
            }
            self.expect(argument, *wanted, &format!("call to function {name}"))?;
        }
        Ok(())
    }

    /// The second argument of `info` is conditions alone, perhaps none.
    fn info_labels(&self, call: &Call, argument: &Expr) -> Result<(), ParseError> {
        let found = argument.value_type();
        let name = quote(call.function.name);
        match argument {
            Expr::Selector(selector) if selector.name.is_none() => self.selector(selector, true),
            Expr::Selector(_) => {
                let message = "expected label selectors only, got vector selector instead";
                self.error(argument.span(), message)
            }
            _ if found != ValueType::Vector => self.error(
                call.span,
                format!(
                    "expected type {} in call to function {name}, got {found}",
                    ValueType::Vector
                ),
            ),
            _ => self.error(argument.span(), "expected label selectors only"),
        }
    }
}
