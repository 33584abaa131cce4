//! Reads files of cases.

use std::sync::LazyLock;

use regex::Regex;

use super::expectation::{Expectation, Times, Wanted};
use super::sequence::{Item, series};
use crate::{When, parse, parse_duration, parse_number};
use swarmpulse_model::Labels;

/// One command of a file.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// Its line, from 1.
    pub line: usize,
    /// Its first line.
    pub text: String,
    pub kind: Kind,
}

/// What a command does.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
    /// It cannot be read.
    Wrong(String),
}

/// Samples to load.
#[derive(Clone, Debug, Default)]
pub(super) struct Load {
    pub step_ms: i64,
    pub with_custom_buckets: bool,
    pub series: Vec<(Labels, Vec<Item>)>,
}

/// An evaluation.
#[derive(Clone, Debug)]
pub(super) struct Eval {
    pub expr: String,
    pub when: When,
    pub expected: Expectation,
}

#[expect(clippy::unwrap_used, reason = "fixed patterns, compiled by a test")]
mod pattern {
    use super::{LazyLock, Regex};

    pub static LOAD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^load(?:_(with_nhcb))?\s+(.+?)$").unwrap());
    pub static INSTANT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$").unwrap()
    });
    pub static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$")
            .unwrap()
    });
    pub static EXPECT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$").unwrap()
    });
    pub static RANGE_VECTOR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^expect\s+range\s+vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$").unwrap()
    });
    pub static STRING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^expect\s+string\s+(.+)$").unwrap());
}

/// Reads all commands. One that cannot be read is there, with the reason; what belongs to it is passed over.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .map(|line| if line.starts_with('#') { "" } else { line })
        .collect();
    let mut commands = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let first = lines[at];
        let word = first
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let line = at + 1;
        at += 1;
        if first.is_empty() {
            continue;
        }
        let mut body = Vec::new();
        if word.starts_with("load") || word.starts_with("eval") {
            let length = lines[at..].iter().take_while(|line| !line.is_empty()).count();
            body.extend_from_slice(&lines[at..at + length]);
            at += length;
        }
        let kind = if word == "clear" {
            Ok(Kind::Clear)
        } else if word.starts_with("load") {
            load(first, &body).map(Kind::Load)
        } else if word.starts_with("eval") {
            eval(first, &body).map(|eval| Kind::Eval(Box::new(eval)))
        } else {
            Err(format!(
                "invalid command {first:?}; known are load, eval and clear"
            ))
        };
        commands.push(Command {
            line,
            text: first.to_owned(),
            kind: kind.unwrap_or_else(Kind::Wrong),
        });
    }
    commands
}

fn load(first: &str, body: &[&str]) -> Result<Load, String> {
    let parts = pattern::LOAD
        .captures(first)
        .ok_or("invalid load command: load[_with_nhcb] STEP")?;
    let mut load = Load {
        step_ms: parse_duration(&parts[2])?,
        with_custom_buckets: parts.get(1).is_some(),
        series: Vec::new(),
    };
    for line in body {
        let (labels, items) = series(line).map_err(|error| format!("{line}: {error}"))?;
        // Of two lines for one series the later is meant.
        load.series.retain(|(other, _)| *other != labels);
        load.series.push((labels, items));
    }
    Ok(load)
}

fn eval(first: &str, body: &[&str]) -> Result<Eval, String> {
    let (mode, expr, when) = if let Some(parts) = pattern::INSTANT.captures(first) {
        let at = parts.get(2).map_or("", |at| at.as_str());
        let at_ms = parse_duration(at).map_err(|error| format!("time {at:?}: {error}"))?;
        let mode = parts.get(1).map_or("", |mode| mode.as_str());
        (mode.to_owned(), parts[3].to_owned(), When::Instant { at_ms })
    } else if let Some(parts) = pattern::RANGE.captures(first) {
        let mode = parts.get(1).map_or("", |mode| mode.as_str());
        let when = When::Range {
            start_ms: parse_duration(&parts[2])?,
            end_ms: parse_duration(&parts[3])?,
            step_ms: parse_duration(&parts[4])?,
        };
        (mode.to_owned(), parts[5].to_owned(), when)
    } else {
        return Err(
            "invalid evaluation: eval[_fail|_warn|_info|_ordered] instant at TIME EXPR, or eval range from START to END step STEP EXPR"
                .to_owned(),
        );
    };
    parse(&expr).map_err(|error| error.to_string())?;
    let mut expected = Expectation::default();
    match mode.as_str() {
        "ordered" => expected.ordered = true,
        "fail" => expected.fail = Some(vec![Wanted::Any]),
        "warn" => expected.warnings.push(Wanted::Any),
        "info" => expected.infos.push(Wanted::Any),
        _ => {}
    }
    let instant = matches!(when, When::Instant { .. });
    for line in body {
        if expected_failure(line, &mut expected)? {
            break;
        }
        if line.split_whitespace().next() == Some("expect") {
            expect(line, &mut expected)?;
            continue;
        }
        if let Some(number) = parse_number(line) {
            expected.scalar = Some(number);
            break;
        }
        let (labels, items) = series(line).map_err(|error| format!("{line}: {error}"))?;
        if instant && items.len() > 1 && expected.range_vector.is_none() {
            return Err("an instant evaluation cannot come to more than one value".to_owned());
        }
        expected.series.push((labels, items));
    }
    Ok(Eval { expr, when, expected })
}

