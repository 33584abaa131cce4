//! The parser on texts that nobody wrote: no crash, and what it reads it reads again.

use proptest::prelude::*;
use swarmpulse_promql::parse;

const WORDS: &[&str] = &[
    "sum",
    "by",
    "without",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "=~",
    "!=",
    "!~",
    "==",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "and",
    "or",
    "unless",
    "atan2",
    "on",
    "ignoring",
    "group_left",
    "bool",
    "offset",
    "@",
    "start()",
    "end()",
    "5m",
    "1h30m",
    "0x1F",
    "1e3",
    "Inf",
    "\"text\"",
    "'te\\x41xt'",
    "`raw`",
    "foo",
    "a:b",
    "rate",
    "topk",
    "quantile_over_time",
    "step()",
    "range()",
    "min",
    "#c\n",
    " ",
    "\n",
    "\\",
    "é",
    "$",
    "1..2",
    "foo[5m]",
    "rate(foo[5m])",
    "foo{a=\"b\"}",
    "sum by (a) (foo)",
    "{\"x.y\"}",
];

fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok(expr) = parse(text) else {
        return Ok(());
    };
    let canonical = expr.to_string();
    let again = parse(&canonical)
        .map_err(|error| TestCaseError::fail(format!("{text:?} became {canonical:?}: {error}")))?;
    // Infinity is written with its sign, as Prometheus does; before a power that reads as a sign of the power.
    if !canonical.contains("Inf") {
        prop_assert_eq!(again.to_string(), canonical);
    }
    let pretty = expr.pretty();
    prop_assert!(parse(&pretty).is_ok(), "{text:?} became {pretty:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn words_in_any_order(words in prop::collection::vec(prop::sample::select(WORDS), 0..14), spaced: bool) {
        check(&words.join(if spaced { " " } else { "" }))?;
    }

    #[test]
    fn any_text(text in ".{0,40}") {
        // The last characters of all are taken for bytes that are no UTF-8; nobody may assign them a meaning of their own.
        prop_assume!(!text.contains(|character| character >= '\u{10FF00}'));
        check(&text)?;
    }
}
