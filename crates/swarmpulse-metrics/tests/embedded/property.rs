//! Whatever is done in whatever order, the embedded store answers as the plain one does.

use proptest::prelude::*;
use swarmpulse_metrics::MetricOptions;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample, Timestamp};
use swarmpulse_store::memory::MemoryMetrics;
use swarmpulse_store::metrics::{Matcher, MetricStore, Points, Selection};

use crate::reopening::{Between, Reopening};

const NOW_MS: i64 = 1_769_860_800_000;

#[derive(Clone, Debug)]
enum Step {
    /// Series, first time before now, samples, distance, which of them to leave out at first and send late.
    Append(u8, i64, u16, i64, u8),
    Pass(i64),
    Do(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let append = (0u8..6, 0i64..9_000_000, 1u16..400, 1i64..40_000, 2u8..20)
        .prop_map(|(series, back, count, distance, late)| Step::Append(series, back, count, distance, late));
    let step = prop_oneof![
        6 => append,
        1 => (0i64..4_000_000).prop_map(Step::Pass),
        3 => (0u8..4).prop_map(Step::Do),
    ];
    prop::collection::vec(step, 1..14)
}

fn labels(series: u8) -> Labels {
    let number = series.to_string();
    Labels::from_pairs([
        ("__name__", if series < 4 { "some" } else { "other" }),
        ("n", number.as_str()),
    ])
}

/// The same value for the same series and time, always: which of two is kept is the store's choice.
fn sample(series: u8, at_ms: i64) -> Sample {
    let value = match at_ms % 7 {
        0 => f64::NAN,
        1 => f64::from(series),
        _ => (at_ms % 1000) as f64 * 0.25 + f64::from(series),
    };
    Sample { at_ms, value }
}

fn read(store: &dyn MetricStore, selection: &Selection) -> Vec<(String, Vec<(i64, u64)>)> {
    let selected = store.select(selection).expect("selected");
    let mut points = Points::default();
    let mut all = Vec::new();
    for place in 0..selected.len() {
        selected.read(place, &mut points).expect("read");
        let bits = points.values.iter().map(|value| value.to_bits());
        let samples: Vec<(i64, u64)> = points.times_ms.iter().copied().zip(bits).collect();
        let last = selected.last(place, i64::MIN, i64::MAX).expect("read");
        assert_eq!(
            last.map(|(at, value)| (at, value.to_bits())),
            samples.last().copied()
        );
        if !samples.is_empty() {
            all.push((selected.labels(place).to_string(), samples));
        }
    }
    all
}

fn append(store: &dyn MetricStore, now: Timestamp, series: u8, samples: &[Sample]) -> (u64, u64) {
    let mut batch = SampleBatch::default();
    batch.push(&labels(series), samples);
    let appended = store.append_durably("default", now, &batch).expect("appended");
    (appended.samples, appended.rejected_samples)
}

fn run(steps: &[Step], impatient: bool) {
    let mut options = MetricOptions::default();
    if impatient {
        (options.head_bytes_max, options.journal_bytes_max) = (0, 0);
    }
    let plain = MemoryMetrics::new(options.limits.clone());
    let mut now_ms = NOW_MS;
    let at = |ms: i64| Timestamp(ms * 1_000_000);
    let store = Reopening::new(Between::Maintained, options, at(now_ms));
    for step in steps {
        match *step {
            Step::Append(series, back, count, distance, late) => {
                let all: Vec<Sample> = (0..i64::from(count))
                    .map(|n| sample(series, now_ms - back + n * distance))
                    .collect();
                let is_late = |n: usize| n % usize::from(late) == 1;
                let pick = |wanted: bool| {
                    let chosen = all.iter().enumerate().filter(|(n, _)| is_late(*n) == wanted);
                    chosen.map(|(_, sample)| *sample).collect::<Vec<_>>()
                };
                for part in [pick(false), pick(true)] {
                    let expected = append(&plain, at(now_ms), series, &part);
                    assert_eq!(append(&store, at(now_ms), series, &part), expected);
                }
            }
            Step::Pass(ms) => now_ms += ms,
            Step::Do(what) => {
                let what = match what {
                    0 => Between::Maintained,
                    1 => Between::Closed,
                    2 => Between::Crashed,
                    _ => Between::MaintainedAndCrashed,
                };
                store.step(what, at(now_ms)).expect("done");
            }
        }
        for (from_ms, to_ms) in [
            (i64::MIN, i64::MAX),
            (now_ms - 3_600_000, now_ms),
            (now_ms - 300_000, now_ms - 1),
        ] {
            let selection = Selection {
                matchers: vec![Matcher::equal("__name__", "some")],
                from_ms,
                to_ms,
                series_max: 10,
            };
            assert_eq!(read(&store, &selection), read(&plain, &selection));
        }
    }
    assert_eq!(store.span_ms(), plain.span_ms());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_as_the_plain_one_does(steps in steps(), impatient in any::<bool>()) {
        run(&steps, impatient);
    }
}
