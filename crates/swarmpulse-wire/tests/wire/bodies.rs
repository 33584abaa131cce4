//! How bodies are divided into items, and which faults spoil one item and which the whole.

use swarmpulse_model::Record;
use swarmpulse_wire::{
    BodyError, Decoded, Format, Kind, Limits, Privacy, Reason, decode, decode_agent_heartbeat, decode_as,
    decode_sandbox_event,
};

use crate::support::{decoded, try_decode};

fn agents(decoded: &Decoded) -> Vec<&str> {
    decoded
        .records
        .iter()
        .map(|record| record.agent().map_or("", |agent| agent.as_str()))
        .collect()
}

fn bytes(body: &[u8]) -> Result<Decoded, BodyError> {
    decode(Kind::Heartbeats, body, &Limits::default(), &Privacy::default())
}

#[test]
fn every_form_of_a_body_is_recognised() {
    for (body, expected) in [
        ("{\"agent\":\"a\"}", vec!["a"]),
        ("\u{feff} {\"agent\":\"a\"}\r\n", vec!["a"]),
        (
            "{\n  \"agent\": \"a\",\n  \"metrics\": {\n    \"x\": 1\n  }\n}\n",
            vec!["a"],
        ),
        ("{\"metrics\":\n{\"x\":1}\n,\"agent\":\"a\"}", vec!["a"]),
        ("[{\"agent\":\"a\"},{\"agent\":\"b\"}]", vec!["a", "b"]),
        ("[\n{\"agent\":\"a\"},\n{\"agent\":\"b\"}\n]\n", vec!["a", "b"]),
        ("[]", vec![]),
        ("{\"agent\":\"a\"}\n{\"agent\":\"b\"}\n", vec!["a", "b"]),
        ("{\"agent\":\"a\"}\r\n\r\n  \r\n{\"agent\":\"b\"}", vec!["a", "b"]),
        ("{\"agent\":\"a\"} \n  {\"agent\":\"b\"}", vec!["a", "b"]),
        ("\n\n{\"agent\":\"a\"}\n\n{\"agent\":\"b\"}\n\n", vec!["a", "b"]),
    ] {
        let decoded = decoded(Kind::Heartbeats, body);
        assert_eq!(agents(&decoded), expected, "{body:?}");
        assert_eq!(decoded.rejected, [], "{body:?}");
        assert_eq!(
            decoded.indexes,
            (0..expected.len() as u32).collect::<Vec<_>>(),
            "{body:?}"
        );
    }
}

#[test]
fn a_bad_line_is_rejected_alone() {
    let body = "{\"agent\":\"a\"}\nnonsense\n\n{\"agent\":\"b\",}\n{\"agent\":5}\n[1]\n{\"agent\":\"c\"} x\n{\"agent\":\"d\"}\n{\"agent\":";
    let decoded = decoded(Kind::Heartbeats, body);
    assert_eq!(agents(&decoded), ["a", "d"]);
    assert_eq!(decoded.indexes, [0, 6]);
    let rejected: Vec<(u64, &str)> = decoded
        .rejected
        .iter()
        .map(|rejection| (rejection.index, rejection.error.as_str()))
        .collect();
    assert_eq!(
        rejected,
        [
            (1, "line 2 column 1: expected a value"),
            (2, "line 4 column 14: expected a field name in quotes"),
            (3, "`agent`: expected a text, got the number 5"),
            (4, "expected an object, got an array"),
            (5, "line 7 column 15: expected nothing more after the value"),
            (7, "line 9 column 10: the text ends within a value"),
        ]
    );
    assert_eq!(decoded.counters.get(Reason::Syntax), 4);
    assert_eq!(decoded.counters.get(Reason::Type), 2);
}

#[test]
fn a_bad_first_line_does_not_hide_the_others() {
    for body in [
        "garbage\n{\"agent\":\"b\"}",
        "{\"agent\":\n{\"agent\":\"b\"}",
        "null\n{\"agent\":\"b\"}",
        "{}\n{\"agent\":\"b\"}",
    ] {
        let decoded = decoded(Kind::Heartbeats, body);
        assert_eq!(
            (agents(&decoded), decoded.rejected.len()),
            (vec!["b"], 1),
            "{body}"
        );
    }
}

#[test]
fn a_bad_element_is_rejected_alone() {
    let body = r#"[{"agent":"a"},null,{"agent":["x",{"y":"]"}]},7,{"agent":"b","pid":-1,"z":{"agent":"no"}},{"agent":"c"}]"#;
    let decoded = decoded(Kind::Heartbeats, body);
    assert_eq!(agents(&decoded), ["a", "c"]);
    assert_eq!(decoded.indexes, [0, 5]);
    let errors: Vec<&str> = decoded
        .rejected
        .iter()
        .map(|rejection| rejection.error.as_str())
        .collect();
    assert_eq!(
        errors,
        [
            "expected an object, got null",
            "`agent`: expected a text, got an array",
            "expected an object, got the number 7",
            "`pid`: expected a whole number from 1 to 4294967295, got the number -1",
        ]
    );
}

