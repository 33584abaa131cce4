//! A strict reader of the Prometheus text format.

use std::collections::{BTreeMap, BTreeSet};

/// One family: its type and samples.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    /// Full name, labels, value.
    pub(crate) samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

/// Reads text of version 0.0.4; panics with the line where it is wrong.
pub(crate) fn parse(text: &str) -> BTreeMap<String, Family> {
    assert!(text.ends_with('\n'), "the last line ends");
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, help) = help.split_once(' ').unwrap_or_else(|| panic!("no help: {line}"));
            assert!(
                !help.is_empty() && families.insert(name.to_owned(), Family::default()).is_none(),
                "{line}"
            );
            current = name.to_owned();
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').unwrap();
            assert_eq!(name, current, "the type follows the help: {line}");
            assert!(matches!(kind, "counter" | "gauge" | "histogram"), "{line}");
            families.get_mut(name).unwrap().kind = kind.to_owned();
        } else {
            let (name, labels, value) = sample(line);
            let family = families
                .get_mut(&current)
                .unwrap_or_else(|| panic!("no family: {line}"));
            let suffix = name
                .strip_prefix(&current)
                .unwrap_or_else(|| panic!("a family stands together: {line}"));
            match family.kind.as_str() {
                "histogram" => assert!(matches!(suffix, "_bucket" | "_sum" | "_count"), "{line}"),
                _ => assert_eq!(suffix, "", "{line}"),
            }
            assert!(seen.insert((name.clone(), labels.clone())), "twice: {line}");
            assert!(family.kind == "gauge" || value >= 0.0, "{line}");
            family.samples.push((name, labels, value));
        }
    }
    families
        .values()
        .filter(|family| family.kind == "histogram")
        .for_each(check_histogram);
    families
}

fn sample(line: &str) -> (String, BTreeMap<String, String>, f64) {
    let name_end = line
        .find(['{', ' '])
        .unwrap_or_else(|| panic!("no value: {line}"));
    let (name, mut rest) = line.split_at(name_end);
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest
                .split_once("=\"")
                .unwrap_or_else(|| panic!("no label: {line}"));
            assert!(is_name(label), "{line}");
            let mut value = String::new();
            let mut characters = after.char_indices();
            let end = loop {
                match characters.next().unwrap_or_else(|| panic!("no end: {line}")) {
                    (at, '"') => break at,
                    (_, '\\') => match characters.next().unwrap().1 {
                        'n' => value.push('\n'),
                        escaped @ ('\\' | '"') => value.push(escaped),
                        other => panic!("escape {other}: {line}"),
                    },
                    (_, plain) => value.push(plain),
                }
            };
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            rest = &after[end + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest
            .strip_prefix('}')
            .unwrap_or_else(|| panic!("no end of labels: {line}"));
    }
    let value = rest
        .strip_prefix(' ')
        .unwrap_or_else(|| panic!("no space: {line}"));
    assert!(!value.contains(' '), "{line}");
    let value = match value {
        "+Inf" => f64::INFINITY,
        "NaN" => f64::NAN,
        number => number.parse().unwrap_or_else(|_| panic!("no number: {line}")),
    };
    (name.to_owned(), labels, value)
}

fn check_histogram(family: &Family) {
    let mut series: BTreeMap<BTreeMap<String, String>, Vec<(f64, f64)>> = BTreeMap::new();
    for (name, labels, value) in family
        .samples
        .iter()
        .filter(|(name, ..)| name.ends_with("_bucket"))
    {
        let mut labels = labels.clone();
        let bound = labels.remove("le").unwrap_or_else(|| panic!("no bound: {name}"));
        let bound = if bound == "+Inf" {
            f64::INFINITY
        } else {
            bound.parse().unwrap()
        };
        series.entry(labels).or_default().push((bound, *value));
    }
    for (labels, buckets) in series {
        assert!(
            buckets.is_sorted_by(|one, next| one.0 < next.0 && one.1 <= next.1),
            "{labels:?} {buckets:?}"
        );
        let last = buckets.last().unwrap();
        assert!(last.0.is_infinite());
        let count = family
            .samples
            .iter()
            .find(|(name, of, _)| name.ends_with("_count") && *of == labels);
        assert_eq!(count.unwrap().2, last.1, "{labels:?}");
    }
}
