//! Numbers for people, exactly as Prometheus writes them: functions for tables of functions.

use crate::function::{Answer, Surroundings};
use crate::number::{general, special};
use crate::time::Time;
use crate::value::Value;

const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

/// Any sort of number, or a text that is one.
fn number(value: &Value) -> Result<f64, String> {
    match value {
        Value::Float(value) => Ok(*value),
        Value::Int(value) => Ok(*value as f64),
        Value::Duration(ns) => Ok(*ns as f64 / 1e9),
        Value::String(text) => parse_float(text)
            .ok_or_else(|| format!("strconv.ParseFloat: parsing {:?}: invalid syntax", text.as_str())),
        other => Err(format!("can't convert {} to float", other.type_name())),
    }
}

fn parse_float(text: &str) -> Option<f64> {
    // Rust reads what Go reads, but for underscores and hexadecimal digits, which figures do not have.
    let unsigned = text.trim_start_matches(['+', '-']);
    let named = ["inf", "infinity", "nan"]
        .iter()
        .any(|name| unsigned.eq_ignore_ascii_case(name));
    let digits = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if !named && !digits {
        return None;
    }
    text.parse().ok()
}

/// With four significant digits.
fn short(value: f64) -> String {
    general(value, Some(4))
}

fn scaled(mut value: f64, by: f64, prefixes: &[&'static str], grow: bool) -> (f64, &'static str) {
    let mut prefix = "";
    for next in prefixes {
        let enough = if grow {
            value.abs() >= 1.0
        } else {
            value.abs() < by
        };
        if enough {
            break;
        }
        prefix = next;
        value = if grow { value * by } else { value / by };
    }
    (value, prefix)
}

/// With a prefix for thousands: `1.234k`.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn humanize(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let value = number(&arguments[0])?;
    if value == 0.0 || !value.is_finite() {
        return Ok(short(value).into());
    }
    let (value, prefix) = if value.abs() >= 1.0 {
        scaled(value, 1000.0, &["k", "M", "G", "T", "P", "E", "Z", "Y"], false)
    } else {
        scaled(value, 1000.0, &SMALL, true)
    };
    Ok(format!("{}{prefix}", short(value)).into())
}

/// With a prefix for 1024s: `1.5Mi`.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn humanize_1024(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let value = number(&arguments[0])?;
    if value.abs() <= 1.0 || !value.is_finite() {
        return Ok(short(value).into());
    }
    let (value, prefix) = scaled(
        value,
        1024.0,
        &["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"],
        false,
    );
    Ok(format!("{}{prefix}", short(value)).into())
}

/// Seconds as `1d 2h 3m 4s`.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn humanize_duration(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let value = number(&arguments[0])?;
    if let Some(special) = special(value) {
        return Ok(special.into());
    }
    if value == 0.0 {
        return Ok(format!("{}s", short(value)).into());
    }
    if value.abs() < 1.0 {
        let (value, prefix) = scaled(value, 1000.0, &SMALL, true);
        return Ok(format!("{}{prefix}s", short(value)).into());
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let value = value.abs();
    let whole = value as i64;
    let (seconds, minutes, hours, days) = (whole % 60, whole / 60 % 60, whole / 3600 % 24, whole / 86_400);
    let text = if days != 0 {
        format!("{sign}{days}d {hours}h {minutes}m {seconds}s")
    } else if hours != 0 {
        format!("{sign}{hours}h {minutes}m {seconds}s")
    } else if minutes != 0 {
        format!("{sign}{minutes}m {seconds}s")
    } else {
        format!("{sign}{}s", short(value))
    };
    Ok(text.into())
}

/// A ratio as a percentage.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn humanize_percentage(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(format!("{}%", short(number(&arguments[0])? * 100.0)).into())
}

/// A number of seconds since 1970 as a time, to the millisecond.
fn time_of(value: f64) -> Result<i64, String> {
    let ns = value * 1e9;
    if ns > i64::MAX as f64 || ns < i64::MIN as f64 {
        return Err(format!(
            "{} cannot be represented as a nanoseconds timestamp since it overflows int64",
            general(value, None)
        ));
    }
    Ok((ns as i64).div_euclid(1_000_000).saturating_mul(1_000_000))
}

/// Seconds since 1970 as a time.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn humanize_timestamp(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let value = number(&arguments[0])?;
    if let Some(special) = special(value) {
        return Ok(special.into());
    }
    Ok(Time::utc(time_of(value)?).text().into())
}

/// Seconds since 1970 as a time that has methods.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn to_time(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let value = number(&arguments[0])?;
    if special(value).is_some() {
        return Err("value is NaN or Inf".into());
    }
    time_of(value).map(|at_ns| Value::Time(Time::utc(at_ns)))
}

/// Seconds as a duration that has methods.
///
/// # Errors
/// If it is no number that can be shown so.
pub fn to_duration(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let value = number(&arguments[0])?;
    if special(value).is_some() {
        return Err("value is NaN or Inf".into());
    }
    let ns = value * 1e9;
    if ns > i64::MAX as f64 || ns < i64::MIN as f64 {
        return Err(format!(
            "{} cannot be represented as time.Duration since it overflows int64",
            general(value, None)
        ));
    }
    Ok(Value::Duration(ns as i64))
}
