//! What LLM clients call things, brought to one set of facts: one file a client.

mod claude_code;
mod codex;
mod gemini_cli;
mod genai;
mod rate_limit;

use std::borrow::Cow;

use swarmpulse_model::Text;

use crate::attributes::{Attributes, clean, cut};

pub(crate) use genai::agent_name;
pub(crate) use rate_limit::rate_limits;

/// The longest name of a model, provider or tool, in bytes.
const NAME_BYTES: usize = 100;
/// The longest error text, in bytes.
const ERROR_BYTES: usize = 512;

/// Classes of tokens, in the order of [`Request::tokens`].
pub(crate) const TOKEN_TYPES: [&str; 4] = ["input", "output", "cache_read", "cache_creation"];

/// How far a source is believed: of one session and quantity only the best counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// Nothing was seen yet.
    #[default]
    None,
    /// Metrics by the general conventions.
    GeneralMetrics,
    /// Metrics of the client's own.
    OwnMetrics,
    /// Spans and events by the general conventions.
    General,
    /// Events of the client's own.
    Own,
}

/// How an LLM request ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Answer {
    /// `ok`, an HTTP status code, or a word for the error.
    pub status: Text,
    pub status_code: Option<u16>,
    pub failed: bool,
    pub duration_s: Option<f64>,
    pub error: Option<Text>,
}

/// An LLM request, or a part of what is told of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Request {
    pub rank: Rank,
    pub model: Text,
    pub provider: Text,
    pub answer: Option<Answer>,
    /// Disjoint classes, as of [`TOKEN_TYPES`].
    pub tokens: [Option<f64>; 4],
    pub cost_usd: Option<f64>,
    /// What tells it from others of its session, if the client says.
    pub id: Option<Text>,
}

/// What a tool came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ToolResult {
    pub tool: Text,
    pub ok: Option<bool>,
    pub duration_s: Option<f64>,
    pub error: Option<Text>,
    pub id: Option<Text>,
}

/// What an event or span means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    /// Of an LLM request.
    Request(Box<Request>),
    /// A tool ended.
    Tool(ToolResult),
    /// A tool began; its result will have the same id.
    ToolBegan { tool: Text, id: Text },
}

/// What an event means; `None` for those without a meaning of their own.
pub(crate) fn event(name: &str, view: Attributes<'_>) -> Option<Fact> {
    let (family, event) = name.split_once('.')?;
    match family {
        "claude_code" => claude_code::event(event, view),
        "codex" => codex::event(event, view),
        "gemini_cli" => gemini_cli::event(event, view),
        "gen_ai" => genai::event(event, view),
        _ => None,
    }
}

/// What a finished span means.
pub(crate) fn span(view: Attributes<'_>, failed: bool, duration_s: f64) -> Option<Fact> {
    genai::span(view, failed, duration_s)
}

/// Whether an event is one of an LLM client's own.
pub(crate) fn is_client_event(name: &str) -> bool {
    matches!(
        name.split_once('.'),
        Some(("claude_code" | "codex" | "gemini_cli" | "gen_ai", _))
    )
}

/// What an increment of a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeterKind {
    ClaudeTokens,
    ClaudeCost,
    GeminiTokens,
    GeminiRequests,
    GeneralTokens,
    GeneralDuration,
}

/// The meaning of a metric, by the sender's name for it.
pub(crate) fn meter(name: &str) -> Option<MeterKind> {
    Some(match name {
        "claude_code.token.usage" => MeterKind::ClaudeTokens,
        "claude_code.cost.usage" => MeterKind::ClaudeCost,
        "gemini_cli.token.usage" => MeterKind::GeminiTokens,
        "gemini_cli.api.request.count" => MeterKind::GeminiRequests,
        "gen_ai.client.token.usage" => MeterKind::GeneralTokens,
        "gen_ai.client.operation.duration" => MeterKind::GeneralDuration,
        _ => return None,
    })
}

/// What was added to a metric: of a number its increment as `sum`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Increment {
    pub count: f64,
    pub sum: f64,
}

/// What an increment adds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Amount {
    /// Tokens of a class of [`TOKEN_TYPES`].
    Tokens(usize, f64),
    /// US dollars.
    Cost(f64),
    /// So many requests that ended alike, with their mean duration.
    Requests(f64, Answer),
}

/// An increment of a metric as LLM usage.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    pub rank: Rank,
    pub model: Text,
    pub provider: Text,
    pub amount: Amount,
}

/// What an increment means; `None` if it is of no class that counts here.
pub(crate) fn reading(kind: MeterKind, view: Attributes<'_>, increment: Increment) -> Option<Reading> {
    match kind {
        MeterKind::ClaudeTokens | MeterKind::ClaudeCost => claude_code::reading(kind, view, increment),
        MeterKind::GeminiTokens | MeterKind::GeminiRequests => gemini_cli::reading(kind, view, increment),
        MeterKind::GeneralTokens | MeterKind::GeneralDuration => genai::reading(kind, view, increment),
    }
}

/// A model's name: without the mark of a context window (`[1m]`) and the path before it.
fn model(name: Option<Cow<'_, str>>) -> Text {
    let Some(name) = name else {
        return Text::const_new("unknown");
    };
    let name = name.trim();
    let name = name.strip_prefix("models/").unwrap_or(name);
    let bare = match name.split_once('[') {
        Some((bare, _)) if name.ends_with(']') => bare.trim_end(),
        _ => name,
    };
    word(if bare.is_empty() { "unknown" } else { bare })
}

/// A name that is short and without control characters.
fn word(name: &str) -> Text {
    cut(name, NAME_BYTES)
        .chars()
        .filter(|c| !c.is_control())
        .collect()
}

/// An error's text, short and without secrets.
fn error(text: Option<Cow<'_, str>>) -> Option<Text> {
    text.map(|text| Text::from(clean(text, ERROR_BYTES).as_ref()))
}

/// How a request ended, from a status code and an error, either of which may be missing.
fn answer(
    code: Option<u16>,
    failed: bool,
    kind: Option<&str>,
    duration_s: Option<f64>,
    error: Option<Text>,
) -> Answer {
    let failed = failed || code.is_some_and(|code| code >= 400);
    let status = match code {
        _ if !failed => Text::const_new("ok"),
        Some(code) => code.to_string().into(),
        None => word(kind.unwrap_or("error")),
    };
    Answer {
        status,
        status_code: code,
        failed,
        duration_s: duration_s.filter(|duration_s| duration_s.is_finite() && *duration_s >= 0.0),
        error: error.or_else(|| failed.then(|| Text::const_new("failed"))),
    }
}

fn seconds(milliseconds: Option<f64>) -> Option<f64> {
    milliseconds.map(|milliseconds| milliseconds / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_model_has_one_name() {
        for (sent, name) in [
            (Some("claude-opus-4-8[1m]"), "claude-opus-4-8"),
            (Some("claude-opus-4-8"), "claude-opus-4-8"),
            (Some("models/gemini-2.5-pro"), "gemini-2.5-pro"),
            (Some("[1m]"), "unknown"),
            (Some("odd[name"), "odd[name"),
            (None, "unknown"),
        ] {
            assert_eq!(model(sent.map(Cow::Borrowed)), name, "{sent:?}");
        }
    }
}
