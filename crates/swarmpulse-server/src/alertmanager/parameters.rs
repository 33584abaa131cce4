//! Parameters of a query as Alertmanager reads them: unknown ones are passed over, `filter` may stand several times.

use axum::extract::Query;
use http::Uri;
use swarmpulse_alert::Matchers;

use super::refusal::Refusal;

/// The most parameters of one request.
const PARAMETERS_MAX: usize = 1000;

/// The parameters of one request, decoded.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of an address.
    pub(super) fn of(uri: &Uri) -> Result<Self, Refusal> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| Refusal::bad_request(format!("the query cannot be read: {error}")))?;
        if pairs.len() > PARAMETERS_MAX {
            return Err(Refusal::bad_request(format!(
                "more than {PARAMETERS_MAX} parameters"
            )));
        }
        Ok(Self(pairs))
    }

    /// The first value of that name that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// Every value of that name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Whether something is wanted; it is unless the parameter says otherwise.
    pub(super) fn is_wanted(&self, name: &str) -> bool {
        self.text(name).is_none_or(|value| {
            let value = value.to_ascii_lowercase();
            ["true", "1", "yes", "ok", "y", "on", "t"].contains(&value.as_str())
        })
    }

    /// The matchers of every `filter`.
    pub(super) fn filter(&self) -> Result<Vec<Matchers>, Refusal> {
        let parsed = self.all("filter").map(|text| {
            Matchers::parse(text)
                .map_err(|error| Refusal::bad_request(format!("bad matcher format: `{text}`: {error}")))
        });
        parsed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_wanted_and_filters_add_up() {
        let uri =
            "/x?active=false&silenced=TRUE&inhibited=0&filter=a%3D%22b%22&filter=c%3D~%22d%22&strange=1";
        let parameters = Parameters::of(&uri.parse().unwrap()).unwrap();
        let wanted =
            ["active", "silenced", "inhibited", "unprocessed"].map(|name| parameters.is_wanted(name));
        assert_eq!(wanted, [false, true, false, true]);
        let filter: Vec<String> = parameters
            .filter()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(filter, ["{a=\"b\"}", "{c=~\"d\"}"]);
        let wrong = Parameters::of(&"/x?filter=%7Ba".parse().unwrap())
            .unwrap()
            .filter()
            .unwrap_err();
        assert!(
            matches!(wrong, Refusal::Own(status, message) if status == 400 && message.starts_with("bad matcher format"))
        );
    }
}
