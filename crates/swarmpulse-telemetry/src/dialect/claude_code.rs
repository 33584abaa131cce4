//! Claude Code and its SDK: metrics `claude_code.*`, and events whose attribute `event.name` has no prefix.

use swarmpulse_model::Text;

use super::{
    Amount, Fact, Increment, MeterKind, Rank, Reading, Request, ToolResult, answer, error, model, seconds,
    word,
};
use crate::attributes::Attributes;

const PROVIDER: Text = Text::const_new("anthropic");

pub(super) fn event(event: &str, view: Attributes<'_>) -> Option<Fact> {
    let duration_s = seconds(view.amount("duration_ms"));
    let request = |answer| Request {
        rank: Rank::Own,
        model: model(view.text("model")),
        provider: PROVIDER,
        answer: Some(answer),
        id: view.text("request_id").map(|id| word(&id)),
        ..Request::default()
    };
    Some(match event {
        "api_request" => Fact::Request(Box::new(Request {
            tokens: [
                "input_tokens",
                "output_tokens",
                "cache_read_tokens",
                "cache_creation_tokens",
            ]
            .map(|key| view.amount(key)),
            cost_usd: view.amount("cost_usd"),
            ..request(answer(None, false, None, duration_s, None))
        })),
        "api_error" => {
            let code = view.status_code(&["status_code"]);
            let error = error(view.text("error"));
            Fact::Request(Box::new(request(answer(code, true, None, duration_s, error))))
        }
        "tool_result" => Fact::Tool(ToolResult {
            tool: word(&view.text("tool_name")?),
            ok: view.flag("success"),
            duration_s,
            error: error(view.text("error")),
            id: view.text("tool_use_id").map(|id| word(&id)),
        }),
        "tool_decision" if view.text("decision").is_some_and(|decision| decision == "accept") => {
            Fact::ToolBegan {
                tool: word(&view.text("tool_name")?),
                id: word(&view.text("tool_use_id")?),
            }
        }
        _ => return None,
    })
}

pub(super) fn reading(kind: MeterKind, view: Attributes<'_>, increment: Increment) -> Option<Reading> {
    let amount = match kind {
        MeterKind::ClaudeCost => Amount::Cost(increment.sum),
        _ => {
            let names = ["input", "output", "cacheRead", "cacheCreation"];
            let said = view.text("type")?;
            Amount::Tokens(names.iter().position(|name| *name == said)?, increment.sum)
        }
    };
    Some(Reading {
        rank: Rank::OwnMetrics,
        model: model(view.text("model")),
        provider: PROVIDER,
        amount,
    })
}
