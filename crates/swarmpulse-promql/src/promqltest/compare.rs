//! Compares answers with what is expected of them.

use swarmpulse_model::Labels;
use swarmpulse_model::series::{NativeHistogram, is_stale};

use super::expectation::{Expectation, Times};
use super::sequence::Item;
use crate::histogram;
use crate::label_set::in_braces;
use crate::{MatrixSeries, PointValue, Value, VectorSample};

/// Relative error that values may have.
const EPSILON: f64 = 0.000_001;

/// Compares an answer. `times` are those of a range.
pub(super) fn compare(expected: &Expectation, value: &Value, times: Option<Times>) -> Result<(), String> {
    match value {
        Value::Scalar { value, .. } => match expected.scalar {
            Some(wanted) if almost_equal(wanted, *value) => Ok(()),
            Some(wanted) => Err(format!("expected scalar {wanted} but got {value}")),
            None => Err(format!("expected a vector or matrix, but got scalar {value}")),
        },
        Value::String { value, .. } => match &expected.text {
            Some(wanted) if wanted == value => Ok(()),
            Some(wanted) => Err(format!("expected string {wanted:?} but got {value:?}")),
            None => Err(format!("got string {value:?}, which was not expected")),
        },
        _ if expected.scalar.is_some() => Err("expected a scalar, but got series".to_owned()),
        _ if expected.text.is_some() => Err("expected a string, but got series".to_owned()),
        Value::Vector(samples) => vector(expected, samples),
        Value::Matrix(series) => match expected.range_vector.or(times) {
            Some(times) => matrix(expected, series, times),
            None => Err("got a range vector, which was not expected".to_owned()),
        },
    }
}

fn vector(expected: &Expectation, samples: &[VectorSample]) -> Result<(), String> {
    for (place, sample) in samples.iter().enumerate() {
        let shown = in_braces(&sample.labels);
        let found = expected
            .series
            .iter()
            .position(|(labels, _)| *labels == sample.labels);
        let Some(found) = found else {
            return Err(format!(
                "unexpected metric {shown} in result, has {}",
                shown_value(&sample.value)
            ));
        };
        if expected.ordered && found != place {
            return Err(format!(
                "expected {shown} at position {} but was at {}",
                found + 1,
                place + 1
            ));
        }
        let wanted = expected.series[found].1.first();
        if !wanted.is_some_and(|wanted| same(wanted, &sample.value)) {
            return Err(format!(
                "expected {} for {shown} but got {}",
                wanted.map_or("nothing".to_owned(), shown_item),
                shown_value(&sample.value)
            ));
        }
    }
    let found: Vec<&Labels> = samples.iter().map(|sample| &sample.labels).collect();
    all_found(expected, &found)
}

fn all_found(expected: &Expectation, found: &[&Labels]) -> Result<(), String> {
    for (labels, _) in &expected.series {
        let count = found.iter().filter(|found| **found == labels).count();
        if count != 1 {
            let shown = in_braces(labels);
            return Err(format!("expected {shown} once, found {count} times"));
        }
    }
    Ok(())
}

fn matrix(expected: &Expectation, series: &[MatrixSeries], times: Times) -> Result<(), String> {
    if expected.ordered {
        return Err("expected an ordered result, but a range has none".to_owned());
    }
    if let Some(pair) = series.windows(2).find(|pair| pair[0].labels >= pair[1].labels) {
        let (first, second) = (in_braces(&pair[0].labels), in_braces(&pair[1].labels));
        return Err(format!(
            "series are not sorted by labels: {first} before {second}"
        ));
    }
    for one in series {
        let shown = in_braces(&one.labels);
        let found = expected.series.iter().find(|(labels, _)| *labels == one.labels);
        let Some((_, items)) = found else {
            return Err(format!(
                "unexpected metric {shown} in result, has {:?}",
                one.points.values
            ));
        };
        points(items, one, times).map_err(|error| format!("{shown}: {error}"))?;
    }
    let found: Vec<&Labels> = series.iter().map(|one| &one.labels).collect();
    all_found(expected, &found)
}

