//! Reading the parameters of a query strictly: what is unknown or cannot be is refused by name, with the way out.

use axum::extract::Query as Pairs;
use http::Uri;
use swarmpulse_model::Timestamp;

use super::parameter::{Form, Parameter};
use super::time::{parse_span_s, parse_time};
use crate::problem::ApiError;

/// The longest value.
const VALUE_MAX_BYTES: usize = 1024;

/// The parameters that were given, each of them known and in its form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    known: &'static [Parameter],
    pairs: Vec<(String, String)>,
}

impl Query {
    /// The parameters of that address; those without a value count as not given.
    ///
    /// # Errors
    /// If one is unknown, stands twice, or has a value that cannot be.
    pub(crate) fn of(uri: &Uri, known: &'static [Parameter]) -> Result<Self, ApiError> {
        let Pairs(pairs) = Pairs::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| ApiError::unprocessable(format!("the query cannot be read: {error}")))?;
        let mut query = Self {
            known,
            pairs: Vec::with_capacity(pairs.len()),
        };
        for (name, value) in pairs {
            let parameter = known.iter().find(|parameter| parameter.name == name);
            let parameter = parameter.ok_or_else(|| unknown(&name, known))?;
            if value.is_empty() {
                continue;
            }
            if value.len() > VALUE_MAX_BYTES {
                return Err(wrong(
                    &name,
                    format!("at most {VALUE_MAX_BYTES} bytes"),
                    "a longer text",
                ));
            }
            check(parameter, &value)?;
            match query.pairs.iter_mut().find(|(other, _)| *other == name) {
                Some((_, so_far)) if is_list(parameter) => {
                    so_far.push(',');
                    so_far.push_str(&value);
                }
                Some(_) => {
                    return Err(ApiError::unprocessable(format!(
                        "`{name}`: stands twice; give it once"
                    )));
                }
                None => query.pairs.push((name, value)),
            }
        }
        Ok(query)
    }

    /// The value of that name, if it was given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        debug_assert!(
            self.known.iter().any(|parameter| parameter.name == name),
            "`{name}` is in the route's list"
        );
        self.pairs
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// The values of a list; none if it was not given.
    pub(crate) fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.text(name).unwrap_or_default().split(',').map(str::trim);
        values.filter(|value| !value.is_empty())
    }

    /// Whether a value passes where a list or one value is asked for; without it everything passes.
    pub(crate) fn passes(&self, name: &str, value: Option<&str>) -> bool {
        self.text(name).is_none() || value.is_some_and(|value| self.list(name).any(|wanted| wanted == value))
    }

    /// Whether a text is the one asked for; without it everything passes.
    pub(crate) fn is(&self, name: &str, value: Option<&str>) -> bool {
        self.text(name).is_none_or(|wanted| value == Some(wanted))
    }

    /// A number, within its bounds.
    pub(crate) fn count(&self, name: &str) -> usize {
        let default = self
            .known
            .iter()
            .find(|parameter| parameter.name == name)
            .map(|parameter| parameter.form);
        let Some(Form::Count { default, .. }) = default else {
            return 0;
        };
        self.text(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or(default)
    }

    /// `limit`.
    pub(crate) fn limit(&self) -> usize {
        self.count("limit")
    }

    /// A point in time, relative ones counted from `now`.
    pub(crate) fn time(&self, name: &str, now: Timestamp) -> Option<Timestamp> {
        parse_time(self.text(name)?, now)
    }

    /// A span of time in seconds.
    pub(crate) fn span_s(&self, name: &str) -> Option<f64> {
        parse_span_s(self.text(name)?)
    }

    /// `true` or `false`, if it was given.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "true")
    }
}

/// What a cursor that is not one of this list is told.
pub(crate) fn foreign_cursor() -> ApiError {
    ApiError::unprocessable(
        "`cursor`: is not one of this list and order; pass the `next` of the page before, or leave it out to begin anew",
    )
}

fn is_list(parameter: &Parameter) -> bool {
    matches!(parameter.form, Form::Words { many: true, .. })
}

fn wrong(name: &str, expected: impl std::fmt::Display, got: &str) -> ApiError {
    ApiError::unprocessable(format!("`{name}`: expected {expected}, got `{got}`"))
}

fn unknown(name: &str, known: &[Parameter]) -> ApiError {
    let shown: String = name.chars().take(60).collect();
    let distance = |parameter: &&Parameter| strsim::damerau_levenshtein(parameter.name, &shown);
    let nearest = known
        .iter()
        .min_by_key(distance)
        .filter(|nearest| distance(nearest) <= 3);
    let way_out = match nearest {
        Some(nearest) => format!("did you mean `{}`?", nearest.name),
        None if known.is_empty() => "this route takes none".to_owned(),
        None => {
            let names: Vec<String> = known
                .iter()
                .map(|parameter| format!("`{}`", parameter.name))
                .collect();
            format!("this route takes {}", names.join(", "))
        }
    };
    ApiError::unprocessable(format!("`{shown}`: is no parameter of this route; {way_out}"))
}

