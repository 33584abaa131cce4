//! Native histograms as the query API writes them.

use swarmpulse_model::series::NativeHistogram;
use swarmpulse_promql::histogram::ascending;

use super::number::push_float;

/// Writes `{"count":..,"sum":..,"buckets":[[BOUNDARIES,LOWER,UPPER,COUNT],..]}`; empty buckets are left out. Boundaries
/// tell which bound belongs to a bucket: 0 the upper, 1 the lower, 2 none, 3 both.
pub(super) fn push_histogram(into: &mut Vec<u8>, histogram: &NativeHistogram) {
    into.extend_from_slice(br#"{"count":""#);
    push_float(into, histogram.count);
    into.extend_from_slice(br#"","sum":""#);
    push_float(into, histogram.sum);
    into.push(b'"');
    let mut before: &[u8] = br#","buckets":["#;
    for bucket in ascending(histogram).filter(|bucket| bucket.count != 0.0) {
        into.extend_from_slice(before);
        before = b",";
        into.push(b'[');
        into.push(match (bucket.lower_inclusive, bucket.upper_inclusive) {
            (false, true) => b'0',
            (true, false) => b'1',
            (false, false) => b'2',
            (true, true) => b'3',
        });
        for number in [bucket.lower, bucket.upper, bucket.count] {
            into.extend_from_slice(b",\"");
            push_float(into, number);
            into.push(b'"');
        }
        into.push(b']');
    }
    if before == b"," {
        into.push(b']');
    }
    into.push(b'}');
}

#[cfg(test)]
mod tests {
    use swarmpulse_model::series::BucketSpan;

    use super::*;

    #[test]
    fn buckets_have_bounds_and_empty_ones_are_left_out() {
        let span = |length| vec![BucketSpan { offset: 1, length }];
        let histogram = NativeHistogram {
            schema: 0,
            zero_threshold: 0.001,
            zero_count: 2.0,
            count: 9.0,
            sum: 18.5,
            positive_spans: span(3),
            positive_buckets: vec![3.0, 0.0, 1.0],
            negative_spans: span(1),
            negative_buckets: vec![3.0],
            ..NativeHistogram::default()
        };
        let mut text = Vec::new();
        push_histogram(&mut text, &histogram);
        assert_eq!(
            String::from_utf8(text).unwrap(),
            concat!(
                r#"{"count":"9","sum":"18.5","buckets":["#,
                r#"[1,"-2","-1","3"],[3,"-0.001","0.001","2"],[0,"1","2","3"],[0,"4","8","1"]]}"#
            )
        );
        let mut empty = Vec::new();
        push_histogram(&mut empty, &NativeHistogram::default());
        assert_eq!(empty, br#"{"count":"0","sum":"0"}"#);
    }
}
