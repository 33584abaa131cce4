//! Functions that Prometheus adds: a table, and those for texts and addresses.

use std::net::IpAddr;

use swarmpulse_model::Timestamp;
use swarmpulse_template::{
    ANY_MAP, Answer, Function, Sort, Surroundings, Value, humanize, query_escaped, text, texts,
};

use super::samples::{self, SAMPLE, SAMPLES};

const ANY: Sort = Sort::ANY;
const STRING: Sort = Sort::STRING;

/// Every function beside Go's own. One line each.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("query", &[STRING], samples::query).impure(),
    Function::new("first", &[SAMPLES], samples::first),
    Function::new("label", &[STRING, SAMPLE], samples::label),
    Function::new("value", &[SAMPLE], samples::value),
    Function::new("strvalue", &[SAMPLE], samples::strvalue),
    Function::new("sortByLabel", &[STRING, SAMPLES], samples::sort_by_label),
    Function::many("args", &[ANY], 0, args),
    Function::new("safeHtml", &[STRING], texts::safe_html),
    Function::new("externalURL", &[], external_url),
    Function::new("pathPrefix", &[], path_prefix),
    Function::new("title", &[STRING], title),
    Function::new("toUpper", &[STRING], texts::to_upper),
    Function::new("toLower", &[STRING], texts::to_lower),
    Function::new("match", &[STRING, STRING], texts::matches).costly(),
    Function::new("reReplaceAll", &[STRING, STRING, STRING], texts::re_replace_all).costly(),
    Function::new("graphLink", &[STRING], graph_link),
    Function::new("tableLink", &[STRING], table_link),
    Function::new("stripPort", &[STRING], strip_port),
    Function::new("stripDomain", &[STRING], strip_domain),
    Function::new("urlQueryEscape", &[STRING], url_query_escape),
    Function::new("now", &[], now).impure(),
    Function::new("humanize", &[ANY], humanize::humanize),
    Function::new("humanize1024", &[ANY], humanize::humanize_1024),
    Function::new("humanizeDuration", &[ANY], humanize::humanize_duration),
    Function::new("humanizePercentage", &[ANY], humanize::humanize_percentage),
    Function::new("humanizeTimestamp", &[ANY], humanize::humanize_timestamp),
    Function::new("toTime", &[ANY], humanize::to_time),
    Function::new("toDuration", &[ANY], humanize::to_duration),
    Function::new("parseDuration", &[STRING], parse_duration),
];

fn args(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    // Maps of maps of maps could be made so deep that nothing can walk them.
    let holds_maps = |value: &Value| match value {
        Value::Map(map) if *map.kind == ANY_MAP => {
            let mut values = map.entries.values();
            values.any(|value| matches!(value, Value::Map(inner) if *inner.kind == ANY_MAP))
        }
        _ => false,
    };
    if arguments.iter().any(holds_maps) {
        return Err("arguments are within one another too deep".into());
    }
    let named = arguments
        .iter()
        .enumerate()
        .map(|(place, value)| (format!("arg{place}").into(), value.clone()));
    Ok(Value::any_map(named))
}

fn external_url(surroundings: &dyn Surroundings, _: &[Value]) -> Answer {
    Ok(surroundings.external_url().into())
}

fn path_prefix(surroundings: &dyn Surroundings, _: &[Value]) -> Answer {
    let url = surroundings.external_url();
    let after_host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_host.find('/').map_or("", |slash| &after_host[slash..]);
    Ok(path.split(['?', '#']).next().unwrap_or_default().into())
}

/// The first letter of each word in upper case, the rest as it is.
fn title(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let text = text(arguments, 0);
    let mut titled = String::with_capacity(text.len());
    let mut in_word = false;
    for c in text.chars() {
        if in_word || !c.is_alphanumeric() {
            titled.push(c);
        } else {
            titled.extend(c.to_uppercase());
        }
        in_word = c.is_alphanumeric() || c == '_' || (in_word && matches!(c, '\'' | '\u{2019}'));
    }
    Ok(titled.into())
}

fn graph_link(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let expression = query_escaped(&text(arguments, 0));
    Ok(format!("/graph?g0.expr={expression}&g0.tab=0").into())
}

fn table_link(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let expression = query_escaped(&text(arguments, 0));
    Ok(format!("/graph?g0.expr={expression}&g0.tab=1").into())
}

fn url_query_escape(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    Ok(query_escaped(&text(arguments, 0)).into())
}

fn now(surroundings: &dyn Surroundings, _: &[Value]) -> Answer {
    Ok((Timestamp(surroundings.at_ns()).unix_ms() as f64 / 1000.0).into())
}

/// Host and port of `host:port` or `[host]:port`; `None` of anything else.
fn host_and_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    let (host, bracketed) = match host.strip_prefix('[') {
        Some(inner) => (inner.strip_suffix(']')?, true),
        None => (host, false),
    };
    let clean = !host.contains(['[', ']']) && !port.contains(['[', ']']);
    (clean && (bracketed || !host.contains(':'))).then_some((host, port))
}

fn strip_port(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let text = text(arguments, 0);
    Ok(host_and_port(&text)
        .map_or(text.as_str(), |(host, _)| host)
        .into())
}

fn strip_domain(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let text = text(arguments, 0);
    let (host, port) = host_and_port(&text).unwrap_or((&text, ""));
    if host.parse::<IpAddr>().is_ok() {
        return Ok(arguments[0].clone());
    }
    let short = host.split('.').next().unwrap_or_default();
    Ok(match port {
        "" => short.into(),
        port if short.contains(':') => format!("[{short}]:{port}").into(),
        port => format!("{short}:{port}").into(),
    })
}

fn parse_duration(_: &dyn Surroundings, arguments: &[Value]) -> Answer {
    let text = text(arguments, 0);
    swarmpulse_yaml::parse_duration_s(&text)
        .map(Value::Float)
        .map_err(|_| format!("not a valid duration string: {:?}", text.as_str()))
}
