//! Sums of windows in constant time each, where adding rounds nothing.

use crate::matrix::is_present;
use crate::window::Windows;

/// How many numbers are looked at before all of them are.
const FIRST_LOOK: usize = 8;

/// Whether windows overlap enough that work per sample is less than work per window.
pub(super) fn overlap(windows: &Windows<'_>) -> bool {
    !windows.fixed && windows.steps.count > 2 && windows.range_ms > windows.steps.step_ms
}

/// The sums of the first none, one, two, ... numbers, if none of them, and no sum of neighbours, is rounded: all numbers
/// are multiples of the same power of 2 and their sum has at most 53 bits in it. True of counts, bytes, times in whole
/// units, and of their halves and quarters.
pub(super) fn running_sums(numbers: &[f64]) -> Option<Vec<f64>> {
    if !is_exact(&numbers[..numbers.len().min(FIRST_LOOK)]) || !is_exact(numbers) {
        return None;
    }
    let mut sums = Vec::with_capacity(numbers.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for number in numbers {
        sum += number;
        sums.push(sum);
    }
    debug_assert!(sums.iter().copied().all(is_present));
    Some(sums)
}

fn is_exact(numbers: &[f64]) -> bool {
    let (mut unit, mut total) = (f64::INFINITY, 0.0);
    for number in numbers.iter().copied() {
        total += number.abs();
        unit = unit.min(lowest_bit(number));
    }
    // Infinite and not a number fail.
    total == 0.0 || total < unit * 9_007_199_254_740_992.0
}

/// The value of the lowest bit that is set in a number; infinite of 0.
fn lowest_bit(number: f64) -> f64 {
    let bits = number.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let implicit = u64::from(exponent != 0) << 52;
    let mantissa = (bits & 0x000f_ffff_ffff_ffff) | implicit;
    if mantissa == 0 {
        return f64::INFINITY;
    }
    let place = exponent.max(1) as i64 + i64::from(mantissa.trailing_zeros()) - 1075;
    if place < -1022 {
        // Too small to bother: sums of such are not taken to be exact.
        return 0.0;
    }
    f64::from_bits(((place + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_their_halves_are_exact() {
        assert_eq!(running_sums(&[1.0, 2.5, -4.0]), Some(vec![0.0, 1.0, 3.5, -0.5]));
        assert_eq!(running_sums(&[]), Some(vec![0.0]));
        assert_eq!(running_sums(&[0.0, -0.0]), Some(vec![0.0, 0.0, 0.0]));
        assert!(running_sums(&[1e15, 3.0]).is_some());
    }

    #[test]
    fn what_would_be_rounded_is_not() {
        let cases = [
            vec![0.1, 0.2, 0.4, 0.7, 0.9],
            vec![9_007_199_254_740_992.0, 1.0],
            vec![f64::INFINITY],
            vec![1.0, f64::NAN],
            vec![f64::from_bits(1), 1.0],
            vec![1e300, 1.0],
        ];
        for numbers in cases {
            assert_eq!(running_sums(&numbers), None, "{numbers:?}");
        }
    }
}
