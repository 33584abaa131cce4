//! Files as people write them, read into the tree.

use proptest::prelude::*;
use swarmpulse_yaml::{Faults, Fields, Node, Value, parse, parse_all};

/// The text at the end of a path; nothing if there is none.
fn text_at<'a>(node: &'a Node, path: &[&str]) -> Option<&'a str> {
    let mut node = node;
    for step in path {
        node = match &node.value {
            Value::Map(entries) => &entries.iter().find(|entry| entry.key == *step)?.node,
            Value::List(items) => items.get(step.parse::<usize>().ok()?)?,
            Value::Empty | Value::Scalar(_) => return None,
        };
    }
    match &node.value {
        Value::Scalar(scalar) => Some(&scalar.text),
        _ => None,
    }
}

#[test]
fn values_keep_the_text_that_was_written() {
    let node = parse(concat!(
        "key: 0123\nfloat: 1.50\nbig: 123456789012345678901234567890123456789012\nhex: 0x1F\nyes: yes\n",
        "quoted: \"a\\tb\"\nfolded: >-\n  one\n  two\nlist: [1e3, '2', null, ~]\n"
    ))
    .unwrap();
    for (path, expected) in [
        ("key", "0123"),
        ("float", "1.50"),
        ("big", "123456789012345678901234567890123456789012"),
        ("hex", "0x1F"),
        ("yes", "yes"),
        ("quoted", "a\tb"),
        ("folded", "one two"),
    ] {
        assert_eq!(text_at(&node, &[path]), Some(expected), "{path}");
    }
    assert_eq!(text_at(&node, &["list", "0"]), Some("1e3"));
    assert_eq!(text_at(&node, &["list", "1"]), Some("2"));
}

#[test]
fn places_are_those_of_the_use() {
    let node = parse("a: &anchor\n  x: 1\nb:\n  - *anchor\n  - <<: *anchor\n    y: 7\n").unwrap();
    assert_eq!(text_at(&node, &["b", "0", "x"]), Some("1"));
    assert_eq!(text_at(&node, &["b", "1", "x"]), Some("1"));
    assert_eq!(text_at(&node, &["b", "1", "y"]), Some("7"));
    let Value::Map(entries) = &node.value else {
        panic!("{node:?}")
    };
    assert_eq!((entries[1].at.line, entries[1].at.column), (3, 1));
    let Value::List(items) = &entries[1].node.value else {
        panic!("{node:?}")
    };
    assert_eq!((items[0].at.line, items[0].at.column), (4, 5));
}

#[test]
fn every_document_of_a_text_is_read_with_its_place() {
    let nodes = parse_all("# first\na: 1.50\n---\n# nothing\n---\n- b: 0x1F\n").unwrap();
    assert_eq!(nodes.len(), 2);
    assert_eq!(text_at(&nodes[0], &["a"]), Some("1.50"));
    assert_eq!(text_at(&nodes[1], &["0", "b"]), Some("0x1F"));
    assert_eq!(nodes[1].at.line, 6);
    assert!(parse_all("# nothing\n").unwrap().is_empty());
    assert!(parse("a: 1\n---\nb: 2\n").is_err(), "one document was asked for");
}

#[test]
fn what_is_no_yaml_is_refused_with_its_place() {
    let fault = parse("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
    assert!(fault.line >= 2, "{fault}");
    let fault = parse("route: 1\nx: 2\nroute: 3\n").unwrap_err();
    assert_eq!(fault.line, 3, "{fault}");
    assert!(fault.message.contains("route"), "{fault}");
}

#[test]
fn bombs_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 9].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(parse(&bomb).is_err());
    assert!(parse(&"[".repeat(100_000)).is_err());
    assert!(parse(&format!("a: {}", "x".repeat(swarmpulse_yaml::INPUT_MAX_BYTES))).is_err());
}

#[test]
fn nothing_but_comments_is_empty() {
    for text in ["", "# nothing\n", "---\n# x\n...\n", "\u{feff}\n"] {
        assert!(parse(text).unwrap().is_empty(), "{text:?}");
    }
}

#[test]
fn unknown_keys_are_told_with_the_nearest_known_one() {
    let node = parse("recever: x\ngroup_wait: soon\nzzz: 1\ncontinue: maybe\n").unwrap();
    let mut faults = Faults::default();
    let mut fields = Fields::of(&node, "a route", &mut faults).unwrap();
    assert_eq!(fields.text("receiver", &mut faults), None);
    assert_eq!(fields.duration_s("group_wait", &mut faults), None);
    assert_eq!(fields.boolean("continue", &mut faults), None);
    fields.finish(&mut faults);
    let errors: Vec<String> = faults
        .finish()
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        errors,
        [
            "line 1, column 1: `recever` is not known in a route: write `receiver`?",
            "line 2, column 13: group_wait: `soon` is no duration: write numbers with units from the longest to the shortest, such as 30s, 5m, 1h30m or 7d (units: y w d h m s ms)",
            "line 3, column 1: `zzz` is not known in a route: known are continue, group_wait, receiver",
            "line 4, column 11: continue must be true or false, not `maybe`",
        ]
    );
}

/// The same without places.
fn shape(node: &Node) -> String {
    match &node.value {
        Value::Empty => "null".to_owned(),
        Value::Scalar(scalar) => format!("{:?}", scalar.text),
        Value::List(items) => format!("{:?}", items.iter().map(shape).collect::<Vec<_>>()),
        Value::Map(entries) => format!(
            "{:?}",
            entries
                .iter()
                .map(|entry| (&entry.key, shape(&entry.node)))
                .collect::<Vec<_>>()
        ),
    }
}

#[test]
fn what_is_written_back_says_the_same() {
    let text = "a: &x {b: 'no', c: [1, [], {}, ~, 'x: y', \"# \\n\"]}\nd:\n- *x\n- - 1\n  - e: 0123\n    f: \"\\u2028'\"\n";
    let node = parse(text).unwrap();
    let written = node.to_yaml();
    assert_eq!(shape(&parse(&written).unwrap()), shape(&node), "{written}");
    assert!(written.contains("b: \"no\""), "{written}");
}

proptest! {
    #[test]
    fn every_text_survives_being_written(key in "[^\\x00]{1,20}", value in ".{0,40}") {
        let node = Node {
            at: swarmpulse_yaml::Place::default(),
            value: Value::Map(vec![swarmpulse_yaml::Entry {
                key,
                at: swarmpulse_yaml::Place::default(),
                node: Node {
                    at: swarmpulse_yaml::Place::default(),
                    value: Value::Scalar(swarmpulse_yaml::Scalar { text: value, typed: false }),
                },
            }]),
        };
        let written = node.to_yaml();
        let read = parse(&written);
        prop_assert!(read.is_ok(), "{written:?}: {read:?}");
        prop_assert_eq!(shape(&read.unwrap()), shape(&node));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[a-z0-9:\\[\\]{}&*!|>'\"#%@`, \n-]{0,200}") {
        let _ = parse(&text);
    }
}
