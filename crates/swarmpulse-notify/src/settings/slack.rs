//! Slack: an incoming webhook, or `chat.postMessage` with a token.

use swarmpulse_yaml::Fields;

use super::entry::Common;
use super::global::Global;
use super::http::{Authorization, HttpSettings};
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use super::slack_attachment::SlackAttachment;
use crate::wording::Wording;

/// Slack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlackSettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// The incoming webhook's URL, or with a token that of `chat.postMessage`.
    pub api_url: Secret,
    /// The app's token; then `channel` is there as well.
    pub app_token: Option<Secret>,
    /// Where to, such as `#alerts`; of an incoming webhook `None` is its own channel.
    pub channel: Option<Wording>,
    /// Under what name.
    pub username: Option<Wording>,
    /// With which emoji: `:rotating_light:`.
    pub icon_emoji: Option<Wording>,
    /// With which picture.
    pub icon_url: Option<Wording>,
    /// The text above the attachment.
    pub message_text: Option<Wording>,
    /// What is said in the attachment, in other words than ours.
    pub attachment: SlackAttachment,
}

const API: &str = "https://slack.com/api/chat.postMessage";

impl SlackSettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        global: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let url = reader.secret(fields, &secret_keys!("api_url"));
        let token = reader.secret(fields, &secret_keys!("app_token"));
        let app_url = reader.url(fields, "app_url").map(Secret::new);
        if url.is_some() && token.is_some() {
            reader
                .faults
                .error(fields.at(), "api_url and app_token exclude one another: keep one");
        }
        let own_url = url.is_some();
        let url = url.or_else(|| global.slack_api_url.clone().filter(|_| token.is_none()));
        let token = token.or_else(|| {
            global
                .slack_app_token
                .clone()
                .filter(|_| !own_url && url.is_none())
        });
        let mut settings = Self {
            common,
            http,
            api_url: Secret::default(),
            app_token: None,
            channel: reader.wording(fields, "channel"),
            username: reader.wording(fields, "username"),
            icon_emoji: reader.wording(fields, "icon_emoji"),
            icon_url: reader.wording(fields, "icon_url"),
            message_text: reader.wording(fields, "message_text"),
            attachment: SlackAttachment::read(fields, reader),
        };
        fields.unused(
            &["edit_messages", "update_message"],
            "every notification is a message of its own",
            &mut reader.faults,
        );
        fields.unused(&["timeout"], "every attempt has 30 s", &mut reader.faults);
        match (url, token) {
            (Some(url), None) => {
                reader.check_url(url.expose(), fields.place("api_url"), "api_url");
                settings.take_token(&url);
                settings.api_url = url;
            }
            (_, Some(token)) => {
                settings.api_url = app_url
                    .or_else(|| global.slack_app_url.clone())
                    .unwrap_or_else(|| API.into());
                settings.app_token = Some(token);
            }
            (None, None) => {
                let message = "a Slack channel needs `api_url`, `api_url_file` or `api_url_env` (an incoming webhook), `app_token` with a channel, or `slack_api_url` under `global`";
                reader.faults.error(fields.at(), message);
                return None;
            }
        }
        if settings.app_token.is_some() && settings.channel.is_none() {
            reader.faults.error(
                fields.at(),
                "a Slack channel with a token needs `channel`: the token alone does not say where to",
            );
        }
        Some(settings)
    }

    /// Files written for Alertmanager before it knew `app_token` give the token as the client's authorization.
    fn take_token(&mut self, url: &Secret) {
        if !url.expose().ends_with("/chat.postMessage") {
            return;
        }
        if let Some(Authorization::Scheme { credentials, .. }) = &self.http.authorization {
            self.app_token = Some(credentials.clone());
            self.http.authorization = None;
        }
    }
}
