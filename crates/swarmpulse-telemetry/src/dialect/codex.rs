//! Codex: events `codex.*`, keyed by `conversation.id`. Requests and their tokens come in different events, and input
//! tokens include cached ones.

use swarmpulse_model::Text;

use super::{Fact, Rank, Request, ToolResult, answer, error, model, seconds, word};
use crate::attributes::Attributes;

const PROVIDER: Text = Text::const_new("openai");

pub(super) fn event(event: &str, view: Attributes<'_>) -> Option<Fact> {
    let duration_s = seconds(view.amount("duration_ms"));
    let request = Request {
        rank: Rank::Own,
        model: model(view.first_text(&["model", "slug"])),
        provider: PROVIDER,
        ..Request::default()
    };
    Some(match event {
        "api_request" | "websocket_request" => {
            let code = view.status_code(&["http.response.status_code", "status"]);
            let error = error(view.text("error.message"));
            let failed = error.is_some() || view.flag("success") == Some(false);
            Fact::Request(Box::new(Request {
                answer: Some(answer(code, failed, None, duration_s, error)),
                ..request
            }))
        }
        "sse_event" | "websocket_event"
            if view
                .text("event.kind")
                .is_some_and(|kind| kind == "response.completed") =>
        {
            let cached = view.amount("cached_token_count");
            let input = view.amount("input_token_count")?;
            Fact::Request(Box::new(Request {
                tokens: [
                    Some((input - cached.unwrap_or_default()).max(0.0)),
                    view.amount("output_token_count"),
                    cached,
                    None,
                ],
                ..request
            }))
        }
        "tool_result" => Fact::Tool(ToolResult {
            tool: word(&view.text("tool_name")?),
            ok: view.flag("success"),
            duration_s,
            error: None,
            id: view.text("call_id").map(|id| word(&id)),
        }),
        "tool_decision"
            if view
                .text("decision")
                .is_some_and(|decision| decision.starts_with("approved")) =>
        {
            Fact::ToolBegan {
                tool: word(&view.text("tool_name")?),
                id: word(&view.text("call_id")?),
            }
        }
        _ => return None,
    })
}
