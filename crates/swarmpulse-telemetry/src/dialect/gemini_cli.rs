//! Gemini CLI: metrics and events `gemini_cli.*`. Input tokens include cached ones; thoughts are paid as output.

use swarmpulse_model::Text;

use super::{
    Amount, Fact, Increment, MeterKind, Rank, Reading, Request, ToolResult, answer, error, model, seconds,
    word,
};
use crate::attributes::Attributes;

const PROVIDER: Text = Text::const_new("google");

pub(super) fn event(event: &str, view: Attributes<'_>) -> Option<Fact> {
    let duration_s = seconds(view.amount("duration_ms"));
    let code = view.status_code(&["status_code", "http.status_code"]);
    let request = |answer| Request {
        rank: Rank::Own,
        model: model(view.text("model")),
        provider: PROVIDER,
        answer: Some(answer),
        ..Request::default()
    };
    Some(match event {
        "api_response" => {
            let error = error(view.text("error"));
            let cached = view.amount("cached_content_token_count");
            let input = view.amount("input_token_count");
            let input = input.map(|input| (input - cached.unwrap_or_default()).max(0.0));
            let thoughts = view.amount("thoughts_token_count").unwrap_or_default();
            let output = view.amount("output_token_count").map(|output| output + thoughts);
            Fact::Request(Box::new(Request {
                tokens: [input, output, cached, None],
                ..request(answer(code, error.is_some(), None, duration_s, error))
            }))
        }
        "api_error" => {
            let kind = view.text("error_type");
            let error = error(view.first_text(&["error", "error.message"]));
            Fact::Request(Box::new(request(answer(
                code,
                true,
                kind.as_deref(),
                duration_s,
                error,
            ))))
        }
        "tool_call" => Fact::Tool(ToolResult {
            tool: word(&view.text("function_name")?),
            ok: view.flag("success"),
            duration_s,
            error: error(view.text("error")),
            id: None,
        }),
        _ => return None,
    })
}

pub(super) fn reading(kind: MeterKind, view: Attributes<'_>, increment: Increment) -> Option<Reading> {
    let amount = match kind {
        MeterKind::GeminiRequests => {
            let code = view.status_code(&["status_code"]);
            let kind = view.text("error_type");
            let failed = kind.is_some();
            Amount::Requests(increment.sum, answer(code, failed, kind.as_deref(), None, None))
        }
        _ => {
            let class = match view.text("type")?.as_ref() {
                "input" | "tool" => 0,
                "output" | "thought" => 1,
                "cache" => 2,
                _ => return None,
            };
            Amount::Tokens(class, increment.sum)
        }
    };
    Some(Reading {
        rank: Rank::OwnMetrics,
        model: model(view.text("model")),
        provider: PROVIDER,
        amount,
    })
}
