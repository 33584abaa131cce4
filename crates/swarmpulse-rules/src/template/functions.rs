//! Functions that Prometheus adds: queries and their samples, texts, addresses.

use std::net::IpAddr;

use regex::RegexBuilder;

use super::builtin::query_escaped;
use super::call::{Surroundings, text};
use super::value::{MapKind, TemplateValue};
use crate::expression::QuerySample;

type Answer = Result<TemplateValue, String>;

/// The most bytes that a compiled expression may take.
const REGEX_BYTES_MAX: usize = 1 << 20;
const SAMPLE: MapKind = MapKind::Record("*template.sample");

pub(super) fn query(surroundings: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let samples = surroundings.queries.query(&text(arguments, 0))?;
    Ok(TemplateValue::list(samples.iter().map(sample).collect()))
}

fn sample(sample: &QuerySample) -> TemplateValue {
    let labels = sample
        .labels
        .iter()
        .map(|label| (label.name.as_str(), label.value.as_str()));
    TemplateValue::map(
        SAMPLE,
        [
            ("Labels".into(), TemplateValue::strings(labels)),
            ("Value".into(), sample.value.into()),
        ],
    )
}

pub(super) fn first(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    match &arguments[0] {
        TemplateValue::List(values) if !values.is_empty() => Ok(values[0].clone()),
        _ => Err("first() called on vector with no elements".into()),
    }
}

fn field(sample: &TemplateValue, name: &str) -> TemplateValue {
    match sample {
        TemplateValue::Map(map) => map.entries.get(name).cloned().unwrap_or_default(),
        _ => TemplateValue::Nil,
    }
}

fn label_of(sample: &TemplateValue, name: &str) -> TemplateValue {
    match field(&field(sample, "Labels"), name) {
        TemplateValue::Nil => "".into(),
        value => value,
    }
}

pub(super) fn label(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(label_of(&arguments[1], &text(arguments, 0)))
}

pub(super) fn value(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(field(&arguments[0], "Value"))
}

pub(super) fn strvalue(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(label_of(&arguments[0], "__value__"))
}

pub(super) fn sort_by_label(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let name = text(arguments, 0);
    let TemplateValue::List(values) = &arguments[1] else {
        return Ok(TemplateValue::Nil);
    };
    let mut sorted = values.as_ref().clone();
    sorted.sort_by_cached_key(|sample| label_of(sample, &name).printed());
    Ok(TemplateValue::list(sorted))
}

pub(super) fn args(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    // Maps of maps of maps could be made so deep that nothing can walk them.
    let holds_maps = |value: &TemplateValue| match value {
        TemplateValue::Map(map) if map.kind == MapKind::Any => {
            let mut values = map.entries.values();
            values.any(|value| matches!(value, TemplateValue::Map(inner) if inner.kind == MapKind::Any))
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
    Ok(TemplateValue::map(MapKind::Any, named))
}

pub(super) fn safe_html(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(arguments[0].clone())
}

pub(super) fn external_url(surroundings: &Surroundings<'_>, _: &[TemplateValue]) -> Answer {
    Ok(surroundings.external_url.into())
}

pub(super) fn path_prefix(surroundings: &Surroundings<'_>, _: &[TemplateValue]) -> Answer {
    let url = surroundings.external_url;
    let after_host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_host.find('/').map_or("", |slash| &after_host[slash..]);
    Ok(path.split(['?', '#']).next().unwrap_or_default().into())
}

/// The first letter of each word in upper case, the rest as it is.
pub(super) fn title(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
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

pub(super) fn to_upper(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(text(arguments, 0).to_uppercase().into())
}

pub(super) fn to_lower(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(text(arguments, 0).to_lowercase().into())
}

fn regex(pattern: &str) -> Result<regex::Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(REGEX_BYTES_MAX)
        .build()
        .map_err(|error| format!("error parsing regexp: {error}"))
}

pub(super) fn matches(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(regex(&text(arguments, 0))?.is_match(&text(arguments, 1)).into())
}

pub(super) fn re_replace_all(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let (by, text_in) = (text(arguments, 1), text(arguments, 2));
    let regex = regex(&text(arguments, 0))?;
    // A replacement between every two characters of a long text would be a way around the limit on output.
    let replaced_max = 1 << 20;
    let matches = regex.find_iter(&text_in).count();
    if matches.saturating_mul(by.len() + text_in.len().min(4096)) > 64 * replaced_max {
        return Err("the replacement would be too long".into());
    }
    Ok(regex.replace_all(&text_in, by.as_str()).into_owned().into())
}

pub(super) fn graph_link(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let expression = query_escaped(&text(arguments, 0));
    Ok(format!("/graph?g0.expr={expression}&g0.tab=0").into())
}

pub(super) fn table_link(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let expression = query_escaped(&text(arguments, 0));
    Ok(format!("/graph?g0.expr={expression}&g0.tab=1").into())
}

pub(super) fn url_query_escape(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    Ok(query_escaped(&text(arguments, 0)).into())
}

pub(super) fn now(surroundings: &Surroundings<'_>, _: &[TemplateValue]) -> Answer {
    Ok((surroundings.at.unix_ms() as f64 / 1000.0).into())
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

pub(super) fn strip_port(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
    let text = text(arguments, 0);
    Ok(host_and_port(&text)
        .map_or(text.as_str(), |(host, _)| host)
        .into())
}

pub(super) fn strip_domain(_: &Surroundings<'_>, arguments: &[TemplateValue]) -> Answer {
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
