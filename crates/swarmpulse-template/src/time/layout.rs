//! Layouts: an example of a time says how others are to be written.

use super::{Parts, Time};

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

/// What layouts are made of; longer ones first where one begins with another.
const PIECES: [&str; 33] = [
    "January",
    "Jan",
    "Monday",
    "Mon",
    "MST",
    "2006",
    "-07:00:00",
    "-070000",
    "-07:00",
    "-0700",
    "-07",
    "Z07:00:00",
    "Z070000",
    "Z07:00",
    "Z0700",
    "Z07",
    "__2",
    "_2",
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
    "1",
    "2",
    "3",
    "4",
    "5",
];

/// The name of a month, counted from 1.
pub(super) fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1)
        .ok()
        .and_then(|place| MONTHS.get(place))
        .copied()
        .unwrap_or_default()
}

/// The name of a day of the week, counted from Sunday.
pub(super) fn day_name(weekday: usize) -> &'static str {
    DAYS.get(weekday).copied().unwrap_or_default()
}

/// A time in a layout.
pub(super) fn format(time: &Time, layout: &str) -> String {
    let parts = time.parts();
    let mut out = String::new();
    let mut rest = layout;
    while let Some(next) = rest.chars().next() {
        let bytes = if let Some(digits) = fraction(rest) {
            write_fraction(&mut out, &rest[..=digits], &parts);
            digits + 1
        } else if rest.starts_with("_2006") {
            out.push('_');
            1
        } else if let Some(piece) = PIECES.iter().find(|piece| stands(rest, piece)) {
            write_piece(&mut out, piece, time, &parts);
            piece.len()
        } else {
            out.push(next);
            next.len_utf8()
        };
        rest = &rest[bytes..];
    }
    out
}

/// `Jan` is no month where a word goes on in small letters.
fn stands(rest: &str, piece: &str) -> bool {
    let short_name = matches!(piece, "Jan" | "Mon");
    rest.strip_prefix(piece)
        .is_some_and(|after| !short_name || !after.starts_with(|next: char| next.is_ascii_lowercase()))
}

/// How many digits a fraction of seconds has that stands here: `.000` or `,999`, with no other digit behind it.
fn fraction(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(['.', ','])?;
    let digit = after.chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let digits = after.len() - after.trim_start_matches(digit).len();
    let ends = !after[digits..].starts_with(|c: char| c.is_ascii_digit());
    ends.then_some(digits)
}

fn write_fraction(out: &mut String, piece: &str, parts: &Parts) {
    let digits = format!("{:09}", parts.ns);
    let count = piece.len() - 1;
    let mut shown: String = digits.chars().chain(std::iter::repeat('0')).take(count).collect();
    if piece.ends_with('9') {
        shown.truncate(shown.trim_end_matches('0').len());
    }
    if !shown.is_empty() {
        out.push_str(&piece[..1]);
        out.push_str(&shown);
    }
}

fn write_piece(out: &mut String, piece: &str, time: &Time, parts: &Parts) {
    let (month, day) = (month_name(parts.month), day_name(parts.weekday));
    let hour_of_12 = if parts.hour % 12 == 0 { 12 } else { parts.hour % 12 };
    let written = match piece {
        "January" => month.into(),
        "Jan" => month[..3].into(),
        "Monday" => day.into(),
        "Mon" => day[..3].into(),
        "MST" if time.zone.is_empty() => distance(time, "-0700"),
        "MST" => time.zone.to_string(),
        "2006" => format!("{:04}", parts.year),
        "06" => format!("{:02}", parts.year.rem_euclid(100)),
        "01" => format!("{:02}", parts.month),
        "1" => parts.month.to_string(),
        "02" => format!("{:02}", parts.day),
        "_2" => format!("{:>2}", parts.day),
        "2" => parts.day.to_string(),
        "002" => format!("{:03}", day_of_year(parts)),
        "__2" => format!("{:>3}", day_of_year(parts)),
        "15" => format!("{:02}", parts.hour),
        "03" => format!("{hour_of_12:02}"),
        "3" => hour_of_12.to_string(),
        "04" => format!("{:02}", parts.minute),
        "4" => parts.minute.to_string(),
        "05" => format!("{:02}", parts.second),
        "5" => parts.second.to_string(),
        "PM" => (if parts.hour < 12 { "AM" } else { "PM" }).into(),
        "pm" => (if parts.hour < 12 { "am" } else { "pm" }).into(),
        zone => distance(time, zone),
    };
    out.push_str(&written);
}

/// How far the zone is from UTC, written as this piece is.
fn distance(time: &Time, piece: &str) -> String {
    if piece.starts_with('Z') && time.offset_s == 0 {
        return "Z".into();
    }
    let sign = if time.offset_s < 0 { '-' } else { '+' };
    let size = time.offset_s.unsigned_abs();
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    match &piece[1..] {
        "07:00:00" => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
        "070000" => format!("{sign}{hours:02}{minutes:02}{seconds:02}"),
        "07:00" => format!("{sign}{hours:02}:{minutes:02}"),
        "0700" => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}"),
    }
}

/// Counted from 1.
pub(super) fn day_of_year(parts: &Parts) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap = parts.year % 4 == 0 && (parts.year % 100 != 0 || parts.year % 400 == 0);
    let month = usize::try_from(parts.month - 1).unwrap_or(0);
    BEFORE.get(month).copied().unwrap_or(0) + parts.day + i64::from(leap && parts.month > 2)
}
