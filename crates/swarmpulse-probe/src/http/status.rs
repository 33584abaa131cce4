//! Status codes that are as they should be.

use std::ops::RangeInclusive;

/// Status codes that are as they should be: single ones and ranges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCodes(Vec<RangeInclusive<u16>>);

/// Why something names no status codes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no status code from 100 to 999, and no range such as \"200-299\" or \"2xx\"")]
pub struct StatusCodesError(String);

impl Default for StatusCodes {
    /// 200 to 299.
    fn default() -> Self {
        Self(vec![200..=299])
    }
}

impl StatusCodes {
    /// From codes and ranges: `200`, `200-299`, `2xx`.
    ///
    /// # Errors
    /// The first that is neither.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, StatusCodesError> {
        let ranges: Result<Vec<_>, _> = texts
            .into_iter()
            .map(|text| range(text.trim()).ok_or_else(|| StatusCodesError(text.to_owned())))
            .collect();
        ranges.map(Self)
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn holds(&self, code: u16) -> bool {
        self.0.iter().any(|range| range.contains(&code))
    }
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let code = |text: &str| {
        text.trim()
            .parse::<u16>()
            .ok()
            .filter(|code| (100..=999).contains(code))
    };
    if let Some(hundreds) = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX")) {
        let from = code(&format!("{hundreds}00"))?;
        return Some(from..=from + 99);
    }
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (code(from)?, code(to)?),
        None => (code(text)?, code(text)?),
    };
    (from <= to).then_some(from..=to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_ranges_are_read_as_people_write_them() {
        let codes = StatusCodes::parse(["204", "300-399", "4xx"]).unwrap();
        let held: Vec<u16> = [200, 204, 205, 302, 400, 499, 500]
            .into_iter()
            .filter(|code| codes.holds(*code))
            .collect();
        assert_eq!(held, [204, 302, 400, 499]);
        assert!(StatusCodes::default().holds(201) && !StatusCodes::default().holds(301));
        for wrong in ["", "20", "1000", "299-200", "xx", "2x", "+200-", "ok"] {
            let error = StatusCodes::parse([wrong]).map_err(|error| error.to_string());
            assert!(error.is_err_and(|error| error.contains("200-299")), "{wrong}");
        }
    }
}
