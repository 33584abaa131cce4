//! New Relic: custom events.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;

/// New Relic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewRelicSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// The ingest key.
    pub api_key: Secret,
    /// The account's number.
    pub account_id: u64,
    /// Where the account is.
    pub region: NewRelicRegion,
    /// Where the API is, in place of the region's own address; without a slash at its end.
    pub api_url: Option<String>,
    /// What the events are called.
    pub event_type: String,
}

/// Where an account of New Relic is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewRelicRegion {
    /// The United States.
    #[default]
    Us,
    /// The European Union.
    Eu,
}

impl NewRelicSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let api_key = reader.required_secret(fields, &secret_keys!("api_key"));
        if fields.filled("account_id").is_none() {
            reader.faults.error(
                fields.at(),
                "a New Relic channel needs `account_id`, the account's number",
            );
        }
        let account_id = fields.whole("account_id", &mut reader.faults);
        let region = match reader
            .exact(fields, "region")
            .map(|region| region.to_ascii_lowercase())
            .as_deref()
        {
            None | Some("us") => NewRelicRegion::Us,
            Some("eu") => NewRelicRegion::Eu,
            Some(other) => {
                reader.faults.error(
                    fields.place("region"),
                    format!("region is `{other}`: write us or eu"),
                );
                NewRelicRegion::Us
            }
        };
        let api_url = reader
            .url(fields, "api_url")
            .map(|url| url.trim_end_matches('/').to_owned());
        let event_type = reader.exact(fields, "event_type");
        if let Some(name) = &event_type
            && !name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | ' '))
        {
            let message = "event_type may have letters, digits, `_`, `:` and spaces alone";
            reader.faults.error(fields.place("event_type"), message);
        }
        Some(Self {
            common,
            http,
            api_key: api_key?,
            account_id: account_id?,
            region,
            api_url,
            event_type: event_type.unwrap_or_else(|| "SwarmpulseAlert".to_owned()),
        })
    }
}
