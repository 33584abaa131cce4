//! The live stream: connects, resumes where it was cut, and waits longer after each failure.

mod sse;

use std::collections::VecDeque;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Method, Response};
use swarmpulse_api::{StreamEvent, Topic};
use tokio::time::{Instant, sleep_until, timeout};

use crate::client::retry_after;
use crate::{Backoff, Client, ClientError};
use sse::{Message, Parser};

/// What to listen to, and how patiently.
#[derive(Clone, Debug)]
pub struct StreamOptions {
    /// The topics; all of them where it is empty.
    pub topics: Vec<Topic>,
    /// Go on after this id.
    pub last_event_id: Option<String>,
    /// A connection without a byte for so long counts as lost; the server sends a comment every 15 s.
    pub silence_limit: Duration,
    /// The wait after the first failure; it doubles with each.
    pub first_delay: Duration,
    /// The longest wait between tries.
    pub longest_delay: Duration,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            topics: Vec::new(),
            last_event_id: None,
            silence_limit: Duration::from_secs(45),
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(15),
        }
    }
}

/// What the stream yields.
#[derive(Debug)]
pub enum StreamItem {
    /// The connection stands. What was missed and is no longer kept is not told: read the lists anew.
    Connected,
    /// A message.
    Event(StreamEvent),
    /// A message that this release does not understand was passed over.
    Skipped {
        /// Its topic as sent.
        topic: String,
    },
    /// The connection is lost; the next try follows.
    Lost {
        /// Why.
        error: ClientError,
        /// The wait before the next try.
        retry_in: Duration,
    },
}

/// The live stream of a server.
#[derive(Debug)]
pub struct Stream {
    client: Client,
    options: StreamOptions,
    last_event_id: Option<String>,
    backoff: Backoff,
    state: State,
    ready: VecDeque<Message>,
}

#[derive(Debug)]
enum State {
    Waiting {
        until: Option<Instant>,
    },
    Open {
        response: Box<Response>,
        parser: Box<Parser>,
    },
}

impl Client {
    /// The live stream; nothing is sent before the first [`Stream::next`].
    #[must_use]
    pub fn stream(&self, options: StreamOptions) -> Stream {
        Stream {
            client: self.clone(),
            last_event_id: options.last_event_id.clone(),
            backoff: Backoff::new(options.first_delay, options.longest_delay),
            state: State::Waiting { until: None },
            ready: VecDeque::new(),
            options,
        }
    }
}

impl Stream {
    /// The next item. It ends only by an error that no retry can heal. A dropped call that was connecting connects
    /// anew, so drive it from a task of its own where it competes with a timer.
    ///
    /// # Errors
    /// If the server refuses the token, does not know the stream, or is none.
    pub async fn next(&mut self) -> Result<StreamItem, ClientError> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(self.deliver(message));
            }
            let step = match &mut self.state {
                State::Waiting { until } => {
                    if let Some(until) = *until {
                        sleep_until(until).await;
                    }
                    self.connect().await.map(|()| Some(StreamItem::Connected))
                }
                State::Open { .. } => self.receive().await.map(|()| None),
            };
            match step {
                Ok(Some(item)) => return Ok(item),
                Ok(None) => {}
                Err(error) if error.is_temporary() => return Ok(self.lost(error)),
                Err(error) => return Err(error),
            }
        }
    }

    /// The id to resume after.
    #[must_use]
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        let mut url = self.client.url(&["api", "v1", "stream"]);
        if !self.options.topics.is_empty() {
            let names: Vec<&str> = self.options.topics.iter().map(|topic| topic.as_str()).collect();
            crate::query::add(&mut url, "topics", Some(&names.join(",")));
        }
        let mut request = self
            .client
            .request(Method::GET, url)
            .header(ACCEPT, "text/event-stream");
        if let Some(id) = &self.last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let silent = || ClientError::TimedOut {
            server: self.client.server().to_owned(),
            limit_s: self.options.silence_limit.as_secs_f64(),
        };
        let sent = timeout(self.options.silence_limit, request.send())
            .await
            .map_err(|_| silent())?;
        let response = sent.map_err(|error| self.client.failed(&error))?;
        let status = response.status();
        if !status.is_success() {
            let wait = retry_after(&response);
            let body = timeout(self.options.silence_limit, first_chunk(response))
                .await
                .unwrap_or_default();
            return Err(self.client.refused(status, wait, &body, "read"));
        }
        let content_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        if !content_type.starts_with("text/event-stream") {
            return Err(ClientError::Foreign {
                server: self.client.server().to_owned(),
                status: status.as_u16(),
                found: format!("`{content_type}` in place of an event stream"),
            });
        }
        self.backoff.succeeded();
        self.state = State::Open {
            response: Box::new(response),
            parser: Box::new(Parser::new()),
        };
        Ok(())
    }

    async fn receive(&mut self) -> Result<(), ClientError> {
        let State::Open { response, parser } = &mut self.state else {
            return Ok(());
        };
        let server = || self.client.server().to_owned();
        let chunk = timeout(self.options.silence_limit, response.chunk())
            .await
            .map_err(|_| ClientError::TimedOut {
                server: server(),
                limit_s: self.options.silence_limit.as_secs_f64(),
            })?
            .map_err(|error| self.client.failed(&error))?;
        let Some(bytes) = chunk else {
            return Err(ClientError::BrokenOff {
                server: server(),
                reason: "the server ended it".to_owned(),
            });
        };
        let mut messages = Vec::new();
        parser
            .push(&bytes, &mut messages)
            .map_err(|_| ClientError::BrokenOff {
                server: server(),
                reason: "a message exceeds the bound".to_owned(),
            })?;
        self.ready.extend(messages);
        Ok(())
    }

    fn deliver(&mut self, message: Message) -> StreamItem {
        self.last_event_id.clone_from(&message.id);
        match (Topic::parse(&message.event), serde_json::from_str(&message.data)) {
            (Some(topic), Ok(data)) => StreamItem::Event(StreamEvent {
                id: message.id,
                topic,
                data,
            }),
            _ => StreamItem::Skipped { topic: message.event },
        }
    }

    fn lost(&mut self, error: ClientError) -> StreamItem {
        let retry_in = self.backoff.after_failure(error.retry_after());
        self.state = State::Waiting {
            until: Some(Instant::now() + retry_in),
        };
        StreamItem::Lost { error, retry_in }
    }
}

async fn first_chunk(mut response: Response) -> Vec<u8> {
    response
        .chunk()
        .await
        .ok()
        .flatten()
        .map(|bytes| bytes.to_vec())
        .unwrap_or_default()
}
