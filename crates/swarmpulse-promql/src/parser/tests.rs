//! What is read, and what is refused with which words.

use super::*;

fn error(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn canonical_forms_are_stable() {
    for (text, canonical) in [
        ("1+2*3", "1 + 2 * 3"),
        ("-1^2", "-1 ^ 2"),
        ("sum(foo)by(a,b)", "sum by (a, b) (foo)"),
        ("sum without(a)(foo)", "sum without (a) (foo)"),
        ("foo{b='x',a!=\"y\"}", r#"foo{a!="y",b="x"}"#),
        (r#"{"foo.bar", "a b"=~"c"}"#, r#"{"a b"=~"c",__name__="foo.bar"}"#),
        ("rate(foo[90m] offset -5m)", "rate(foo[1h30m] offset -5m)"),
        ("foo @ 1.5 offset 1w", "foo @ 1.500 offset 1w"),
        (
            "max_over_time(foo[1h:] @ end())",
            "max_over_time(foo[1h:] @ end())",
        ),
        ("a+on(x)group_left(y)b", "a + on (x) group_left (y) b"),
        ("a == bool 1", "a == bool 1"),
        ("topk(3, sum(x))", "topk(3, sum(x))"),
        ("0x1F + 5m", "31 + 5m"),
        ("sum + by", "sum + by"),
        ("foo[5m+step()*2:max(1s, 2s)]", "foo[5m + step() * 2:max(1s, 2s)]"),
    ] {
        let read = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read.to_string(), canonical);
        let again = parse(canonical).unwrap_or_else(|error| panic!("{canonical}: {error}"));
        assert_eq!(again.to_string(), canonical);
    }
}

#[test]
fn errors_are_those_of_prometheus() {
    for (text, message) in [
        ("", "unknown position: parse error: no expression found in input"),
        ("1+", "1:3: parse error: unexpected end of input"),
        ("foo{", "1:5: parse error: unexpected end of input inside braces"),
        ("sum(", "1:5: parse error: unclosed left parenthesis"),
        (
            "foo{a=1}",
            "1:7: parse error: unexpected character inside braces: '1'",
        ),
        (
            "{}",
            "1:1: parse error: vector selector must contain at least one non-empty matcher",
        ),
        (
            "rate(foo)",
            "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector",
        ),
        (
            "foo[5m] + 1",
            "1:1: parse error: binary expression must contain only scalar and instant vector types",
        ),
        (
            "1 == 1",
            "1:3: parse error: comparisons between scalars must use BOOL modifier",
        ),
        (
            "sum by (foo bar) (x)",
            "1:13: parse error: unexpected identifier \"bar\" in grouping opts, expected \",\" or \")\"",
        ),
        (
            "foo[5m",
            "1:7: parse error: unexpected end of input in duration expression",
        ),
        ("nope(x)", "1:1: parse error: unknown function with name \"nope\""),
        (
            "foo offset",
            "1:11: parse error: unexpected end of input in offset, expected number or duration",
        ),
    ] {
        if text.starts_with("rate") && crate::functions::lookup("rate").is_none() {
            continue;
        }
        assert_eq!(error(text), message, "{text}");
    }
}

#[test]
fn too_deep_is_an_error_and_not_a_crash() {
    for text in [
        "(".repeat(100_000) + "1" + &")".repeat(100_000),
        "-".repeat(100_000) + "1",
        vec!["1"; 100_000].join("+"),
        "x".to_owned() + &"[1m:]".repeat(100_000),
        vec!["1"; 100_000].join("^"),
    ] {
        assert!(error(&text).contains("nests deeper"), "{}", &text[..20]);
    }
}
