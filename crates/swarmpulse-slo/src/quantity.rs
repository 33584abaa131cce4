//! Quantities as people write them: `99.9%`, `500ms`, `100MB`, `100MB/h`.

use crate::unit::Unit;

/// Units by their names with what they are worth: seconds for times, bytes for sizes, parts of one for shares.
const UNITS: &[(&str, f64, Unit)] = &[
    ("%", 0.01, Unit::Ratio),
    ("ns", 1e-9, Unit::Seconds),
    ("us", 1e-6, Unit::Seconds),
    ("µs", 1e-6, Unit::Seconds),
    ("ms", 1e-3, Unit::Seconds),
    ("s", 1.0, Unit::Seconds),
    ("min", 60.0, Unit::Seconds),
    ("m", 60.0, Unit::Seconds),
    ("h", 3600.0, Unit::Seconds),
    ("d", 86_400.0, Unit::Seconds),
    ("B", 1.0, Unit::Bytes),
    ("kB", 1e3, Unit::Bytes),
    ("KB", 1e3, Unit::Bytes),
    ("MB", 1e6, Unit::Bytes),
    ("GB", 1e9, Unit::Bytes),
    ("TB", 1e12, Unit::Bytes),
    ("KiB", 1024.0, Unit::Bytes),
    ("MiB", 1_048_576.0, Unit::Bytes),
    ("GiB", 1_073_741_824.0, Unit::Bytes),
    ("TiB", 1_099_511_627_776.0, Unit::Bytes),
];

/// A number with or without a unit, in seconds, bytes or parts of one, and in an hour where `/h` says so.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn quantity(text: &str) -> Result<(f64, Unit), String> {
    let text = text.trim();
    let (amount, in_an_hour) = match text.strip_suffix("/h") {
        Some(amount) => (amount.trim_end(), true),
        None => (text, false),
    };
    let digits = amount
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(amount.len());
    let (number, unit) = amount.split_at(digits);
    let refuse = || {
        format!(
            "{text:?} is no quantity: write a number, with a unit if it has one, such as 8, 95%, 500ms, 2s, 100MB or \
             100MB/h"
        )
    };
    let number: f64 = number.parse().map_err(|_| refuse())?;
    let named = unit.trim();
    let (worth, unit) = if named.is_empty() {
        (1.0, Unit::None)
    } else {
        let found = UNITS.iter().find(|(name, ..)| *name == named);
        found.map(|(_, worth, unit)| (*worth, *unit)).ok_or_else(refuse)?
    };
    let value = if named == "%" {
        hundredth(number)
    } else {
        number * worth
    };
    Ok((value, if in_an_hour { unit.per_hour() } else { unit }))
}

/// A percentage as a share, exactly as it would be written: 99.9 is 0.999, not 0.9990000000000001.
pub(crate) fn hundredth(percent: f64) -> f64 {
    let shifted = format!("{percent}e-2").parse();
    shifted.unwrap_or(percent / 100.0)
}

/// A share of at most one: `99.9%` or `0.999`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let refuse =
        || format!("{text:?} is no share: write a percentage such as 99.9%, or a part of one such as 0.999");
    let trimmed = text.trim();
    let value = match trimmed.strip_suffix('%') {
        Some(percent) => hundredth(percent.trim().parse().map_err(|_| refuse())?),
        None => trimmed.parse::<f64>().map_err(|_| refuse())?,
    };
    if value.is_nan() || value <= 0.0 || value > 1.0 {
        let hint = if value > 1.0 && !trimmed.ends_with('%') && value <= 100.0 {
            format!(": did you mean {trimmed}%?")
        } else {
            String::new()
        };
        return Err(format!("{text:?} is not above 0 and up to 100%{hint}"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_come_in_base_units() {
        for (text, value, unit) in [
            ("8", 8.0, Unit::None),
            ("0", 0.0, Unit::None),
            ("500ms", 0.5, Unit::Seconds),
            ("2s", 2.0, Unit::Seconds),
            ("2 s", 2.0, Unit::Seconds),
            ("95%", 0.95, Unit::Ratio),
            ("100MB", 1e8, Unit::Bytes),
            ("100MB/h", 1e8, Unit::BytesPerHour),
            ("5 /h", 5.0, Unit::PerHour),
            ("1KiB", 1024.0, Unit::Bytes),
            ("-3", -3.0, Unit::None),
        ] {
            assert_eq!(quantity(text), Ok((value, unit)), "{text}");
        }
        for wrong in ["", "many", "5 apples", "MB", "1.2.3", "/h", "5/d"] {
            assert!(quantity(wrong).unwrap_err().contains("500ms"), "{wrong}");
        }
    }

    #[test]
    fn shares_are_between_nothing_and_all() {
        assert_eq!(share("99.9%"), Ok(0.999));
        assert_eq!(share("0.95"), Ok(0.95));
        assert_eq!(share("100%"), Ok(1.0));
        assert!(share("99.9").unwrap_err().contains("did you mean 99.9%?"));
        for wrong in ["0%", "101%", "-1", "x", "NaN"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
