//! What is appended is there, to the bit and once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use swarmpulse_model::Sample;
use swarmpulse_model::series::{LabelBytes, SampleBatch, stale_marker};

use super::tools::{
    NOW_MS, append, append_all, batch, bits, metric, now, read, read_one, samples, select, series,
};
use super::{Check, Make};
use crate::metrics::MetricLimits;

pub(super) const CHECKS: &[Check] = &[
    ("an empty store holds nothing", an_empty_store_holds_nothing),
    ("values keep their bits", values_keep_their_bits),
    ("long series come back whole", long_series_come_back_whole),
    ("labels come in any order", labels_come_in_any_order),
    (
        "a series twice in a batch is one",
        a_series_twice_in_a_batch_is_one,
    ),
    ("a namespace becomes a label", a_namespace_becomes_a_label),
    ("late samples find their place", late_samples_find_their_place),
    ("a repeat is taken and changes nothing", a_repeat_is_taken),
    ("of two values at one time one stays", of_two_values_one_stays),
    ("history is loaded in order", history_is_loaded_in_order),
    ("acknowledgements come once", acknowledgements_come_once),
    ("threads append side by side", threads_append_side_by_side),
];

fn an_empty_store_holds_nothing(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    assert!(read(&*store, &select(&[])).is_empty());
    assert_eq!(store.span_ms(), None);
    assert!(store.series(&[select(&[])], 10).unwrap().is_empty());
    assert!(store.label_names(&[select(&[])], 10).unwrap().is_empty());
    assert!(store.metadata(None).is_empty() && store.largest(5).is_empty());
    let appended = append(&*store, &[]);
    assert_eq!((appended.samples, appended.series_created), (0, 0));
    store.maintain(now()).unwrap();
    store.close(now()).unwrap();
}

fn values_keep_their_bits(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let values = [
        0.0,
        -0.0,
        1.5,
        f64::NAN,
        stale_marker(),
        f64::from_bits(0x7ff8_0000_dead_beef),
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MIN_POSITIVE / 2.0,
        f64::MAX,
        0.1,
        1e-300,
        9_007_199_254_740_993.0,
    ];
    let all: Vec<Sample> = (0i64..)
        .zip(values)
        .map(|(step, value)| Sample {
            at_ms: NOW_MS - 100 + step,
            value,
        })
        .collect();
    let labels = series("bits", &[]);
    append_all(&*store, &labels, &all);
    assert_eq!(read_one(&*store, &metric("bits")), bits(&all));
    store.maintain(now()).unwrap();
    assert_eq!(read_one(&*store, &metric("bits")), bits(&all));
}

fn long_series_come_back_whole(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels: Vec<_> = (0..7).map(|n| series("long", &[("n", &n.to_string())])).collect();
    let all: Vec<_> = (0..7).map(|n| samples(3000, 15_000, n)).collect();
    for part in 0..6 {
        let piece = part * 500..(part + 1) * 500;
        let pieces: Vec<_> = labels
            .iter()
            .zip(&all)
            .map(|(labels, all)| (labels, &all[piece.clone()]))
            .collect();
        assert_eq!(append(&*store, &pieces).samples, 3500);
        store.maintain(now()).unwrap();
    }
    let read = read(&*store, &metric("long"));
    assert_eq!(read.len(), 7);
    for (place, (_, samples)) in read.iter().enumerate() {
        assert_eq!(*samples, bits(&all[place]), "series {place}");
    }
    assert_eq!(store.span_ms(), Some((all[0][0].at_ms, all[0][2999].at_ms)));
}

fn labels_come_in_any_order(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let orders: [&[(&str, &str)]; 4] = [
        &[("__name__", "any"), ("a", "1"), ("b", "2")],
        &[("b", "2"), ("__name__", "any"), ("a", "1")],
        &[("a", "1"), ("empty", ""), ("b", "2"), ("__name__", "any")],
        &[("b", "2"), ("a", "1"), ("__name__", "any")],
    ];
    let all = samples(8, 1000, 1);
    let mut created = 0;
    for (step, sample) in all.iter().enumerate() {
        let mut batch = SampleBatch::default();
        batch.push_pairs(orders[step % 4].iter().copied(), &[*sample]);
        let appended = store.append_durably("default", now(), &batch).unwrap();
        assert_eq!(appended.samples, 1, "{appended:?}");
        created += appended.series_created;
    }
    assert_eq!(created, 1);
    store.maintain(now()).unwrap();
    assert_eq!(read_one(&*store, &metric("any")), bits(&all));
}

fn a_series_twice_in_a_batch_is_one(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("twice", &[("a", "b")]);
    let all = samples(4, 1000, 1);
    let appended = append(&*store, &[(&labels, &all[..2]), (&labels, &all[2..])]);
    assert_eq!((appended.samples, appended.series_created), (4, 1));
    assert_eq!(read_one(&*store, &metric("twice")), bits(&all));
}

