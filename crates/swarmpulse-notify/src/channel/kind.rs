//! The table of kinds: what there is, in a sentence, and how it is written.

/// A kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelKind {
    /// What its channels are called: `slack` of `slack/0`.
    pub name: &'static str,
    /// Its key under a receiver.
    pub key: &'static str,
    /// What it tells whom, in a sentence.
    pub help: &'static str,
    /// One channel as it is written, in YAML: an entry of the list under its key.
    pub example: &'static str,
}

/// All kinds.
pub const CHANNELS: &[ChannelKind] = &[
    ChannelKind {
        name: "slack",
        key: "slack_configs",
        help: "A channel of Slack, by an incoming webhook or by a token with chat:write.",
        example: "api_url_env: SLACK_WEBHOOK_URL\nsend_resolved: true\n",
    },
    ChannelKind {
        name: "discord",
        key: "discord_configs",
        help: "A channel of Discord, by one of its webhooks.",
        example: "webhook_url_env: DISCORD_WEBHOOK_URL\n",
    },
    ChannelKind {
        name: "pagerduty",
        key: "pagerduty_configs",
        help: "A service of PagerDuty, by the key of an Events API v2 integration; incidents resolve by themselves.",
        example: "routing_key_env: PAGERDUTY_ROUTING_KEY\n",
    },
    ChannelKind {
        name: "email",
        key: "email_configs",
        help: "Mail, by SMTP with STARTTLS or TLS.",
        example: "to: on-call@example.com\nfrom: swarmpulse@example.com\nsmarthost: smtp.example.com:587\nauth_username: swarmpulse\nauth_password_env: SMTP_PASSWORD\nsend_resolved: true\n",
    },
    ChannelKind {
        name: "webhook",
        key: "webhook_configs",
        help: "Any address that takes what Alertmanager's webhook posts; signed if there is a secret for it.",
        example: "url: http://127.0.0.1:8080/alerts\nsigning_secret_env: WEBHOOK_SECRET\n",
    },
    ChannelKind {
        name: "opsgenie",
        key: "opsgenie_configs",
        help: "Opsgenie or Jira Service Management; alerts are closed when they are over.",
        example: "api_key_env: OPSGENIE_API_KEY\napi_url: https://api.eu.opsgenie.com/\n",
    },
    ChannelKind {
        name: "msteams",
        key: "msteams_configs",
        help: "A channel of Microsoft Teams by one of the older connectors.",
        example: "webhook_url_env: TEAMS_CONNECTOR_URL\n",
    },
    ChannelKind {
        name: "msteamsv2",
        key: "msteamsv2_configs",
        help: "A chat or channel of Microsoft Teams by a workflow that takes webhooks.",
        example: "webhook_url_env: TEAMS_WORKFLOW_URL\n",
    },
    ChannelKind {
        name: "sentry",
        key: "sentry_configs",
        help: "A project of Sentry: each group of alerts is one issue.",
        example: "dsn_env: SENTRY_DSN\n",
    },
    ChannelKind {
        name: "datadog",
        key: "datadog_configs",
        help: "Events of Datadog.",
        example: "api_key_env: DATADOG_API_KEY\nsite: datadoghq.eu\n",
    },
    ChannelKind {
        name: "newrelic",
        key: "newrelic_configs",
        help: "Custom events of New Relic.",
        example: "api_key_env: NEW_RELIC_INGEST_KEY\naccount_id: 1234567\nregion: eu\n",
    },
    ChannelKind {
        name: "command",
        key: "command_configs",
        help: "A program of this machine, which reads the notification as JSON from its standard input.",
        example: "command: [/usr/local/bin/page, --loud]\n",
    },
    ChannelKind {
        name: "alertmanager",
        key: "alertmanager_configs",
        help: "An Alertmanager that stands elsewhere, or all replicas of one.",
        example: "urls: [http://127.0.0.1:9093]\n",
    },
];
