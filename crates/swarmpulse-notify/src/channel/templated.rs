//! Every channel with every key that may be a template: what it says by them, and what if they fail.

use serde_json::{Value, json};

use super::{discord, opsgenie, pagerduty, slack, teams};
use crate::settings::{ChannelSettings, Secrets, receivers};
use crate::{Message, Remarks, examples};

/// All keys, each with `TEMPLATE` where a template goes.
const KEYS: &str = include_str!("templated/keys.yml");

struct Nothing;

impl Secrets for Nothing {
    fn file(&self, path: &str) -> std::io::Result<String> {
        Err(std::io::Error::other(path.to_owned()))
    }

    fn environment(&self, _: &str) -> Option<String> {
        None
    }
}

fn channels(template: &str) -> Vec<ChannelSettings> {
    let text = KEYS.replace("TEMPLATE", template);
    let file = receivers(&text, &Nothing).unwrap();
    assert_eq!(file.warnings, []);
    file.receivers
        .into_iter()
        .flat_map(|receiver| receiver.channels)
        .collect()
}

/// What a channel posts, without its secrets.
fn posted(message: &Message<'_>, settings: &ChannelSettings) -> Value {
    match settings {
        ChannelSettings::Slack(settings) => slack::render(message, settings),
        ChannelSettings::Discord(settings) => discord::render(message, settings),
        ChannelSettings::Teams(settings) if settings.format == crate::settings::TeamsFormat::MessageCard => {
            teams::render_message_card(message, settings)
        }
        ChannelSettings::Teams(settings) => teams::render(message, settings),
        ChannelSettings::Pagerduty(settings) => {
            let mut event = pagerduty::render(message, settings);
            event["routing_key"] = "<secret>".into();
            event
        }
        ChannelSettings::Opsgenie(settings) => {
            let calls = opsgenie::render(message, settings);
            calls.iter().map(|call| json!([call.path, call.body])).collect()
        }
        other => panic!("{} has no body", other.name()),
    }
}

#[test]
fn every_key_is_said_in_peoples_words() {
    for settings in channels(r#"{{ .Status | toUpper }} {{ (index .Alerts 0).Labels.agent }}"#) {
        let notification = examples::firing();
        let remarks = Remarks::default();
        let message = examples::message_with(&notification, &remarks);
        let body = posted(&message, &settings);
        assert_eq!(remarks.told(), None);
        insta::assert_json_snapshot!(settings.name().replace('/', "_"), body);
    }
}

#[test]
fn what_fails_is_said_in_our_words_and_remarked() {
    for settings in channels(r#"{{ index .Alerts 99 }}"#) {
        let notification = examples::firing();
        let remarks = Remarks::default();
        let message = examples::message_with(&notification, &remarks);
        let body = posted(&message, &settings);
        let told = remarks.told().unwrap();
        assert!(
            told.contains("is in our own words: template: ") && told.contains("index out of range: 99"),
            "{}: {told}",
            settings.name()
        );
        let text = body.to_string();
        assert!(text.contains("agent_down"), "{}: {text}", settings.name());
        assert!(
            text.contains("no contact within 30 s"),
            "{}: {text}",
            settings.name()
        );
    }
}

#[test]
fn a_severity_that_a_service_does_not_know_is_ours() {
    let wanted = "nonsense";
    let remarks = Remarks::default();
    let notification = examples::firing();
    let message = examples::message_with(&notification, &remarks);
    let pagerduty = crate::settings::PagerdutySettings {
        severity: Some(wanted.into()),
        ..Default::default()
    };
    assert_eq!(
        pagerduty::render(&message, &pagerduty)["payload"]["severity"],
        "critical"
    );
    let opsgenie = crate::settings::OpsgenieSettings {
        priority: Some(wanted.into()),
        ..Default::default()
    };
    assert_eq!(opsgenie::render(&message, &opsgenie)[0].body["priority"], "P1");
    let told = remarks.told().unwrap();
    assert!(
        told.contains("severity is in our own words") && told.contains("priority is in our own words"),
        "{told}"
    );
}
