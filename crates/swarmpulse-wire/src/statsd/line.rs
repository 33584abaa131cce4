//! One line of a packet.

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    Counter,
    Gauge,
    /// In milliseconds.
    Timing,
    Histogram,
    Set,
}

/// One line of a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line<'p> {
    pub name: &'p str,
    /// One value or several, divided by `:`.
    pub values: &'p str,
    pub kind: Kind,
    /// One in so many was sent.
    pub weight: f64,
    /// `a:b,c` as it came; empty without.
    pub tags: &'p str,
}

/// What a line is.
pub(super) enum Read<'p> {
    Metric(Line<'p>),
    /// An event or service check of Datadog's dialect, which are no metrics.
    Other,
}

/// Reads a line.
///
/// # Errors
/// Why it is none, as a name to count by.
pub(super) fn read(text: &str) -> Result<Read<'_>, &'static str> {
    if text.starts_with("_e{") || text.starts_with("_sc|") {
        return Ok(Read::Other);
    }
    let (name, rest) = text.split_once(':').ok_or("no_value")?;
    if name.is_empty() {
        return Err("no_name");
    }
    let (values, rest) = rest.split_once('|').ok_or("no_type")?;
    let mut parts = rest.split('|');
    let kind = match parts.next().unwrap_or_default() {
        "c" => Kind::Counter,
        "g" => Kind::Gauge,
        "ms" => Kind::Timing,
        "h" | "d" => Kind::Histogram,
        "s" => Kind::Set,
        _ => return Err("unknown_type"),
    };
    let mut line = Line {
        name,
        values,
        kind,
        weight: 1.0,
        tags: "",
    };
    for part in parts {
        if let Some(rate) = part.strip_prefix('@') {
            let rate: f64 = rate.parse().map_err(|_| "bad_sample_rate")?;
            if !(rate > 1e-9 && rate <= 1.0) {
                return Err("bad_sample_rate");
            }
            line.weight = 1.0 / rate;
        } else if let Some(tags) = part.strip_prefix('#') {
            line.tags = tags;
        }
        // Container ids, times and what later versions add say nothing here.
    }
    Ok(Read::Metric(line))
}
