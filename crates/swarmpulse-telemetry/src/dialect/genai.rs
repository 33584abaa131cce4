//! OpenTelemetry's conventions for generative AI: spans, events and metrics `gen_ai.*`; `gen_ai.system` is the old name of
//! the provider.

use swarmpulse_model::Text;

use super::{
    Amount, Fact, Increment, MeterKind, Rank, Reading, Request, ToolResult, answer, error, model, seconds,
    word,
};
use crate::attributes::Attributes;

const STATUS_KEYS: [&str; 3] = ["http.response.status_code", "http.status_code", "error.type"];

pub(super) fn event(event: &str, view: Attributes<'_>) -> Option<Fact> {
    if event != "client.inference.operation.details" {
        return None;
    }
    request(view, false, seconds(view.amount("duration_ms")))
}

pub(super) fn span(view: Attributes<'_>, failed: bool, duration_s: f64) -> Option<Fact> {
    let operation = view.text("gen_ai.operation.name");
    match operation.as_deref() {
        Some("execute_tool") => Some(Fact::Tool(ToolResult {
            tool: word(&view.text("gen_ai.tool.name")?),
            ok: Some(!failed && view.text("error.type").is_none()),
            duration_s: Some(duration_s),
            error: error(view.text("error.type")),
            id: None,
        })),
        Some(operation) if is_model_call(operation) => request(view, failed, Some(duration_s)),
        Some(_) => None,
        // Older libraries name no operation, but count tokens.
        None if provider(view).is_some() && view.text("gen_ai.request.model").is_some() => {
            request(view, failed, Some(duration_s))
        }
        None => None,
    }
}

/// Whether an operation asks a model.
fn is_model_call(operation: &str) -> bool {
    matches!(
        operation,
        "chat" | "text_completion" | "generate_content" | "embeddings"
    )
}

/// The name of the agent that a span is a run of, if it is one.
pub(crate) fn agent_name(view: Attributes<'_>) -> Option<Text> {
    view.text("gen_ai.operation.name")
        .filter(|operation| operation == "invoke_agent")?;
    let name = view.first_text(&["gen_ai.agent.name", "gen_ai.agent.id"]);
    Some(name.map_or(Text::const_new("agent"), |name| word(&name)))
}

fn request(view: Attributes<'_>, failed: bool, duration_s: Option<f64>) -> Option<Fact> {
    let kind = view.text("error.type");
    let cache_read = view.amount("gen_ai.usage.cache_read.input_tokens");
    let cache_creation = view.amount("gen_ai.usage.cache_creation.input_tokens");
    let cached = cache_read.unwrap_or_default() + cache_creation.unwrap_or_default();
    let input = view.first_amount(&["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"]);
    // By the conventions input includes what the cache held; of a library that leaves it out, input can be less.
    let input = input.map(|input| if input >= cached { input - cached } else { input });
    let failed = failed || kind.is_some();
    let code = view.status_code(&STATUS_KEYS);
    Some(Fact::Request(Box::new(Request {
        rank: Rank::General,
        model: model(view.first_text(&["gen_ai.request.model", "gen_ai.response.model"])),
        provider: provider(view).unwrap_or(Text::const_new("unknown")),
        answer: Some(answer(code, failed, kind.as_deref(), duration_s, None)),
        tokens: [
            input,
            view.first_amount(&["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"]),
            cache_read,
            cache_creation,
        ],
        cost_usd: None,
        id: view.text("gen_ai.response.id").map(|id| word(&id)),
    })))
}

pub(super) fn reading(kind: MeterKind, view: Attributes<'_>, increment: Increment) -> Option<Reading> {
    let amount = match kind {
        MeterKind::GeneralTokens => {
            let class = match view.text("gen_ai.token.type")?.as_ref() {
                "input" => 0,
                "output" | "completion" => 1,
                _ => return None,
            };
            Amount::Tokens(class, increment.sum)
        }
        _ => {
            let operation = view.text("gen_ai.operation.name");
            if operation.is_some_and(|operation| !is_model_call(&operation)) {
                return None;
            }
            let kind = view.text("error.type");
            let code = view.status_code(&STATUS_KEYS);
            let mean_s = increment.sum / increment.count;
            Amount::Requests(
                increment.count,
                answer(code, kind.is_some(), kind.as_deref(), Some(mean_s), None),
            )
        }
    };
    Some(Reading {
        rank: Rank::GeneralMetrics,
        model: model(view.first_text(&["gen_ai.request.model", "gen_ai.response.model"])),
        provider: provider(view).unwrap_or(Text::const_new("unknown")),
        amount,
    })
}

fn provider(view: Attributes<'_>) -> Option<Text> {
    let name = view.first_text(&["gen_ai.provider.name", "gen_ai.system"])?;
    Some(match name.as_ref() {
        "gcp.gemini" | "gcp.gen_ai" | "gcp.vertex_ai" | "gemini" | "vertex_ai" => Text::const_new("google"),
        other => word(other),
    })
}