fn check(parameter: &Parameter, value: &str) -> Result<(), ApiError> {
    let name = parameter.name;
    match parameter.form {
        Form::Text => Ok(()),
        Form::Count { max, .. } => match value.parse::<usize>() {
            Ok(count) if count <= max => Ok(()),
            _ => Err(wrong(name, format!("a whole number from 0 to {max}"), value)),
        },
        Form::Words { words, many } => {
            let given: Vec<&str> = if many {
                value.split(',').map(str::trim).collect()
            } else {
                vec![value]
            };
            match given
                .into_iter()
                .find(|word| !word.is_empty() && !words.contains(word))
            {
                None => Ok(()),
                Some(other) => {
                    let kind = if many { "some of" } else { "one of" };
                    Err(wrong(name, format!("{kind} {}", words.join(", ")), other))
                }
            }
        }
        Form::Time => match parse_time(value, Timestamp(0)) {
            Some(_) => Ok(()),
            None => Err(wrong(
                name,
                "RFC 3339, Unix seconds, `now`, or back from now as in `-90s`, `-1h`, `-2d`",
                value,
            )),
        },
        Form::Span => match parse_span_s(value) {
            Some(_) => Ok(()),
            None => Err(wrong(
                name,
                "seconds above 0, or a span such as `30s`, `5m`, `1h`, `2d`",
                value,
            )),
        },
        Form::Flag => match value {
            "true" | "false" => Ok(()),
            _ => Err(wrong(name, "`true` or `false`", value)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::parameter::{CURSOR, FROM, LIMIT, flag, some_of, text};
    use super::*;

    const KNOWN: &[Parameter] = &[
        LIMIT,
        CURSOR,
        FROM,
        flag("stuck", ""),
        some_of("verdict", "", &["down", "stuck", "idle"]),
        text("agent", "", "a1"),
    ];

    fn of(query: &str) -> Result<Query, String> {
        let uri: Uri = format!("/x?{query}").parse().unwrap();
        Query::of(&uri, KNOWN).map_err(|error| {
            assert_eq!(error.status.as_u16(), 422);
            error.detail
        })
    }

    #[test]
    fn what_is_given_is_read() {
        let query = of("limit=7&verdict=down,stuck&verdict=idle&agent=a%2Fb+c&stuck=true&cursor=").unwrap();
        assert_eq!(query.limit(), 7);
        assert_eq!(
            query.list("verdict").collect::<Vec<_>>(),
            ["down", "stuck", "idle"]
        );
        assert!(query.passes("verdict", Some("idle")) && !query.passes("verdict", Some("working")));
        assert_eq!(query.text("agent"), Some("a/b c"));
        assert!(query.is("agent", Some("a/b c")) && !query.is("agent", None));
        assert_eq!((query.flag("stuck"), query.text("cursor")), (Some(true), None));
        let nothing = of("").unwrap();
        assert_eq!(nothing.limit(), 100);
        assert!(nothing.passes("verdict", None) && nothing.is("agent", None));
    }

    #[test]
    fn what_cannot_be_is_refused_by_name_with_the_way_out() {
        for (query, needles) in [
            ("limit=-1", ["`limit`", "0 to 1000"]),
            ("limit=1001", ["`limit`", "0 to 1000"]),
            ("limit=ten", ["`limit`", "`ten`"]),
            ("verdict=down,dead", ["`verdict`", "`dead`"]),
            ("stuck=yes", ["`stuck`", "`true` or `false`"]),
            ("from=yesterday", ["`from`", "RFC 3339"]),
            ("agnet=a1", ["`agnet`", "did you mean `agent`?"]),
            ("something_else=1", ["`something_else`", "`cursor`"]),
            ("agent=a&agent=b", ["`agent`", "twice"]),
        ] {
            let detail = of(query).unwrap_err();
            assert!(
                needles.iter().all(|needle| detail.contains(needle)),
                "{query}: {detail}"
            );
        }
        let long = format!("agent={}", "x".repeat(VALUE_MAX_BYTES + 1));
        assert!(of(&long).unwrap_err().contains("1024 bytes"));
    }

    #[test]
    fn a_route_without_parameters_says_so() {
        let uri: Uri = "/x?a=1".parse().unwrap();
        assert!(Query::of(&uri, &[]).unwrap_err().detail.contains("takes none"));
    }
}
