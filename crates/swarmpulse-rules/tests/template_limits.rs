//! Templates can neither hang nor fill the memory nor crash, whatever they say.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use proptest::prelude::*;
use swarmpulse_model::{Labels, Timestamp};
use swarmpulse_rules::RuleFile;
use swarmpulse_rules::template::{NoQueries, Template, TemplateData};
use swarmpulse_template::{ANY_LIST, Value};

fn came_to(text: &str) -> Result<String, String> {
    let labels = Labels::from_pairs([("a", "1")]);
    let data = TemplateData::of_alert(&labels, 1.5, &[], "http://h", Timestamp(0));
    let template = Template::parse_alert("A", text).map_err(|error| error.to_string())?;
    template
        .expand(&data, &NoQueries)
        .map_err(|error| error.to_string())
}

#[test]
fn what_would_not_end_is_ended() {
    let parens = format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    let ifs = format!("{}{}", "{{ if 1 }}".repeat(5000), "{{ end }}".repeat(5000));
    for (text, why) in [
        (
            "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}",
            "more than 100000 steps",
        ),
        (
            "{{ range 9223372036854775807 }}{{ end }}",
            "more than 100000 steps",
        ),
        (
            "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}",
            "exceeded maximum template depth",
        ),
        (
            "{{ define \"a\" }}{{ if 1 }}{{ with 1 }}{{ (template \"a\") }}{{ end }}{{ end }}{{ end }}",
            "unexpected <template>",
        ),
        (
            "{{ $x := \"aaaaaaaaaa\" }}{{ range 30 }}{{ $x = print $x $x }}{{ end }}",
            "more than 65536 bytes of text",
        ),
        (
            "{{ range 30000 }}xxxxx{{ end }}",
            "more than 65536 bytes of output",
        ),
        (
            "{{ $x := args 1 }}{{ range 1000 }}{{ $x = args $x $x }}{{ end }}{{ $x }}",
            "within one another too deep",
        ),
        ("{{ match \"(a{1000}){1000}\" \"a\" }}", "error parsing regexp"),
        (parens.as_str(), "within one another"),
        (ifs.as_str(), "within one another"),
    ] {
        let error = came_to(text).unwrap_err();
        assert!(error.contains(why), "{}: {error}", &text[..text.len().min(80)]);
    }
    let wide = came_to("{{ printf \"%999999999d\" 1 }}").unwrap();
    assert!(wide.len() < 10_000);
}

#[test]
fn any_data_can_be_a_dot() {
    let alerts = Value::list(&ANY_LIST, vec![Value::strings([("alertname", "A")])]);
    let dot = Value::any_map([("alerts".into(), alerts), ("status".into(), "firing".into())]);
    let data = TemplateData::new(dot, Timestamp(0));
    let text = "{{ .status | toUpper }}{{ range .alerts }} {{ .alertname }}{{ .none }}{{ end }} {{ .none }}";
    let template = Template::parse("message", text).unwrap();
    assert_eq!(template.expand(&data, &NoQueries).unwrap(), "FIRING A <no value>");
    let error = Template::parse("message", "{{ $labels }}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "template: message:1: undefined variable \"$labels\""
    );
}

const WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    " ",
    "(",
    ")",
    "|",
    ".",
    "$",
    "$x",
    ":=",
    "=",
    ",",
    "if",
    "else",
    "end",
    "range",
    "with",
    "define",
    "template",
    "block",
    "break",
    "continue",
    "\"a\"",
    "`b`",
    "'c'",
    "1",
    "-2.5",
    "0x1f",
    "nil",
    "true",
    ".Labels",
    "$labels.a",
    "$value",
    "printf",
    "\"%5.2f|%q|%x|%*d%!\"",
    "index",
    "slice",
    "len",
    "args",
    "eq",
    "lt",
    "humanize",
    "humanizeDuration",
    "toTime",
    ".Format",
    "title",
    "reReplaceAll",
    "match",
    "/*",
    "*/",
    "\n",
    "\u{e4}",
    "\\",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_template_crashes(words in prop::collection::vec(prop::sample::select(WORDS), 0..30)) {
        let _ = came_to(&words.concat());
        let _ = came_to(&format!("{{{{ {} }}}}", words.join(" ")));
    }

    #[test]
    fn every_function_takes_or_refuses_any_arguments(
        function in prop::sample::select(&[
            "and", "or", "not", "len", "index", "slice", "print", "println", "printf", "html", "js", "urlquery", "eq", "ne",
            "lt", "le", "gt", "ge", "call", "query", "first", "label", "value", "strvalue", "sortByLabel", "args", "safeHtml",
            "externalURL", "pathPrefix", "title", "toUpper", "toLower", "match", "reReplaceAll", "graphLink", "tableLink",
            "stripPort", "stripDomain", "urlQueryEscape", "now", "humanize", "humanize1024", "humanizeDuration",
            "humanizePercentage", "humanizeTimestamp", "toTime", "toDuration", "parseDuration",
        ][..]),
        arguments in prop::collection::vec(prop::sample::select(&[
            "1", "-1", "0", "9223372036854775807", "1.5", "-1e300", "\"a\"", "\"%d %s\"", "\"\"", "\"[\"", "\"1e400\"", "nil",
            "true", "$labels", "$", "(args 1 \"b\")", "(toTime 1)", "(toDuration 1)", "\"\u{e4}\u{1F916}\"",
        ][..]), 0..5),
    ) {
        let call = format!("{{{{ {function} {} }}}}", arguments.join(" "));
        let _ = came_to(&call);
    }

    #[test]
    fn no_rule_file_crashes(words in prop::collection::vec(prop::sample::select(&[
        "groups:", "\n", "  ", "- ", "name: g", "rules:", "alert: A", "record: a", "expr: 1", "for: 5m", "labels:", "{", "}", "[",
        "]", ",", "a: b", "&x ", "*x", "<<: ", "|", "limit: -1", "\"", "'", "# ",
    ][..]), 0..60)) {
        if let Ok(file) = RuleFile::parse("f", &words.concat(), None) {
            prop_assert!(RuleFile::parse("f", &file.to_yaml(), None).is_ok());
        }
    }
}
