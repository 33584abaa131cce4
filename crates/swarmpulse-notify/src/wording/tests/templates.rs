//! The cases of `templates.txt`, and amtool's word on each where it is installed.

use std::fmt::Write as _;
use std::process::Command;

use super::super::{Remarks, Wording, Writer, library};
use crate::examples;

struct Case {
    template: &'static str,
    expected: String,
    html: bool,
    /// amtool of Debian does not know it yet.
    newer: bool,
}

/// `> TEMPLATE` as text, `h> TEMPLATE` as HTML, `3> TEMPLATE` as text of a newer Alertmanager; then `= TEXT` or `! ERROR`.
fn cases() -> Vec<Case> {
    let mut lines = include_str!("templates.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut cases = Vec::new();
    while let (Some(first), Some(second)) = (lines.next(), lines.next()) {
        let (mark, template) = first.split_once("> ").unwrap();
        let expected = match second.split_at_checked(2) {
            Some(("= ", text)) => text.replace("\\n", "\n"),
            Some(("! ", error)) => format!("! {error}"),
            _ if second == "=" => String::new(),
            _ => panic!("{template} has no answer but {second:?}"),
        };
        cases.push(Case {
            template,
            expected,
            html: mark == "h",
            newer: mark == "3",
        });
    }
    assert!(cases.len() > 60, "{}", cases.len());
    cases
}

/// What one wording says of the example, or why it says nothing.
fn said(text: &str, html: bool) -> String {
    let wording = match Wording::parse("text", text, &library()) {
        Ok(wording) if html => wording.as_html(),
        Ok(wording) => wording,
        Err(error) => return format!("! {error}"),
    };
    let notification = super::mixed();
    let remarks = Remarks::default();
    let message = examples::message_with(&notification, &remarks);
    let said = Writer::new(&message).write(Some(&wording));
    said.unwrap_or_else(|| {
        let told = remarks.told().unwrap();
        format!("! {}", told.strip_prefix("text is in our own words: ").unwrap())
    })
}

#[test]
fn every_template_comes_to_what_alertmanager_says() {
    let mut wrong = String::new();
    for case in cases() {
        let came = said(case.template, case.html);
        if came != case.expected {
            let Case {
                template, expected, ..
            } = &case;
            writeln!(wrong, "{template}\n  expected {expected:?}\n  came     {came:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn amtool_says_the_same_of_our_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.json");
    std::fs::write(&data, said("{{ toJson . }}", false)).unwrap();
    let mut wrong = String::new();
    for case in cases() {
        if case.newer || case.expected.starts_with('!') {
            continue;
        }
        let kind = if case.html { "html" } else { "text" };
        let Ok(output) = Command::new("amtool")
            .args(["template", "render", "--template.glob=/nonexistent/*"])
            .arg(format!("--template.type={kind}"))
            .arg(format!("--template.data={}", data.display()))
            .arg(format!("--template.text={}|", case.template))
            .output()
        else {
            eprintln!("skipped: amtool is not installed");
            return;
        };
        let told = String::from_utf8_lossy(&output.stdout);
        if told.trim_end_matches('\n') != format!("{}|", case.expected) {
            let why = String::from_utf8_lossy(&output.stderr);
            writeln!(
                wrong,
                "{}\n  expected {:?}\n  amtool   {told:?} {why}",
                case.template, case.expected
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_would_not_end_is_ended_and_our_words_are_said() {
    for (text, why) in [
        (
            "{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}",
            "more than 200000 steps",
        ),
        (
            "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
            "exceeded maximum template depth",
        ),
        (
            "{{ $x := \"aaaaaaaaaa\" }}{{ range 30 }}{{ $x = print $x $x }}{{ end }}",
            "bytes of text",
        ),
        (
            "{{ range 100000 }}{{ match \"(a|b)*c{1,9}\" \"x\" }}{{ end }}",
            "more than 200000 steps",
        ),
        (
            "{{ $x := list 1 }}{{ range 1000 }}{{ $x = list $x $x }}{{ end }}",
            "within one another too deep",
        ),
        (
            "{{ $x := dict \"a\" 1 }}{{ range 1000 }}{{ $x = dict \"a\" (list $x) }}{{ end }}",
            "within one another too deep",
        ),
    ] {
        let came = said(text, false);
        assert!(came.starts_with('!') && came.contains(why), "{text}: {came}");
    }
}
