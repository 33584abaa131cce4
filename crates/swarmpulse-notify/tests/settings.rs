//! Receivers as people write them: files in `tests/receivers`, what is wrong with others, and that no secret is shown.

use std::io;
use std::process::Command;

use swarmpulse_notify::settings::{
    Authorization, ChannelSettings, NewRelicRegion, ReceiversFile, Secret, Secrets, SettingsError,
    TeamsFormat, masked, receivers,
};

const ALERTMANAGER: &str = include_str!("receivers/alertmanager.yml");
const ALL: &str = include_str!("receivers/all.yml");

/// What every secret of the files begins with, wherever it comes from.
const MARK: &str = "hush";

struct Fixed;

impl Secrets for Fixed {
    fn file(&self, path: &str) -> io::Result<String> {
        match path {
            "secrets/url" => Ok("https://discord.example/api/webhooks/2/hush-file\n".to_owned()),
            "secrets/password" => Ok("hush-password\n".to_owned()),
            "secrets/ca" => Ok("-----BEGIN CERTIFICATE-----\n".to_owned()),
            "secrets/cert" => Ok("certificate\n".to_owned()),
            "secrets/key" => Ok("hush-key\n".to_owned()),
            "secrets/empty" => Ok(" \n".to_owned()),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn environment(&self, name: &str) -> Option<String> {
        match name {
            "SLACK_TOKEN" => Some("hush-env-slack".to_owned()),
            "PAGERDUTY_KEY" => Some("hush-env-pagerduty".to_owned()),
            "WEBHOOK_URL" => Some("https://hooks.example/hush-env".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn templates(&self, pattern: &str) -> Result<Vec<(String, String)>, String> {
        let file = |path: &str, text: &str| Ok(vec![(path.to_owned(), text.to_owned())]);
        match pattern {
            "templates/*.tmpl" => file(
                "templates/team.tmpl",
                "{{ define \"x\" }}{{ .Status }}{{ end }}\n{{ define \"y\" }}<b>{{ template \"x\" . }}</b>{{ end }}",
            ),
            "bad/*.tmpl" => file("bad/one.tmpl", "{{ define \"x\" }}\n\n{{ nope }}{{ end }}"),
            "lost/*.tmpl" => file(
                "lost/one.tmpl",
                "{{ define \"x\" }}\n{{ template \"gone\" . }}{{ end }}",
            ),
            "none/*.tmpl" => Ok(Vec::new()),
            _ => Err(format!("{pattern} cannot be read: permission denied")),
        }
    }
}

fn read(text: &str) -> Result<ReceiversFile, Vec<SettingsError>> {
    receivers(text, &Fixed)
}

/// What is wrong with one receiver called `a` that has these lines.
fn wrong(lines: &str) -> Vec<String> {
    let indented: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    match read(&format!("receivers:\n  - name: a\n{indented}")) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn every_channel_is_read_and_named() {
    let file = read(ALL).unwrap();
    let names: Vec<(&str, bool)> = file.receivers[0]
        .channels
        .iter()
        .map(|channel| (channel.name(), channel.send_resolved()))
        .collect();
    assert_eq!(
        names,
        [
            ("slack/0", false),
            ("discord/0", true),
            ("pagerduty/0", true),
            ("email/0", false),
            ("webhook/0", true),
            ("opsgenie/0", true),
            ("msteams/0", true),
            ("msteamsv2/0", false),
            ("sentry/0", true),
            ("datadog/0", true),
            ("newrelic/0", true),
            ("command/0", true),
            ("alertmanager/0", true),
        ]
    );
    assert!(file.receivers[1].channels.is_empty());
    assert_eq!(file.receivers[0].channels[7].kind(), "msteamsv2");
    assert!(file.warnings.is_empty(), "{:?}", file.warnings);
}

#[test]
fn secrets_come_from_the_file_from_files_and_from_the_environment() {
    let file = read(ALL).unwrap();
    let mut found = Vec::new();
    for channel in &file.receivers[0].channels {
        match channel {
            ChannelSettings::Slack(slack) => {
                found.push(slack.app_token.clone().unwrap());
                assert_eq!(slack.api_url.expose(), "https://slack.com/api/chat.postMessage");
            }
            ChannelSettings::Discord(discord) => found.push(discord.webhook_url.clone()),
            ChannelSettings::Email(email) => {
                found.push(email.auth_password.clone().unwrap());
                assert_eq!(
                    (email.smarthost.port, email.implicit_tls, email.require_tls),
                    (465, Some(true), true)
                );
            }
            ChannelSettings::Webhook(webhook) => {
                found.push(webhook.url.clone());
                found.push(webhook.signing_secret.clone().unwrap());
                assert_eq!(webhook.timeout_s, Some(5.0));
                let Some(Authorization::Scheme { scheme, credentials }) = &webhook.http.authorization else {
                    panic!("{:?}", webhook.http);
                };
                assert_eq!(scheme, "Token");
                found.push(credentials.clone());
                let headers: Vec<(&str, &str)> = webhook
                    .http
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.expose()))
                    .collect();
                assert_eq!(
                    headers,
                    [
                        ("X-Key", "hush-header"),
                        ("X-Other", "plain"),
                        ("X-Other", "hush-password")
                    ]
                );
                assert_eq!(
                    webhook.http.tls.client_pem.as_ref().unwrap().expose(),
                    "certificate\nhush-key\n"
                );
            }
            ChannelSettings::Teams(teams) => found.push(teams.webhook_url.clone()),
            ChannelSettings::NewRelic(new_relic) => {
                assert_eq!(
                    (new_relic.account_id, new_relic.region),
                    (1_234_567, NewRelicRegion::Eu)
                );
            }
            ChannelSettings::Command(command) => found.push(command.env[0].1.clone()),
            ChannelSettings::Alertmanager(forward) => {
                let urls: Vec<&str> = forward.urls.iter().map(Secret::expose).collect();
                assert_eq!(urls, ["http://user:hush-am@am-1:9093", "http://am-2:9093/prefix"]);
            }
            _ => {}
        }
    }
    let found: Vec<&str> = found.iter().map(Secret::expose).collect();
    assert_eq!(
        found,
        [
            "hush-env-slack",
            "https://discord.example/api/webhooks/2/hush-file",
            "hush-password",
            "https://hooks.example/hush-env",
            "hush-signing",
            "hush-password",
            "https://teams.example/hush-teams",
            "https://teams.example/hush-teams-v2",
            "hush-variable",
        ]
    );
}

#[test]
fn channels_fall_back_to_global_as_in_alertmanager() {
    let file = read(ALERTMANAGER).unwrap();
    let channels = &file.receivers[0].channels;
    let ChannelSettings::Slack(slack) = &channels[0] else {
        panic!("{channels:?}")
    };
    assert_eq!(
        slack.api_url.expose(),
        "https://hooks.slack.example/services/hush-global-slack"
    );
    assert_eq!(
        slack.http.proxy.as_ref().map(Secret::expose),
        Some("http://proxy.example.org:3128")
    );
    assert!(slack.http.tls.insecure_skip_verify && slack.common.send_resolved && slack.app_token.is_none());
    let ChannelSettings::Slack(slack) = &channels[1] else {
        panic!("{channels:?}")
    };
    assert_eq!(
        slack.app_token.as_ref().map(Secret::expose),
        Some("hush-slack-token")
    );
    assert!(slack.http.authorization.is_none() && slack.http.proxy.is_none());
    let ChannelSettings::Pagerduty(pagerduty) = &channels[3] else {
        panic!("{channels:?}")
    };
    let severity = pagerduty.severity.as_ref().unwrap();
    assert_eq!(severity.as_plain(), None, "it is a template");
    assert_eq!(pagerduty.url, "https://events.pagerduty.example/v2/enqueue");
    let ChannelSettings::Pagerduty(pagerduty) = &channels[4] else {
        panic!("{channels:?}")
    };
    assert_eq!(pagerduty.routing_key.expose(), "hush-pagerduty-v1");
    let ChannelSettings::Email(email) = &channels[5] else {
        panic!("{channels:?}")
    };
    assert_eq!(email.to, "a@example.org, \"B, C\" <b@example.org>".into());
    assert_eq!(
        (email.from.as_plain(), email.hello.as_str()),
        (Some("monitor@example.org"), "monitor.example.org")
    );
    assert_eq!(email.headers[1], ("X-Team".to_owned(), "agents".into()));
    assert!(!email.require_tls && !email.common.send_resolved);
    let ChannelSettings::Email(email) = &channels[6] else {
        panic!("{channels:?}")
    };
    assert_eq!(
        (
            email.smarthost.host.as_str(),
            email.smarthost.port,
            email.require_tls
        ),
        ("::1", 25, true)
    );
    let ChannelSettings::Opsgenie(opsgenie) = &channels[8] else {
        panic!("{channels:?}")
    };
    assert_eq!(opsgenie.api_key.expose(), "hush-global-opsgenie");
    assert_eq!(opsgenie.api_url, "https://api.eu.opsgenie.com/");
    assert_eq!(opsgenie.tags, Some("a, b,".into()));
    assert_eq!(opsgenie.responders[0].kind, "Team".into());
    assert_eq!(opsgenie.details[0], ("owner".to_owned(), "me".into()));
}

#[test]
fn templates_are_checked_when_they_are_read() {
    let told = |templates: &str, title: &str| {
        let text = format!(
            "templates: ['{templates}']\nreceivers:\n  - name: a\n    discord_configs:\n      - webhook_url: http://x\n        title: '{title}'\n"
        );
        match read(&text) {
            Ok(file) => file.warnings.iter().map(ToString::to_string).collect(),
            Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }
    };
    for (templates, title, expected) in [
        (
            "templates/*.tmpl",
            r#"{{ template "x" . }}{{ template "slack.default.title" . }}"#,
            &[][..],
        ),
        (
            "bad/*.tmpl",
            "plain",
            &[
                "line 1, column 13: templates: bad/one.tmpl:3: template: one.tmpl:3: function \"nope\" not defined",
            ],
        ),
        (
            "secret/*.tmpl",
            "plain",
            &["line 1, column 13: templates: secret/*.tmpl cannot be read: permission denied"],
        ),
        (
            "none/*.tmpl",
            "plain",
            &["line 1, column 13: templates: no file is called none/*.tmpl"],
        ),
        (
            "templates/*.tmpl",
            r#"{{ template "z" . }}"#,
            &["line 6, column 9: title: template: title:1: template \"z\" not defined"],
        ),
        (
            "templates/*.tmpl",
            "{{ .Status | toCamel }}",
            &["line 6, column 9: title: template: title:1: function \"toCamel\" not defined"],
        ),
        (
            "templates/*.tmpl",
            "{{ if }}",
            &["line 6, column 9: title: template: title:1: missing value for if"],
        ),
        (
            "lost/*.tmpl",
            "plain",
            &[
                "line 1, column 1: templates: one.tmpl:2: template \"gone\" not defined: whatever calls it is refused",
            ],
        ),
    ] {
        assert_eq!(told(templates, title), expected, "{templates} {title}");
    }
    let used = told("lost/*.tmpl", r#"{{ template "x" . }}"#);
    assert!(
        used.iter().any(
            |fault| fault.starts_with("line 6, column 9: title: template: one.tmpl:2: template \"gone\"")
        ),
        "{used:?}"
    );
}

#[test]
fn connectors_and_workflows_of_teams_are_told_apart() {
    let file = read(ALL).unwrap();
    let formats: Vec<TeamsFormat> = file.receivers[0]
        .channels
        .iter()
        .filter_map(|channel| match channel {
            ChannelSettings::Teams(teams) => Some(teams.format),
            _ => None,
        })
        .collect();
    assert_eq!(formats, [TeamsFormat::MessageCard, TeamsFormat::AdaptiveCard]);
}

#[test]
fn what_has_no_effect_is_said() {
    let warnings: Vec<String> = read(ALERTMANAGER)
        .unwrap()
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(warnings.join("\n"));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_the_way_out() {
    for (lines, expected) in [
        (
            "slack_configs: [{}]",
            "line 3, column 21: a Slack channel needs `api_url`, `api_url_file` or `api_url_env`",
        ),
        (
            "slack_configs: [{app_token: x}]",
            "line 3, column 21: a Slack channel with a token needs `channel`",
        ),
        (
            "slack_configs: [{api_url: http://x, api_url_file: y}]",
            "line 3, column 22: api_url, api_url_file and api_url_env exclude",
        ),
        (
            "slack_configs: [{api_url: hooks}]",
            "line 3, column 22: api_url is no URL that can be used: write it in full",
        ),
        (
            "slack_configs: [{api_url: 'ftp://x/'}]",
            "line 3, column 22: api_url is no URL that can be used: its scheme",
        ),
        (
            "slack_configs: [{api_url: '<secret>'}]",
            "line 3, column 22: api_url holds `<secret>`, which stands for a value",
        ),
        (
            "slack_configs: [{api_ulr: http://x}]",
            "line 3, column 22: `api_ulr` is not known in a Slack channel: write `api_url`?",
        ),
        (
            "discord_configs: [{webhook_url_file: gone}]",
            "line 3, column 24: webhook_url_file: the file gone cannot be read",
        ),
        (
            "discord_configs: [{webhook_url_file: secrets/empty}]",
            "line 3, column 24: webhook_url_file: the file secrets/empty is empty",
        ),
        (
            "discord_configs: [{webhook_url_env: GONE}]",
            "line 3, column 24: webhook_url_env: the environment has no GONE",
        ),
        (
            "discord_configs: [{webhook_url_env: EMPTY}]",
            "line 3, column 24: webhook_url_env: the environment has no EMPTY",
        ),
        (
            "discord_configs: {webhook_url: x}",
            "line 3, column 22: discord_configs must be a list, not a mapping",
        ),
        (
            "pagerduty_configs: [{}]",
            "line 3, column 25: a PagerDuty channel needs `routing_key`",
        ),
        (
            "pagerduty_configs: [{routing_key: '{{ .x }}'}]",
            "line 3, column 26: routing_key cannot be a template",
        ),
        (
            "pagerduty_configs: [{routing_key: x, severity: P1}]",
            "line 3, column 42: severity is `P1`: PagerDuty knows",
        ),
        (
            "email_configs: [{to: a@b}]",
            "line 3, column 21: an e-mail channel needs `from`",
        ),
        (
            "email_configs: [{from: a, smarthost: 'x:25'}]",
            "line 3, column 21: an e-mail channel needs `to`",
        ),
        (
            "email_configs: [{to: a, from: a, smarthost: x}]",
            "line 3, column 38: smarthost must be host:port",
        ),
        (
            "email_configs: [{to: a, from: a, smarthost: 'x:1', headers: {a: b, A: c}}]",
            "line 3, column 72: headers has `A` twice",
        ),
        (
            "email_configs: [{to: a, from: a, smarthost: 'x:1', require_tls: maybe}]",
            "line 3, column 69: require_tls must be true or false",
        ),
        (
            "webhook_configs: [{max_alerts: -1, url: http://x}]",
            "line 3, column 36: max_alerts must be a whole number",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {oauth2: {client_id: a}}}]",
            "line 3, column 61: oauth2 needs `client_secret`, `client_secret_file` or `client_secret_env`",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {oauth2: {client_id: a, client_secret: b}}}]",
            "line 3, column 61: oauth2 needs `token_url`",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {oauth2: {client_id: a, client_secret: b, token_url: x}}}]",
            "line 3, column 94: token_url is no URL",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {bearer_token: c, oauth2: {client_id: a, client_secret: b, token_url: http://x}}}]",
            "line 3, column 52: basic_auth, authorization, bearer_token and oauth2 exclude",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {basic_auth: {username: c}, oauth2: {client_id: a, client_secret: b, token_url: http://x}}}]",
            "line 3, column 52: basic_auth, authorization, bearer_token and oauth2 exclude",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {oauth2: {client_id: a, client_secret: b, token_url: http://x, endpoint_params: {scope: y}}}}]",
            "line 3, column 133: endpoint_params cannot hold scope",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {oauth2: {client_id: a, client_secret: b, token_url: http://x, grant_type: jwt}}}]",
            "line 3, column 115: ",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {basic_auth: {username: a}, bearer_token: b}}]",
            "line 3, column 52: basic_auth, authorization, bearer_token and oauth2 exclude",
        ),
        (
            "webhook_configs: [{url: http://x, http_config: {tls_config: {cert_file: secrets/cert}}}]",
            "line 3, column 65: tls_config needs both",
        ),
        (
            "opsgenie_configs: [{}]",
            "line 3, column 24: an Opsgenie channel needs `api_key`",
        ),
        (
            "opsgenie_configs: [{api_key: x, responders: [{type: group, id: 1}]}]",
            "line 3, column 51: type is `group`",
        ),
        (
            "opsgenie_configs: [{api_key: x, responders: [{type: team}]}]",
            "line 3, column 50: a responder needs `id`",
        ),
        (
            "sentry_configs: [{}]",
            "line 3, column 22: a Sentry channel needs `dsn`, `dsn_file` or `dsn_env`",
        ),
        (
            "datadog_configs: [{api_key: x, site: 'a/b'}]",
            "line 3, column 36: site is no host",
        ),
        (
            "newrelic_configs: [{api_key: x}]",
            "line 3, column 24: a New Relic channel needs `account_id`",
        ),
        (
            "newrelic_configs: [{api_key: x, account_id: 1, region: asia}]",
            "line 3, column 52: region is `asia`: write us or eu",
        ),
        (
            "command_configs: [{command: []}]",
            "line 3, column 23: a command channel needs `command`",
        ),
        (
            "command_configs: [{command: rm -rf}]",
            "line 3, column 33: command must be a list",
        ),
        (
            "alertmanager_configs: [{}]",
            "line 3, column 28: an Alertmanager channel needs `url` or `urls`",
        ),
        (
            "telegram_configs: [{bot_token: x}]",
            "line 3, column 5: telegram_configs is not supported",
        ),
        (
            "slak_configs: []",
            "line 3, column 5: `slak_configs` is not known in a receiver: write `slack_configs`?",
        ),
    ] {
        let errors = wrong(lines);
        assert!(
            errors.iter().any(|error| error.starts_with(expected)),
            "{lines}: {errors:#?}"
        );
    }
}

#[test]
fn nothing_shows_a_secret() {
    let mut shown = vec![masked(ALL), masked(ALERTMANAGER)];
    for text in [ALL, ALERTMANAGER] {
        let file = read(text).unwrap();
        assert!(text.contains(MARK));
        shown.push(format!("{file:?} {file:#?}"));
        // The same files with a fault in every line: what is said of them.
        for (index, _) in text.lines().enumerate() {
            let broken: String = text
                .lines()
                .enumerate()
                .map(|(number, line)| match number == index {
                    true => format!("{}\n", line.replacen(": ", "x: ", 1)),
                    false => format!("{line}\n"),
                })
                .collect();
            if let Err(errors) = read(&broken) {
                shown.push(format!("{errors:?}"));
            }
            shown.push(masked(&broken));
            // And cut off in the middle of it.
            let cut: String = text.lines().take(index).map(|line| format!("{line}\n")).collect();
            let cut = format!(
                "{cut}{}",
                &text
                    .lines()
                    .nth(index)
                    .unwrap_or_default()
                    .get(..20)
                    .unwrap_or_default()
            );
            if let Err(errors) = read(&cut) {
                shown.push(format!("{errors:?}"));
            }
            shown.push(masked(&cut));
        }
    }
    for text in shown {
        let at = text.find(MARK);
        assert_eq!(
            at,
            None,
            "{}",
            text.get(at.unwrap_or(0).saturating_sub(200)..).unwrap_or(&text)
        );
    }
}

#[test]
fn a_secret_is_no_text() {
    let secret = Secret::new("hush");
    assert_eq!(
        format!("{secret} {secret:?} {secret:#?}"),
        "<secret> <secret> <secret>"
    );
    assert_eq!(serde_json::to_string(&secret).unwrap(), "\"<secret>\"");
}

#[test]
fn the_file_is_shown_without_what_is_not_known_to_be_harmless() {
    insta::assert_snapshot!(masked(ALL));
}

#[test]
fn amtool_takes_the_file_that_is_alertmanagers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/receivers/alertmanager.yml");
    let Ok(output) = Command::new("amtool").args(["check-config", path]).output() else {
        eprintln!("skipped: amtool is not installed (scripts/install-test-packages)");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 receivers"), "{said}");
}
