//! Times and durations as Go writes them, and the methods that templates call on them.

use swarmpulse_model::Timestamp;
use swarmpulse_model::time::civil_from_days;

use super::value::TemplateValue;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A time in its parts, in UTC.
struct Parts {
    year: i64,
    month: usize,
    day: i64,
    weekday: usize,
    hour: i64,
    minute: i64,
    second: i64,
    ns: i64,
}

fn parts(at_ns: i64) -> Parts {
    let total_s = at_ns.div_euclid(1_000_000_000);
    let (days, of_day) = (total_s.div_euclid(86_400), total_s.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    Parts {
        year,
        month: usize::try_from(month).unwrap_or(1),
        day,
        weekday: usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0),
        hour: of_day / 3600,
        minute: of_day / 60 % 60,
        second: of_day % 60,
        ns: at_ns.rem_euclid(1_000_000_000),
    }
}

/// As Go prints a time: `2015-06-23 13:19:44.128 +0000 UTC`.
pub(super) fn text(at_ns: i64) -> String {
    format(at_ns, "2006-01-02 15:04:05.999999999 -0700 MST")
}

/// As Go prints a duration: `1h2m3.5s`.
pub(super) fn duration_text(ns: i64) -> String {
    let size = ns.unsigned_abs();
    let sign = if ns < 0 { "-" } else { "" };
    let fraction = |value: u64, unit: u64| {
        let text = format!(
            "{}.{:0>width$}",
            value / unit,
            value % unit,
            width = unit.ilog10() as usize
        );
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if size == 0 {
        return "0s".into();
    }
    if size < 1000 {
        return format!("{sign}{size}ns");
    }
    if size < 1_000_000 {
        return format!("{sign}{}\u{b5}s", fraction(size, 1000));
    }
    if size < 1_000_000_000 {
        return format!("{sign}{}ms", fraction(size, 1_000_000));
    }
    let (hours, minutes) = (size / 3_600_000_000_000, size / 60_000_000_000 % 60);
    let seconds = fraction(size % 60_000_000_000, 1_000_000_000);
    if hours > 0 {
        format!("{sign}{hours}h{minutes}m{seconds}s")
    } else if minutes > 0 {
        format!("{sign}{minutes}m{seconds}s")
    } else {
        format!("{sign}{seconds}s")
    }
}

/// What Go's layouts are made of; longer ones first where one begins with another.
const LAYOUT: [&str; 33] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "-07:00:00",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00",
    "Z0700",
    "002",
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "15",
    "PM",
    "pm",
    "_2",
    "1",
    "2",
    "3",
    "4",
    "5",
    ".000000000",
    ".000000",
    ".000",
    ".999999999",
    ".999",
];

