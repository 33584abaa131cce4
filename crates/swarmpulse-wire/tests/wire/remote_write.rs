//! Remote write: requests of a real Prometheus, every form that protobuf allows, and hostile bytes.

use proptest::prelude::*;
use swarmpulse_model::Labels;
use swarmpulse_model::series::{LabelBytes, MetricType, Sample, SampleBatch};
use swarmpulse_wire::remote_write::{
    Beside, Decoder, Message, RemoteWriteError, RemoteWriteLimits, declared_bytes,
};

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn field(into: &mut Vec<u8>, number: u64, inner: &[u8]) {
    varint(into, number << 3 | 2);
    varint(into, inner.len() as u64);
    into.extend_from_slice(inner);
}

fn label(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    field(&mut bytes, 1, name.as_bytes());
    field(&mut bytes, 2, value.as_bytes());
    bytes
}

/// As Prometheus writes it: what is zero is left out.
fn sample(at_ms: i64, value: f64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if value.to_bits() != 0 {
        bytes.push(0x09);
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    if at_ms != 0 {
        bytes.push(0x10);
        varint(&mut bytes, at_ms as u64);
    }
    bytes
}

fn series(labels: &[(&str, &str)], samples: &[(i64, f64)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in labels {
        field(&mut bytes, 1, &label(name, value));
    }
    for (at_ms, value) in samples {
        field(&mut bytes, 2, &sample(*at_ms, *value));
    }
    bytes
}

fn request(all: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for one in all {
        field(&mut bytes, 1, one);
    }
    bytes
}

fn pack(body: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(body).unwrap()
}

fn decode(message: Message, packed: &[u8]) -> Result<(SampleBatch, Beside), RemoteWriteError> {
    let mut batch = SampleBatch::default();
    let beside = Decoder::default().decode(message, packed, &RemoteWriteLimits::default(), &mut batch)?;
    Ok((batch, beside))
}

/// Series as text with their samples.
fn shown(batch: &SampleBatch) -> Vec<(String, Vec<(i64, u64)>)> {
    let one = |series| {
        let labels = LabelBytes::parse(batch.labels_of(series)).map(|labels| labels.to_string());
        let samples = batch.samples_of(series).iter();
        (
            labels.unwrap_or_else(|error| error.to_string()),
            samples
                .map(|sample| (sample.at_ms, sample.value.to_bits()))
                .collect(),
        )
    };
    batch.series.iter().map(one).collect()
}

fn plain(labels: &[(&str, &str)], samples: &[(i64, f64)]) -> (String, Vec<(i64, u64)>) {
    (
        Labels::from_pairs(labels.iter().copied()).to_string(),
        samples
            .iter()
            .map(|(at_ms, value)| (*at_ms, value.to_bits()))
            .collect(),
    )
}

const UP: &[(&str, &str)] = &[("__name__", "up"), ("job", "a")];
const DOWN: &[(&str, &str)] = &[("__name__", "down"), ("job", "b")];

#[test]
fn values_keep_their_bits_and_times_their_years() {
    let payload = f64::from_bits(0x7ff8_dead_beef_0001);
    let stale = f64::from_bits(0x7ff0_0000_0000_0002);
    let samples = [
        (0, 0.0),
        (1, -0.0),
        (2, payload),
        (3, stale),
        (4, f64::INFINITY),
        (-62_135_596_800_000, 1.0),
        (253_402_300_799_999, 2.0),
        (i64::MIN, 3.0),
    ];
    let (batch, beside) = decode(Message::V1, &pack(&request(&[series(UP, &samples)]))).unwrap();
    assert_eq!(shown(&batch), [plain(UP, &samples)]);
    assert_eq!(beside, Beside::default());
}

#[test]
fn any_order_of_fields_gives_the_same_series() {
    let (a, b) = (label("__name__", "up"), label("job", "a"));
    let (one, two) = (sample(1, 1.5), sample(2, 2.5));
    let order = |fields: &[(u64, &[u8])]| {
        let mut bytes = Vec::new();
        for (number, inner) in fields {
            field(&mut bytes, *number, inner);
        }
        bytes
    };
    let expected = [plain(UP, &[(1, 1.5), (2, 2.5)]), plain(DOWN, &[(9, 9.0)])];
    for strange in [
        order(&[(2, &one), (1, &a), (2, &two), (1, &b)]),
        order(&[(1, &a), (2, &one), (1, &b), (2, &two)]),
        order(&[(2, &one), (2, &two), (1, &a), (1, &b)]),
        order(&[
            (1, &a),
            (99, b"from a later version"),
            (1, &b),
            (2, &one),
            (2, &two),
        ]),
        order(&[(1, &a), (1, &b), (2, &one), (3, b""), (2, &two)]),
    ] {
        let body = request(&[strange, series(DOWN, &[(9, 9.0)])]);
        let (batch, _) = decode(Message::V1, &pack(&body)).unwrap();
        assert_eq!(shown(&batch), expected);
    }
    // Time before value, and a field from a later version within a sample.
    let mut backwards = vec![0x10, 7];
    backwards.push(0x09);
    backwards.extend_from_slice(&4.5f64.to_le_bytes());
    backwards.extend_from_slice(&[0x18, 3]);
    let mut forwards = sample(7, 4.5);
    forwards.extend_from_slice(&[0x18, 3]);
    for odd in [backwards, forwards] {
        let (batch, _) = decode(
            Message::V1,
            &pack(&request(&[order(&[(1, &a), (1, &b), (2, &odd)])])),
        )
        .unwrap();
        assert_eq!(shown(&batch), [plain(UP, &[(7, 4.5)])]);
    }
}

#[test]
fn histograms_and_exemplars_are_counted_and_the_rest_is_kept() {
    let mut mixed = series(UP, &[(1, 1.0)]);
    field(&mut mixed, 3, b"");
    field(&mut mixed, 4, b"");
    field(&mut mixed, 4, b"");
    let only = {
        let mut only = series(DOWN, &[]);
        field(&mut only, 4, b"");
        only
    };
    let (batch, beside) = decode(Message::V1, &pack(&request(&[only, mixed]))).unwrap();
    assert_eq!(shown(&batch), [plain(UP, &[(1, 1.0)])]);
    assert_eq!((beside.histograms, beside.exemplars), (3, 1));
    assert_eq!(
        beside.histogram_series(&batch).as_deref(),
        Some(r#"down{job="b"}"#)
    );
}

#[test]
fn a_decoder_is_as_good_as_new_after_any_request() {
    let mut decoder = Decoder::default();
    let mut batch = SampleBatch::default();
    let limits = RemoteWriteLimits::default();
    let large = request(&vec![series(UP, &[(1, 1.0), (2, 2.0)]); 100]);
    let small = request(&[series(DOWN, &[(3, 3.0)])]);
    for broken in [&b"\x05nonsense"[..], &pack(b"\x0a\x7f"), &pack(&large)] {
        let _ = decoder.decode(Message::V1, broken, &limits, &mut batch);
        decoder
            .decode(Message::V1, &pack(&small), &limits, &mut batch)
            .unwrap();
        assert_eq!(shown(&batch), [plain(DOWN, &[(3, 3.0)])]);
        assert_eq!(batch.bytes, small, "the body as it is");
    }
}

#[test]
fn bombs_and_floods_are_refused_before_they_grow() {
    // A few bytes that say they are four gigabytes.
    let bomb = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00];
    assert_eq!(declared_bytes(&bomb), Ok(u64::from(u32::MAX)));
    let error = decode(Message::V1, &bomb).unwrap_err();
    assert!(matches!(error, RemoteWriteError::TooLarge { .. }), "{error}");
    let honest = pack(&vec![0; 33 << 20]);
    let error = decode(Message::V2, &honest).unwrap_err();
    assert_eq!(error.reason(), "too_large");
    let limits = RemoteWriteLimits {
        samples: 3,
        ..RemoteWriteLimits::default()
    };
    let many = pack(&request(&[
        series(UP, &[(1, 1.0), (2, 2.0)]),
        series(DOWN, &[(1, 1.0), (2, 2.0)]),
    ]));
    let error = Decoder::default().decode(Message::V1, &many, &limits, &mut SampleBatch::default());
    assert_eq!(error, Err(RemoteWriteError::TooManySamples { limit: 3 }));
}

#[test]
fn a_request_cut_anywhere_is_an_error_or_whole_series() {
    let body = request(&[series(UP, &[(1, 1.0)]), series(DOWN, &[(2, 2.0)])]);
    let whole = decode(Message::V1, &pack(&body)).unwrap().0.series.len();
    let packed = pack(&body);
    for cut in 0..packed.len() {
        let error = decode(Message::V1, &packed[..cut]).unwrap_err();
        assert_eq!(error.reason(), "snappy", "cut at {cut}");
    }
    let first = request(&[series(UP, &[(1, 1.0)])]).len();
    for cut in 0..body.len() {
        match decode(Message::V1, &pack(&body[..cut])) {
            Ok((batch, _)) => {
                assert!(cut == 0 || cut == first, "cut at {cut}");
                assert!(batch.series.len() < whole);
            }
            Err(error) => assert_eq!(error.reason(), "protobuf", "cut at {cut}"),
        }
    }
}

fn golden(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn value_of(batch: &SampleBatch, series: &str) -> Option<f64> {
    let found = shown(batch).into_iter().find(|(labels, _)| labels == series)?;
    found.1.first().map(|(_, bits)| f64::from_bits(*bits))
}

/// What the fixtures of both messages were made of: one scrape of a small target, with an external label.
#[track_caller]
fn check_scraped(batch: &SampleBatch) {
    let target = r#"instance="127.0.0.1:PORT", job="demo""#;
    let port = if value_of(batch, r#"up{instance="127.0.0.1:39181", job="demo", site="lab"}"#).is_some() {
        "39181"
    } else {
        "39182"
    };
    let target = target.replace("PORT", port);
    for (series, value) in [
        (format!(r#"up{{{target}, site="lab"}}"#), 1.0),
        (
            format!(r#"demo_requests_total{{code="200", {target}, path="/a b", site="lab"}}"#),
            1027.0,
        ),
        (
            format!(r#"demo_temperature_celsius{{{target}, site="lab"}}"#),
            -3.5,
        ),
        (
            format!(r#"demo_seconds_bucket{{{target}, le="+Inf", site="lab"}}"#),
            2.0,
        ),
        (format!(r#"demo_seconds_sum{{{target}, site="lab"}}"#), 0.75),
    ] {
        assert_eq!(value_of(batch, &series), Some(value), "{series}");
    }
    let nan = value_of(batch, &format!(r#"demo_nan{{{target}, site="lab"}}"#));
    assert_eq!(nan.map(f64::to_bits), Some(0x7ff8_0000_0000_0001), "Go's own NaN");
    let at_ms = batch.samples[0].at_ms;
    assert!(
        batch
            .samples
            .iter()
            .all(|Sample { at_ms: other, .. }| *other == at_ms)
    );
}

#[test]
fn what_a_real_prometheus_sends_is_read() {
    let (batch, beside) = decode(Message::V1, &golden("remote_write_v1.bin")).unwrap();
    check_scraped(&batch);
    assert_eq!(beside, Beside::default());
    let (batch, _) = decode(Message::V1, &golden("remote_write_v1_metadata.bin")).unwrap();
    let kinds: Vec<_> = batch
        .metadata
        .iter()
        .map(|entry| (&*entry.metric, entry.kind))
        .collect();
    assert!(
        kinds.contains(&("demo_requests_total", MetricType::Counter)),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&("demo_seconds", MetricType::Histogram)),
        "{kinds:?}"
    );
    let requests = batch
        .metadata
        .iter()
        .find(|entry| entry.metric == "demo_requests_total");
    assert_eq!(requests.unwrap().help, "Requests served.");
}

#[test]
fn what_a_real_prometheus_sends_as_version_2_is_read() {
    let (batch, beside) = decode(Message::V2, &golden("remote_write_v2.bin")).unwrap();
    check_scraped(&batch);
    assert_eq!(beside, Beside::default());
    let seconds = batch
        .metadata
        .iter()
        .find(|entry| entry.metric == "demo_seconds")
        .unwrap();
    assert_eq!(
        (seconds.kind, seconds.help.as_str()),
        (MetricType::Histogram, "How long.")
    );
    let times = batch
        .metadata
        .iter()
        .filter(|entry| entry.metric == "demo_requests_total");
    assert_eq!(times.count(), 1, "described once, whatever its series");
}

/// References to symbols, and samples.
type Referring<'a> = (&'a [u64], &'a [(i64, f64)]);

fn request_v2(symbols: &[&str], all: &[Referring<'_>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (references, samples) in all {
        let (mut one, mut packed) = (Vec::new(), Vec::new());
        for reference in *references {
            varint(&mut packed, *reference);
        }
        field(&mut one, 1, &packed);
        for (at_ms, value) in *samples {
            field(&mut one, 2, &sample(*at_ms, *value));
        }
        field(&mut bytes, 5, &one);
    }
    // The table last: protobuf allows any order.
    for symbol in symbols {
        field(&mut bytes, 4, symbol.as_bytes());
    }
    bytes
}

#[test]
fn references_beyond_the_table_cost_only_their_series() {
    let symbols = ["", "__name__", "up", "job", "a"];
    let many = [1u64; 200];
    let body = request_v2(
        &symbols,
        &[
            (&[1, 2, 3, 9], &[(1, 1.0), (2, 2.0)]),
            (&[1, 2, 3, 4], &[(1, 1.0)]),
            (&[1, 2, 3], &[(1, 1.0)]),
            (&many, &[(1, 1.0)]),
            (&[1, 2, u64::MAX, 4], &[(1, 1.0)]),
        ],
    );
    let (batch, beside) = decode(Message::V2, &pack(&body)).unwrap();
    assert_eq!(shown(&batch), [plain(UP, &[(1, 1.0)])]);
    assert_eq!((beside.refused_samples, beside.refusals.len()), (5, 4));
    assert_eq!(
        beside.refusals[0],
        "a series with label reference 9, beyond the table of 5 symbols"
    );
    assert_eq!(batch.samples.len(), 1, "nothing is left of the refused");
}

#[test]
fn few_references_to_a_long_symbol_do_not_grow_without_bound() {
    let long = "v".repeat(100_000);
    let references = [1u64; 128];
    let one: Referring<'_> = (&references, &[(1, 1.0)]);
    let body = request_v2(&["", &long], &[one; 10]);
    let error = decode(Message::V2, &pack(&body)).unwrap_err();
    assert_eq!(error.reason(), "too_large");
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        all in proptest::collection::vec(
            (
                proptest::collection::btree_map("[a-z]{1,9}", "[^\\PC]{1,200}", 0..8),
                proptest::collection::vec((any::<i64>(), any::<u64>().prop_map(f64::from_bits)), 1..5),
            ),
            0..8,
        )
    ) {
        let owned: Vec<_> = all
            .iter()
            .map(|(labels, samples)| {
                let mut pairs: Vec<(&str, &str)> = vec![("__name__", "m")];
                pairs.extend(labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
                (pairs, samples.clone())
            })
            .collect();
        let body = request(&owned.iter().map(|(labels, samples)| series(labels, samples)).collect::<Vec<_>>());
        let (batch, _) = decode(Message::V1, &pack(&body)).unwrap();
        let expected: Vec<_> = owned.iter().map(|(labels, samples)| plain(labels, samples)).collect();
        prop_assert_eq!(shown(&batch), expected);
    }

    #[test]
    fn no_bytes_break_the_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for message in [Message::V1, Message::V2] {
            let _ = decode(message, &bytes);
            if let Ok((batch, _)) = decode(message, &pack(&bytes)) {
                for series in &batch.series {
                    prop_assert!(!batch.samples_of(series).is_empty());
                    let _ = LabelBytes::parse(batch.labels_of(series));
                }
            }
        }
    }

    #[test]
    fn damage_of_one_byte_breaks_nothing(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = request(&[series(UP, &[(1, 1.0), (2, 2.0)]), series(DOWN, &[(2, 2.0)])]);
        let place = place.index(body.len());
        body[place] = byte;
        if let Ok((batch, _)) = decode(Message::V1, &pack(&body)) {
            for series in &batch.series {
                prop_assert!(!batch.samples_of(series).is_empty());
            }
        }
    }
}
