//! What is encoded is decoded, to the bit, whatever it is; damaged bytes are errors.

#[path = "shapes/agents.rs"]
mod shapes;

use proptest::prelude::*;
use swarmpulse_chunk::{CHUNK_SAMPLES_MAX, Chunk, ChunkError, Effort, Encoder, decode_values};

const STALE: u64 = 0x7ff0_0000_0000_0002;

fn encoded(times: &[i64], values: &[f64], effort: Effort) -> Vec<u8> {
    let mut bytes = vec![0xAB];
    let encoder = &mut Encoder::default();
    encoder
        .encode(times, values, effort, &mut bytes)
        .expect("valid samples");
    // Once more with used memory: the bytes depend on the samples alone.
    let mut again = Vec::new();
    encoder
        .encode(times, values, effort, &mut again)
        .expect("valid samples");
    assert_eq!(bytes[1..], again);
    again
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn check(times: &[i64], values: &[f64], effort: Effort) {
    let bytes = encoded(times, values, effort);
    let chunk = Chunk::open(&bytes).expect("own bytes");
    let (mut times_back, mut values_back) = (vec![-1], vec![-1.0]);
    chunk
        .decode(&mut times_back, &mut values_back)
        .expect("own bytes");
    assert_eq!(times_back[1..], *times);
    assert_eq!(bits(&values_back[1..]), bits(values));
    assert_eq!((chunk.len(), chunk.first_ms()), (times.len(), times[0]));
    let last = chunk.last().expect("own bytes");
    let place = times.len() - 1;
    assert_eq!(
        (last.0, last.1.to_bits()),
        (times[place], values[place].to_bits())
    );
}

fn check_spans(times: &[i64], values: &[f64], effort: Effort, from: i64, to: i64) {
    let bytes = encoded(times, values, effort);
    let chunk = Chunk::open(&bytes).expect("own bytes");
    let inside: Vec<_> = (times.iter().zip(values))
        .filter(|(time, _)| (from..=to).contains(*time))
        .map(|(time, value)| (*time, value.to_bits()))
        .collect();
    let (mut times_back, mut values_back) = (vec![7], vec![7.0]);
    chunk
        .decode_span(from, to, &mut times_back, &mut values_back)
        .expect("own bytes");
    let back: Vec<_> = (times_back.into_iter().zip(bits(&values_back))).skip(1).collect();
    assert_eq!(back, inside, "from {from} to {to}");
    let last = chunk.last_in(from, to).expect("own bytes");
    let expected = inside.iter().copied().rfind(|(time, _)| *time > from);
    assert_eq!(last.map(|(time, value)| (time, value.to_bits())), expected);
}

/// Values as they come, and as they should not.
fn any_values() -> impl Strategy<Value = Vec<f64>> {
    let nasty = prop_oneof![
        any::<u64>().prop_map(f64::from_bits),
        Just(f64::from_bits(STALE)),
        Just(f64::NAN),
        Just(f64::from_bits(0xFFF8_0000_0000_1234)),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
        Just(0.0),
        Just(f64::MIN_POSITIVE / 8.0),
        Just(f64::MAX),
        (-1_000_000i64..1_000_000).prop_map(|number| number as f64 / 1000.0),
        any::<i64>().prop_map(|number| number as f64),
        any::<f32>().prop_map(f64::from),
    ];
    let decimals = (0i32..12, -100_000i64..100_000, 1i64..5000).prop_flat_map(|(exponent, first, step)| {
        let number = (0i64..100).prop_map(move |k| (first + k * step) as f64 / 10f64.powi(exponent));
        proptest::collection::vec(number, 1..300)
    });
    let sums = (any::<u32>(), 1usize..300).prop_map(|(seed, count)| {
        let (mut numbers, mut sum) = (shapes::Numbers::new(u64::from(seed)), 0.0);
        (0..count)
            .map(|_| {
                sum += shapes::round_to(numbers.uniform() * 0.01, 6);
                sum
            })
            .collect::<Vec<_>>()
    });
    let with_outliers = (
        decimals.clone(),
        proptest::collection::vec((any::<prop::sample::Index>(), nasty.clone()), 0..9),
    )
        .prop_map(|(mut values, outliers)| {
            for (place, outlier) in outliers {
                let place = place.index(values.len());
                values[place] = outlier;
            }
            values
        });
    prop_oneof![
        proptest::collection::vec(nasty, 1..300),
        decimals,
        with_outliers,
        sums
    ]
}

fn any_times(count: usize) -> impl Strategy<Value = Vec<i64>> {
    let extremes =
        proptest::collection::vec(prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()], count);
    let steps = proptest::collection::vec(
        prop_oneof![8 => Just(15_000i64), 1 => Just(60_000), 1 => 0i64..100],
        count,
    );
    let regular = (any::<i32>(), 0i64..100_000).prop_map(move |(first, step)| {
        (0..count as i64)
            .map(|place| i64::from(first) + place * step)
            .collect::<Vec<_>>()
    });
    let jittered = (any::<u32>(), 1u64..2000)
        .prop_map(move |(seed, jitter)| shapes::times(u64::from(seed), count, jitter));
    let gaps = steps.prop_map(|steps| {
        let mut time = 1_767_225_600_000;
        steps
            .into_iter()
            .map(|step| {
                time += step;
                time
            })
            .collect::<Vec<_>>()
    });
    prop_oneof![extremes, regular, jittered, gaps].prop_map(|mut times| {
        times.sort_unstable();
        times
    })
}

