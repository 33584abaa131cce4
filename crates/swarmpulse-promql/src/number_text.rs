//! Numbers as text.

/// In decimal notation without exponent, as short as it can be read back: as `count_values` makes labels.
#[must_use]
pub fn plain(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    format!("{value}")
}

/// In decimal notation, or with an exponent if that is below -4 or above 5: as messages show numbers.
#[must_use]
pub fn general(value: f64) -> String {
    if !value.is_finite() || value == 0.0 {
        return plain(value);
    }
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..=5).contains(&exponent) {
        return plain(value);
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The same, but whole numbers end in `.0`: as labels of quantiles and bounds are written.
#[must_use]
pub fn open_metrics(value: f64) -> String {
    let text = general(value);
    if value.is_finite() && !text.contains(['.', 'e']) {
        return format!("{text}.0");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_go_writes_them() {
        assert_eq!(plain(1e21), "1000000000000000000000");
        assert_eq!(plain(-0.5), "-0.5");
        assert_eq!(plain(f64::INFINITY), "+Inf");
        assert_eq!(general(1e21), "1e+21");
        assert_eq!(general(100_000.0), "100000");
        assert_eq!(general(1_234_567.0), "1.234567e+06");
        assert_eq!(general(1.5e-7), "1.5e-07");
        assert_eq!(general(0.0001), "0.0001");
        let places = [0.0, 1.0, 0.99, -1.0, 1e-5, f64::INFINITY].map(open_metrics);
        assert_eq!(places, ["0.0", "1.0", "0.99", "-1.0", "1e-05", "+Inf"]);
    }
}
