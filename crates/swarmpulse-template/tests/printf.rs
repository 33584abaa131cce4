//! `printf`: the cases of `printf.txt`, and amtool's word on each where it is installed.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Write as _;
use std::process::Command;

use swarmpulse_template::{
    Expansion, Function, Kind, Library, Limits, Shape, Sort, Surroundings, Template, Value, text,
};

static KV: Kind = Kind::plain("template.KV", Shape::Texts);
static DATA: Kind = Kind::plain("template.Data", Shape::Fields(&["GroupLabels"]));

const FUNCTIONS: &[Function] = &[Function::many(
    "stringSlice",
    &[Sort::STRING],
    0,
    |_, arguments| {
        Ok(Value::texts(
            (0..arguments.len()).map(|place| text(arguments, place)),
        ))
    },
)];

struct Nowhere;

impl Surroundings for Nowhere {
    fn at_ns(&self) -> i64 {
        0
    }
}

fn cases() -> Vec<(&'static str, String)> {
    let mut lines = include_str!("printf.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut cases = Vec::new();
    while let (Some(template), Some(expected)) = (lines.next(), lines.next()) {
        let expected = expected.strip_prefix("= ").unwrap();
        let expected = expected
            .replace("\\\\", "\0")
            .replace("\\n", "\n")
            .replace('\0', "\\");
        cases.push((template.strip_prefix("> ").unwrap(), expected));
    }
    assert!(cases.len() > 1000, "{}", cases.len());
    cases
}

#[test]
fn every_format_comes_to_what_go_says() {
    let labels = Value::map(&KV, [("alertname".into(), "A".into())]);
    let dot = Value::map(&DATA, [("GroupLabels".into(), labels)]);
    let mut wrong = String::new();
    for (text, expected) in cases() {
        let template = Template::parse("t", text, FUNCTIONS, &Library::default()).unwrap();
        let came = template.expand(&Expansion {
            dot: &dot,
            surroundings: &Nowhere,
            limits: Limits::default(),
            html: false,
        });
        let came = came.unwrap();
        if came != expected {
            writeln!(wrong, "{text}\n  expected {expected:?}\n  came     {came:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn amtool_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.json");
    std::fs::write(&data, r#"{"groupLabels": {"alertname": "A"}}"#).unwrap();
    let cases = cases();
    let mut text = String::new();
    for (place, (template, _)) in cases.iter().enumerate() {
        write!(text, "@@{place}@@{template}").unwrap();
    }
    let Ok(output) = Command::new("amtool")
        .args(["template", "render", "--template.glob=/nonexistent/*"])
        .arg(format!("--template.data={}", data.display()))
        .arg(format!("--template.text={text}@@"))
        .output()
    else {
        eprintln!("skipped: amtool is not installed");
        return;
    };
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let parts: Vec<&str> = told.split("@@").skip(1).collect();
    assert_eq!(parts.len(), 2 * cases.len() + 1);
    for (place, (template, expected)) in cases.iter().enumerate() {
        assert_eq!(parts[2 * place], place.to_string());
        assert_eq!(parts[2 * place + 1], expected, "{template}");
    }
}