/// A time in a layout of Go's: `2006-01-02T15:04:05Z07:00`.
pub(super) fn format(at_ns: i64, layout: &str) -> String {
    let parts = parts(at_ns);
    let mut out = String::new();
    let mut rest = layout;
    while let Some(next) = rest.chars().next() {
        if let Some(piece) = LAYOUT.iter().find(|piece| rest.starts_with(**piece)) {
            write_piece(&mut out, piece, &parts);
            rest = &rest[piece.len()..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

fn write_piece(out: &mut String, piece: &str, parts: &Parts) {
    let (month, day) = (MONTHS[(parts.month + 11) % 12], DAYS[parts.weekday % 7]);
    let hour_of_12 = if parts.hour % 12 == 0 { 12 } else { parts.hour % 12 };
    let written = match piece {
        "January" => month.into(),
        "Jan" => month[..3].into(),
        "Monday" => day.into(),
        "Mon" => day[..3].into(),
        "MST" => "UTC".into(),
        "2006" => format!("{:04}", parts.year),
        "06" => format!("{:02}", parts.year.rem_euclid(100)),
        "01" => format!("{:02}", parts.month),
        "1" => parts.month.to_string(),
        "02" => format!("{:02}", parts.day),
        "_2" => format!("{:>2}", parts.day),
        "2" => parts.day.to_string(),
        "002" => format!("{:03}", day_of_year(parts)),
        "15" => format!("{:02}", parts.hour),
        "03" => format!("{hour_of_12:02}"),
        "3" => hour_of_12.to_string(),
        "04" => format!("{:02}", parts.minute),
        "4" => parts.minute.to_string(),
        "05" => format!("{:02}", parts.second),
        "5" => parts.second.to_string(),
        "PM" => (if parts.hour < 12 { "AM" } else { "PM" }).into(),
        "pm" => (if parts.hour < 12 { "am" } else { "pm" }).into(),
        "-0700" => "+0000".into(),
        "-07:00" => "+00:00".into(),
        "-07:00:00" => "+00:00:00".into(),
        "-07" => "+00".into(),
        "Z07:00" | "Z0700" => "Z".into(),
        fraction => {
            let digits = format!("{:09}", parts.ns);
            let digits = &digits[..fraction.len() - 1];
            if fraction.starts_with(".9") {
                let digits = digits.trim_end_matches('0');
                if digits.is_empty() {
                    String::new()
                } else {
                    format!(".{digits}")
                }
            } else {
                format!(".{digits}")
            }
        }
    };
    out.push_str(&written);
}

fn day_of_year(parts: &Parts) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = parts.year % 4 == 0 && (parts.year % 100 != 0 || parts.year % 400 == 0);
    BEFORE[(parts.month + 11) % 12] + parts.day + i64::from(leap && parts.month > 2)
}

/// A method of a time or a duration; `None` if there is none of that name.
pub(super) fn method(
    value: &TemplateValue,
    name: &str,
    arguments: &[TemplateValue],
) -> Option<Result<TemplateValue, String>> {
    let found = match (value, name, arguments) {
        (TemplateValue::Time(at), "Format", [TemplateValue::String(layout)]) => format(*at, layout).into(),
        (TemplateValue::Time(_), "Format", _) => {
            return Some(Err("wrong arguments for Format: want a layout".into()));
        }
        (TemplateValue::Time(at), "String", []) => text(*at).into(),
        (TemplateValue::Time(at), "UTC" | "Local", []) => TemplateValue::Time(*at),
        (TemplateValue::Time(at), "Unix", []) => at.div_euclid(1_000_000_000).into(),
        (TemplateValue::Time(at), "UnixMilli", []) => Timestamp(*at).unix_ms().into(),
        (TemplateValue::Time(at), "UnixNano", []) => (*at).into(),
        (TemplateValue::Time(at), "Year", []) => parts(*at).year.into(),
        (TemplateValue::Time(at), "Month", []) => MONTHS[(parts(*at).month + 11) % 12].into(),
        (TemplateValue::Time(at), "Day", []) => parts(*at).day.into(),
        (TemplateValue::Time(at), "Hour", []) => parts(*at).hour.into(),
        (TemplateValue::Time(at), "Minute", []) => parts(*at).minute.into(),
        (TemplateValue::Time(at), "Second", []) => parts(*at).second.into(),
        (TemplateValue::Time(at), "Weekday", []) => DAYS[parts(*at).weekday % 7].into(),
        (TemplateValue::Duration(ns), "String", []) => duration_text(*ns).into(),
        (TemplateValue::Duration(ns), "Hours", []) => (*ns as f64 / 3.6e12).into(),
        (TemplateValue::Duration(ns), "Minutes", []) => (*ns as f64 / 6e10).into(),
        (TemplateValue::Duration(ns), "Seconds", []) => (*ns as f64 / 1e9).into(),
        (TemplateValue::Duration(ns), "Milliseconds", []) => (ns / 1_000_000).into(),
        (TemplateValue::Duration(ns), "Microseconds", []) => (ns / 1000).into(),
        (TemplateValue::Duration(ns), "Nanoseconds", []) => (*ns).into(),
        _ => return None,
    };
    Some(Ok(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_layouts() {
        let at = 1_435_065_584_128_000_000;
        assert_eq!(text(at), "2015-06-23 13:19:44.128 +0000 UTC");
        assert_eq!(text(0), "1970-01-01 00:00:00 +0000 UTC");
        assert_eq!(format(at, "2006-01-02T15:04:05Z07:00"), "2015-06-23T13:19:44Z");
        assert_eq!(format(at, "Mon, 2 Jan 2006 3:04 PM"), "Tue, 23 Jun 2015 1:19 PM");
        assert_eq!(format(at, "15:04:05.000 (002)"), "13:19:44.128 (174)");
    }

    #[test]
    fn durations_are_written_as_go_writes_them() {
        for (ns, expected) in [
            (0, "0s"),
            (1, "1ns"),
            (1500, "1.5\u{b5}s"),
            (2_500_000, "2.5ms"),
            (1_500_000_000, "1.5s"),
            (61_000_000_000, "1m1s"),
            (3_600_000_000_000, "1h0m0s"),
            (-90_000_000_000, "-1m30s"),
        ] {
            assert_eq!(duration_text(ns), expected);
        }
    }
}
