//! The live stream over a WebSocket: each message a JSON object; a client may change what it asks for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Wire, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts, Request, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::SinkExt;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use swarmpulse_api::Topic;
use swarmpulse_model::{EffectId, Text};
use swarmpulse_runtime::clock::Stopwatch;
use tokio::sync::watch;

use super::client::{Batch, Client};
use super::hub::Transport;
use super::message::{Filter, Frame, RESET};
use super::subscribe::{PARAMETERS, first_word, subscribe, topics};
use crate::access::Access;
use crate::app::App;
use crate::problem::ApiError;
use crate::read::query::Query;

/// The most that a client may say at once.
const WORD_MAX_BYTES: usize = 16 << 10;
/// A client that says nothing for so long, not even that it lives, is gone.
const DEAD_AFTER_S: f64 = 60.0;
/// What is asked for of every client, so that the dead are known.
const PING_EVERY: Duration = Duration::from_secs(15);

/// `GET /api/v1/ws`.
pub(super) async fn get(
    State(app): State<Arc<App>>,
    access: Access,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, _) = request.into_parts();
    let query = Query::of(&parts.uri, PARAMETERS)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &())
        .await
        .map_err(|error| {
            ApiError::new(
                StatusCode::UPGRADE_REQUIRED,
                format!(
                    "this is a WebSocket ({error}); `/api/v1/stream` gives the same as server-sent events"
                ),
            )
        })?;
    let (client, begin) = subscribe(&app, &access, &query, &parts.headers, Transport::WebSocket)?;
    let stopping = app.stopping();
    let first = first_word(begin).map(|message| wire(Some(message.id), RESET, &message.frame));
    let upgrade = upgrade
        .max_message_size(WORD_MAX_BYTES)
        .max_frame_size(WORD_MAX_BYTES);
    Ok(upgrade.on_upgrade(move |socket| {
        Talk {
            socket,
            client,
            access,
            stopping,
        }
        .run(first)
    }))
}

/// A conversation with one client.
struct Talk {
    socket: WebSocket,
    client: Client,
    access: Access,
    stopping: watch::Receiver<bool>,
}

/// Why a conversation ends.
enum End {
    /// The client left, or cannot be reached.
    Left,
    /// With this code and reason.
    Told(u16, &'static str),
}

const SLOW: End = End::Told(close_code::POLICY, "too slow: come back with the last id");
const STOPS: End = End::Told(close_code::AWAY, "the server stops");

/// What happens next.
enum Turn {
    /// The client said something, or left.
    Heard(Option<Wire>),
    /// There is something to tell.
    News(Batch),
    /// It is time to ask whether the client lives.
    Ping,
}

/// What a client may say: each field changes what it asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    topics: Option<Vec<String>>,
    agent: Option<String>,
    namespace: Option<String>,
}

impl Talk {
    async fn run(mut self, first: Option<Wire>) {
        if let End::Told(code, reason) = self.talk(first).await {
            let close = Wire::Close(Some(CloseFrame {
                code,
                reason: reason.into(),
            }));
            // Whether it still hears that or not, the socket is closed; it may be the one that reads nothing.
            drop(tokio::time::timeout(Duration::from_secs(1), self.socket.send(close)).await);
        }
    }

