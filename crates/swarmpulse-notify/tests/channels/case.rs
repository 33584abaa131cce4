//! The channels that speak HTTP: how each is written, what its service takes and how that answers.

use std::io;

use swarmpulse_notify::settings::{ReceiverSettings, Secrets, receivers};
use swarmpulse_notify::{Notifier, build};

use crate::schema;
use crate::server::{Received, Reply};

/// What no output may hold. It stands in every address and is every key.
pub const SECRET: &str = "Kx7secretQ9vKx7secretQ9vKx7secre";

/// A channel and its service.
pub struct Case {
    /// Its kind.
    pub name: &'static str,
    /// The key of its list.
    pub key: &'static str,
    /// Its settings; `URL` stands for `http://127.0.0.1:PORT`, `HOST` for `127.0.0.1:PORT`, `SECRET` for a secret.
    pub yaml: &'static str,
    /// What its service answers when all is well.
    pub ok: fn() -> Reply,
    /// Whether requests are as its service documents them.
    pub check: fn(&[Received]),
    /// Whether any answer of success will do, whatever it holds.
    pub takes_any_success: bool,
}

/// All of them.
pub const CASES: &[Case] = &[
    Case {
        name: "slack",
        key: "slack_configs",
        yaml: "{api_url: \"URL/services/T0/SECRET\", channel: \"#alerts\"}",
        ok: || Reply::of(200, "ok"),
        check: schema::slack::webhook,
        takes_any_success: false,
    },
    Case {
        name: "slack",
        key: "slack_configs",
        yaml: "{app_token: SECRET, app_url: \"URL/api/chat.postMessage\", channel: \"#alerts\"}",
        ok: || Reply::of(200, "{\"ok\":true,\"ts\":\"1.2\"}"),
        check: schema::slack::post_message,
        takes_any_success: false,
    },
    Case {
        name: "discord",
        key: "discord_configs",
        yaml: "{webhook_url: \"URL/api/webhooks/1/SECRET\", username: pulse}",
        ok: || Reply::of(200, "{\"id\":\"1\",\"type\":0}"),
        check: schema::discord::check,
        takes_any_success: false,
    },
    Case {
        name: "pagerduty",
        key: "pagerduty_configs",
        yaml: "{routing_key: SECRET, url: \"URL/v2/enqueue\"}",
        ok: || {
            Reply::of(
                202,
                "{\"status\":\"success\",\"message\":\"Event processed\",\"dedup_key\":\"x\"}",
            )
        },
        check: schema::pagerduty::check,
        takes_any_success: false,
    },
    Case {
        name: "webhook",
        key: "webhook_configs",
        yaml: "{url: \"URL/hook?token=SECRET\", signing_secret: SECRET, http_config: {authorization: {credentials: SECRET}}}",
        ok: || Reply::of(204, ""),
        check: schema::webhook::check,
        takes_any_success: true,
    },
    Case {
        name: "opsgenie",
        key: "opsgenie_configs",
        yaml: "{api_key: SECRET, api_url: \"URL\", update_alerts: true, tags: \"swarm, pulse\", responders: [{name: ops, type: team}]}",
        ok: || {
            Reply::of(
                202,
                "{\"result\":\"Request will be processed\",\"took\":0.1,\"requestId\":\"x\"}",
            )
        },
        check: schema::opsgenie::check,
        takes_any_success: false,
    },
    Case {
        name: "msteamsv2",
        key: "msteamsv2_configs",
        yaml: "{webhook_url: \"URL/workflows/x?sig=SECRET\"}",
        ok: || Reply::of(202, ""),
        check: schema::teams::adaptive_card,
        takes_any_success: false,
    },
    Case {
        name: "msteams",
        key: "msteams_configs",
        yaml: "{webhook_url: \"URL/webhookb2/SECRET\"}",
        ok: || Reply::of(200, "1"),
        check: schema::teams::message_card,
        takes_any_success: false,
    },
    Case {
        name: "alertmanager",
        key: "alertmanager_configs",
        yaml: "{urls: [\"http://me:SECRET@HOST/prefix\"]}",
        ok: || Reply::of(200, ""),
        check: schema::alertmanager::check,
        takes_any_success: false,
    },
    Case {
        name: "sentry",
        key: "sentry_configs",
        yaml: "{dsn: \"http://SECRET@HOST/sub/42\", environment: prod/eu}",
        ok: || Reply::of(200, "{\"id\":\"x\"}"),
        check: schema::sentry::check,
        takes_any_success: false,
    },
    Case {
        name: "datadog",
        key: "datadog_configs",
        yaml: "{api_key: SECRET, api_url: \"URL\"}",
        ok: || Reply::of(202, "{\"status\":\"ok\"}"),
        check: schema::datadog::check,
        takes_any_success: false,
    },
    Case {
        name: "newrelic",
        key: "newrelic_configs",
        yaml: "{api_key: SECRET, account_id: 7, api_url: \"URL\"}",
        ok: || Reply::of(200, "{\"success\":true}"),
        check: schema::newrelic::check,
        takes_any_success: false,
    },
];

impl Case {
    /// The file with this one channel.
    pub fn file(&self, scheme: &str, port: u16) -> String {
        let entry = self
            .yaml
            .replace("http://", &format!("{scheme}://"))
            .replace("URL", &format!("{scheme}://HOST"))
            .replace("HOST", &format!("127.0.0.1:{port}"))
            .replace("SECRET", SECRET);
        format!("receivers: [{{name: on-call, {}: [{entry}]}}]\n", self.key)
    }

    /// The channel, with a server at this port.
    pub fn channel(&self, scheme: &str, port: u16) -> Box<dyn Notifier> {
        let receivers = read(&self.file(scheme, port), &Nothing);
        match build(&receivers[0].channels[0]) {
            Ok(channel) => channel,
            Err(error) => panic!("{}: {error}", self.name),
        }
    }
}

/// Receivers of a file that is right.
pub fn read(text: &str, secrets: &dyn Secrets) -> Vec<ReceiverSettings> {
    match receivers(text, secrets) {
        Ok(file) => file.receivers,
        Err(errors) => panic!("{text}: {errors:?}"),
    }
}

/// No secrets outside of the file.
pub struct Nothing;

impl Secrets for Nothing {
    fn file(&self, path: &str) -> io::Result<String> {
        Err(io::Error::new(io::ErrorKind::NotFound, path.to_owned()))
    }

    fn environment(&self, _: &str) -> Option<String> {
        None
    }
}
