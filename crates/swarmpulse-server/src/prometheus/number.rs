//! Numbers as Prometheus writes them in JSON: shortest digits, plain from 1e-6 up to 1e21, timestamps in seconds.

/// Whole numbers up to this size are exact, and shorter to write than by the general way.
const WHOLE_MAX: f64 = 1e15;

/// Writes a sample's value, without the quotes around it.
pub(super) fn push_float(into: &mut Vec<u8>, value: f64) {
    // A cast cuts off fractions and brings other values to the ends, so that only whole numbers come back the same.
    let whole = value as i64;
    if whole as f64 == value && value.abs() < WHOLE_MAX && (whole != 0 || value.is_sign_positive()) {
        push_integer(into, whole);
    } else if value.is_finite() {
        push_fraction(into, value);
    } else {
        let text: &[u8] = match (value.is_nan(), value > 0.0) {
            (true, _) => b"NaN",
            (false, true) => b"+Inf",
            (false, false) => b"-Inf",
        };
        into.extend_from_slice(text);
    }
}

/// Writes an integer.
pub(super) fn push_integer(into: &mut Vec<u8>, value: i64) {
    into.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Writes a time as seconds, with milliseconds where there are any.
pub(super) fn push_time(into: &mut Vec<u8>, at_ms: i64) {
    let size = at_ms.unsigned_abs();
    if at_ms < 0 {
        into.push(b'-');
    }
    into.extend_from_slice(itoa::Buffer::new().format(size / 1000).as_bytes());
    let rest = (size % 1000) as u16;
    if rest != 0 {
        let digit = |n: u16| b'0' + (n % 10) as u8;
        into.extend_from_slice(&[b'.', digit(rest / 100), digit(rest / 10), digit(rest)]);
    }
}

fn push_fraction(into: &mut Vec<u8>, value: f64) {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    if let Some((digits, exponent)) = text.split_once('e') {
        let exponent = exponent.parse().unwrap_or_default();
        return push_scaled(into, digits, exponent);
    }
    let plain = text.strip_suffix(".0").unwrap_or(text);
    let size = value.abs();
    if size != 0.0 && size < 1e-6 {
        // Shortest digits do not come in this form for numbers so small; if ever they do, they are right all the same.
        into.extend_from_slice(format!("{value:e}").as_bytes());
    } else {
        into.extend_from_slice(plain.as_bytes());
    }
}

/// Writes `digits` times ten to the `exponent`; digits are of the form `-d.ddd` or `-d`.
fn push_scaled(into: &mut Vec<u8>, digits: &str, exponent: i32) {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = if fraction == "0" { "" } else { fraction };
    into.extend_from_slice(sign.as_bytes());
    if !(-6..21).contains(&exponent) {
        into.extend_from_slice(whole.as_bytes());
        if !fraction.is_empty() {
            into.push(b'.');
            into.extend_from_slice(fraction.as_bytes());
        }
        into.push(b'e');
        into.push(if exponent < 0 { b'-' } else { b'+' });
        let size = exponent.unsigned_abs();
        if size < 10 {
            into.push(b'0');
        }
        into.extend_from_slice(itoa::Buffer::new().format(size).as_bytes());
    } else if exponent < 0 {
        into.extend_from_slice(b"0.");
        into.resize(into.len() + (exponent.unsigned_abs() as usize - 1), b'0');
        into.extend_from_slice(whole.as_bytes());
        into.extend_from_slice(fraction.as_bytes());
    } else {
        let places = exponent as usize;
        into.extend_from_slice(whole.as_bytes());
        if fraction.len() <= places {
            into.extend_from_slice(fraction.as_bytes());
            into.resize(into.len() + (places - fraction.len()), b'0');
        } else {
            into.extend_from_slice(&fraction.as_bytes()[..places]);
            into.push(b'.');
            into.extend_from_slice(&fraction.as_bytes()[places..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(value: f64) -> String {
        let mut text = Vec::new();
        push_float(&mut text, value);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn values_are_written_as_prometheus_writes_them() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-17.0, "-17"),
            (1e6, "1000000"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1234.5678, "1234.5678"),
            (1e15, "1000000000000000"),
            (123_456_789_012_345_680.0, "123456789012345680"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e300, "1.5e+300"),
            (-1.25e22, "-1.25e+22"),
            (1e-6, "0.000001"),
            (1.25e-6, "0.00000125"),
            (1e-7, "1e-07"),
            (-3.25e-7, "-3.25e-07"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (0.000_012_5, "0.0000125"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "+Inf"),
            (f64::NEG_INFINITY, "-Inf"),
        ] {
            assert_eq!(float(value), expected);
        }
    }

    #[test]
    fn every_value_reads_back_the_same() {
        let mut bits = 0x9E37_79B9_7F4A_7C15_u64;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                let text = float(value);
                assert_eq!(
                    text.parse::<f64>().map(f64::to_bits),
                    Ok(value.to_bits()),
                    "{text}"
                );
                let small = (value % 1e6) as f32;
                let small = f64::from(small);
                assert_eq!(float(small).parse::<f64>(), Ok(small));
            }
        }
    }

    #[test]
    fn times_have_milliseconds_where_there_are_any() {
        for (at_ms, expected) in [
            (1_435_781_451_781, "1435781451.781"),
            (1_435_781_451_000, "1435781451"),
            (1_005, "1.005"),
            (50, "0.050"),
            (-1_500, "-1.500"),
            (0, "0"),
        ] {
            let mut text = Vec::new();
            push_time(&mut text, at_ms);
            assert_eq!(String::from_utf8(text).unwrap(), expected);
        }
    }
}
