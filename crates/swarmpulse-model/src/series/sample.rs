//! One measured value at one time.

/// The bits of the value that marks a series as gone; Prometheus' own.
pub const STALE_NAN_BITS: u64 = 0x7ff0_0000_0000_0002;

/// One measured value at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The value; [`is_stale`] tells the marker of a series that is gone from an ordinary NaN.
    pub value: f64,
}

/// Whether a value is the marker of a series that is gone.
#[must_use]
pub fn is_stale(value: f64) -> bool {
    value.to_bits() == STALE_NAN_BITS
}

/// The marker of a series that is gone.
#[must_use]
pub fn stale_marker() -> f64 {
    f64::from_bits(STALE_NAN_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_marker_is_stale() {
        assert!(is_stale(stale_marker()));
        assert!(stale_marker().is_nan());
        assert!(!is_stale(f64::NAN));
        assert!(
            !is_stale(f64::from_bits(0x7ff8_0000_0000_0001)),
            "an ordinary NaN of Go"
        );
        assert!(!is_stale(0.0));
    }
}
