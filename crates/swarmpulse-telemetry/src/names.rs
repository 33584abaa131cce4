//! The OTel-to-Prometheus rules for names of metrics and labels.

use std::borrow::Cow;

/// Units whose name in Prometheus differs from UCUM's sign.
const UNITS: [(&str, &str); 26] = [
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("1", ""),
    ("%", "percent"),
];

/// The same after a `/`.
const PER: [(&str, &str); 7] = [
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// What the name's ending depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Only grows: `_total`.
    Counter,
    /// Goes up and down: `_ratio` with the unit `1`.
    Gauge,
    /// Anything else.
    Other,
}

/// The Prometheus name of a metric; empty if nothing of the name can be used.
pub(crate) fn metric(name: &str, unit: &str, shape: Shape) -> String {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == ':';
    let mut words: Vec<Cow<'_, str>> = name
        .split(|c| !valid(c))
        .filter(|word| !word.is_empty())
        .map(Cow::Borrowed)
        .collect();
    if words.is_empty() {
        return String::new();
    }
    let mut sides = unit.splitn(2, '/');
    let main = unit_word(sides.next().unwrap_or_default(), &UNITS);
    if !main.is_empty() && !words.contains(&main) {
        words.push(main);
    }
    let per = unit_word(sides.next().unwrap_or_default(), &PER);
    if !per.is_empty() && !words.contains(&per) {
        words.push(Cow::Borrowed("per"));
        words.push(per);
    }
    let ending = match shape {
        Shape::Counter => "total",
        Shape::Gauge if unit == "1" => "ratio",
        _ => "",
    };
    if !ending.is_empty() {
        words.retain(|word| word != ending);
        words.push(Cow::Borrowed(ending));
    }
    let name = words.join("_");
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

fn unit_word<'a>(unit: &'a str, known: &[(&'static str, &'static str)]) -> Cow<'a, str> {
    let unit = unit.trim();
    if unit.contains(['{', '}']) {
        return Cow::Borrowed("");
    }
    if let Some((_, word)) = known.iter().find(|(sign, _)| *sign == unit) {
        return Cow::Borrowed(word);
    }
    if unit.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Cow::Borrowed(unit);
    }
    let words: Vec<&str> = unit
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    Cow::Owned(words.join("_"))
}

/// The Prometheus name of a label; empty if the attribute has no name.
pub(crate) fn label(key: &str) -> Cow<'_, str> {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = key.bytes().next();
    let good_start = first.is_some_and(|byte| byte.is_ascii_alphabetic());
    if key.is_empty() || good_start && key.bytes().all(valid) {
        return Cow::Borrowed(key);
    }
    let mut name = String::with_capacity(key.len() + 4);
    // Names that begin with two underscores are Prometheus' own.
    match first {
        Some(byte) if byte.is_ascii_digit() => name.push_str("key_"),
        Some(byte) if !byte.is_ascii_alphabetic() => name.push_str("key"),
        _ => {}
    }
    name.extend(
        key.chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }),
    );
    Cow::Owned(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_named_by_the_rules() {
        for (name, unit, shape, expected) in [
            (
                "claude_code.token.usage",
                "tokens",
                Shape::Counter,
                "claude_code_token_usage_tokens_total",
            ),
            (
                "claude_code.cost.usage",
                "USD",
                Shape::Counter,
                "claude_code_cost_usage_USD_total",
            ),
            (
                "claude_code.active_time.total",
                "s",
                Shape::Counter,
                "claude_code_active_time_seconds_total",
            ),
            (
                "claude_code.session.count",
                "",
                Shape::Counter,
                "claude_code_session_count_total",
            ),
            (
                "system.filesystem.usage",
                "By",
                Shape::Gauge,
                "system_filesystem_usage_bytes",
            ),
            (
                "system.cpu.utilization",
                "1",
                Shape::Gauge,
                "system_cpu_utilization_ratio",
            ),
            (
                "system.cpu.utilization",
                "1",
                Shape::Other,
                "system_cpu_utilization",
            ),
            (
                "http.server.request.duration",
                "s",
                Shape::Other,
                "http_server_request_duration_seconds",
            ),
            (
                "request_duration_seconds",
                "s",
                Shape::Other,
                "request_duration_seconds",
            ),
            ("network.io", "By/s", Shape::Gauge, "network_io_bytes_per_second"),
            ("requests", "{request}", Shape::Counter, "requests_total"),
            ("fan.speed", "{rotation}/min", Shape::Gauge, "fan_speed_per_min"),
            ("2xx.count", "", Shape::Other, "_2xx_count"),
            ("a..b--c", "", Shape::Other, "a_b_c"),
            ("größe", "", Shape::Other, "gr_e"),
            ("job:rate:5m", "", Shape::Gauge, "job:rate:5m"),
            ("", "s", Shape::Gauge, ""),
            ("...", "s", Shape::Gauge, ""),
        ] {
            assert_eq!(metric(name, unit, shape), expected, "{name} [{unit}]");
        }
    }

    #[test]
    fn labels_are_named_by_the_rules() {
        for (key, expected) in [
            ("session.id", "session_id"),
            ("plain", "plain"),
            ("0day", "key_0day"),
            ("_x", "key_x"),
            ("__name__", "key__name__"),
            ("a:b", "a_b"),
            ("ü", "key_"),
            ("", ""),
        ] {
            assert_eq!(label(key), expected, "{key}");
        }
    }
}
