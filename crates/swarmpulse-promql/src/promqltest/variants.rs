//! Other ways to ask the same.

use crate::parse;
use crate::syntax::{At, Expr};

/// The same instant evaluation with every selector pinned by `@` to its time, and the times at which that must come to the
/// same. None if the value depends on the time of evaluation itself.
pub(super) fn pinned(text: &str, at_ms: i64) -> Option<(String, Vec<i64>)> {
    let mut expr = parse(text).ok()?;
    if sees_time(&expr) {
        return None;
    }
    pin(&mut expr, at_ms);
    let times = if at_ms == 0 {
        vec![-1000, 0, 1000]
    } else {
        vec![-10 * at_ms, 0, at_ms / 5, at_ms, 10 * at_ms]
    };
    Some((expr.to_string(), times))
}

fn sees_time(expr: &Expr) -> bool {
    let here = matches!(expr, Expr::Call(call) if call.function.sees_time);
    here || expr.children().into_iter().any(sees_time)
}

/// Selectors within a subquery that is pinned are left alone.
fn pin(expr: &mut Expr, at_ms: i64) {
    match expr {
        Expr::Selector(selector) => {
            selector.at.get_or_insert(At::Time(at_ms));
        }
        Expr::Range(range) => {
            range.selector.at.get_or_insert(At::Time(at_ms));
        }
        Expr::Subquery(subquery) => {
            subquery.at.get_or_insert(At::Time(at_ms));
        }
        Expr::Parens(parens) => pin(&mut parens.inner, at_ms),
        Expr::Unary(unary) => pin(&mut unary.inner, at_ms),
        Expr::Binary(binary) => {
            pin(&mut binary.left, at_ms);
            pin(&mut binary.right, at_ms);
        }
        Expr::Aggregate(aggregate) => {
            pin(&mut aggregate.inner, at_ms);
            if let Some(parameter) = &mut aggregate.parameter {
                pin(parameter, at_ms);
            }
        }
        Expr::Call(call) => {
            for argument in &mut call.arguments {
                pin(argument, at_ms);
            }
        }
        Expr::Number(_) | Expr::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_pinned_once() {
        let (text, times) = pinned("a + b @ 5 + rate(c[5m:])", 10_000).expect("sees no time");
        assert_eq!(text, "a @ 10.000 + b @ 5.000 + rate(c[5m:] @ 10.000)");
        assert_eq!(times, [-100_000, 0, 2000, 10_000, 100_000]);
        assert_eq!(pinned("a + time()", 10_000), None);
    }
}