#[test]
fn broken_bodies_are_refused_whole() {
    for (body, error) in [
        (
            "",
            "the body is empty; send an object, an array of objects, or one object a line",
        ),
        (" \n\u{feff}", "line 2 column 1: expected a value"),
        (
            "\u{feff}\n ",
            "the body is empty; send an object, an array of objects, or one object a line",
        ),
        (
            "null",
            "expected an object, an array of objects, or one object a line, got null",
        ),
        (
            "\"a\"",
            "expected an object, an array of objects, or one object a line, got a text",
        ),
        (
            "17",
            "expected an object, an array of objects, or one object a line, got a number",
        ),
        ("agent=a1", "line 1 column 1: expected a value"),
        (
            "[{\"agent\":\"a\"}",
            "line 1 column 15: the text ends within a value",
        ),
        (
            "[{\"agent\":\"a\"},\n {\"agent\" 1}]",
            "line 2 column 11: expected `:` after a field name",
        ),
        (
            "[{\"agent\":\"a\"}] []",
            "line 1 column 17: expected nothing more after the value",
        ),
        (
            "{\"agent\":\"a\"",
            "line 1 column 13: the text ends within a value",
        ),
        (
            "{\"agent\":\"a\"} x",
            "line 1 column 15: expected nothing more after the value",
        ),
        (
            "{\n  \"agent\": \"é\" \"b\"\n}",
            "line 2 column 16: expected `,` or `}`",
        ),
        (
            "{\"agent\":\"a\",\"x\":NaN}",
            "line 1 column 18: expected a value",
        ),
        (
            "{\"agent\":\"a\tb\"}",
            "line 1 column 12: a control character in a text must be written as an escape",
        ),
    ] {
        assert_eq!(
            try_decode(Kind::Heartbeats, body).map_err(|error| error.to_string()),
            Err(error.to_owned()),
            "{body:?}"
        );
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line_or_place() {
    assert_eq!(
        bytes(b"{\"agent\":\"\xff\"}"),
        Err(BodyError::NotUtf8 { offset: 10 })
    );
    assert_eq!(
        bytes(b"[{\"agent\":\"a\"},\n{\"agent\":\"\xc3\"}]"),
        Err(BodyError::NotUtf8 { offset: 26 })
    );
    let decoded = bytes(b"{\"agent\":\"a\"}\n{\"agent\":\"\xff\"}\n{\"agent\":\"b\"}").unwrap();
    assert_eq!(agents(&decoded), ["a", "b"]);
    assert_eq!(decoded.rejected[0].error, "line 2: is not UTF-8");
    assert_eq!(decoded.counters.get(Reason::Encoding), 1);
}

#[test]
fn senders_may_say_that_lines_are_items() {
    let ndjson = |body: &str| {
        decode_as(
            Kind::Heartbeats,
            Format::Ndjson,
            body.as_bytes(),
            &Limits::default(),
            &Privacy::default(),
        )
        .unwrap()
    };
    assert_eq!(agents(&ndjson("{\"agent\":\"a\"}")), ["a"]);
    let lines = ndjson("{\"agent\":\"a\"}\n  {\"agent\":\"b\"\n[{\"agent\":\"c\"}]");
    assert_eq!((agents(&lines), lines.rejected.len()), (vec!["a"], 2));
}

#[test]
fn paths_give_ids() {
    let (limits, privacy) = (Limits::default(), Privacy::default());
    for body in ["", " ", "{}", "{\"agent_id\":\"other\"}"] {
        let decoded = decode_agent_heartbeat("a1", body.as_bytes(), &limits, &privacy).unwrap();
        assert_eq!(agents(&decoded), ["a1"], "{body}");
    }
    let decoded = decode_agent_heartbeat("a\n1", b"", &limits, &privacy).unwrap();
    assert_eq!(decoded.rejected[0].error, "`agent`: contains a control character");

    let body = br#"{"event_type":"agent.tool_use","event_data":{"tool":"Bash"},"source":"worker"}"#;
    let decoded = decode_sandbox_event("s1", body, &limits, &privacy).unwrap();
    let [Record::Event(event)] = &decoded.records[..] else {
        panic!("{decoded:?}")
    };
    assert_eq!(
        (event.sandbox.as_deref(), &*event.event_type),
        (Some("s1"), "agent.tool_use")
    );
    assert_eq!(event.data.as_deref(), Some(r#"{"tool":"Bash"}"#));
    let decoded = decode_sandbox_event("", body, &limits, &privacy).unwrap();
    assert_eq!(decoded.rejected[0].error, "`sandbox`: is empty");
}
