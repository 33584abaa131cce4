//! Datadog: events.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;

/// Datadog.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DatadogSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// The API key.
    pub api_key: Secret,
    /// The site: `datadoghq.com`, `datadoghq.eu`, `us5.datadoghq.com`, ...
    pub site: String,
    /// Where the API is, in place of the site's own address; without a slash at its end.
    pub api_url: Option<String>,
    /// Further tags, `name:value`.
    pub tags: Vec<String>,
}

impl DatadogSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let api_key = reader.required_secret(fields, &secret_keys!("api_key"));
        let site = reader.exact(fields, "site");
        if let Some(site) = &site
            && !site
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        {
            let message = "site is no host: write datadoghq.com, datadoghq.eu, us3.datadoghq.com, us5.datadoghq.com or ap1.datadoghq.com";
            reader.faults.error(fields.place("site"), message);
        }
        let api_url = reader
            .url(fields, "api_url")
            .map(|url| url.trim_end_matches('/').to_owned());
        let tags = fields.texts("tags", &mut reader.faults);
        Some(Self {
            common,
            http,
            api_key: api_key?,
            site: site.unwrap_or_else(|| "datadoghq.com".to_owned()),
            api_url,
            tags: tags.into_iter().map(|(tag, _)| tag.to_owned()).collect(),
        })
    }
}
