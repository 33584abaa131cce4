//! Time intervals as they are written.

use jiff::tz::TimeZone;
use swarmpulse_model::Text;
use swarmpulse_yaml::{Faults, Fields, Node};

use super::interval::{NamedInterval, TimeInterval};

/// Looks a time zone up by its name.
pub(super) type Zones<'a> = &'a dyn Fn(&str) -> Option<TimeZone>;

const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The shortest month: what is in order there is in order in every month.
const SHORTEST_MONTH_DAYS: i32 = 28;

/// Reads intervals and adds them to those that there are; a name may stand once.
pub(super) fn named(nodes: &[Node], zones: Zones<'_>, all: &mut Vec<NamedInterval>, faults: &mut Faults) {
    for node in nodes {
        let Some(mut fields) = Fields::of(node, "a time interval", faults) else {
            continue;
        };
        let name = fields.required("name", faults);
        let parts = fields.list("time_intervals", faults);
        let intervals = parts
            .iter()
            .filter_map(|part| interval(part, zones, faults))
            .collect();
        if let Some(name) = name {
            if all.iter().any(|interval| interval.name == name) {
                faults.error(
                    fields.place("name"),
                    format!("time interval `{name}` is there twice: rename one"),
                );
            } else {
                all.push(NamedInterval {
                    name: Text::from(name),
                    intervals,
                });
            }
        }
        fields.finish(faults);
    }
}

fn interval(node: &Node, zones: Zones<'_>, faults: &mut Faults) -> Option<TimeInterval> {
    let mut fields = Fields::of(node, "a part of a time interval", faults)?;
    let times = fields.list("times", faults);
    let times = times.iter().filter_map(|time| time_range(time, faults)).collect();
    let interval = TimeInterval {
        times,
        weekdays: ranges(&mut fields, "weekdays", faults, weekdays),
        days_of_month: ranges(&mut fields, "days_of_month", faults, days_of_month),
        months: ranges(&mut fields, "months", faults, months),
        years: ranges(&mut fields, "years", faults, years),
        zone: zone(&mut fields, zones, faults),
    };
    fields.finish(faults);
    Some(interval)
}

fn zone(fields: &mut Fields<'_>, zones: Zones<'_>, faults: &mut Faults) -> TimeZone {
    let Some(name) = fields.text("location", faults) else {
        return TimeZone::UTC;
    };
    if name == "UTC" {
        return TimeZone::UTC;
    }
    zones(name).unwrap_or_else(|| {
        let message = format!(
            "location: `{name}` is no time zone that this machine knows: write a name such as Europe/Berlin"
        );
        faults.error(fields.place("location"), message);
        TimeZone::UTC
    })
}

fn ranges(
    fields: &mut Fields<'_>,
    key: &'static str,
    faults: &mut Faults,
    read: impl Fn(&str) -> Result<(i32, i32), String>,
) -> Vec<(i32, i32)> {
    let mut ranges = Vec::new();
    for (text, at) in fields.texts(key, faults) {
        match read(&text.to_lowercase()) {
            Ok(range) => ranges.push(range),
            Err(reason) => faults.error(at, format!("{key}: {reason}")),
        }
    }
    ranges
}

fn time_range(node: &Node, faults: &mut Faults) -> Option<(i32, i32)> {
    let mut fields = Fields::of(node, "a range of times", faults)?;
    let mut side = |key: &'static str| {
        let text = fields.required(key, faults)?;
        let minute = minute_of_day(text);
        if minute.is_none() {
            faults.error(
                fields.place(key),
                format!("{key}: `{text}` is no time: write HH:MM from 00:00 to 24:00, in quotes"),
            );
        }
        minute
    };
    let (from, until) = (side("start_time"), side("end_time"));
    let at = fields.at();
    fields.finish(faults);
    let (from, until) = (from?, until?);
    if from >= until {
        faults.error(at, "times: start_time must be before end_time: a range over midnight is two, until 24:00 and from 00:00");
        return None;
    }
    Some((from, until))
}

fn minute_of_day(text: &str) -> Option<i32> {
    let two_digits = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i32>().ok()).flatten()
    };
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
    let is_time = hour < 24 && minute < 60 || (hour, minute) == (24, 0);
    is_time.then_some(hour * 60 + minute)
}

/// One value, or two with a colon between.
fn range(text: &str, member: impl Fn(&str) -> Result<i32, String>) -> Result<(i32, i32), String> {
    let mut parts = text.split(':');
    let first = member(parts.next().unwrap_or_default())?;
    let last = parts.next().map_or(Ok(first), &member)?;
    if parts.next().is_some() {
        return Err(format!(
            "`{text}` has more than one colon: write one value or FIRST:LAST"
        ));
    }
    Ok((first, last))
}

fn in_order(text: &str, (first, last): (i32, i32)) -> Result<(i32, i32), String> {
    if first > last {
        return Err(format!(
            "`{text}` ends before it begins: write two entries for a range over the end"
        ));
    }
    Ok((first, last))
}

fn number(text: &str) -> Result<i32, String> {
    text.parse().map_err(|_| format!("`{text}` is no whole number"))
}

fn weekdays(text: &str) -> Result<(i32, i32), String> {
    let found = range(text, |day| {
        position(&WEEKDAYS, day)
            .ok_or_else(|| format!("`{day}` is no day of the week: write sunday to saturday in full"))
    })?;
    in_order(text, found)
}

fn months(text: &str) -> Result<(i32, i32), String> {
    let found = range(text, |month| {
        position(&MONTHS, month)
            .map(|index| index + 1)
            .or_else(|| month.parse().ok())
            .filter(|month| (1..=12).contains(month))
            .ok_or_else(|| format!("`{month}` is no month: write its full name or 1 to 12"))
    })?;
    in_order(text, found)
}

fn years(text: &str) -> Result<(i32, i32), String> {
    in_order(text, range(text, number)?)
}

fn days_of_month(text: &str) -> Result<(i32, i32), String> {
    let (first, last) = range(text, number)?;
    for day in [first, last] {
        if day == 0 || !(-31..=31).contains(&day) {
            return Err(format!(
                "`{day}` is no day of a month: write 1 to 31, or -1 to -31 from its end"
            ));
        }
    }
    if first < 0 && last > 0 {
        return Err(format!(
            "`{text}`: a range that begins from the month's end must end from it, too"
        ));
    }
    let shortest = |day: i32| if day < 0 { SHORTEST_MONTH_DAYS + day } else { day };
    if shortest(first) > shortest(last) {
        return Err(format!("`{text}` ends before it begins"));
    }
    Ok((first, last))
}

fn position(names: &[&str], name: &str) -> Option<i32> {
    names
        .iter()
        .position(|known| *known == name)
        .and_then(|index| i32::try_from(index).ok())
}
