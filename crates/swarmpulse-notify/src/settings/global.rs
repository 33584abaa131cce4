//! What holds for all receivers: `global`.

use swarmpulse_yaml::{Fields, Node};

use super::email::Smarthost;
use super::http::{HttpSettings, TlsSettings};
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use crate::wording::Wording;

/// Values that channels fall back to.
#[derive(Clone, Debug)]
pub(super) struct Global {
    pub(super) http: HttpSettings,
    pub(super) slack_api_url: Option<Secret>,
    pub(super) slack_app_token: Option<Secret>,
    pub(super) slack_app_url: Option<Secret>,
    pub(super) pagerduty_url: Option<String>,
    pub(super) opsgenie_api_url: Option<String>,
    pub(super) opsgenie_api_key: Option<Secret>,
    pub(super) smtp_from: Option<Wording>,
    pub(super) smtp_hello: String,
    pub(super) smtp_smarthost: Option<Smarthost>,
    pub(super) smtp_auth_username: Option<String>,
    pub(super) smtp_auth_password: Option<Secret>,
    pub(super) smtp_auth_identity: Option<String>,
    pub(super) smtp_require_tls: bool,
    pub(super) smtp_force_implicit_tls: Option<bool>,
    pub(super) smtp_tls: TlsSettings,
}

impl Default for Global {
    fn default() -> Self {
        Self {
            http: HttpSettings::default(),
            slack_api_url: None,
            slack_app_token: None,
            slack_app_url: None,
            pagerduty_url: None,
            opsgenie_api_url: None,
            opsgenie_api_key: None,
            smtp_from: None,
            smtp_hello: "localhost".to_owned(),
            smtp_smarthost: None,
            smtp_auth_username: None,
            smtp_auth_password: None,
            smtp_auth_identity: None,
            smtp_require_tls: true,
            smtp_force_implicit_tls: None,
            smtp_tls: TlsSettings::default(),
        }
    }
}

/// Keys of channels that are not here.
const OTHERS: [&str; 19] = [
    "victorops_api_key",
    "victorops_api_key_file",
    "victorops_api_url",
    "wechat_api_url",
    "wechat_api_secret",
    "wechat_api_secret_file",
    "wechat_api_corp_id",
    "telegram_api_url",
    "telegram_bot_token",
    "telegram_bot_token_file",
    "webex_api_url",
    "jira_api_url",
    "rocketchat_api_url",
    "rocketchat_token",
    "rocketchat_token_file",
    "rocketchat_token_id",
    "rocketchat_token_id_file",
    "mattermost_webhook_url",
    "mattermost_webhook_url_file",
];

impl Global {
    pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Self {
        let Some(mut fields) = reader.fields(node, "global") else {
            return Self::default();
        };
        // Read with the routes.
        let _ = fields.node("resolve_timeout");
        let mut global = Self {
            http: fields
                .filled("http_config")
                .map(|node| HttpSettings::read(node, reader))
                .unwrap_or_default(),
            slack_api_url: reader.secret(&mut fields, &secret_keys!("slack_api_url")),
            slack_app_token: reader.secret(&mut fields, &secret_keys!("slack_app_token")),
            slack_app_url: reader.url(&mut fields, "slack_app_url").map(Secret::new),
            pagerduty_url: reader.url(&mut fields, "pagerduty_url"),
            opsgenie_api_url: reader.url(&mut fields, "opsgenie_api_url"),
            opsgenie_api_key: reader.secret(&mut fields, &secret_keys!("opsgenie_api_key")),
            ..Self::default()
        };
        global.read_smtp(&mut fields, reader);
        fields.unused(&OTHERS, "there is no such channel here", &mut reader.faults);
        fields.finish(&mut reader.faults);
        global
    }

    fn read_smtp(&mut self, fields: &mut Fields<'_>, reader: &mut Reader<'_>) {
        self.smtp_from = reader.wording(fields, "smtp_from");
        if let Some(hello) = reader.exact(fields, "smtp_hello") {
            self.smtp_hello = hello;
        }
        if let Some(text) = reader.exact(fields, "smtp_smarthost") {
            self.smtp_smarthost =
                Smarthost::read(&text, fields.place("smtp_smarthost"), "smtp_smarthost", reader);
        }
        self.smtp_auth_username = reader.exact(fields, "smtp_auth_username");
        self.smtp_auth_password = reader.secret(fields, &secret_keys!("smtp_auth_password"));
        self.smtp_auth_identity = reader.exact(fields, "smtp_auth_identity");
        if let Some(require_tls) = fields.boolean("smtp_require_tls", &mut reader.faults) {
            self.smtp_require_tls = require_tls;
        }
        self.smtp_force_implicit_tls = fields.boolean("smtp_force_implicit_tls", &mut reader.faults);
        if let Some(node) = fields.filled("smtp_tls_config") {
            self.smtp_tls = TlsSettings::read(node, reader);
        }
        fields.unused(
            &["smtp_auth_secret", "smtp_auth_secret_file"],
            "CRAM-MD5 is not used: write smtp_auth_password",
            &mut reader.faults,
        );
    }
}
