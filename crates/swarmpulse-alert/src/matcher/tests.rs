//! What matchers read and match.

use super::*;

fn labels(pairs: &[(&str, &str)]) -> Vec<Label> {
    pairs
        .iter()
        .map(|(name, value)| Label {
            name: (*name).into(),
            value: (*value).into(),
        })
        .collect()
}

#[test]
fn both_forms_are_read() {
    for (text, expected) in [
        ("", "{}"),
        ("{}", "{}"),
        (r#"{a="b",c=~"d.*"}"#, r#"{a="b",c=~"d.*"}"#),
        (r#" a = b , c != "d" , "#, r#"{a="b",c!="d"}"#),
        (r#"{a!~"x|y",}"#, r#"{a!~"x|y"}"#),
        ("a=", r#"{a=""}"#),
        (r#"a="x,y\"z\\\n""#, r#"{a="x,y\"z\\\n"}"#),
        (r#"a=~"\d+""#, r#"{a=~"\\d+"}"#),
        (r#"{"größe"="12 m",b=c}"#, r#"{"größe"="12 m",b="c"}"#),
        (r#"foo🙂=bar🙂"#, r#"{"foo🙂"="bar🙂"}"#),
        (r#"a.b="\u00e9""#, r#"{"a.b"="é"}"#),
        (r#"{ alertname = agent_down }"#, r#"{alertname="agent_down"}"#),
    ] {
        let parsed = Matchers::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parsed.to_string(), expected, "{text}");
        assert_eq!(
            Matchers::parse(&parsed.to_string()).as_ref(),
            Ok(&parsed),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_matcher_is_refused_with_the_place() {
    for (text, expected) in [
        ("a", "=, !=, =~ or !~ is missing at character 2"),
        ("{a=b", ""),
        (r#"a.b="x"#, "the closing quote is missing at character 7"),
        ("a.b=c d=e", "a comma is missing at character 7"),
        ("=b", "the name of a label is missing at character 1"),
        ("{a.b=c} d", "there is more than matchers at character 9"),
        (r#"a.b="\q""#, r"\q is no escape at character 8"),
        (r#"a.b="\xff""#, "a character that is none"),
        (r#"a=~"(""#, "regular expression \"(\": unclosed group"),
        (r#"a=~"x)|(y""#, "unopened group"),
        (r#"a=~"(x{1000}){1000}""#, "regular expression"),
    ] {
        let parsed = Matchers::parse(text);
        if expected.is_empty() {
            // As Alertmanager: the classic form forgives a brace that is missing.
            assert_eq!(parsed.unwrap().to_string(), r#"{a="b"}"#);
            continue;
        }
        let error = parsed.expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let many = vec!["a=b"; MATCHERS_MAX + 1].join(",");
    assert_eq!(
        Matchers::parse(&many),
        Err(MatcherError::TooMany {
            count: MATCHERS_MAX + 1
        })
    );
    let long = format!("a={}", "x".repeat(MATCHER_BYTES_MAX + 1));
    assert_eq!(
        Matchers::parse(&long),
        Err(MatcherError::TooLong { name: "a".into() })
    );
}

#[test]
fn matching_is_of_whole_values_and_absent_is_empty() {
    let set = labels(&[("team", "core"), ("agent", "bot-12")]);
    for (text, expected) in [
        ("{}", true),
        ("team=core", true),
        ("team=other", false),
        ("team!=other", true),
        (r#"agent=~"bot""#, false),
        (r#"agent=~"bot-\d+""#, true),
        (r#"agent!~"bot-.*""#, false),
        (r#"absent="""#, true),
        (r#"absent!="x""#, true),
        (r#"absent=~".+""#, false),
        (r#"team=core,agent=~"a|bot-12""#, true),
        (r#"team=core,agent=~"a|bot-1""#, false),
    ] {
        assert_eq!(Matchers::parse(text).unwrap().matches(&set), expected, "{text}");
    }
    assert!(Matchers::parse(r#"a=~".*""#).unwrap().matches_nothing_at_all());
    assert!(!Matchers::parse("a=b").unwrap().matches_nothing_at_all());
}

#[test]
fn what_an_expression_begins_with() {
    for (expression, expected) in [
        ("team-7-.*", "team-7-"),
        ("plain", "plain"),
        ("été.*", "été"),
        ("ab*", "a"),
        ("ab?c", "a"),
        ("ab{0}c", "a"),
        ("é+", ""),
        (r"host\.example", "host"),
        ("a|b", ""),
        ("ab(c|d)", ""),
        ("(?i)ab", ""),
        ("ab(?i)cd", "ab"),
        ("[ab]c", ""),
        ("^ab", ""),
        ("", ""),
    ] {
        assert_eq!(
            &expression[..literal_prefix(expression)],
            expected,
            "{expression}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn a_beginning_that_differs_is_told_as_the_expression_tells_it(
        expression in r"[abé.*+?()|\\\[\]{}0-2^$]{0,8}",
        value in "[abé.012]{0,6}",
    ) {
        let source = LabelMatcher { name: "a".into(), op: LabelOp::Regex, value: expression.as_str().into() };
        if let Ok(compiled) = Compiled::new(source) {
            let alone = compiled.expression.as_ref().is_some_and(|expression| expression.is_match(&value));
            proptest::prop_assert_eq!(compiled.matches(&value), alone);
        }
    }
}
