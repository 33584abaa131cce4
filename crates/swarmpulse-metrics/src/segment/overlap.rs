//! Samples that came from places that overlap.

/// Sorts the samples from place `start` on by time and keeps each time once; of equal times, the one that came last.
pub(crate) fn sort_unique(times_ms: &mut Vec<i64>, values: &mut Vec<f64>, start: usize) {
    let mut samples: Vec<(i64, f64)> = times_ms[start..]
        .iter()
        .copied()
        .zip(values[start..].iter().copied())
        .collect();
    samples.sort_by_key(|(time, _)| *time);
    times_ms.truncate(start);
    values.truncate(start);
    for (time, value) in samples {
        if times_ms.len() > start && times_ms.last() == Some(&time) {
            values.pop();
        } else {
            times_ms.push(time);
        }
        values.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_is_kept_once() {
        let (mut times, mut values) = (vec![9, 3, 1, 3, 2], vec![9.0, 3.0, 1.0, 3.5, 2.0]);
        sort_unique(&mut times, &mut values, 1);
        assert_eq!(times, [9, 1, 2, 3]);
        assert_eq!(values, [9.0, 1.0, 2.0, 3.5]);
    }
}
