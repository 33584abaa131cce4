//! What is written to the journal is read back, by this release and by others.

use proptest::prelude::*;
use swarmpulse_model::record::{Heartbeat, Task};
use swarmpulse_model::{Envelope, Position, Record, Source, TaskStatus, Timestamp};
use swarmpulse_wire::envelope::{CodecError, decode_body, decode_body_counting, encode_body};

use crate::arbitrary::record;
use crate::fixture::every_record;

const POSITION: Position = Position {
    partition: 3,
    offset: 1 << 40,
};
const RECEIVED_AT: Timestamp = Timestamp(1_763_771_465_000_000_001);

fn encoded(records: &[Record]) -> Vec<u8> {
    let mut out = Vec::new();
    encode_body("prod", "token-1", Source::Watch, records, &mut out);
    out
}

fn read(body: &[u8]) -> Result<Envelope, CodecError> {
    decode_body(POSITION, RECEIVED_AT, body)
}

fn heartbeat(agent: &str) -> Record {
    Record::Heartbeat(Box::new(Heartbeat {
        agent: agent.into(),
        ..Heartbeat::default()
    }))
}

proptest! {
    #[test]
    fn envelopes_come_back(
        namespace in "\\PC{0,30}", principal in "\\PC{0,30}", source in prop::sample::select(&Source::ALL[..]),
        records in prop::collection::vec(record(), 0..20),
    ) {
        let mut body = Vec::new();
        encode_body(&namespace, &principal, source, &records, &mut body);
        let (namespace, principal) = (namespace.into(), principal.into());
        let expected = Envelope { position: POSITION, received_at: RECEIVED_AT, namespace, principal, source, records };
        prop_assert_eq!(read(&body).unwrap(), expected);
    }

    #[test]
    fn no_bytes_break_the_reader(mut body in prop::collection::vec(any::<u8>(), 0..400)) {
        let _: Result<Envelope, CodecError> = read(&body);
        body.insert(0, 1);
        if let Ok(envelope) = read(&body) {
            prop_assert!(envelope.records.len() <= body.len() / 2);
        }
    }

    #[test]
    fn damaged_envelopes_are_refused_or_read_as_something(
        records in prop::collection::vec(record(), 1..6), flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u32), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = encoded(&records);
        for (place, bit) in flips {
            let at = place.index(body.len());
            body[at] ^= 1 << bit;
        }
        let whole = read(&body).map(|envelope| envelope.records.len());
        let part = read(&body[..cut.index(body.len())]).map(|envelope| envelope.records.len());
        if let (Ok(whole), Ok(part)) = (whole, part) {
            prop_assert!(part <= whole);
        }
    }
}

#[test]
fn every_cut_is_noticed_but_between_records() {
    let records = every_record();
    let body = encoded(&records);
    let whole: Vec<usize> = (0..=records.len())
        .map(|count| encoded(&records[..count]).len())
        .collect();
    for cut in whole[0]..body.len() {
        match read(&body[..cut]) {
            Ok(envelope) => {
                assert!(whole.contains(&cut), "cut at {cut}");
                assert_eq!(envelope.records, records[..envelope.records.len()]);
            }
            Err(error) => assert_eq!(error, CodecError::Truncated, "cut at {cut}"),
        }
    }
}

#[test]
fn other_formats_are_named() {
    assert_eq!(read(&[]), Err(CodecError::Empty));
    assert_eq!(
        read(&[2, 0, 0]).unwrap_err().to_string(),
        "the envelope has format 2; this release reads format 1"
    );
    assert_eq!(read(&[1]).unwrap().records, []);
}

/// A field as a later release might write it, in Protocol Buffers' words.
fn field(number: u32, sort: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for number in [number << 3 | sort]
        .into_iter()
        .chain((sort == 2).then_some(value.len() as u32))
    {
        let mut rest = number;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    out.extend_from_slice(value);
    out
}

#[test]
fn what_later_releases_add_is_passed_over() {
    let unknown = [
        field(100, 0, &[0x96, 0x01]),
        field(101, 1, &[0; 8]),
        field(102, 2, b"abc"),
        field(103, 5, &[0; 4]),
    ]
    .concat();
    let heartbeat_of_later = field(4, 2, &[field(1, 2, b"a1"), unknown.clone()].concat());
    let task_of_unknown_status = field(5, 2, &[field(1, 2, b"t1"), field(3, 0, &[99])].concat());
    let sample_of_later = field(
        11,
        2,
        &[field(1, 2, b"a1"), field(8, 2, &field(9, 2, b""))].concat(),
    );
    let body = [
        vec![1],
        field(200, 2, b"trace"),
        field(77, 2, b"a record of a later release"),
        heartbeat_of_later,
        task_of_unknown_status,
        sample_of_later,
        field(14, 2, &field(66, 2, b"")),
        encoded(&[heartbeat("a2")])[1..].to_vec(),
    ]
    .concat();
    let mut skipped = 0;
    let envelope = decode_body_counting(POSITION, RECEIVED_AT, &body, &mut skipped).unwrap();
    assert_eq!(envelope.records, [heartbeat("a1"), heartbeat("a2")]);
    assert_eq!((skipped, envelope.source), (4, Source::Watch));
}

#[test]
fn known_fields_of_another_sort_are_refused() {
    for (body, error) in [
        ([vec![1], field(4, 0, &[5])].concat(), CodecError::Sort),
        (
            [vec![1], field(4, 2, &field(1, 0, &[5]))].concat(),
            CodecError::Sort,
        ),
        (
            [
                vec![1],
                field(4, 2, &field(5, 0, &[0xff, 0xff, 0xff, 0xff, 0x7f])),
            ]
            .concat(),
            CodecError::Overlong,
        ),
        (
            [vec![1], field(4, 2, &field(1, 2, b"\xff"))].concat(),
            CodecError::Encoding,
        ),
        ([vec![1], field(4, 3, b"")].concat(), CodecError::Sort),
        ([vec![1], field(1, 2, b"\xff")].concat(), CodecError::Encoding),
    ] {
        assert_eq!(read(&body), Err(error), "{body:?}");
    }
}

#[test]
fn absent_means_the_first_word_and_nothing() {
    let body = [vec![1], field(5, 2, b"")].concat();
    let envelope = read(&body).unwrap();
    let [Record::Task(task)] = &envelope.records[..] else {
        panic!("{envelope:?}")
    };
    let Task {
        task, status, agent, ..
    } = &**task;
    assert_eq!(
        (task.as_str(), *status, agent.as_ref()),
        ("", TaskStatus::Pending, None)
    );
    assert_eq!((envelope.namespace.as_str(), envelope.source), ("", Source::Http));
}