fn a_namespace_becomes_a_label(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("spaced", &[]);
    let claimed = series("spaced", &[("namespace", "claimed")]);
    let all = samples(3, 1000, 1);
    let batches = [batch(&[(&labels, &all)]), batch(&[(&claimed, &all)])];
    for _ in 0..2 {
        for namespace in ["default", "", "one", "two"] {
            store.append_durably(namespace, now(), &batches[0]).unwrap();
        }
    }
    // What a credential says wins over what its bearer says.
    store.append_durably("two", now(), &batches[1]).unwrap();
    store.maintain(now()).unwrap();
    let names: Vec<String> = read(&*store, &metric("spaced"))
        .into_iter()
        .map(|(labels, _)| labels)
        .collect();
    assert_eq!(
        names,
        ["spaced", "spaced{namespace=\"one\"}", "spaced{namespace=\"two\"}"]
    );
}

fn late_samples_find_their_place(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("late", &[]);
    let all = samples(700, 5_000, 3);
    let (even, odd): (Vec<_>, Vec<_>) = (0..).zip(all.iter().copied()).partition(|(n, _)| n % 7 != 3);
    let even: Vec<Sample> = even.into_iter().map(|(_, sample)| sample).collect();
    let odd: Vec<Sample> = odd.into_iter().map(|(_, sample)| sample).collect();
    append_all(&*store, &labels, &even);
    for (step, sample) in odd.iter().rev().enumerate() {
        append_all(&*store, &labels, &[*sample]);
        if step == 30 {
            store.maintain(now()).unwrap();
        }
    }
    assert_eq!(read_one(&*store, &metric("late")), bits(&all));
    store.maintain(now()).unwrap();
    assert_eq!(read_one(&*store, &metric("late")), bits(&all));
    assert!(store.statistics().samples_late_total <= odd.len() as u64);
}

fn a_repeat_is_taken(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("repeat", &[]);
    let all = samples(600, 5_000, 3);
    append_all(&*store, &labels, &all);
    append_all(&*store, &labels, &all);
    store.maintain(now()).unwrap();
    append_all(&*store, &labels, &all[300..]);
    append_all(&*store, &labels, &all[599..]);
    store.maintain(now()).unwrap();
    assert_eq!(read_one(&*store, &metric("repeat")), bits(&all));
}

fn of_two_values_one_stays(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("two", &[]);
    let all = samples(600, 5_000, 3);
    append_all(&*store, &labels, &all);
    for place in [599, 598, 300, 10] {
        let other = Sample {
            value: -1.0,
            ..all[place]
        };
        let appended = append(&*store, &[(&labels, &[other])]);
        assert_eq!(appended.samples + appended.rejected_samples, 1);
    }
    store.maintain(now()).unwrap();
    let read = read_one(&*store, &metric("two"));
    assert_eq!(read.len(), 600);
    for (place, (at_ms, value)) in read.into_iter().enumerate() {
        let known = [all[place].value.to_bits(), (-1.0f64).to_bits()];
        assert!(at_ms == all[place].at_ms && known.contains(&value));
    }
}

fn history_is_loaded_in_order(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("history", &[]);
    // Eight hours ago is far outside the window for late samples, but it is where this series begins.
    let all = samples(481, 60_000, 1);
    for piece in all.chunks(100) {
        append_all(&*store, &labels, piece);
    }
    store.maintain(now()).unwrap();
    assert_eq!(read_one(&*store, &metric("history")), bits(&all));
}

fn acknowledgements_come_once(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let labels = series("acknowledged", &[]);
    let count = Arc::new(AtomicU64::new(0));
    for sample in samples(50, 1000, 1) {
        let count = Arc::clone(&count);
        let acknowledge = Box::new(move |result: Result<(), _>| {
            assert_eq!(result, Ok(()));
            count.fetch_add(1, Ordering::SeqCst);
        });
        let batch = batch(&[(&labels, &[sample])]);
        store.append("default", now(), &batch, acknowledge).unwrap();
    }
    // What is acknowledged later was appended later.
    append_all(&*store, &series("last", &[]), &samples(1, 1, 1));
    assert_eq!(count.load(Ordering::SeqCst), 50);
}

fn threads_append_side_by_side(make: Make<'_>) {
    let store = make(&MetricLimits::default());
    let all = samples(400, 5_000, 1);
    let names = ["w", "x", "y", "z"];
    std::thread::scope(|scope| {
        for name in names {
            let (store, all) = (&*store, &all);
            scope.spawn(move || {
                for piece in all.chunks(40) {
                    let own = series("side", &[("thread", name)]);
                    let mut batch = batch(&[(&own, piece)]);
                    // All of them send this one, too.
                    let mut bytes = Vec::new();
                    LabelBytes::push_all(&mut bytes, &series("shared", &[]));
                    batch.push(&LabelBytes::parse(&bytes).unwrap(), &piece[..1]);
                    store.append_durably("default", now(), &batch).unwrap();
                }
            });
        }
    });
    store.maintain(now()).unwrap();
    for (_, samples) in read(&*store, &metric("side")) {
        assert_eq!(samples, bits(&all));
    }
    assert_eq!(read(&*store, &metric("side")).len(), 4);
    assert_eq!(read(&*store, &metric("shared")).len(), 1);
}
