//! Which channels receivers have, without reading any secret: enough to say who would be told what.

use swarmpulse_model::Text;
use swarmpulse_yaml::{Entry, Node, Value, parse};

use super::table::KINDS;

/// A receiver and its channels by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverOutline {
    /// Its name.
    pub name: Text,
    /// Its channels.
    pub channels: Vec<ChannelOutline>,
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelOutline {
    /// Its kind and its number among the receiver's channels of that kind: `slack/0`.
    pub name: Text,
    /// Whether it is told that alerts ended.
    pub send_resolved: bool,
}

/// The receivers of a file in Alertmanager's format, also of one whose secrets are masked. What is no receiver is passed
/// over: [`super::receivers`] says what is wrong with it.
#[must_use]
pub fn outline(text: &str) -> Vec<ReceiverOutline> {
    let Ok(document) = parse(text) else {
        return Vec::new();
    };
    let receivers = items(&document, "receivers").iter();
    receivers.filter_map(receiver).collect()
}

fn receiver(node: &Node) -> Option<ReceiverOutline> {
    let mut channels = Vec::new();
    for kind in KINDS {
        for (number, channel) in items(node, kind.key).iter().enumerate() {
            let said = scalar(channel, "send_resolved").and_then(|text| text.parse().ok());
            channels.push(ChannelOutline {
                name: Text::from(format!("{}/{number}", kind.key.trim_end_matches("_configs"))),
                send_resolved: said.unwrap_or(kind.send_resolved),
            });
        }
    }
    Some(ReceiverOutline {
        name: scalar(node, "name")?.into(),
        channels,
    })
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Entry> {
    match &node.value {
        Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
        Value::Empty | Value::Scalar(_) | Value::List(_) => None,
    }
}

fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    match entry(node, key).map(|entry| &entry.node.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

fn scalar<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    match entry(node, key).map(|entry| &entry.node.value) {
        Some(Value::Scalar(scalar)) => Some(&scalar.text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::masked;

    #[test]
    fn channels_are_known_without_their_secrets() {
        let text = "route: {receiver: team}
receivers:
- name: team
  slack_configs:
  - api_url: https://hooks.example/a-secret
  - api_url_file: /run/slack
    send_resolved: true
  webhook_configs:
  - url: https://hooks.example/another-secret
- name: nobody
";
        for text in [text.to_owned(), masked(text)] {
            let found = outline(&text);
            assert!(!format!("{found:?}").contains("secret"));
            let team: Vec<(&str, bool)> = found[0]
                .channels
                .iter()
                .map(|channel| (channel.name.as_str(), channel.send_resolved))
                .collect();
            assert_eq!(found[0].name, "team");
            assert_eq!(team, [("slack/0", false), ("slack/1", true), ("webhook/0", true)]);
            assert_eq!((found[1].name.as_str(), found[1].channels.len()), ("nobody", 0));
        }
        assert!(outline("{").is_empty());
    }
}