fn points(items: &[Item], series: &MatrixSeries, times: Times) -> Result<(), String> {
    let (mut floats, mut histograms) = (Vec::new(), Vec::new());
    for (place, item) in items.iter().enumerate() {
        let at_ms = times.start_ms + place as i64 * times.step_ms;
        if at_ms > times.end_ms {
            return Err(format!(
                "expected {} points, more than the range has",
                items.len()
            ));
        }
        match item {
            Item::Omitted => {}
            Item::Float(value) => floats.push((at_ms, *value)),
            Item::Histogram(histogram) => histograms.push((at_ms, histogram)),
        }
    }
    let points = &series.points;
    let found = points.times_ms.iter().copied().zip(points.values.iter().copied());
    let found: Vec<(i64, f64)> = found.collect();
    let good = floats.len() == found.len()
        && floats
            .iter()
            .zip(&found)
            .all(|(wanted, found)| wanted.0 == found.0 && almost_equal(wanted.1, found.1));
    if !good {
        return Err(format!("expected floats {floats:?} but got {found:?}"));
    }
    let good = histograms.len() == points.histograms.len()
        && histograms
            .iter()
            .zip(&points.histograms)
            .all(|(wanted, found)| wanted.0 == found.0 && same_histogram(wanted.1, &found.1));
    if !good {
        let shown = |histogram: &NativeHistogram| histogram::print(histogram);
        let wanted: Vec<_> = histograms
            .iter()
            .map(|(at, wanted)| (at, shown(wanted)))
            .collect();
        let found: Vec<_> = points
            .histograms
            .iter()
            .map(|(at, found)| (at, shown(found)))
            .collect();
        return Err(format!("expected histograms {wanted:?} but got {found:?}"));
    }
    Ok(())
}

fn same(wanted: &Item, found: &PointValue) -> bool {
    match (wanted, found) {
        (Item::Float(wanted), PointValue::Float(found)) => almost_equal(*wanted, *found),
        (Item::Histogram(wanted), PointValue::Histogram(found)) => same_histogram(wanted, found),
        _ => false,
    }
}

fn shown_value(value: &PointValue) -> String {
    match value {
        PointValue::Float(value) => value.to_string(),
        PointValue::Histogram(histogram) => histogram::print(histogram),
    }
}

fn shown_item(item: &Item) -> String {
    match item {
        Item::Omitted => "_".to_owned(),
        Item::Float(value) => value.to_string(),
        Item::Histogram(histogram) => histogram::print(histogram),
    }
}

/// Equal but for rounding.
fn almost_equal(wanted: f64, found: f64) -> bool {
    if is_stale(wanted) || is_stale(found) {
        return is_stale(wanted) && is_stale(found);
    }
    if (wanted.is_nan() && found.is_nan()) || wanted == found {
        return true;
    }
    let (sum, difference) = (wanted.abs() + found.abs(), (wanted - found).abs());
    if wanted == 0.0 || found == 0.0 || sum < f64::MIN_POSITIVE {
        return difference < EPSILON * f64::MIN_POSITIVE;
    }
    difference / sum.min(f64::MAX) < EPSILON
}

fn same_histogram(wanted: &NativeHistogram, found: &NativeHistogram) -> bool {
    let (mut wanted, mut found) = (wanted.clone(), found.clone());
    histogram::compact(&mut wanted);
    histogram::compact(&mut found);
    let close = |wanted: &[f64], found: &[f64]| {
        wanted.len() == found.len()
            && wanted
                .iter()
                .zip(found)
                .all(|(wanted, found)| almost_equal(*wanted, *found))
    };
    wanted.schema == found.schema
        && close(
            &[wanted.count, wanted.sum, wanted.zero_count],
            &[found.count, found.sum, found.zero_count],
        )
        && wanted.zero_threshold == found.zero_threshold
        && wanted.custom_values == found.custom_values
        && histogram::same_places(&wanted, &found)
        && close(&wanted.positive_buckets, &found.positive_buckets)
        && close(&wanted.negative_buckets, &found.negative_buckets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_forgiven_and_nothing_else() {
        assert!(almost_equal(1.0, 1.000_000_1) && !almost_equal(1.0, 1.000_01));
        assert!(almost_equal(f64::NAN, f64::NAN) && !almost_equal(0.0, 1e-300));
        assert!(almost_equal(f64::INFINITY, f64::INFINITY));
        assert!(!almost_equal(f64::INFINITY, f64::MAX));
    }

    #[test]
    fn what_is_missing_or_too_much_is_told() {
        let labels = Labels::from_pairs([("a", "b")]);
        let sample = VectorSample {
            labels: labels.clone(),
            at_ms: 0,
            value: PointValue::Float(2.0),
        };
        let mut expected = Expectation::default();
        let too_much = compare(&expected, &Value::Vector(vec![sample.clone()]), None);
        assert!(too_much.is_err_and(|error| error.contains("unexpected")));
        expected.series.push((labels, vec![Item::Float(2.0)]));
        assert_eq!(compare(&expected, &Value::Vector(vec![sample]), None), Ok(()));
        let missing = compare(&expected, &Value::Vector(Vec::new()), None);
        assert!(missing.is_err_and(|error| error.contains("found 0 times")));
    }
}
