//! `printf` with Go's verbs, flags, widths and precisions, and Go's words for what does not fit.

use crate::function::{Surroundings, text};
use crate::number::{exponential, general, quote, special};
use crate::value::Value;

/// More than any text may have: what is longer is cut.
const OUTPUT_MAX: usize = 128 * 1024;
/// The widest that a value is made.
const WIDTH_MAX: usize = 4096;

/// How a value is to be written.
#[derive(Clone, Copy, Default)]
struct Spec {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

pub(crate) fn run(_: &dyn Surroundings, arguments: &[Value]) -> Result<Value, String> {
    Ok(sprintf(&text(arguments, 0), &arguments[1..]).into())
}

/// The format with the values in it.
pub(crate) fn sprintf(format: &str, values: &[Value]) -> String {
    let mut out = String::new();
    let mut values_left = values.iter();
    let mut rest = format;
    while let Some(percent) = rest.find('%') {
        out.push_str(&rest[..percent]);
        rest = &rest[percent + 1..];
        let mut spec = Spec::default();
        rest = flags(rest, &mut spec);
        rest = size(rest, &mut values_left, &mut out, &mut spec);
        let Some(verb) = rest.chars().next() else {
            out.push_str("%!(NOVERB)");
            break;
        };
        rest = &rest[verb.len_utf8()..];
        if verb == '%' {
            out.push('%');
        } else if let Some(value) = values_left.next() {
            one(&mut out, verb, spec, value);
        } else {
            out.push_str(&format!("%!{verb}(MISSING)"));
        }
    }
    if !out.ends_with("%!(NOVERB)") {
        out.push_str(rest);
    }
    let extra: Vec<String> = values_left
        .map(|value| match value {
            Value::Nil => "<nil>".into(),
            value => format!("{}={}", value.type_name(), value.printed()),
        })
        .collect();
    if !extra.is_empty() {
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

fn flags<'a>(mut rest: &'a str, spec: &mut Spec) -> &'a str {
    while let Some(flag) = rest.chars().next() {
        match flag {
            '-' => {
                spec.minus = true;
                spec.zero = false;
            }
            '+' => spec.plus = true,
            '#' => spec.sharp = true,
            ' ' => spec.space = true,
            '0' => spec.zero = !spec.minus,
            _ => break,
        }
        rest = &rest[1..];
    }
    rest
}

/// Width and precision: digits, or `*` for the next value.
fn size<'a>(
    mut rest: &'a str,
    values: &mut std::slice::Iter<'_, Value>,
    out: &mut String,
    spec: &mut Spec,
) -> &'a str {
    (spec.width, rest) = number(rest, values, out, "%!(BADWIDTH)");
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = number(after, values, out, "%!(BADPREC)");
        spec.precision = Some(precision.unwrap_or(0));
        rest = after;
    }
    rest
}

fn number<'a>(
    rest: &'a str,
    values: &mut std::slice::Iter<'_, Value>,
    out: &mut String,
    bad: &str,
) -> (Option<usize>, &'a str) {
    if let Some(after) = rest.strip_prefix('*') {
        let given = match values.next() {
            Some(Value::Int(value)) => usize::try_from(*value).ok().filter(|width| *width <= WIDTH_MAX),
            _ => None,
        };
        if given.is_none() {
            out.push_str(bad);
        }
        return (given, after);
    }
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let value = rest[..digits]
        .parse::<usize>()
        .ok()
        .map(|value| value.min(WIDTH_MAX));
    (value, &rest[digits..])
}

