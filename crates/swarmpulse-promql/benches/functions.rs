//! How long functions of windows take for one series: six hours of samples 15 s apart, a step every minute.

#![expect(clippy::panic, reason = "a benchmark of nothing ends")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use swarmpulse_model::Labels;
use swarmpulse_promql::functions::{Body, RangeContext, lookup};
use swarmpulse_promql::matrix::{ABSENT, Steps};
use swarmpulse_promql::syntax::{Call, Expr};
use swarmpulse_promql::window::Windows;
use swarmpulse_promql::{Notes, PointValue, parse};

const SAMPLES: i64 = 1440;

/// What the samples are like.
#[derive(Clone, Copy)]
enum Kind {
    /// A counter of whole numbers, with a restart, on time.
    Counter,
    /// The same, each sample up to 5 ms off.
    Jitter,
    /// Numbers with decimal fractions.
    Gauge,
}

fn samples(kind: Kind) -> (Vec<i64>, Vec<f64>) {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 40
    };
    let mut counter = 0.0;
    (0..SAMPLES)
        .map(|at| {
            counter += (random() % 1000) as f64;
            if at == 700 {
                counter = 0.0;
            }
            let jitter = match kind {
                Kind::Jitter => (random() % 11) as i64 - 5,
                Kind::Counter | Kind::Gauge => 0,
            };
            let value = match kind {
                Kind::Gauge => random() as f64 / 1e5,
                Kind::Counter | Kind::Jitter => counter,
            };
            (at * 15_000 + jitter, value)
        })
        .unzip()
}

fn call(text: &str) -> Call {
    match parse(text) {
        Ok(Expr::Call(call)) => call,
        other => panic!("{text}: {other:?}"),
    }
}

/// All steps of one series, as the evaluator asks for them.
fn all_steps(call: &Call, windows: &Windows<'_>, into: &mut [f64]) {
    let (labels, mut notes) = (Labels::empty(), Notes::of(""));
    let mut context = RangeContext {
        call,
        labels: &labels,
        notes: &mut notes,
    };
    let Body::Range(body) = lookup(call.function.name).expect("a function").body else {
        panic!("not a function of windows");
    };
    into.fill(ABSENT);
    if body
        .series
        .is_some_and(|series| series(windows, &[], into, &mut context))
    {
        return;
    }
    for (value, window) in into.iter_mut().zip(windows.iter()) {
        if let Some(PointValue::Float(found)) = window.and_then(|one| (body.window)(&one, &[], &mut context))
        {
            *value = found;
        }
    }
}

fn functions(criterion: &mut Criterion) {
    let cases = [
        ("rate(x[5m])", Kind::Counter, 300_000),
        ("rate(x[5m])", Kind::Jitter, 300_000),
        ("increase(x[1h])", Kind::Jitter, 3_600_000),
        ("max_over_time(x[1h])", Kind::Gauge, 3_600_000),
        ("sum_over_time(x[1h])", Kind::Counter, 3_600_000),
        ("sum_over_time(x[1h])", Kind::Gauge, 3_600_000),
        ("avg_over_time(x[5m])", Kind::Gauge, 300_000),
        ("count_over_time(x[5m])", Kind::Counter, 300_000),
        ("changes(x[1h])", Kind::Gauge, 3_600_000),
        ("stddev_over_time(x[5m])", Kind::Gauge, 300_000),
        ("deriv(x[5m])", Kind::Gauge, 300_000),
    ];
    for (text, kind, range_ms) in cases {
        let call = call(text);
        let (times_ms, values) = samples(kind);
        let steps = Steps {
            start_ms: 0,
            step_ms: 60_000,
            count: 360,
        };
        let windows = Windows {
            steps,
            first_end_ms: 60_000,
            range_ms,
            fixed: false,
            times_ms: &times_ms,
            values: &values,
            histograms: &[],
        };
        let mut into = vec![ABSENT; steps.count];
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Jitter => "counter with jitter",
            Kind::Gauge => "gauge",
        };
        criterion.bench_function(&format!("{text} of a {kind}, 360 steps"), |bencher| {
            bencher.iter(|| all_steps(&call, black_box(&windows), black_box(&mut into)));
        });
    }
    let call = call("max_over_time(x[1h])");
    let (times_ms, values) = samples(Kind::Gauge);
    let windows = Windows {
        steps: Steps::once(3_600_000),
        first_end_ms: 3_600_000,
        range_ms: 3_600_000,
        fixed: false,
        times_ms: &times_ms[..241],
        values: &values[..241],
        histograms: &[],
    };
    criterion.bench_function("max_over_time(x[1h]) of a gauge, once", |bencher| {
        bencher.iter(|| all_steps(&call, black_box(&windows), &mut [ABSENT]));
    });
}

criterion_group!(benches, functions);
criterion_main!(benches);
