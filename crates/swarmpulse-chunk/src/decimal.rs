//! Floats as decimals: an integer over a power of ten, where that gives back the very same bits.

/// The largest power of ten that is tried.
pub(crate) const EXPONENT_MAX: usize = 15;
/// The largest power of ten at which a float may miss the decimal by a little.
const NEAR_EXPONENT_MAX: usize = 9;
/// By so many units in the last place may it miss.
const NEAR_UNITS_MAX: u64 = 1 << 12;
/// How many values are looked at to find the power of ten of near decimals.
const PROBES: usize = 16;

/// Powers of ten, all exact.
const POWERS: [f64; EXPONENT_MAX + 1] = [
    1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Below this every float has room for halves.
const HALVES_END: f64 = 4_503_599_627_370_496.0;

/// The power of ten, exact.
pub(crate) fn power(exponent: usize) -> f64 {
    POWERS[exponent.min(EXPONENT_MAX)]
}

/// The integer nearest to a value times a power of ten.
fn nearest(value: f64, power: f64) -> i64 {
    let scaled = value * power;
    if scaled.abs() < HALVES_END {
        (scaled + 0.5f64.copysign(scaled)) as i64
    } else {
        scaled as i64
    }
}

/// The integer that, divided by the power of ten, is this value to the bit. Beyond 2^53 that would say nothing: then only
/// integers as they are count.
pub(crate) fn exact(value: f64, power: f64) -> Option<i64> {
    let integer = nearest(value, power);
    if integer.unsigned_abs() > 1 << 53 && power != 1.0 {
        return None;
    }
    ((integer as f64 / power).to_bits() == value.to_bits()).then_some(integer)
}

/// The smallest exponent at which all values but a few are decimals.
pub(crate) fn exponent_of(values: &[f64]) -> Option<usize> {
    let misses_max = values.len() / 16 + 1;
    let (mut exponent, mut misses) = (0, 0);
    for value in values {
        if exact(*value, POWERS[exponent]).is_some() {
            continue;
        }
        let higher = if value.is_finite() {
            (exponent + 1..=EXPONENT_MAX).find(|higher| exact(*value, POWERS[*higher]).is_some())
        } else {
            None
        };
        match higher {
            Some(higher) => exponent = higher,
            None => misses += 1,
        }
        if misses > misses_max {
            return None;
        }
    }
    Some(exponent)
}

/// The integer nearest to a value, and by how many units in the last place it misses; `None` if it misses by much.
pub(crate) fn near(value: f64, power: f64) -> Option<(i64, i64)> {
    if !value.is_finite() {
        return None;
    }
    let integer = nearest(value, power);
    let back = (integer as f64 / power).to_bits();
    let units = value.to_bits().wrapping_sub(back) as i64;
    (units.unsigned_abs() <= NEAR_UNITS_MAX).then_some((integer, units))
}

/// The smallest exponent at which values are close to decimals, as sums of decimals are that were added up as floats.
pub(crate) fn near_exponent_of(values: &[f64]) -> Option<usize> {
    let step = values.len().div_ceil(PROBES).max(1);
    (0..=NEAR_EXPONENT_MAX).find(|exponent| {
        values
            .iter()
            .step_by(step)
            .all(|value| !value.is_finite() || near(*value, POWERS[*exponent]).is_some())
    })
}

/// The bits of a float in an order that is also the order of the numbers; undoes itself.
pub(crate) const fn ordered(bits: i64) -> i64 {
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Full of digits.
    fn roots() -> Vec<f64> {
        (0..40)
            .map(|number| 100.0 * (f64::from(number) + 0.5).sqrt())
            .collect()
    }

    #[test]
    fn decimals_are_found_and_nothing_else() {
        assert_eq!(exponent_of(&[1.0, 2.5, 0.25]), Some(2));
        assert_eq!(exponent_of(&[0.001_234; 3]), Some(6));
        assert_eq!(exponent_of(&[9_007_199_254_740_991.0, 1e18, -3.0]), Some(0));
        assert_eq!(exponent_of(&roots()), None);
        assert_eq!(exponent_of(&[f64::NAN; 40]), None);
        assert_eq!(exact(-0.0, 1.0), None);
        assert_eq!(exact(f64::INFINITY, 1.0), None);
        assert_eq!(exact(1e300, 1.0), None);
    }

    #[test]
    fn sums_of_decimals_are_near() {
        let mut sum = 0.0;
        let sums: Vec<f64> = (0..100)
            .map(|_| {
                sum += 0.0123;
                sum
            })
            .collect();
        assert_eq!(exponent_of(&sums), None);
        assert_eq!(near_exponent_of(&sums), Some(4));
        assert_eq!(near_exponent_of(&roots()), None);
    }

    #[test]
    fn ordered_bits_are_in_order() {
        let values = [
            f64::NEG_INFINITY,
            -2.0,
            -0.5,
            -0.0,
            0.0,
            1e-300,
            1.0,
            f64::INFINITY,
        ];
        let places: Vec<i64> = values
            .iter()
            .map(|value| ordered(value.to_bits() as i64))
            .collect();
        assert!(places.is_sorted(), "{places:?}");
        assert_eq!(ordered(ordered(-5)), -5);
    }
}
