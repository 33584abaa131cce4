//! A notification as an event of Datadog.

use serde_json::{Value, json};
use swarmpulse_model::{AlertState, Severity, Timestamp};

use crate::summary::{Summary, escaped, plain};
use crate::{Message, digest};

/// The most characters of a title.
const TITLE_CHARACTERS_MAX: usize = 100;
/// The most characters of a text.
const TEXT_CHARACTERS_MAX: usize = 4000;
/// The most characters of a tag.
const TAG_CHARACTERS_MAX: usize = 200;
/// The most labels of the group that become tags.
const TAGS_MAX: usize = 30;
/// The most alerts that are told one by one.
const ALERTS_MAX: usize = 20;
/// The most alerts that are named as following from one.
const SYMPTOMS_MAX: usize = 5;
/// Datadog refuses events of more than 18 hours ago; what was held back for longer is dated so far back.
const AGE_S_MAX: f64 = 17.0 * 3600.0;

/// The event. Everything that is told of a group has the same aggregation key.
pub(super) fn render(message: &Message<'_>, more_tags: &[String]) -> Value {
    let told = message.notification;
    let summary = Summary::of(message, ALERTS_MAX, SYMPTOMS_MAX);
    let mut event = json!({
        "title": unaddressed(&summary.title, TITLE_CHARACTERS_MAX),
        "text": unaddressed(&summary.text(), TEXT_CHARACTERS_MAX),
        "alert_type": alert_type(&summary),
        "priority": if summary.severity == Severity::Info { "low" } else { "normal" },
        "aggregation_key": digest::incident(&told.group_key),
        "source_type_name": "my_apps",
        "date_happened": date(told.at, message.now),
        "tags": tags(message, &summary, more_tags),
    });
    if let Some(host) = host(message) {
        event["host"] = json!(host);
    }
    event
}

fn alert_type(summary: &Summary) -> &'static str {
    match (summary.state, summary.severity) {
        (AlertState::Resolved, _) => "success",
        (_, Severity::Critical) => "error",
        (_, Severity::Warning) => "warning",
        (_, Severity::Info) => "info",
    }
}

fn date(at: Timestamp, now: Timestamp) -> i64 {
    at.max(now.plus_s(-AGE_S_MAX)).unix_ms().div_euclid(1000)
}

/// Text in which `@name` tells nobody and `%%%` begins no markup: Datadog would take them for its own.
fn unaddressed(text: &str, characters_max: usize) -> String {
    escaped(text, characters_max, |place, out| {
        out.push(place.this);
        let split = match place.this {
            '@' => true,
            '%' => place.after == Some('%'),
            _ => false,
        };
        if split {
            out.push('\u{200b}');
        }
    })
}

fn tags(message: &Message<'_>, summary: &Summary, more: &[String]) -> Vec<String> {
    let own = [
        ("service", "swarmpulse"),
        ("status", summary.state.as_str()),
        ("severity", summary.severity.as_str()),
        ("receiver", &message.notification.receiver),
    ];
    let labels = message.notification.group_labels.iter().take(TAGS_MAX);
    own.into_iter()
        .chain(labels.map(|label| (label.name.as_str(), label.value.as_str())))
        .map(|(name, value)| plain(&format!("{name}:{value}"), TAG_CHARACTERS_MAX))
        .chain([format!("notification:{}", message.id)])
        .chain(more.iter().map(|tag| plain(tag, TAG_CHARACTERS_MAX)))
        .collect()
}

/// The host, if all of them are on one.
fn host(message: &Message<'_>) -> Option<String> {
    let mut hosts = message
        .notification
        .alerts
        .iter()
        .map(|told| told.alert.label("host"));
    let first = hosts.next()??;
    (message.notification.omitted == 0 && hosts.all(|host| host == Some(first))).then(|| plain(first, 255))
}
