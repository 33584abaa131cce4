//! An Alertmanager that alerts are forwarded to.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::Reader;
use super::secret::Secret;

/// One Alertmanager, or all of a cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertmanagerSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// Where they are, without a slash at the end: each is told. They may hold passwords.
    pub urls: Vec<Secret>,
}

impl AlertmanagerSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        _: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let mut urls = Vec::new();
        if let Some(url) = reader.url(fields, "url") {
            urls.push(url);
        }
        for (url, at) in fields.texts("urls", &mut reader.faults) {
            reader.check_url(url, at, "urls");
            urls.push(url.to_owned());
        }
        if urls.is_empty() {
            reader
                .faults
                .error(fields.at(), "an Alertmanager channel needs `url` or `urls`");
        }
        (!urls.is_empty()).then(|| Self {
            common,
            http,
            urls: urls
                .iter()
                .map(|url| Secret::new(url.trim_end_matches('/')))
                .collect(),
        })
    }
}
