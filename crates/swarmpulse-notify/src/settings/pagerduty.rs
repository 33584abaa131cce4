//! PagerDuty: Events API v2.

use swarmpulse_yaml::{Fields, Node};

use super::entry::Common;
use super::global::Global;
use super::http::HttpSettings;
use super::reader::{Reader, secret_keys};
use super::secret::Secret;
use crate::wording::Wording;

/// What PagerDuty knows.
pub(crate) const PAGERDUTY_SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];

/// PagerDuty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PagerdutySettings {
    /// What every channel has.
    pub common: Common,
    /// How requests are made.
    pub http: HttpSettings,
    /// Where events are sent.
    pub url: String,
    /// The integration's key.
    pub routing_key: Secret,
    /// Who says it; `None`: this monitor.
    pub client: Option<Wording>,
    /// Where the client is reached; `None`: this monitor's address.
    pub client_url: Option<Wording>,
    /// `critical`, `error`, `warning` or `info`; `None`: that of the gravest alert.
    pub severity: Option<Wording>,
    /// What it comes from; `None`: the alerts' subject.
    pub source: Option<Wording>,
    /// The class of the event.
    pub class: Option<Wording>,
    /// The component.
    pub component: Option<Wording>,
    /// The logical group.
    pub group: Option<Wording>,
    /// The event's one line.
    pub description: Option<Wording>,
    /// Further details, or others in place of ours.
    pub details: Vec<(String, Wording)>,
    /// Pictures.
    pub images: Vec<PagerdutyImage>,
    /// Links; none: ours.
    pub links: Vec<PagerdutyLink>,
}

/// A picture of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct PagerdutyImage {
    /// Where it is.
    pub src: Wording,
    /// Where it leads.
    pub href: Option<Wording>,
    /// What it shows, in words.
    pub alt: Option<Wording>,
}

/// A link of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct PagerdutyLink {
    /// Where it leads.
    pub href: Wording,
    /// What it is called.
    pub text: Option<Wording>,
}

impl PagerdutySettings {
    pub(super) fn read(
        fields: &mut Fields<'_>,
        common: Common,
        http: HttpSettings,
        global: &Global,
        reader: &mut Reader<'_>,
    ) -> Option<Self> {
        let key = routing_key(fields, reader);
        let url = reader.url(fields, "url").or_else(|| global.pagerduty_url.clone());
        let severity = reader.wording(fields, "severity");
        if let Some(severity) = severity.as_ref().and_then(Wording::as_plain)
            && !PAGERDUTY_SEVERITIES.contains(&severity)
        {
            let message =
                format!("severity is `{severity}`: PagerDuty knows critical, error, warning and info");
            reader.faults.error(fields.place("severity"), message);
        }
        let images = fields.list("images", &mut reader.faults);
        let links = fields.list("links", &mut reader.faults);
        let settings = Self {
            common,
            http,
            url: url.unwrap_or_else(|| "https://events.pagerduty.com/v2/enqueue".to_owned()),
            routing_key: Secret::default(),
            client: reader.wording(fields, "client"),
            client_url: reader.wording(fields, "client_url"),
            severity,
            source: reader.wording(fields, "source"),
            class: reader.wording(fields, "class"),
            component: reader.wording(fields, "component"),
            group: reader.wording(fields, "group"),
            description: reader.wording(fields, "description"),
            details: reader.wordings(fields, "details"),
            images: images.iter().filter_map(|node| image(node, reader)).collect(),
            links: links.iter().filter_map(|node| link(node, reader)).collect(),
        };
        fields.unused(&["timeout"], "every attempt has 30 s", &mut reader.faults);
        Some(Self {
            routing_key: key?,
            ..settings
        })
    }
}

fn image(node: &Node, reader: &mut Reader<'_>) -> Option<PagerdutyImage> {
    let mut fields = reader.fields(node, "an image")?;
    let image = PagerdutyImage {
        src: reader.wording(&mut fields, "src")?,
        href: reader.wording(&mut fields, "href"),
        alt: reader.wording(&mut fields, "alt"),
    };
    fields.finish(&mut reader.faults);
    Some(image)
}

fn link(node: &Node, reader: &mut Reader<'_>) -> Option<PagerdutyLink> {
    let mut fields = reader.fields(node, "a link")?;
    let link = PagerdutyLink {
        href: reader.wording(&mut fields, "href")?,
        text: reader.wording(&mut fields, "text"),
    };
    fields.finish(&mut reader.faults);
    Some(link)
}

fn routing_key(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Option<Secret> {
    let service_keys = secret_keys!("service_key");
    let service_key = reader.secret(fields, &service_keys);
    let routing_key = reader.secret(fields, &secret_keys!("routing_key"));
    if routing_key.is_none() && Reader::is_there(fields, &service_keys) {
        let message = "service_key is of the Events API v1, which is not used: it is sent as `routing_key` of v2, which most integrations take; write `routing_key`";
        reader.faults.warn(fields.place("service_key"), message);
        return service_key;
    }
    if routing_key.is_none() && !Reader::is_there(fields, &secret_keys!("routing_key")) {
        let message = "a PagerDuty channel needs `routing_key`, `routing_key_file` or `routing_key_env`";
        reader.faults.error(fields.at(), message);
    }
    routing_key
}
