//! Burn rates that alert, over several windows: chapter 5 of Google's SRE workbook, with the figures that Sloth has.

use crate::alerting::{BurnAlert, BurnSeverity, BurnWindow};

const HOUR_S: u64 = 3600;
const DAY_S: u64 = 86_400;

/// From this period on the workbook's shares of the budget hold.
const LONG_PERIOD_S: u64 = 21 * DAY_S;

/// Burning slower than this leaves budget over at the period's end.
const FACTOR_MIN: f64 = 0.9;

/// Windows over which the errors' share is recorded, in seconds.
const WINDOWS_S: [u64; 7] = [300, 1800, HOUR_S, 2 * HOUR_S, 6 * HOUR_S, DAY_S, 3 * DAY_S];

/// A row of the tables: who is told, when so much of the budget goes in the long window.
struct Row {
    severity: BurnSeverity,
    budget_percent: f64,
    long_s: u64,
    short_s: u64,
}

const fn row(severity: BurnSeverity, budget_percent: f64, long_s: u64, short_s: u64) -> Row {
    Row {
        severity,
        budget_percent,
        long_s,
        short_s,
    }
}

/// The workbook's table, for periods of about a month and longer.
const MONTH: [Row; 4] = [
    row(BurnSeverity::Page, 2.0, HOUR_S, 300),
    row(BurnSeverity::Page, 5.0, 6 * HOUR_S, 1800),
    row(BurnSeverity::Ticket, 10.0, DAY_S, 2 * HOUR_S),
    row(BurnSeverity::Ticket, 10.0, 3 * DAY_S, 6 * HOUR_S),
];

/// Sloth's table for seven days, for shorter periods: the same windows are a larger part of them.
const WEEK: [Row; 4] = [
    row(BurnSeverity::Page, 8.0, HOUR_S, 300),
    row(BurnSeverity::Page, 12.5, 6 * HOUR_S, 1800),
    row(BurnSeverity::Ticket, 20.0, DAY_S, 2 * HOUR_S),
    row(BurnSeverity::Ticket, 42.0, 3 * DAY_S, 6 * HOUR_S),
];

/// The alerts of a period. A row that would alert although the budget lasts is left out; very short periods have none.
#[must_use]
pub fn burn_alerts(period_s: u64) -> Vec<BurnAlert> {
    let rows = if period_s >= LONG_PERIOD_S { &MONTH } else { &WEEK };
    let of = |severity| BurnAlert {
        severity,
        windows: rows
            .iter()
            .filter(|row| row.severity == severity && row.long_s < period_s)
            .map(|row| BurnWindow {
                long_s: row.long_s,
                short_s: row.short_s,
                factor: factor(row.budget_percent, period_s, row.long_s),
            })
            .filter(|window| window.factor >= FACTOR_MIN)
            .collect(),
    };
    let all = [of(BurnSeverity::Page), of(BurnSeverity::Ticket)];
    all.into_iter()
        .filter(|alert| !alert.windows.is_empty())
        .collect()
}

/// The windows whose errors' share is recorded, shorter than the period, in order.
#[must_use]
pub fn burn_windows(period_s: u64) -> Vec<u64> {
    let shorter = |window: &u64| *window == WINDOWS_S[0] || *window < period_s;
    WINDOWS_S.into_iter().filter(shorter).collect()
}

/// How fast so much of the budget goes in a window, as a multiple of the rate at which it would just last.
fn factor(budget_percent: f64, period_s: u64, window_s: u64) -> f64 {
    let factor = budget_percent / 100.0 * period_s as f64 / window_s as f64;
    // 14.4 rather than 14.399999999999999.
    (factor * 1e9).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(period_s: u64) -> Vec<(&'static str, u64, u64, f64)> {
        let alerts = burn_alerts(period_s);
        let rows = alerts.iter().flat_map(|alert| {
            let name = alert.severity.as_str();
            alert
                .windows
                .iter()
                .map(move |window| (name, window.long_s, window.short_s, window.factor))
        });
        rows.collect()
    }

    #[test]
    fn thirty_days_are_the_workbooks_table() {
        let expected = [
            ("page", 3600, 300, 14.4),
            ("page", 21_600, 1800, 6.0),
            ("ticket", 86_400, 7200, 3.0),
            ("ticket", 259_200, 21_600, 1.0),
        ];
        assert_eq!(figures(30 * DAY_S), expected);
    }

    #[test]
    fn other_periods_are_scaled_as_sloth_does() {
        let factors = |days: u64| -> Vec<f64> { figures(days * DAY_S).iter().map(|row| row.3).collect() };
        assert_eq!(factors(28), [13.44, 5.6, 2.8, 0.933_333_333]);
        assert_eq!(factors(90), [43.2, 18.0, 9.0, 3.0]);
        assert_eq!(factors(7), [13.44, 3.5, 1.4, 0.98]);
    }

    #[test]
    fn short_periods_keep_what_can_matter() {
        assert_eq!(figures(DAY_S), [("page", 3600, 300, 1.92)]);
        assert_eq!(figures(HOUR_S), []);
        assert_eq!(burn_windows(HOUR_S), [300, 1800]);
        assert_eq!(burn_windows(30 * DAY_S), WINDOWS_S);
        for days in 1..400 {
            for (_, long_s, short_s, factor) in figures(days * DAY_S) {
                assert!(factor >= FACTOR_MIN && short_s * 12 == long_s && long_s < days * DAY_S);
            }
        }
    }
}
