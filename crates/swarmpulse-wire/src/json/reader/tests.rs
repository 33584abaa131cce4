//! The reader agrees with `serde_json` on what is JSON and what it means.

use proptest::prelude::*;

use super::*;

/// Reads a whole text into `serde_json`'s value, to compare.
fn read_all(text: &str) -> Result<serde_json::Value, Syntax> {
    fn build(reader: &mut Reader<'_>) -> Result<serde_json::Value, Syntax> {
        Ok(match reader.value()? {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => value.into(),
            Value::Number(number) => match (
                number.whole,
                number.text.parse::<i64>(),
                number.text.parse::<u64>(),
            ) {
                (true, Ok(whole), _) if number.text != "-0" => whole.into(),
                (true, _, Ok(whole)) => whole.into(),
                _ => number
                    .as_f64()
                    .ok_or(Syntax {
                        at: 0,
                        problem: Problem::Number,
                    })?
                    .into(),
            },
            Value::Text(text) => text.into_owned().into(),
            Value::Array => {
                let (mut items, mut first) = (Vec::new(), true);
                reader.enter()?;
                while reader.next_element(&mut first)? {
                    items.push(build(reader)?);
                }
                items.into()
            }
            Value::Object => {
                let (mut fields, mut first) = (serde_json::Map::new(), true);
                reader.enter()?;
                while let Some(key) = reader.next_key(&mut first)? {
                    fields.insert(key.into_owned(), build(reader)?);
                }
                fields.into()
            }
        })
    }
    let mut reader = Reader::new(text, 120);
    let value = build(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Equality but for the last bit of numbers, which `serde_json` does not read exactly.
fn is_same(ours: &serde_json::Value, theirs: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let same = |(key, ours)| theirs.get(key).is_some_and(|theirs| is_same(ours, theirs));
            ours.len() == theirs.len() && ours.iter().all(same)
        }
        (Value::Number(ours), Value::Number(theirs)) => match (ours.as_f64(), theirs.as_f64()) {
            (Some(ours), Some(theirs)) => ours == theirs || ((ours - theirs) / theirs).abs() < 1e-12,
            _ => false,
        },
        (ours, theirs) => ours == theirs,
    }
}

/// Whether the skipping reader takes it.
fn skips_all(text: &str) -> bool {
    let mut reader = Reader::new(text, 120);
    reader.skip().is_ok() && reader.end().is_ok()
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((".{0,6}", inner), 0..6)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_serde_writes_is_read_the_same(value in json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = text.unwrap();
        prop_assert_eq!(read_all(&text).unwrap(), value);
        prop_assert!(skips_all(&text));
    }

    #[test]
    fn damaged_json_is_refused_when_serde_refuses_it(
        value in json(), place: prop::sample::Index, with in r#"[\[\]{}",:0-9a-z\\\-+.eE \n]{0,2}"#,
    ) {
        let mut text = serde_json::to_string(&value).unwrap();
        let mut at = place.index(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        let end = at + text[at..].chars().next().map_or(0, char::len_utf8);
        text.replace_range(at..end, &with);
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        let half_pair = text.contains("\\u");
        if !half_pair {
            match (read_all(&text), theirs) {
                (Ok(ours), Ok(theirs)) => prop_assert!(is_same(&ours, &theirs), "{}: {} {}", text, ours, theirs),
                (Err(_), Err(_)) => {}
                (ours, theirs) => prop_assert!(false, "{text}: ours {ours:?}, theirs {theirs:?}"),
            }
        }
        prop_assert!(skips_all(&text) || read_all(&text).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused(text: String) {
        let _: bool = read_all(&text).is_ok() && skips_all(&text);
    }
}

#[test]
fn grammar_violations_are_placed() {
    for (text, at, problem) in [
        ("", 0, Problem::End),
        ("{", 1, Problem::End),
        ("{\"a\":1,}", 7, Problem::Key),
        ("{a:1}", 1, Problem::Key),
        ("{\"a\" 1}", 5, Problem::Colon),
        ("{\"a\":1 \"b\":2}", 7, Problem::CommaOrBrace),
        ("[1 2]", 3, Problem::CommaOrBracket),
        ("[1,]", 3, Problem::Value),
        ("[NaN]", 1, Problem::Value),
        ("[-Infinity]", 2, Problem::Number),
        ("[01]", 1, Problem::Number),
        ("[1.]", 3, Problem::Number),
        ("[.5]", 1, Problem::Value),
        ("[1e]", 3, Problem::Number),
        ("\"a\u{1}\"", 2, Problem::Control),
        ("\"a\\q\"", 2, Problem::Escape),
        ("\"a\\", 3, Problem::End),
        ("\"a", 2, Problem::End),
        ("nul", 0, Problem::Value),
        ("1 2", 2, Problem::Trailing),
        ("// c\n1", 0, Problem::Value),
    ] {
        assert_eq!(read_all(text), Err(Syntax { at, problem }), "{text}");
        assert!(!skips_all(text), "{text}");
    }
}

#[test]
fn nesting_is_limited_without_recursion() {
    let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let mut reader = Reader::new("", 64);
    assert_eq!(reader.depth_max, 64);
    for (depth, fits) in [(64, true), (65, false), (1_000_000, false)] {
        let text = deep(depth);
        reader = Reader::new(&text, 64);
        let skipped = reader.skip();
        assert_eq!(skipped.is_ok(), fits);
        if !fits {
            assert_eq!(
                skipped,
                Err(Syntax {
                    at: 64,
                    problem: Problem::TooDeep
                })
            );
        }
    }
    let text = deep(128);
    assert_eq!(Reader::new(&text, usize::MAX).skip(), Ok(text.as_str()));
}