fn any_samples() -> impl Strategy<Value = (Vec<i64>, Vec<f64>)> {
    any_values().prop_flat_map(|values| (any_times(values.len()), Just(values)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_samples_round_trip((times, values) in any_samples(), cold in any::<bool>()) {
        check(&times, &values, if cold { Effort::Cold } else { Effort::Hot });
    }

    #[test]
    fn any_values_alone_round_trip(values in any_values(), cold in any::<bool>()) {
        let (mut bytes, mut back) = (Vec::new(), Vec::new());
        let effort = if cold { Effort::Cold } else { Effort::Hot };
        Encoder::default().encode_values(&values, effort, &mut bytes).expect("valid values");
        decode_values(&bytes, values.len(), &mut back).expect("own bytes");
        assert_eq!(bits(&back), bits(&values));
    }

    #[test]
    fn any_span_is_what_lies_in_it(
        (times, values) in any_samples(), a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>(),
        off in -1i64..=1, cold in any::<bool>(),
    ) {
        let (from, to) = (times[a.index(times.len())].saturating_add(off), times[b.index(times.len())]);
        check_spans(&times, &values, if cold { Effort::Cold } else { Effort::Hot }, from.min(to), to.max(from));
    }

    #[test]
    fn damaged_bytes_are_an_error_or_samples_but_never_a_panic(
        (times, values) in any_samples(), cold in any::<bool>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encoded(&times, &values, if cold { Effort::Cold } else { Effort::Hot });
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] ^= byte;
        }
        swarmpulse_chunk::fuzz_chunk(&bytes);
        swarmpulse_chunk::fuzz_chunk(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn any_bytes_are_an_error_or_samples_but_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        swarmpulse_chunk::fuzz_chunk(&bytes);
        let mut framed = vec![0x11, 100, 2, 4];
        framed.extend(&bytes);
        swarmpulse_chunk::fuzz_chunk(&framed);
        swarmpulse_chunk::fuzz_cold_column(&bytes);
    }
}

#[test]
fn every_shape_round_trips_at_every_length() {
    for shape in shapes::SHAPES {
        for count in [1, 2, 3, 63, 64, 65, 66, 129, 240, 1000] {
            let values = shapes::values(shape, 3, count);
            for jitter in [0, 5] {
                let times = shapes::times(3, count, jitter);
                check(&times, &values, Effort::Hot);
                check(&times, &values, Effort::Cold);
            }
        }
    }
}

#[test]
fn a_cut_chunk_is_an_error() {
    let values = shapes::values("cost_usd_total", 1, 240);
    for effort in [Effort::Hot, Effort::Cold] {
        let bytes = encoded(&shapes::times(1, 240, 5), &values, effort);
        for cut in 0..bytes.len() {
            let (mut times, mut values) = (Vec::new(), Vec::new());
            let read = Chunk::open(&bytes[..cut]).and_then(|chunk| chunk.decode(&mut times, &mut values));
            assert!(read.is_err(), "{effort:?} cut at {cut} of {}", bytes.len());
        }
    }
}

#[test]
fn what_is_no_chunk_is_refused_by_name() {
    assert_eq!(
        Chunk::open(&[]).expect_err("empty").to_string(),
        "chunk ends within its format"
    );
    assert_eq!(
        Chunk::open(&[0x77]).err(),
        Some(ChunkError::UnknownFormat { format: 0x77 })
    );
    assert_eq!(Chunk::open(&[0x11, 0, 0, 0]).err(), Some(ChunkError::Empty));
    let many = Chunk::open(&[0x11, 0xFF, 0xFF, 0x7F, 0, 0]).expect_err("too many");
    assert!(
        matches!(
            many,
            ChunkError::TooMany {
                limit: CHUNK_SAMPLES_MAX,
                ..
            }
        ),
        "{many}"
    );
    let mut into = Vec::new();
    let mut encoder = Encoder::default();
    assert_eq!(
        encoder.encode(&[], &[], Effort::Hot, &mut into),
        Err(ChunkError::Empty)
    );
    let uneven = encoder.encode(&[1], &[], Effort::Hot, &mut into);
    assert_eq!(uneven, Err(ChunkError::Uneven { times: 1, values: 0 }));
    let many = vec![0; CHUNK_SAMPLES_MAX + 1];
    let values = vec![0.0; CHUNK_SAMPLES_MAX + 1];
    assert!(encoder.encode(&many, &values, Effort::Hot, &mut into).is_err());
    assert!(into.is_empty());
}