    async fn talk(&mut self, first: Option<Wire>) -> End {
        if let Err(end) = self.send(first).await {
            return end;
        }
        let mut heard = Stopwatch::start();
        let mut ping = tokio::time::interval(PING_EVERY);
        ping.reset();
        loop {
            let turn = tokio::select! {
                word = self.socket.recv() => Turn::Heard(word.and_then(Result::ok)),
                batch = self.client.next() => Turn::News(batch),
                _ = ping.tick() => Turn::Ping,
                _ = self.stopping.wait_for(|stopping| *stopping) => return STOPS,
            };
            let done = match turn {
                Turn::Heard(word) => {
                    heard = Stopwatch::start();
                    self.hear(word).await
                }
                Turn::News(batch) => self.tell(batch).await,
                Turn::Ping if heard.seconds() > DEAD_AFTER_S => return End::Left,
                Turn::Ping => self.send([Wire::Ping(Bytes::new())]).await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn hear(&mut self, word: Option<Wire>) -> Result<(), End> {
        match word {
            Some(Wire::Text(text)) => {
                let answer = self.heed(&text);
                self.send(answer).await
            }
            Some(Wire::Binary(_)) => Err(End::Told(close_code::UNSUPPORTED, "expected JSON as text")),
            // Pings are answered by the socket itself.
            Some(Wire::Ping(_) | Wire::Pong(_)) => Ok(()),
            Some(Wire::Close(_)) | None => Err(End::Left),
        }
    }

    async fn tell(&mut self, batch: Batch) -> Result<(), End> {
        match batch {
            Batch::Messages(messages) => {
                let frames = messages.iter();
                let frames = frames
                    .map(|(id, topic, frame)| wire(Some(*id), topic.map_or(RESET, Topic::as_str), frame));
                let frames: Vec<Wire> = frames.collect();
                self.send(frames).await
            }
            Batch::Summary(frame) => self.send([wire(None, Topic::Summary.as_str(), &frame)]).await,
            // The pings say that the stream lives.
            Batch::Alive => Ok(()),
            Batch::Slow => Err(SLOW),
        }
    }

    /// Sends frames; a client that does not take them until it has lost its place is cut off.
    async fn send(&mut self, frames: impl IntoIterator<Item = Wire>) -> Result<(), End> {
        let mut gone = self.client.gone();
        let mut stopping = self.stopping.clone();
        let socket = &mut self.socket;
        let sending = async {
            for frame in frames {
                socket.feed(frame).await?;
            }
            socket.flush().await
        };
        tokio::select! {
            sent = sending => sent.map_err(|_| End::Left),
            _ = gone.wait_for(|gone| *gone) => Err(SLOW),
            _ = stopping.wait_for(|stopping| *stopping) => Err(STOPS),
        }
    }

    /// Does what a client wishes; gives the answer if it cannot be done.
    fn heed(&mut self, text: &str) -> Option<Wire> {
        let error = match self.wish(text) {
            Ok(filter) => {
                self.client.ask_for(filter);
                return None;
            }
            Err(error) => error,
        };
        Some(Wire::Text(json!({"error": error}).to_string().into()))
    }

    fn wish(&self, text: &str) -> Result<Filter, String> {
        let wish: Wish = serde_json::from_str(text).map_err(|error| {
            format!("expected `{{\"topics\": [..], \"agent\": .., \"namespace\": ..}}`: {error}")
        })?;
        let mut filter = self.client.filter().clone();
        if let Some(names) = wish.topics {
            if let Some(unknown) = names.iter().find(|name| Topic::parse(name).is_none()) {
                let known = Topic::ALL.map(Topic::as_str).join(", ");
                return Err(format!("`topics`: expected some of {known}, got `{unknown}`"));
            }
            filter.topics = topics(names.iter().map(String::as_str));
        }
        if let Some(agent) = wish.agent {
            filter.agent = (!agent.is_empty()).then(|| Text::from(agent));
        }
        if let Some(namespace) = wish.namespace {
            let asked = (!namespace.is_empty()).then_some(namespace.as_str());
            filter.namespace = self.access.looks_in(asked).map_err(|error| error.detail)?;
        }
        Ok(filter)
    }
}

/// A message as an object of its id, topic and data. The data are JSON already.
fn wire(id: Option<EffectId>, topic: &str, frame: &Frame) -> Wire {
    let data = String::from_utf8_lossy(frame.data());
    let id = id.map_or_else(|| "null".to_owned(), |id| format!("\"{id}\""));
    Wire::Text(format!("{{\"id\":{id},\"topic\":\"{topic}\",\"data\":{data}}}").into())
}
