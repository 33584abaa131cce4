//! What a client asks for: topics, namespace, agent, and where to go on.

use http::HeaderMap;
use swarmpulse_api::Topic;
use swarmpulse_model::{EffectId, Text};

use super::client::Client;
use super::hub::{Begin, Transport};
use super::message::{Filter, Message, Topics};
use super::ring::Missed;
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;
use crate::read::parameter::{NAMESPACE, Parameter, some_of, text};
use crate::read::query::Query;

const TOPICS: &[&str] = &["verdicts", "tasks", "sandboxes", "events", "alerts", "summary"];
const LAST_EVENT_ID: &str = "last-event-id";

/// The parameters of both streams.
pub(crate) const PARAMETERS: &[Parameter] = &[
    some_of("topics", "These topics alone; all without it.", TOPICS),
    text("agent", "What is about this agent alone.", "bot-1"),
    NAMESPACE,
    text(
        "last_event_id",
        "Go on after this id. What is no longer held is told as `reset`. The header `Last-Event-ID` goes before it.",
        "0-12-3",
    ),
];

/// Takes a place for a client; the message, if there is one, comes first.
///
/// # Errors
/// If it asks for what it may not see, or there is no place left.
pub(super) fn subscribe(
    app: &App,
    access: &Access,
    query: &Query,
    headers: &HeaderMap,
    transport: Transport,
) -> Result<(Client, Begin), ApiError> {
    let filter = Filter {
        topics: topics(query.list("topics")),
        namespace: access.looks_in(query.text("namespace"))?,
        agent: query.text("agent").map(Text::from),
    };
    let last = last_id(query, headers)?;
    let joined = app.live().hub().join(app.runtime(), transport, filter, last);
    joined.ok_or_else(|| {
        app.runtime().counters().drop_for("live_clients_limit", 1);
        let most = app.options().stream_clients_max;
        ApiError::unavailable(
            10,
            format!("the live streams have {most} clients, which is the most; come again"),
        )
    })
}

/// The topics of those names; all if there are none.
pub(super) fn topics<'n>(names: impl Iterator<Item = &'n str>) -> Topics {
    let mut names = names.filter_map(Topic::parse).peekable();
    if names.peek().is_none() {
        Topics::ALL
    } else {
        Topics::of(names)
    }
}

/// The id to go on after. A browser sends what it was given last, whoever gave it: then a foreign one is no error, and
/// the client is told to begin anew.
fn last_id(query: &Query, headers: &HeaderMap) -> Result<Option<EffectId>, ApiError> {
    let foreign = EffectId {
        position: swarmpulse_model::Position {
            partition: u32::MAX,
            offset: u64::MAX,
        },
        n: u32::MAX,
    };
    if let Some(header) = headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty()) {
        let id = header.to_str().ok().and_then(|text| text.parse().ok());
        return Ok(Some(id.unwrap_or(foreign)));
    }
    let Some(text) = query.text("last_event_id") else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        ApiError::unprocessable(format!(
            "`last_event_id`: expected the `id` of a message of this stream, such as `0-12-3`, got `{text}`"
        ))
    })
}

/// What a client is told first.
pub(super) fn first_word(begin: Begin) -> Option<Message> {
    match begin {
        Begin::Now(_) | Begin::GoOn => None,
        Begin::Reset(head, Missed::Older) => Some(Message::reset(
            head,
            "what came after that id is no longer held; read the lists anew",
        )),
        Begin::Reset(head, Missed::Foreign) => Some(Message::reset(
            head,
            "that id is not one of this server; read the lists anew",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_the_topics() {
        assert_eq!(TOPICS, Topic::ALL.map(Topic::as_str));
        assert_eq!(topics(std::iter::empty()), Topics::ALL);
        let some = topics(["alerts", "nonsense"].into_iter());
        assert!(some.has(Topic::Alerts) && !some.has(Topic::Verdicts));
    }

    #[test]
    fn the_header_goes_before_the_parameter_and_a_foreign_one_is_no_error() {
        let query = Query::of(&"/x?last_event_id=0-1-2".parse().unwrap(), PARAMETERS).unwrap();
        let mut headers = HeaderMap::new();
        let id = |text: &str| text.parse::<EffectId>().ok();
        assert_eq!(last_id(&query, &headers).unwrap(), id("0-1-2"));
        headers.insert(LAST_EVENT_ID, "0-7-0".parse().unwrap());
        assert_eq!(last_id(&query, &headers).unwrap(), id("0-7-0"));
        headers.insert(LAST_EVENT_ID, "another server's".parse().unwrap());
        assert!(last_id(&query, &headers).unwrap() > id("0-1000000-0"));
        let wrong = Query::of(&"/x?last_event_id=7".parse().unwrap(), PARAMETERS).unwrap();
        assert!(
            last_id(&wrong, &HeaderMap::new())
                .unwrap_err()
                .detail
                .contains("`last_event_id`")
        );
    }
}
