//! The range that is asked for, and its step.

use anyhow::bail;
use swarmpulse_client::QueryTime;

use super::QueryArgs;
use super::times::{span_ms, time_ms};

/// Without a beginning, a range is the last hour.
const SINCE_MS: i64 = 3_600_000;
/// Steps that people think in, in milliseconds.
const STEPS_MS: [i64; 18] = [
    1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
    3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
];

/// A range with its step, in milliseconds of Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first step.
    pub start_ms: i64,
    /// No step after this.
    pub end_ms: i64,
    /// From step to step.
    pub step_ms: i64,
}

impl Span {
    /// The range that the arguments name, if they name one. Without a step there are about so many.
    pub fn of(args: &QueryArgs, now_ms: i64, steps: i64) -> anyhow::Result<Option<Self>> {
        let names_range =
            args.since.is_some() || args.start.is_some() || args.end.is_some() || args.step.is_some();
        if !names_range {
            return Ok(None);
        }
        let end_ms = match &args.end {
            Some(end) => time_ms("--end", end, now_ms)?,
            None => now_ms,
        };
        let start_ms = match (&args.start, &args.since) {
            (Some(start), _) => time_ms("--start", start, now_ms)?,
            (None, Some(since)) => end_ms - span_ms("--since", since)?,
            (None, None) => end_ms - SINCE_MS,
        };
        if start_ms > end_ms {
            bail!("the range ends before it begins: compare --start with --end");
        }
        let step_ms = match &args.step {
            Some(step) => span_ms("--step", step)?,
            None => fitting_step_ms(end_ms - start_ms, steps),
        };
        if step_ms <= 0 {
            bail!("--step: must be more than nothing, as 15s or 1m");
        }
        Ok(Some(Self {
            start_ms,
            end_ms,
            step_ms,
        }))
    }

    /// As the client asks for it.
    #[must_use]
    pub fn when(&self) -> QueryTime {
        QueryTime::Range {
            start: seconds(self.start_ms),
            end: seconds(self.end_ms),
            step: seconds(self.step_ms),
        }
    }

    /// How many steps there are.
    #[must_use]
    pub fn steps(&self) -> usize {
        usize::try_from((self.end_ms - self.start_ms) / self.step_ms).unwrap_or(0) + 1
    }

    /// Which step that time is.
    #[must_use]
    pub fn step_of(&self, at_s: f64) -> usize {
        let from_start_ms = (at_s * 1000.0).round() as i64 - self.start_ms;
        usize::try_from(from_start_ms / self.step_ms).unwrap_or(0)
    }
}

fn fitting_step_ms(span_ms: i64, steps: i64) -> i64 {
    let wanted = span_ms / steps.max(1);
    let fitting = STEPS_MS.into_iter().find(|step| *step >= wanted);
    fitting.unwrap_or_else(|| wanted / 86_400_000 * 86_400_000 + 86_400_000)
}

/// Seconds with milliseconds, as text.
#[must_use]
pub fn seconds(ms: i64) -> String {
    let sign = if ms < 0 { "-" } else { "" };
    let size = ms.unsigned_abs();
    format!("{sign}{}.{:03}", size / 1000, size % 1000)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: QueryArgs,
    }

    const NOW_MS: i64 = 1_000_000_000;

    fn span(arguments: &[&str]) -> Result<Option<Span>, String> {
        let line = ["query", "up"].iter().chain(arguments);
        let line = Line::try_parse_from(line).map_err(|error| error.to_string())?;
        Span::of(&line.args, NOW_MS, 60).map_err(|error| error.to_string())
    }

    #[test]
    fn ranges_are_named_in_several_ways() {
        let made = |start_ms, end_ms, step_ms| {
            Ok(Some(Span {
                start_ms,
                end_ms,
                step_ms,
            }))
        };
        assert_eq!(span(&[]), Ok(None));
        assert_eq!(span(&["--since", "1h"]), made(NOW_MS - 3_600_000, NOW_MS, 60_000));
        assert_eq!(span(&["--step", "15"]), made(NOW_MS - 3_600_000, NOW_MS, 15_000));
        assert_eq!(
            span(&["--start", "-2h", "--end", "-1h", "--step", "1m30s"]),
            made(NOW_MS - 7_200_000, NOW_MS - 3_600_000, 90_000)
        );
        assert_eq!(
            span(&["--start", "1970-01-01T00:00:10Z", "--end", "20.5"]),
            made(10_000, 20_500, 1_000)
        );
    }

    #[test]
    fn wrong_ones_are_told() {
        for (arguments, needle) in [
            (&["--since", "soon"][..], "--since"),
            (&["--start", "0", "--end", "-1h", "--step", "0"], "--step"),
            (&["--start", "20", "--end", "10"], "ends before it begins"),
            (&["--since", "1h", "--start", "0"], "cannot be used with"),
            (&["--at", "0", "--since", "1h"], "cannot be used with"),
            (&["--start", "yesterday"], "`yesterday` is no time"),
        ] {
            let error = span(arguments).expect_err(needle);
            assert!(error.contains(needle), "{error}");
        }
    }

    #[test]
    fn steps_are_those_people_think_in() {
        for (span_ms, expected) in [
            (60_000, 1_000),
            (3_600_000, 60_000),
            (6 * 3_600_000, 600_000),
            (30 * 86_400_000, 43_200_000),
            (3_650 * 86_400_000, 61 * 86_400_000),
        ] {
            assert_eq!(fitting_step_ms(span_ms, 60), expected, "{span_ms}");
        }
        assert_eq!(
            (seconds(1_500), seconds(-50)),
            ("1.500".to_owned(), "-0.050".to_owned())
        );
    }
}
