//! A message of the live stream: rendered once, sent to many.

use bytes::Bytes;
use serde::Serialize;
use swarmpulse_api::{StreamReset, Topic};
use swarmpulse_model::{EffectId, Text};

use crate::audience::Audience;

/// A rendered message and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// The effect that it tells.
    pub id: EffectId,
    /// Its topic; `None` tells that something was missed, which concerns everyone.
    pub topic: Option<Topic>,
    /// Whom it concerns.
    pub audience: Audience,
    /// The agent that it is about.
    pub agent: Option<Text>,
    /// What is sent.
    pub frame: Frame,
}

/// A server-sent event, whose data are JSON in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The whole event.
    bytes: Bytes,
    /// Where its data begin and end.
    data: (usize, usize),
}

/// Where a frame stands in a buffer that holds many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    begin: usize,
    data: usize,
    end: usize,
}

const END: &[u8] = b"\n\n";

impl Frame {
    /// Writes an event at the end of a buffer. Its data must be serializable; what is not is told as null.
    pub(super) fn write(
        buffer: &mut Vec<u8>,
        id: Option<EffectId>,
        name: &str,
        data: &impl Serialize,
    ) -> Span {
        let begin = buffer.len();
        if let Some(id) = id {
            buffer.extend_from_slice(format!("id: {id}\n").as_bytes());
        }
        buffer.extend_from_slice(b"event: ");
        buffer.extend_from_slice(name.as_bytes());
        buffer.extend_from_slice(b"\ndata: ");
        let data_begin = buffer.len();
        if let Err(error) = serde_json::to_writer(&mut *buffer, data) {
            tracing::warn!(%error, name, "a message of the live stream could not be written");
            buffer.truncate(data_begin);
            buffer.extend_from_slice(b"null");
        }
        buffer.extend_from_slice(END);
        Span {
            begin,
            data: data_begin,
            end: buffer.len(),
        }
    }

    /// A frame of its own.
    pub(super) fn of(id: Option<EffectId>, name: &str, data: &impl Serialize) -> Self {
        let mut buffer = Vec::new();
        let span = Self::write(&mut buffer, id, name, data);
        Self::cut(&Bytes::from(buffer), span)
    }

    /// The frame that was written there; it shares the buffer.
    pub(super) fn cut(buffer: &Bytes, span: Span) -> Self {
        Self {
            bytes: buffer.slice(span.begin..span.end),
            data: (span.data - span.begin, span.end - span.begin - END.len()),
        }
    }

    /// The whole event.
    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its data alone.
    pub(super) fn data(&self) -> &[u8] {
        self.bytes.get(self.data.0..self.data.1).unwrap_or_default()
    }
}

/// The name of the event, and the topic over WebSocket, that tells that something was missed.
pub(super) const RESET: &str = "reset";

impl Message {
    /// Something was missed; all that came up to that id counts as known.
    pub(super) fn reset(through: EffectId, reason: &str) -> Self {
        let frame = Frame::of(
            Some(through),
            RESET,
            &StreamReset {
                reason: reason.to_owned(),
            },
        );
        Self {
            id: through,
            topic: None,
            audience: Audience::Everyone,
            agent: None,
            frame,
        }
    }
}

/// Topics as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Topics(u8);

impl Topics {
    pub(super) const ALL: Self = Self(u8::MAX);

    pub(super) fn of(topics: impl IntoIterator<Item = Topic>) -> Self {
        Self(topics.into_iter().fold(0, |set, topic| set | 1 << topic as u8))
    }

    pub(super) fn has(self, topic: Topic) -> bool {
        self.0 & 1 << topic as u8 != 0
    }
}

/// Which messages a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// Of these topics.
    pub topics: Topics,
    /// Of this namespace, which may be all that it may see.
    pub namespace: Option<Text>,
    /// About this agent.
    pub agent: Option<Text>,
}

impl Filter {
    /// Whether it asks for this message.
    pub(super) fn wants(&self, message: &Message) -> bool {
        let Some(topic) = message.topic else { return true };
        let in_namespace = message.audience.has(self.namespace.as_deref());
        self.topics.has(topic) && in_namespace && (self.agent.is_none() || self.agent == message.agent)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(topic: Option<Topic>, namespace: Option<&str>, agent: Option<&str>) -> Message {
        let frame = Frame::of(None, "x", &json!({}));
        Message {
            id: EffectId::default(),
            topic,
            audience: namespace.map_or(Audience::Everyone, |name| Audience::Namespace(name.into())),
            agent: agent.map(Text::from),
            frame,
        }
    }

    #[test]
    fn frames_share_a_buffer_and_know_their_data() {
        let mut buffer = Vec::new();
        let first = Frame::write(
            &mut buffer,
            Some(EffectId::default()),
            "verdicts",
            &json!({"a": "x\ny"}),
        );
        let second = Frame::write(&mut buffer, None, "summary", &json!([1]));
        let buffer = Bytes::from(buffer);
        let (first, second) = (Frame::cut(&buffer, first), Frame::cut(&buffer, second));
        assert_eq!(
            &first.bytes()[..],
            b"id: 0-0-0\nevent: verdicts\ndata: {\"a\":\"x\\ny\"}\n\n"
        );
        assert_eq!(first.data(), b"{\"a\":\"x\\ny\"}");
        assert_eq!(&second.bytes()[..], b"event: summary\ndata: [1]\n\n");
        assert_eq!(second.data(), b"[1]");
    }

    #[test]
    fn a_client_gets_what_it_asked_for_and_what_concerns_everyone() {
        let filter = |topics: &[Topic], namespace: Option<&str>, agent: Option<&str>| Filter {
            topics: Topics::of(topics.iter().copied()),
            namespace: namespace.map(Text::from),
            agent: agent.map(Text::from),
        };
        let verdict = message(Some(Topic::Verdicts), Some("team"), Some("a1"));
        let monitor = message(Some(Topic::Alerts), None, None);
        let reset = message(None, None, None);
        for (filter, expected) in [
            (filter(&Topic::ALL, None, None), [true, true, true]),
            (filter(&[Topic::Alerts], None, None), [false, true, true]),
            (filter(&Topic::ALL, Some("team"), None), [true, true, true]),
            (filter(&Topic::ALL, Some("other"), None), [false, true, true]),
            (filter(&Topic::ALL, None, Some("a1")), [true, false, true]),
            (filter(&Topic::ALL, None, Some("a2")), [false, false, true]),
        ] {
            let wanted = [&verdict, &monitor, &reset].map(|message| filter.wants(message));
            assert_eq!(wanted, expected, "{filter:?}");
        }
    }
}
