//! Units of figures, and figures in them as people write them: `500 ms`, `100 MB/h`, `95%`.

use serde::{Deserialize, Serialize};
use swarmpulse_promql::syntax::{AggregateOp, Expr};

/// What a figure is a number of. Figures are kept in base units: seconds, bytes, parts of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nothing that has a name.
    #[default]
    None,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Parts of one.
    Ratio,
    /// So many in an hour.
    PerHour,
    /// Seconds in an hour.
    SecondsPerHour,
    /// Bytes in an hour.
    BytesPerHour,
}

impl Unit {
    /// Its name, as in `/api/v1/slos`; empty where there is none.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Seconds => "seconds",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
            Self::PerHour => "per_hour",
            Self::SecondsPerHour => "seconds_per_hour",
            Self::BytesPerHour => "bytes_per_hour",
        }
    }

    /// The same in an hour; a share in an hour has no unit.
    pub(crate) fn per_hour(self) -> Self {
        match self {
            Self::Seconds => Self::SecondsPerHour,
            Self::Bytes => Self::BytesPerHour,
            _ => Self::PerHour,
        }
    }

    /// A figure of it, with about four digits.
    #[must_use]
    pub fn text(self, value: f64) -> String {
        match self {
            Self::None => number(value),
            Self::Seconds => length(value),
            Self::Bytes => bytes(value),
            Self::Ratio => percent(value),
            Self::PerHour => format!("{}/h", number(value)),
            Self::SecondsPerHour => format!("{}/h", length(value)),
            Self::BytesPerHour => format!("{}/h", bytes(value)),
        }
    }

    /// What a query gives, where the name of its series says so and nothing is done to it that changes that.
    pub(crate) fn of_query(query: &str) -> Self {
        swarmpulse_promql::parse(query).map_or(Self::None, |expr| of_expr(&expr))
    }
}

/// Ends of names, the longer ones first.
const NAMED: [(&str, Unit); 8] = [
    ("_bytes_per_hour", Unit::BytesPerHour),
    ("_seconds_per_hour", Unit::SecondsPerHour),
    ("_per_hour", Unit::PerHour),
    ("_seconds_bucket", Unit::Seconds),
    ("_bytes_bucket", Unit::Bytes),
    ("_seconds", Unit::Seconds),
    ("_bytes", Unit::Bytes),
    ("_ratio", Unit::Ratio),
];

fn of_name(name: &str) -> Unit {
    // A moment is no length of time.
    if name.ends_with("_timestamp_seconds") || name.ends_with("_time_seconds") && name.contains("start_time")
    {
        return Unit::None;
    }
    let found = NAMED.iter().find(|(end, _)| name.ends_with(end));
    found.map_or(Unit::None, |(_, unit)| *unit)
}

fn of_expr(expr: &Expr) -> Unit {
    /// Functions whose answers are of the unit of what they are given last.
    const KEEP: [&str; 12] = [
        "avg_over_time",
        "max_over_time",
        "min_over_time",
        "sum_over_time",
        "last_over_time",
        "quantile_over_time",
        "histogram_quantile",
        "clamp",
        "clamp_min",
        "clamp_max",
        "abs",
        "delta",
    ];
    match expr {
        Expr::Selector(selector) => selector.name.as_deref().map_or(Unit::None, of_name),
        Expr::Range(range) => range.selector.name.as_deref().map_or(Unit::None, of_name),
        Expr::Subquery(subquery) => of_expr(&subquery.inner),
        Expr::Parens(parens) => of_expr(&parens.inner),
        Expr::Unary(unary) => of_expr(&unary.inner),
        Expr::Aggregate(aggregate) => match aggregate.op {
            AggregateOp::Sum
            | AggregateOp::Avg
            | AggregateOp::Min
            | AggregateOp::Max
            | AggregateOp::Topk
            | AggregateOp::Bottomk
            | AggregateOp::Quantile
            | AggregateOp::Stddev => of_expr(&aggregate.inner),
            _ => Unit::None,
        },
        Expr::Call(call) if call.function.name == "histogram_quantile" => {
            call.arguments.get(1).map_or(Unit::None, of_buckets)
        }
        Expr::Call(call) if KEEP.contains(&call.function.name) => call
            .arguments
            .iter()
            .find(|argument| !matches!(argument.unwrapped(), Expr::Number(_)))
            .map_or(Unit::None, of_expr),
        Expr::Binary(binary) if binary.op.is_set() => {
            let (left, right) = (of_expr(&binary.left), of_expr(&binary.right));
            let same = matches!(binary.op, swarmpulse_promql::syntax::BinaryOp::Or) && left != right;
            if same { either(left, right) } else { left }
        }
        _ => Unit::None,
    }
}

/// Of two answers that stand in for each other, one of which is often a plain nothing such as `0 * other`.
fn either(left: Unit, right: Unit) -> Unit {
    match (left, right) {
        (unit, Unit::None) | (Unit::None, unit) => unit,
        _ => Unit::None,
    }
}

/// The unit of a histogram's bounds, whatever is done to the counts of its buckets.
fn of_buckets(expr: &Expr) -> Unit {
    if let Some(selector) = expr.selector() {
        return selector.name.as_deref().map_or(Unit::None, of_name);
    }
    expr.children()
        .into_iter()
        .map(of_buckets)
        .find(|unit| *unit != Unit::None)
        .unwrap_or_default()
}

