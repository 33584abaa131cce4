//! Every function of windows that has a form for whole series: both forms have the same values.

use proptest::prelude::*;

use super::{Body, RangeBody, RangeContext, all};
use crate::matrix::{ABSENT, Scalar, Steps, is_present};
use crate::syntax::{Call, Expr};
use crate::window::Windows;
use crate::{Notes, PointValue};

/// Calls of all functions that have both forms.
fn calls() -> Vec<Call> {
    let mut calls = Vec::new();
    for function in all() {
        let Body::Range(RangeBody { series: Some(_), .. }) = function.body else {
            continue;
        };
        let before = if function.name == "quantile_over_time" {
            "0.9,"
        } else {
            ""
        };
        let text = format!("{}({before}x[5m])", function.name);
        match crate::parse(&text) {
            Ok(Expr::Call(call)) => calls.push(call),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(calls.len() >= 15, "{}", calls.len());
    calls
}

fn check(windows: &Windows<'_>, scalar: &Scalar) -> Result<(), TestCaseError> {
    for call in calls() {
        let Body::Range(RangeBody {
            window,
            series: Some(series),
            ..
        }) = call.function.body
        else {
            continue;
        };
        let scalars = match call.arguments.len() {
            2 => vec![scalar.clone()],
            _ => Vec::new(),
        };
        let mut notes = [Notes::of(""), Notes::of("")];
        let [of_series, of_windows] = &mut notes;
        let labels = swarmpulse_model::Labels::from_pairs([("__name__", "x")]);
        let mut found = vec![ABSENT; windows.steps.count];
        let mut context = RangeContext {
            call: &call,
            labels: &labels,
            notes: of_series,
        };
        if !series(windows, &scalars, &mut found, &mut context) {
            continue;
        }
        let mut context = RangeContext {
            call: &call,
            labels: &labels,
            notes: of_windows,
        };
        for (step, one) in windows.iter().enumerate() {
            let row: Vec<f64> = scalars.iter().map(|scalar| scalar.at(step)).collect();
            let expected = match one.and_then(|one| window(&one, &row, &mut context)) {
                Some(PointValue::Float(value)) => value,
                Some(PointValue::Histogram(_)) => return Err(TestCaseError::fail("a histogram")),
                None => ABSENT,
            };
            let same = found[step].to_bits() == expected.to_bits()
                || found[step].is_nan()
                    && expected.is_nan()
                    && is_present(found[step])
                    && is_present(expected);
            prop_assert!(
                same,
                "{} at step {step}: {} is not {expected}",
                call.function.name,
                found[step]
            );
        }
        let [of_series, of_windows] = notes.map(Notes::into_annotations);
        prop_assert_eq!(of_series, of_windows, "{}", call.function.name);
    }
    Ok(())
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let whole = (-50i32..50).prop_map(f64::from);
    let odd = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
        Just(f64::MAX),
        Just(5e-324),
        -1e3..1e3f64,
    ];
    let counter = (prop::collection::vec(0u8..20, 0..120), 1.0..2.0f64).prop_map(|(steps, unit)| {
        let mut value = 0.0;
        let next = |step: u8| {
            value = if step == 0 {
                0.0
            } else {
                value + f64::from(step) * unit
            };
            value
        };
        steps.into_iter().map(next).collect::<Vec<f64>>()
    });
    prop_oneof![
        counter,
        prop::collection::vec(whole.clone(), 0..120),
        prop::collection::vec(prop_oneof![4 => whole, 1 => odd], 0..120),
    ]
}

proptest! {
    #[test]
    fn both_forms_have_the_same_values(
        values in values(),
        gaps in prop::collection::vec(prop_oneof![6 => Just(15_000i64), 1 => 1i64..60_000, 1 => Just(400_000)], 120),
        start_ms in -100_000i64..500_000,
        step_ms in prop_oneof![Just(15_000i64), Just(60_000), 1i64..100_000],
        range_ms in prop_oneof![Just(60_000i64), Just(300_000), 1i64..900_000],
        count in 0usize..60,
        fixed in prop::bool::weighted(0.1),
        place in prop_oneof![Just(0.9), -0.2..1.2f64],
        moving in any::<bool>(),
    ) {
        let mut at_ms = 0;
        let times_ms: Vec<i64> = gaps[..values.len()].iter().map(|gap| { at_ms += gap; at_ms }).collect();
        let windows = Windows {
            steps: Steps { start_ms, step_ms, count },
            first_end_ms: start_ms,
            range_ms,
            fixed,
            times_ms: &times_ms,
            values: &values,
            histograms: &[],
        };
        let scalar = if moving {
            Scalar::Steps((0..count).map(|step| place + step as f64 / 100.0).collect())
        } else {
            Scalar::Constant(place)
        };
        check(&windows, &scalar)?;
    }
}
