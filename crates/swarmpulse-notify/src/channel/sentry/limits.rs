//! How long Sentry wants to be left alone: `X-Sentry-Rate-Limits`, by sort of data.

/// Without a word of its own, so many seconds.
const DEFAULT_S: f64 = 60.0;

/// Sorts of data that are limited apart from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    /// Events.
    Error,
    /// Lines of logs.
    Log,
}

impl Category {
    fn is_named(self, name: &str) -> bool {
        match self {
            Self::Error => matches!(name, "error" | "default"),
            Self::Log => matches!(name, "log_item" | "log_byte"),
        }
    }
}

/// How many seconds that sort of data must wait, as `60:error;log_item:organization, 2700::project` says; `None` if it does
/// not speak of it.
pub(crate) fn wait_s(header: &str, category: Category) -> Option<f64> {
    let group = |group: &str| {
        let mut parts = group.trim().split(':');
        let after = parts.next()?.trim();
        let mut names = parts.next().unwrap_or_default().trim().split(';').map(str::trim);
        let all = |name: &str| name.is_empty() || category.is_named(name);
        if after.is_empty() || !names.any(all) {
            return None;
        }
        let seconds = after.parse::<f64>().ok().filter(|seconds| seconds.is_finite());
        Some(seconds.unwrap_or(DEFAULT_S).max(0.0))
    };
    header.split(',').filter_map(group).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_limit_of_the_category_counts() {
        for (header, error, log) in [
            ("", None, None),
            ("60:error:organization", Some(60.0), None),
            ("60::organization", Some(60.0), Some(60.0)),
            (
                "60:transaction;error:project, 2700:log_item:key:quota",
                Some(60.0),
                Some(2700.0),
            ),
            ("10:error:x,20:default:x", Some(20.0), None),
            ("soon:error:x", Some(60.0), None),
            ("-5:error", Some(0.0), None),
            ("7", Some(7.0), Some(7.0)),
        ] {
            assert_eq!(wait_s(header, Category::Error), error, "{header}");
            assert_eq!(wait_s(header, Category::Log), log, "{header}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_it_wait_without_an_end(header in "[0-9a-zA-Z:;,. +-]{0,60}") {
            if let Some(seconds) = wait_s(&header, Category::Error) {
                proptest::prop_assert!(seconds.is_finite() && seconds >= 0.0);
            }
        }
    }
}
