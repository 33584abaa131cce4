//! One value by one verb.

use super::{OUTPUT_MAX, Spec, float};
use crate::kind::Shape;
use crate::number::{quote, quote_ascii};
use crate::value::Value;

/// Writes a value. `within`: it is a part of another.
pub(super) fn write(out: &mut String, verb: char, spec: Spec, value: &Value, within: bool) {
    use Value as V;
    if out.len() > OUTPUT_MAX {
        return;
    }
    if verb == 'T' && !within {
        return text(out, 's', spec, value.type_name());
    }
    if !spec.erring
        && !spec.sharp_v
        && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q')
        && let Some(shown) = shown(value)
    {
        return text(out, verb, spec, &shown);
    }
    match (value, verb) {
        (V::Nil, _) if within => out.push_str("<nil>"),
        (V::Nil, 'v') => pad(out, spec, "<nil>"),
        (V::Bool(value), 'v' | 't') => pad(out, spec, if *value { "true" } else { "false" }),
        (V::Int(value) | V::Duration(value), 'v' | 'd' | 'b' | 'o' | 'O' | 'x' | 'X') => {
            integer(out, verb, spec, *value);
        }
        (V::Int(value) | V::Duration(value), 'c' | 'q' | 'U') => character(out, verb, spec, *value),
        (V::Float(value), 'v' | 'b' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'x' | 'X') => {
            float::write(out, verb, spec, *value);
        }
        (V::String(value) | V::Safe(_, value), 'v' | 's' | 'q' | 'x' | 'X') => text(out, verb, spec, value),
        (V::Time(_), 'v') => pad(out, spec, &value.printed()),
        (V::List(_) | V::Map(_), 'p') | (V::Nil | V::Time(_), _) => misfit(out, verb, spec, value),
        (V::List(_) | V::Map(_), _) => parts(out, verb, spec, value),
        _ => misfit(out, verb, spec, value),
    }
}

/// What its type says about itself.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Time(_) | Value::Duration(_) => Some(value.printed()),
        value => value.shown(),
    }
}

/// A verb that does not go with the value.
fn misfit(out: &mut String, verb: char, spec: Spec, value: &Value) {
    out.push_str(&format!("%!{verb}("));
    let erring = true;
    typed(out, Spec { erring, ..spec }, value);
    out.push(')');
}

/// A value after its type.
pub(super) fn typed(out: &mut String, spec: Spec, value: &Value) {
    if *value == Value::Nil {
        return out.push_str("<nil>");
    }
    out.push_str(value.type_name());
    out.push('=');
    write(out, 'v', spec, value, false);
}

/// A list, a map or a record.
fn parts(out: &mut String, verb: char, spec: Spec, value: &Value) {
    let Value::Map(map) = value else {
        if spec.sharp_v {
            return program(out, verb, spec, value);
        }
        return value.each_part(out, &mut |part, out| write(out, verb, spec, part, true));
    };
    match map.kind.shape {
        _ if spec.sharp_v => program(out, verb, spec, value),
        Shape::Fields(names) if spec.plus_v => {
            out.push('{');
            for (place, name) in names.iter().enumerate() {
                out.push_str(if place > 0 { " " } else { "" });
                out.push_str(&format!("{name}:"));
                write(
                    out,
                    verb,
                    spec,
                    map.entries.get(*name).unwrap_or(&Value::Nil),
                    true,
                );
            }
            out.push('}');
        }
        _ => value.each_part(out, &mut |part, out| write(out, verb, spec, part, true)),
    }
}

/// As it would be written in a program.
fn program(out: &mut String, verb: char, spec: Spec, value: &Value) {
    out.push_str(value.type_name());
    out.push('{');
    let mut first = true;
    let mut separate = |out: &mut String| {
        out.push_str(if std::mem::take(&mut first) { "" } else { ", " });
    };
    match value {
        Value::List(list) => {
            for part in &list.values {
                separate(out);
                write(out, verb, spec, part, true);
            }
        }
        Value::Map(map) => {
            if let Shape::Fields(names) = map.kind.shape {
                for name in names {
                    separate(out);
                    out.push_str(&format!("{name}:"));
                    write(
                        out,
                        verb,
                        spec,
                        map.entries.get(*name).unwrap_or(&Value::Nil),
                        true,
                    );
                }
            } else {
                for (name, part) in &map.entries {
                    separate(out);
                    write(out, verb, spec, &Value::String(name.clone()), true);
                    out.push(':');
                    write(out, verb, spec, part, true);
                }
            }
        }
        _ => {}
    }
    out.push('}');
}

