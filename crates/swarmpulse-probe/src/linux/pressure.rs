//! Pressure stall information: the share of time in which tasks waited for a resource.

use crate::Pressure;

/// Reads a pressure file; `None` if it is empty or garbled.
pub(super) fn parse(content: &[u8]) -> Option<Pressure> {
    let text = std::str::from_utf8(content).ok()?;
    let ratio = |kind: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(kind))?;
        let figure = line.trim_start().strip_prefix("avg10=")?.split(' ').next()?;
        let percent: f64 = figure.parse().ok()?;
        (0.0..=100.0).contains(&percent).then_some(percent / 100.0)
    };
    // Processor pressure of a whole machine has no `full` line on older kernels.
    Some(Pressure {
        some_ratio: ratio("some")?,
        full_ratio: ratio("full").unwrap_or(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_ratios() {
        let content = b"some avg10=12.50 avg60=0.21 avg300=0.35 total=14480459\nfull avg10=2.00 avg60=0.00 avg300=0.00 total=0\n";
        assert_eq!(
            parse(content),
            Some(Pressure {
                some_ratio: 0.125,
                full_ratio: 0.02
            })
        );
        assert_eq!(
            parse(b"some avg10=1.00 avg60=0\n"),
            Some(Pressure {
                some_ratio: 0.01,
                full_ratio: 0.0
            })
        );
        for garbled in [
            &b""[..],
            b"some",
            b"some avg10=",
            b"some avg10=NaN x",
            b"some avg10=-1 x",
            b"\xff",
        ] {
            assert_eq!(parse(garbled), None);
        }
    }
}
