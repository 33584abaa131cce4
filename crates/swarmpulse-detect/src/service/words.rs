//! Times, durations and counts as people read them.

/// `240 ms`, `1.9 s`.
pub(super) fn milliseconds(latency_ms: f64) -> String {
    match latency_ms {
        ms if ms < 9.95 => format!("{ms:.1} ms"),
        ms if ms < 999.5 => format!("{ms:.0} ms"),
        ms if ms < 99_950.0 => format!("{:.1} s", ms / 1000.0),
        ms => format!("{:.0} s", ms / 1000.0),
    }
}

/// `6 days`, `5 h`, `12 min`.
pub(super) fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 2.0 * 86_400.0 => format!("{:.0} days", (s / 86_400.0).floor()),
        s if s >= 2.0 * 3600.0 => format!("{:.0} h", (s / 3600.0).floor()),
        s if s >= 120.0 => format!("{:.0} min", (s / 60.0).floor()),
        s => format!("{s:.0} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(
            [0.4, 240.2, 1900.0, 120_000.0].map(milliseconds),
            ["0.4 ms", "240 ms", "1.9 s", "120 s"]
        );
        assert_eq!(
            [30.0, 700.0, 19_000.0, 600_000.0].map(duration),
            ["30 s", "11 min", "5 h", "6 days"]
        );
    }
}
