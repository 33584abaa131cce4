//! New Relic's regions: an account is in one of them, and its key works there alone.

/// Where an account is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Region {
    /// The United States.
    #[default]
    Us,
    /// The European Union.
    Eu,
    /// The United States' government.
    FedRamp,
}

/// A text that is no region of New Relic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no region of New Relic; it is us, eu or fedramp")]
pub struct RegionError {
    given: String,
}

impl Region {
    /// A region by its name; empty is the United States.
    ///
    /// # Errors
    /// If it is none.
    pub(crate) fn parse(text: &str) -> Result<Self, RegionError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "" | "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            "fedramp" | "gov" => Ok(Self::FedRamp),
            _ => Err(RegionError {
                given: crate::summary::plain(text, 100),
            }),
        }
    }

    /// Where events go.
    pub(crate) fn events(self) -> &'static str {
        match self {
            Self::Us => "https://insights-collector.newrelic.com",
            Self::Eu => "https://insights-collector.eu01.nr-data.net",
            Self::FedRamp => "https://gov-insights-collector.newrelic.com",
        }
    }

    /// Where lines of logs go.
    pub(crate) fn logs(self) -> &'static str {
        match self {
            Self::Us => "https://log-api.newrelic.com",
            Self::Eu => "https://log-api.eu.newrelic.com",
            Self::FedRamp => "https://gov-log-api.newrelic.com",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_by_name() {
        for (text, region) in [
            ("", Region::Us),
            (" EU", Region::Eu),
            ("us", Region::Us),
            ("FedRAMP", Region::FedRamp),
        ] {
            assert_eq!(Region::parse(text), Ok(region), "{text}");
        }
        let error = Region::parse("mars").unwrap_err().to_string();
        assert_eq!(
            error,
            "\"mars\" is no region of New Relic; it is us, eu or fedramp"
        );
    }
}