fn one(out: &mut String, verb: char, spec: Spec, value: &Value) {
    use Value as V;
    if out.len() > OUTPUT_MAX {
        return;
    }
    if verb == 'T' {
        return pad(out, spec, value.type_name(), false);
    }
    match (value, verb) {
        (V::Nil, 'v') => pad(out, spec, "<nil>", false),
        (V::Nil, _) => out.push_str(&format!("%!{verb}(<nil>)")),
        (V::Bool(value), 'v' | 't') => pad(out, spec, if *value { "true" } else { "false" }, false),
        (V::Int(value), 'v' | 'd' | 'b' | 'o' | 'x' | 'X' | 'O') => integer(out, verb, spec, *value),
        (V::Int(value), 'c' | 'q' | 'U') => character(out, verb, spec, *value),
        (V::Float(value), 'v' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G') => float(out, verb, spec, *value),
        (V::String(text) | V::Safe(_, text), 'v' | 's' | 'q' | 'x' | 'X') => string(out, verb, spec, text),
        (V::Time(_) | V::Duration(_), 'v' | 's' | 'q') => string(out, verb, spec, &value.printed()),
        (V::Duration(ns), 'd') => integer(out, verb, spec, *ns),
        (V::List(_) | V::Map(_), _) => value.each_part(out, &mut |value, out| one(out, verb, spec, value)),
        (value, _) => {
            let mut shown = String::new();
            one(&mut shown, 'v', spec, value);
            out.push_str(&format!("%!{verb}({}={shown})", value.type_name()));
        }
    }
}

/// Fills up to the width: with zeros after the sign if that is asked of a number.
fn pad(out: &mut String, spec: Spec, text: &str, with_zeros: bool) {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    if missing == 0 {
        out.push_str(text);
    } else if spec.minus {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else if with_zeros && spec.zero {
        let sign = usize::from(text.starts_with(['+', '-', ' ']));
        out.push_str(&text[..sign]);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(&text[sign..]);
    } else {
        // Go fills texts with zeros, too, when the flag says so.
        let fill = if spec.zero && !with_zeros && special_text(text).is_none() {
            '0'
        } else {
            ' '
        };
        out.extend(std::iter::repeat_n(fill, missing));
        out.push_str(text);
    }
}

fn special_text(text: &str) -> Option<&str> {
    ["NaN", "+Inf", "-Inf", " NaN", " Inf"]
        .into_iter()
        .find(|special| *special == text)
}

fn sign(spec: Spec, negative: bool) -> &'static str {
    if negative {
        "-"
    } else if spec.plus {
        "+"
    } else if spec.space {
        " "
    } else {
        ""
    }
}

fn integer(out: &mut String, verb: char, spec: Spec, value: i64) {
    let size = value.unsigned_abs();
    let (prefix, mut digits) = match verb {
        'b' => (if spec.sharp { "0b" } else { "" }, format!("{size:b}")),
        'o' => (if spec.sharp { "0" } else { "" }, format!("{size:o}")),
        'O' => ("0o", format!("{size:o}")),
        'x' => (if spec.sharp { "0x" } else { "" }, format!("{size:x}")),
        'X' => (if spec.sharp { "0X" } else { "" }, format!("{size:X}")),
        _ => ("", size.to_string()),
    };
    if let Some(precision) = spec.precision {
        digits = if precision == 0 && value == 0 {
            String::new()
        } else {
            format!("{digits:0>precision$}")
        };
    }
    let text = format!("{}{prefix}{digits}", sign(spec, value < 0));
    let with_zeros = spec.precision.is_none();
    let spec = Spec {
        zero: spec.zero && with_zeros,
        ..spec
    };
    pad(out, spec, &text, with_zeros);
}

fn character(out: &mut String, verb: char, spec: Spec, value: i64) {
    let c = u32::try_from(value)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or('\u{fffd}');
    let text = match verb {
        'c' => c.to_string(),
        'U' => format!("U+{value:04X}"),
        _ => match c {
            '\'' => "'\\''".into(),
            '"' => "'\"'".into(),
            c => format!("'{}'", quote(&c.to_string()).trim_matches('"')),
        },
    };
    pad(out, spec, &text, false);
}

fn float(out: &mut String, verb: char, spec: Spec, value: f64) {
    let special = special(value);
    let magnitude = value.abs();
    let precision = spec.precision;
    let digits = match (special, verb) {
        (Some("NaN"), _) => "NaN".to_owned(),
        (Some(_), _) => "Inf".to_owned(),
        (None, 'e' | 'E') => exponential(magnitude, precision.unwrap_or(6)),
        (None, 'f' | 'F') => format!("{magnitude:.*}", precision.unwrap_or(6)),
        _ => general(magnitude, precision),
    };
    let negative = value.is_sign_negative() && !value.is_nan();
    let plus_anyway = special == Some("+Inf") && matches!(verb, 'v' | 'g' | 'G' | 'e' | 'E' | 'f' | 'F');
    let sign = if plus_anyway && !spec.space {
        "+"
    } else {
        sign(spec, negative)
    };
    let mut text = format!("{sign}{digits}");
    if verb.is_ascii_uppercase() {
        text = text.replace('e', "E");
    }
    let spec = Spec {
        zero: spec.zero && special.is_none(),
        ..spec
    };
    pad(out, spec, &text, true);
}

fn string(out: &mut String, verb: char, spec: Spec, text: &str) {
    let cut: String = match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    let shown = match verb {
        'q' if spec.sharp && !cut.contains(['`', '\n', '\r']) => format!("`{cut}`"),
        'q' => quote(&cut),
        'x' | 'X' => {
            let bytes = match spec.precision {
                Some(precision) => &text.as_bytes()[..precision.min(text.len())],
                None => text.as_bytes(),
            };
            let separator = if spec.space { " " } else { "" };
            let hex: Vec<String> = bytes
                .iter()
                .map(|byte| {
                    if verb == 'x' {
                        format!("{byte:02x}")
                    } else {
                        format!("{byte:02X}")
                    }
                })
                .collect();
            hex.join(separator)
        }
        _ => cut,
    };
    pad(out, spec, &shown, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_go_writes_them() {
        let (one, half, text): (Value, Value, Value) = (1.into(), 0.5.into(), "ab".into());
        for (format, values, expected) in [
            (
                "%d|%5d|%-5d|%05d|%+d|%x|%c",
                vec![one.clone(); 7],
                "1|    1|1    |00001|+1|1|\u{1}",
            ),
            (
                "%f|%.2f|%8.3f|%e|%g|%v|%08.2f",
                vec![half.clone(); 7],
                "0.500000|0.50|   0.500|5.000000e-01|0.5|0.5|00000.50",
            ),
            (
                "%s|%5s|%-5s|%q|%x|%v|%.1s",
                vec![text.clone(); 7],
                "ab|   ab|ab   |\"ab\"|6162|ab|a",
            ),
            (
                "%d %s %t",
                vec![half.clone(), one.clone(), text.clone()],
                "%!d(float64=0.5) %!s(int=1) %!t(string=ab)",
            ),
            ("%d %d", vec![one.clone()], "1 %!d(MISSING)"),
            (
                "a",
                vec![one.clone(), text.clone()],
                "a%!(EXTRA int=1, string=ab)",
            ),
            ("100%% %", vec![], "100% %!(NOVERB)"),
            ("%v %s", vec![Value::Nil; 2], "<nil> %!s(<nil>)"),
            (
                "%*d|%.*f",
                vec![5.into(), one.clone(), 1.into(), half.clone()],
                "    1|0.5",
            ),
            ("%T %T", vec![one, half], "int float64"),
        ] {
            assert_eq!(sprintf(format, &values), expected, "{format}");
        }
        for (format, value, expected) in [
            ("%.2f", f64::INFINITY, "+Inf"),
            ("%5.1f", f64::NAN, "  NaN"),
            ("%.4g", 1_234_567.0, "1.235e+06"),
            ("%v", 1e6, "1e+06"),
            ("%.0f", 2.5, "2"),
            ("%6.2f%%", -3.456, " -3.46%"),
        ] {
            assert_eq!(sprintf(format, &[value.into()]), expected, "{format}");
        }
    }
}
