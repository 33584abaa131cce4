//! Numbers with a point by one verb.

use super::Spec;
use super::value::{pad, pad_spaces};
use crate::number::{exponential, general, special};

/// Digits after the point of a mantissa in hexadecimal, all of them.
const NIBBLES: usize = 13;

/// Writes a number.
pub(super) fn write(out: &mut String, verb: char, spec: Spec, value: f64) {
    let sign = match () {
        () if value.is_sign_negative() && !value.is_nan() => '-',
        () if spec.space && !spec.plus => ' ',
        () => '+',
    };
    if let Some(special) = special(value) {
        let name = special.trim_start_matches(['+', '-']);
        let bare = value.is_nan() && !spec.space && !spec.plus;
        return pad_spaces(
            out,
            spec,
            &if bare {
                name.to_owned()
            } else {
                format!("{sign}{name}")
            },
        );
    }
    let mut digits = digits(verb, spec.precision, value.abs());
    if spec.sharp && verb != 'b' {
        digits = with_point(verb, spec.precision, &digits);
    }
    if !spec.plus && sign == '+' {
        return pad(out, spec, &digits);
    }
    let length = 1 + digits.chars().count();
    match spec.width.filter(|width| spec.zero && *width > length) {
        Some(width) => {
            out.push(sign);
            out.extend(std::iter::repeat_n('0', width - length));
            out.push_str(&digits);
        }
        None => pad(out, spec, &format!("{sign}{digits}")),
    }
}

/// The number without its sign.
fn digits(verb: char, precision: Option<usize>, magnitude: f64) -> String {
    match verb {
        'e' => exponential(magnitude, precision.unwrap_or(6)),
        'E' => exponential(magnitude, precision.unwrap_or(6)).to_uppercase(),
        'f' | 'F' => format!("{magnitude:.*}", precision.unwrap_or(6)),
        'G' => general(magnitude, precision).to_uppercase(),
        'x' => hexadecimal(magnitude, precision),
        'X' => hexadecimal(magnitude, precision).to_uppercase(),
        'b' => {
            let (mantissa, exponent) = parts(magnitude);
            format!("{mantissa}p{exponent:+}")
        }
        _ => general(magnitude, precision),
    }
}

/// The mantissa as a whole number, and the power of two that it is taken by.
fn parts(magnitude: f64) -> (u64, i64) {
    let bits = magnitude.to_bits();
    let (fraction, exponent) = (bits & ((1 << 52) - 1), bits >> 52);
    let exponent = i64::try_from(exponent).unwrap_or(0);
    if exponent == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, exponent - 1075)
    }
}

/// `0x1.8p+00`, rounded to so many digits after the point.
fn hexadecimal(magnitude: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(magnitude);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading bit stands before the point, of the smallest numbers as well.
        let shift = mantissa.leading_zeros() - 11;
        mantissa <<= shift;
        exponent += 52 - i64::from(shift);
    }
    if let Some(precision) = precision.filter(|precision| *precision < NIBBLES) {
        let cut = 4 * (NIBBLES - precision);
        let (half, rest) = (1_u64 << (cut - 1), mantissa & ((1 << cut) - 1));
        mantissa >>= cut;
        mantissa += u64::from(rest > half || (rest == half && mantissa & 1 == 1));
        mantissa <<= cut;
        if mantissa >> 53 == 1 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:013x}", mantissa & ((1 << 52) - 1));
    let fraction = match precision {
        Some(precision) => format!("{fraction:0<precision$}")[..precision].to_owned(),
        None => fraction.trim_end_matches('0').to_owned(),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!(
        "0x{}{point}{fraction}p{sign}{:02}",
        mantissa >> 52,
        exponent.abs()
    )
}

/// With a point in any case, and with the zeros that `#` keeps.
fn with_point(verb: char, precision: Option<usize>, digits: &str) -> String {
    let in_hexadecimal = matches!(verb, 'x' | 'X');
    let tail_at = digits.find(|c| matches!(c, 'p' | 'P') || (!in_hexadecimal && matches!(c, 'e' | 'E')));
    let (number, tail) = digits.split_at(tail_at.unwrap_or(digits.len()));
    let mut missing = match verb {
        'v' | 'g' | 'G' | 'x' | 'X' => precision.unwrap_or(6),
        _ => 0,
    };
    let significant = number
        .chars()
        .filter(|c| *c != '.')
        .skip_while(|c| *c == '0')
        .count();
    missing = missing.saturating_sub(significant);
    let mut out = number.to_owned();
    if !number.contains('.') {
        missing = missing.saturating_sub(usize::from(number == "0"));
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', missing));
    out + tail
}