/// Fills up to the width, with zeros if the flag says so.
pub(super) fn pad(out: &mut String, spec: Spec, text: &str) {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    let fill = std::iter::repeat_n(if spec.zero { '0' } else { ' ' }, missing);
    if spec.minus {
        out.push_str(text);
        out.extend(fill);
    } else {
        out.extend(fill);
        out.push_str(text);
    }
}

/// Fills with spaces, whatever the flag says.
pub(super) fn pad_spaces(out: &mut String, spec: Spec, text: &str) {
    let zero = false;
    pad(out, Spec { zero, ..spec }, text);
}

fn integer(out: &mut String, verb: char, spec: Spec, value: i64) {
    let size = value.unsigned_abs();
    let sign = match value {
        ..0 => "-",
        _ if spec.plus => "+",
        _ if spec.space => " ",
        _ => "",
    };
    let mut digits = match verb {
        'b' => format!("{size:b}"),
        'o' | 'O' => format!("{size:o}"),
        'x' => format!("{size:x}"),
        'X' => format!("{size:X}"),
        _ => size.to_string(),
    };
    let least = match (spec.precision, spec.width) {
        (Some(0), _) if value == 0 => return pad_spaces(out, spec, ""),
        (Some(precision), _) => precision,
        (None, Some(width)) if spec.zero => width.saturating_sub(sign.len()),
        _ => 0,
    };
    digits = format!("{digits:0>least$}");
    let prefix = match verb {
        'O' => "0o",
        'b' if spec.sharp => "0b",
        'o' if spec.sharp && !digits.starts_with('0') => "0",
        'x' if spec.sharp => "0x",
        'X' if spec.sharp => "0X",
        _ => "",
    };
    pad_spaces(out, spec, &format!("{sign}{prefix}{digits}"));
}

fn character(out: &mut String, verb: char, spec: Spec, value: i64) {
    let known = u32::try_from(value).ok().and_then(char::from_u32);
    let c = known.unwrap_or('\u{fffd}');
    match verb {
        'c' => pad(out, spec, &c.to_string()),
        'U' => {
            let digits = spec.precision.unwrap_or(4).max(4);
            let mut text = format!("U+{value:0>digits$X}");
            if spec.sharp && known.is_some_and(|c| !c.is_control()) {
                text.push_str(&format!(" '{c}'"));
            }
            pad_spaces(out, spec, &text);
        }
        _ => {
            let text = match c {
                '\'' => "'\\''".to_owned(),
                '"' => "'\"'".to_owned(),
                c => {
                    let quoted = if spec.plus {
                        quote_ascii(&c.to_string())
                    } else {
                        quote(&c.to_string())
                    };
                    format!("'{}'", &quoted[1..quoted.len() - 1])
                }
            };
            pad(out, spec, &text);
        }
    }
}

fn text(out: &mut String, verb: char, spec: Spec, text: &str) {
    if matches!(verb, 'x' | 'X') {
        return hexadecimal(out, verb, spec, text.as_bytes());
    }
    let cut: String = match spec.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    let raw = |c: char| c != '\t' && c.is_control() || matches!(c, '`' | '\u{feff}');
    let shown = match verb {
        'q' if spec.sharp && !cut.contains(raw) => format!("`{cut}`"),
        'q' if spec.plus => quote_ascii(&cut),
        'q' => quote(&cut),
        'v' if spec.sharp_v => quote(&cut),
        _ => cut,
    };
    pad(out, spec, &shown);
}

fn hexadecimal(out: &mut String, verb: char, spec: Spec, bytes: &[u8]) {
    let length = spec.precision.unwrap_or(bytes.len()).min(bytes.len());
    let prefix = match (spec.sharp, verb) {
        (false, _) => "",
        (true, 'x') => "0x",
        (true, _) => "0X",
    };
    let mut shown = String::new();
    for (place, byte) in bytes[..length].iter().enumerate() {
        if place > 0 && spec.space {
            shown.push(' ');
        }
        if place == 0 || spec.space {
            shown.push_str(prefix);
        }
        shown.push_str(&if verb == 'x' {
            format!("{byte:02x}")
        } else {
            format!("{byte:02X}")
        });
    }
    pad(out, spec, &shown);
}