/// The older way to write which error is expected.
fn expected_failure(line: &str, expected: &mut Expectation) -> Result<bool, String> {
    let Some(fail) = &mut expected.fail else {
        return Ok(false);
    };
    if let Some(text) = line.strip_prefix("expected_fail_message") {
        fail.push(Wanted::Text(text.trim().to_owned()));
        return Ok(true);
    }
    if let Some(pattern) = line.strip_prefix("expected_fail_regexp") {
        fail.push(Wanted::Pattern(compiled(pattern.trim())?));
        return Ok(true);
    }
    Ok(false)
}

fn compiled(pattern: &str) -> Result<Regex, String> {
    Regex::new(pattern).map_err(|error| format!("invalid regular expression {pattern}: {error}"))
}

fn expect(line: &str, expected: &mut Expectation) -> Result<(), String> {
    if let Some(parts) = pattern::RANGE_VECTOR.captures(line) {
        expected.range_vector = Some(Times {
            start_ms: parse_duration(&parts[1])?,
            end_ms: parse_duration(&parts[2])?,
            step_ms: parse_duration(&parts[3])?,
        });
        return Ok(());
    }
    if let Some(parts) = pattern::STRING.captures(line) {
        let literal = parse(&parts[1]).map_err(|error| error.to_string())?;
        let crate::syntax::Expr::Text(text) = literal else {
            return Err(format!("{line}: expected text in quotes"));
        };
        expected.text = Some(text.value);
        return Ok(());
    }
    let parts = pattern::EXPECT.captures(line).ok_or_else(|| {
        format!("invalid expect statement {line:?}: expect fail|warn|no_warn|info|no_info|ordered [msg:TEXT|regex:PATTERN], expect string TEXT, expect range vector from START to END step STEP")
    })?;
    let detail = parts.get(3).map_or("", |detail| detail.as_str()).trim();
    let wanted = match parts.get(2).map(|kind| kind.as_str()) {
        Some("msg") => Wanted::Text(detail.to_owned()),
        Some(_) => Wanted::Pattern(compiled(detail)?),
        None => Wanted::Any,
    };
    match &parts[1] {
        "ordered" => expected.ordered = true,
        "fail" if expected.fail.is_some() => {
            return Err("invalid expect lines, multiple expect fail lines are not allowed".to_owned());
        }
        "fail" => expected.fail = Some(vec![wanted]),
        "warn" => expected.warnings.push(wanted),
        "no_warn" => expected.no_warnings = true,
        "info" => expected.infos.push(wanted),
        _ => expected.no_infos = true,
    }
    if expected.no_warnings && !expected.warnings.is_empty() {
        return Err("invalid expect lines, warn and no_warn cannot be used together".to_owned());
    }
    if expected.no_infos && !expected.infos.is_empty() {
        return Err("invalid expect lines, info and no_info cannot be used together".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read() {
        let text = "load 5m\n  a 1 2\n  b{c=\"d\"} 1+1x3\n\n# a comment\neval instant at 5m a\n  expect no_warn\n  a 2\n\neval_fail range from 0 to 10m step 5m a + on() b\n\nclear\nnonsense\n";
        let commands = commands(text);
        let lines: Vec<usize> = commands.iter().map(|command| command.line).collect();
        assert_eq!(lines, [1, 6, 10, 12, 13]);
        let Kind::Eval(eval) = &commands[1].kind else {
            panic!("{:?}", commands[1]);
        };
        assert!(eval.expected.no_warnings && eval.expected.series.len() == 1);
        let Kind::Eval(eval) = &commands[2].kind else {
            panic!("{:?}", commands[2]);
        };
        assert!(eval.expected.fail.is_some() && eval.expr == "a + on() b");
        assert!(matches!(&commands[4].kind, Kind::Wrong(reason) if reason.contains("nonsense")));
    }

    #[test]
    fn expectations_are_read() {
        let mut expected = Expectation::default();
        for line in [
            "expect range vector from 10s to 1m step 10s",
            "expect string `Foo`",
            "expect fail msg: no good",
            "expect warn regex:a+",
        ] {
            expect(line, &mut expected).expect(line);
        }
        assert_eq!(expected.range_vector.map(|times| times.end_ms), Some(60_000));
        assert_eq!(expected.text.as_deref(), Some("Foo"));
        assert!(expect("expect fail", &mut expected).is_err());
        assert!(expect("expect no_warn", &mut expected).is_err());
        assert!(expect("expect wonders", &mut expected).is_err());
    }
}
