//! What templates can ask a time or a duration: `.StartsAt.Format "15:04"`.

use super::layout::{day_name, day_of_year, month_name};
use super::{NS, Time, duration_text};
use crate::function::Answer;
use crate::value::Value;

/// A method of a time or a duration; `None` if there is none of that name for these arguments.
pub(crate) fn method(value: &Value, name: &str, arguments: &[Value]) -> Option<Answer> {
    match value {
        Value::Time(time) => of_time(time, name, arguments),
        Value::Duration(ns) => of_duration(*ns, name, arguments).map(Ok),
        _ => None,
    }
}

fn of_time(time: &Time, name: &str, arguments: &[Value]) -> Option<Answer> {
    let moved = |by_ns: i128| Time {
        at_ns: time.at_ns.saturating_add(by_ns),
        ..time.clone()
    };
    let number = |value: i128| Value::Int(i64::try_from(value).unwrap_or(i64::MAX));
    let found: Value = match (name, arguments) {
        ("Format", [Value::String(layout)]) => time.format(layout).into(),
        ("Format", _) => return Some(Err("wrong arguments for Format: want a layout".into())),
        ("String", []) => time.text().into(),
        ("UTC" | "Local", []) => Value::Time(Time {
            offset_s: 0,
            zone: "UTC".into(),
            ..time.clone()
        }),
        ("Unix", []) => number(time.at_ns.div_euclid(NS)),
        ("UnixMilli", []) => number(time.at_ns.div_euclid(1_000_000)),
        ("UnixMicro", []) => number(time.at_ns.div_euclid(1000)),
        ("UnixNano", []) => number(time.at_ns),
        ("Year", []) => time.parts().year.into(),
        ("Month", []) => month_name(time.parts().month).into(),
        ("Day", []) => time.parts().day.into(),
        ("YearDay", []) => day_of_year(&time.parts()).into(),
        ("Hour", []) => time.parts().hour.into(),
        ("Minute", []) => time.parts().minute.into(),
        ("Second", []) => time.parts().second.into(),
        ("Nanosecond", []) => time.parts().ns.into(),
        ("Weekday", []) => day_name(time.parts().weekday).into(),
        ("IsZero", []) => (time.at_ns == Time::zero().at_ns).into(),
        ("Add", [by]) => Value::Time(moved(span(by)?.into())),
        ("Sub", [Value::Time(other)]) => {
            let apart = time.at_ns.saturating_sub(other.at_ns);
            let clamped = apart.clamp(i64::MIN.into(), i64::MAX.into());
            Value::Duration(i64::try_from(clamped).unwrap_or_default())
        }
        ("After", [Value::Time(other)]) => (time.at_ns > other.at_ns).into(),
        ("Before", [Value::Time(other)]) => (time.at_ns < other.at_ns).into(),
        ("Equal", [Value::Time(other)]) => (time.at_ns == other.at_ns).into(),
        ("Truncate", [to]) => {
            let to = i128::from(span(to)?);
            let since_zero = time.at_ns - Time::zero().at_ns;
            Value::Time(moved(if to > 0 { -since_zero.rem_euclid(to) } else { 0 }))
        }
        _ => return None,
    };
    Some(Ok(found))
}

fn of_duration(ns: i64, name: &str, arguments: &[Value]) -> Option<Value> {
    Some(match (name, arguments) {
        ("String", []) => duration_text(ns).into(),
        ("Hours", []) => (ns as f64 / 3.6e12).into(),
        ("Minutes", []) => (ns as f64 / 6e10).into(),
        ("Seconds", []) => (ns as f64 / 1e9).into(),
        ("Milliseconds", []) => (ns / 1_000_000).into(),
        ("Microseconds", []) => (ns / 1000).into(),
        ("Nanoseconds", []) => ns.into(),
        ("Abs", []) => Value::Duration(ns.saturating_abs()),
        ("Truncate", [to]) => Value::Duration(ns - rest(ns, span(to)?)),
        ("Round", [to]) => {
            let to = span(to)?;
            let rest = rest(ns, to);
            let down = ns - rest;
            Value::Duration(
                if rest.unsigned_abs().saturating_mul(2) < to.unsigned_abs() || to <= 0 {
                    down
                } else {
                    down.saturating_add(to * rest.signum())
                },
            )
        }
        _ => return None,
    })
}

/// What is left over; nothing if there is no unit.
fn rest(ns: i64, unit: i64) -> i64 {
    if unit > 0 { ns % unit } else { 0 }
}

/// Nanoseconds. Go takes any constant that is a whole number: `28800e9`.
fn span(value: &Value) -> Option<i64> {
    match value {
        Value::Duration(ns) | Value::Int(ns) => Some(*ns),
        Value::Float(ns) if ns.fract() == 0.0 && ns.abs() < 9e18 => Some(*ns as i64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_to_units() {
        let second = Value::Int(1_000_000_000);
        for (ns, rounded, cut) in [
            (1_499_999_999, 1_000_000_000, 1_000_000_000),
            (1_500_000_000, 2_000_000_000, 1_000_000_000),
            (-1_500_000_000, -2_000_000_000, -1_000_000_000),
        ] {
            let of = |name| of_duration(ns, name, std::slice::from_ref(&second));
            assert_eq!(of("Round"), Some(Value::Duration(rounded)));
            assert_eq!(of("Truncate"), Some(Value::Duration(cut)));
        }
    }
}
