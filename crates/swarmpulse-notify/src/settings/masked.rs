//! The file for showing: what is not known to be harmless is not shown.

use swarmpulse_yaml::{Entry, Node, Scalar, Value, parse};

use super::secret::MASK;

/// Parts of the file that are about alerts alone.
const SHOWN_PARTS: [&str; 5] = [
    "route",
    "inhibit_rules",
    "mute_time_intervals",
    "time_intervals",
    "templates",
];

/// Keys whose values are shown, wherever they stand in the rest. Everything else is masked: whoever adds a key need not
/// think of this list.
const SHOWN: [&str; 37] = [
    "account_id",
    "channel",
    "class",
    "client",
    "client_id",
    "component",
    "enable_http2",
    "environment",
    "event_type",
    "follow_redirects",
    "force_implicit_tls",
    "from",
    "group",
    "hello",
    "icon_emoji",
    "insecure_skip_verify",
    "max_alerts",
    "name",
    "priority",
    "proxy_from_environment",
    "region",
    "require_tls",
    "resolve_timeout",
    "send_resolved",
    "severity",
    "short_fields",
    "site",
    "smarthost",
    "smtp_force_implicit_tls",
    "smtp_from",
    "smtp_hello",
    "smtp_require_tls",
    "smtp_smarthost",
    "source",
    "timeout",
    "to",
    "type",
];

/// Keys of mappings, and of lists of mappings, that are looked into.
const OPENED: [&str; 7] = [
    "authorization",
    "basic_auth",
    "http_config",
    "oauth2",
    "responders",
    "smtp_tls_config",
    "tls_config",
];

/// URLs that are no secrets unless somebody put one in.
const URLS: [&str; 6] = [
    "app_url",
    "opsgenie_api_url",
    "pagerduty_url",
    "proxy_url",
    "slack_app_url",
    "token_url",
];

/// A file in Alertmanager's format as it may be shown to those who may read alerts: routes as they are, of receivers what
/// is harmless, and `<secret>` for the rest. Comments are left out.
#[must_use]
pub fn masked(text: &str) -> String {
    let Ok(mut document) = parse(text) else {
        return "# the file is no valid YAML and is not shown\n".to_owned();
    };
    match &mut document.value {
        Value::Map(entries) => {
            for entry in entries {
                match entry.key.as_str() {
                    key if SHOWN_PARTS.contains(&key) => {}
                    "global" | "receivers" => open(&mut entry.node),
                    _ => hide(&mut entry.node),
                }
            }
        }
        Value::Empty => {}
        Value::Scalar(_) | Value::List(_) => hide(&mut document),
    }
    document.to_yaml()
}

/// Masks a mapping, or mappings in a list, key by key.
fn open(node: &mut Node) {
    match &mut node.value {
        Value::Map(entries) => entries.iter_mut().for_each(open_entry),
        Value::List(items) => items.iter_mut().for_each(open),
        Value::Empty => {}
        Value::Scalar(_) => hide(node),
    }
}

fn open_entry(entry: &mut Entry) {
    let key = entry.key.as_str();
    let is_source = key.ends_with("_file") || key.ends_with("_env");
    let is_plain = matches!(entry.node.value, Value::Scalar(_));
    if is_plain && (is_source || SHOWN.contains(&key)) {
        return;
    }
    if URLS.contains(&key) && is_harmless_url(&entry.node) {
        return;
    }
    if key == "url" || key == "urls" {
        return hide_but_origin(&mut entry.node);
    }
    if !is_plain && (key.ends_with("_configs") || OPENED.contains(&key)) {
        open(&mut entry.node);
    } else {
        hide(&mut entry.node);
    }
}

fn is_harmless_url(node: &Node) -> bool {
    let Value::Scalar(scalar) = &node.value else {
        return false;
    };
    reqwest::Url::parse(&scalar.text).is_ok_and(|url| {
        url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

/// Of addresses that carry their secret in the path, the rest is shown: `https://host/<secret>`. Versions of `amtool` that
/// read the file insist on an address there.
fn hide_but_origin(node: &mut Node) {
    match &mut node.value {
        Value::Scalar(scalar) => match reqwest::Url::parse(&scalar.text) {
            Ok(url) if url.has_host() => {
                let origin = url.origin().ascii_serialization();
                scalar.text = format!("{origin}/{MASK}");
                scalar.typed = false;
            }
            _ => hide(node),
        },
        Value::List(items) => items.iter_mut().for_each(hide_but_origin),
        Value::Empty | Value::Map(_) => hide(node),
    }
}

/// Masks every value below. Names of keys stay.
fn hide(node: &mut Node) {
    match &mut node.value {
        Value::Empty => {}
        Value::Scalar(scalar) => {
            *scalar = Scalar {
                text: MASK.to_owned(),
                typed: false,
            };
        }
        Value::List(items) => items.iter_mut().for_each(hide),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| hide(&mut entry.node)),
    }
}