/// A length of time. Below two of a unit the next smaller one says more.
pub(crate) fn length(seconds: f64) -> String {
    let size = seconds.abs();
    for (unit, worth) in [("d", 86_400.0), ("h", 3600.0), ("min", 60.0)] {
        if size >= 2.0 * worth {
            return format!("{} {unit}", tenth(seconds / worth));
        }
    }
    match size {
        _ if size == 0.0 || size >= 1.0 => format!("{} s", number(seconds)),
        _ if size >= 1e-3 => format!("{} ms", number(seconds * 1e3)),
        _ => format!("{} µs", number(seconds * 1e6)),
    }
}

/// To a tenth, but for what that would make nothing of.
fn tenth(value: f64) -> String {
    number((value * 10.0).round() / 10.0)
}

/// Bytes, in powers of 1024 where they are a whole number of these, else in powers of 1000.
fn bytes(value: f64) -> String {
    const BINARY: [(&str, f64); 4] = [
        ("TiB", 1_099_511_627_776.0),
        ("GiB", 1_073_741_824.0),
        ("MiB", 1_048_576.0),
        ("KiB", 1024.0),
    ];
    const DECIMAL: [(&str, f64); 4] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let size = value.abs();
    let whole = |worth: f64| size >= worth && size % worth == 0.0;
    let rounder = |worth: f64| whole(worth) && size % 1000.0 != 0.0;
    if let Some((unit, worth)) = BINARY.iter().find(|(_, worth)| rounder(*worth)) {
        return format!("{} {unit}", number(value / worth));
    }
    match DECIMAL.iter().find(|(_, worth)| size >= *worth) {
        Some((unit, worth)) => format!("{} {unit}", number(value / worth)),
        None => format!("{} B", number(value)),
    }
}

/// A share as a percentage with as many digits as tell something.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", number(share * 100.0))
}

/// A figure with about four digits, large ones in groups of three.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = value.abs();
    let digits = if size >= 1000.0 || size == 0.0 {
        0
    } else {
        (3 - size.log10().floor() as i32).clamp(0, 6) as usize
    };
    let text = format!("{value:.digits$}");
    if !text.contains('.') {
        return grouped(&text);
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// Whole digits from five on in groups of three.
fn grouped(text: &str) -> String {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    if digits.len() < 5 {
        return text.to_owned();
    }
    let mut grouped = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_do_not_lie() {
        for (value, text) in [
            (0.0, "0"),
            (0.5, "0.5"),
            (14.4, "14.4"),
            (99.9, "99.9"),
            (99.951, "99.95"),
            (4320.0, "4320"),
            (1e8, "100,000,000"),
            (-12_345.0, "-12,345"),
            (-0.5, "-0.5"),
            (43.2, "43.2"),
            (-0.000_000_01, "0"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn figures_have_their_units() {
        for (unit, value, text) in [
            (Unit::None, 8.0, "8"),
            (Unit::Seconds, 0.5, "500 ms"),
            (Unit::Seconds, 2.0, "2 s"),
            (Unit::Seconds, 0.0, "0 s"),
            (Unit::Seconds, 90.0, "90 s"),
            (Unit::Seconds, 5400.0, "90 min"),
            (Unit::Seconds, 12_600.0, "3.5 h"),
            (Unit::Seconds, -259_200.0, "-3 d"),
            (Unit::Seconds, 25e-6, "25 µs"),
            (Unit::Bytes, 1e8, "100 MB"),
            (Unit::Bytes, 67_108_864.0, "64 MiB"),
            (Unit::Bytes, 73_400_123.0, "73.4 MB"),
            (Unit::Bytes, 512.0, "512 B"),
            (Unit::Ratio, 0.95, "95%"),
            (Unit::BytesPerHour, 1e8, "100 MB/h"),
            (Unit::SecondsPerHour, 2.0, "2 s/h"),
            (Unit::PerHour, 12.0, "12/h"),
        ] {
            assert_eq!(unit.text(value), text, "{unit:?} {value}");
        }
    }

    #[test]
    fn names_tell_units_as_long_as_nothing_changes_them() {
        for (query, unit) in [
            ("http_latency_seconds{quantile=\"0.95\"}", Unit::Seconds),
            ("max(swarmpulse_leak_rate_bytes_per_hour)", Unit::BytesPerHour),
            (
                "max(swarmpulse_leak_rate_bytes_per_hour) or 0 * max(swarmpulse_agent_resident_memory_bytes)",
                Unit::BytesPerHour,
            ),
            ("quantile(0.9, max_over_time(x_bytes[5m]))", Unit::Bytes),
            (
                "histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))",
                Unit::Seconds,
            ),
            ("avg(x_ratio)", Unit::Ratio),
            ("rate(x_seconds_total[5m])", Unit::None),
            ("a_seconds / b_seconds", Unit::None),
            ("count(x_seconds)", Unit::None),
            ("time() - x_start_time_seconds", Unit::None),
            ("x_last_timestamp_seconds", Unit::None),
            ("sum((", Unit::None),
        ] {
            assert_eq!(Unit::of_query(query), unit, "{query}");
        }
    }
}
