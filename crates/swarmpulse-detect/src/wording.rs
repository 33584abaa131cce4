//! Amounts, spans of time and names as people read them.

use swarmpulse_model::{EntityKey, EntityKind, Text, Timestamp};

/// Bytes in the binary unit that keeps three digits: `1.4 GiB`.
pub(crate) fn bytes(amount: f64) -> String {
    const UNITS: [&str; 6] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut amount = amount;
    let mut unit = 0;
    while amount.abs() >= 1024.0 && unit + 1 < UNITS.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{} {}", three_digits(amount), UNITS[unit])
}

/// A number with at least three digits, and thousands told apart: `0.025`, `3.1`, `48`, `1,234`.
pub(crate) fn number(amount: f64) -> String {
    if amount.abs() < 1000.0 {
        return three_digits(amount);
    }
    let digits = format!("{:.0}", amount.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if amount < 0.0 { format!("-{text}") } else { text }
}

fn three_digits(amount: f64) -> String {
    let text = match amount.abs() {
        size if size >= 99.95 => format!("{amount:.0}"),
        size if size >= 9.995 => format!("{amount:.1}"),
        size if size >= 0.995 => format!("{amount:.2}"),
        _ => format!("{amount:.3}"),
    };
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A span of time: `40 seconds`, `12 minutes`, `3.5 hours`, `2.1 days`.
pub(crate) fn span(seconds: f64) -> String {
    let plural = |amount: f64, unit: &str| {
        let text = if amount >= 9.95 {
            format!("{amount:.0}")
        } else {
            format!("{amount:.1}")
        };
        let text = text.trim_end_matches(".0");
        let s = if text == "1" { "" } else { "s" };
        format!("{text} {unit}{s}")
    };
    match seconds {
        s if s < 99.5 => plural(s.round(), "second"),
        s if s < 5370.0 => plural((s / 60.0).round(), "minute"),
        s if s < 129_600.0 => plural(s / 3600.0, "hour"),
        s => plural(s / 86_400.0, "day"),
    }
}

/// A span of time in few letters, where sentences compare several: `0.4 ms`, `40 ms`, `1.9 s`, `12 s`, `7 min`,
/// `1 h 5 min`, `2 d 3 h`.
pub(crate) fn brief(seconds: f64) -> String {
    let whole = |unit_s: f64| (seconds / unit_s).floor() as u64;
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        small => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match seconds {
        s if s <= 0.0 => "0 ms".to_owned(),
        s if s < 0.00995 => format!("{:.1} ms", s * 1000.0),
        s if s < 0.9995 => format!("{:.0} ms", s * 1000.0),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{:.0} min", (s / 60.0).floor()),
        s if s < 86_400.0 => two(whole(3600.0), "h", whole(60.0) % 60, "min"),
        _ => two(whole(86_400.0), "d", whole(3600.0) % 24, "h"),
    }
}

/// The time of day in UTC, with the date if it was on another day than `now`: `10:42 UTC`, `2026-01-31 10:42 UTC`.
pub(crate) fn clock(at: Timestamp, now: Timestamp) -> String {
    in_utc(at, now, 16)
}

/// The same to the second.
pub(crate) fn clock_s(at: Timestamp, now: Timestamp) -> String {
    in_utc(at, now, 19)
}

/// The first characters of RFC 3339, whose places are fixed.
fn in_utc(at: Timestamp, now: Timestamp, end: usize) -> String {
    let (at, now) = (at.to_string(), now.to_string());
    let (day, time) = (at.get(..10).unwrap_or(&at), at.get(11..end).unwrap_or_default());
    if now.starts_with(day) {
        format!("{time} UTC")
    } else {
        format!("{day} {time} UTC")
    }
}

/// `1 task`, `12 tasks`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// `1 task`, `12 tasks`.
pub(crate) fn tasks(count: u32) -> String {
    counted(u64::from(count), "task")
}

/// An entity as it is spoken of: agents by their name alone, others with what they are.
pub(crate) fn name(entity: &EntityKey) -> String {
    match entity.kind {
        EntityKind::Agent => entity.id.to_string(),
        kind => format!("{} {}", kind.as_str(), entity.id),
    }
}

/// Namespace, agent, service, host and sandbox, of which only the entity's own kind is not empty.
pub(crate) fn entity_labels(entity: &EntityKey) -> Vec<Text> {
    let kinds = [
        EntityKind::Agent,
        EntityKind::Service,
        EntityKind::Host,
        EntityKind::Sandbox,
    ];
    let ids = kinds.map(|kind| {
        if kind == entity.kind {
            entity.id.clone()
        } else {
            Text::default()
        }
    });
    std::iter::once(entity.namespace.clone()).chain(ids).collect()
}

/// A part of a whole in percent.
pub(crate) fn percent(ratio: f64) -> String {
    let percent = 100.0 * ratio;
    if percent < 9.95 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short_and_exact_enough() {
        for (amount, text) in [
            (0.0, "0 bytes"),
            (1000.0, "1000 bytes"),
            (1536.0, "1.5 KiB"),
            (512.0 * 1_048_576.0, "512 MiB"),
            (14.83 * 1_048_576.0, "14.8 MiB"),
            (1e13, "9.09 TiB"),
        ] {
            assert_eq!(bytes(amount), text);
        }
        for (amount, text) in [
            (0.02512, "0.025"),
            (3.0, "3"),
            (3.17, "3.17"),
            (48.26, "48.3"),
            (999.6, "1000"),
            (65536.0, "65,536"),
            (-1234567.0, "-1,234,567"),
        ] {
            assert_eq!(number(amount), text);
        }
    }

    #[test]
    fn spans_are_in_the_unit_that_people_use() {
        for (seconds, text) in [
            (0.4, "0 seconds"),
            (1.0, "1 second"),
            (59.0, "59 seconds"),
            (100.0, "2 minutes"),
            (3600.0, "60 minutes"),
            (5400.0, "1.5 hours"),
            (9.0 * 3600.0, "9 hours"),
            (48.0 * 3600.0, "2 days"),
        ] {
            assert_eq!(span(seconds), text);
        }
        for (seconds, text) in [
            (-1.0, "0 ms"),
            (0.0004, "0.4 ms"),
            (0.04, "40 ms"),
            (0.2402, "240 ms"),
            (1.9, "1.9 s"),
            (3.21, "3.2 s"),
            (61.0, "61 s"),
            (700.0, "11 min"),
            (3599.0, "59 min"),
            (3600.0, "1 h"),
            (3900.0, "1 h 5 min"),
            (183_600.0, "2 d 3 h"),
        ] {
            assert_eq!(brief(seconds), text);
        }
        let at = Timestamp::from_unix_s(1_769_856_120.0);
        assert_eq!(clock(at, at), "10:42 UTC");
        assert_eq!(clock(at, at.plus_s(86_400.0)), "2026-01-31 10:42 UTC");
        assert_eq!(clock_s(at, at), "10:42:00 UTC");
        assert_eq!(
            (counted(1, "task"), counted(0, "task")),
            ("1 task".into(), "0 tasks".into())
        );
        assert_eq!(percent(0.034), "3.4 %");
        assert_eq!(percent(0.971), "97 %");
    }
}
