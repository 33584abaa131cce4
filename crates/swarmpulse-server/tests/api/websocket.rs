//! The live stream over a WebSocket, on a real socket.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use swarmpulse_server::{ServerOptions, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::harness::{Server, request};
use crate::world::{PATIENCE, heartbeats};

struct Served {
    server: Server,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn start() -> Self {
        Self::with(ServerOptions::default()).await
    }

    async fn with(options: ServerOptions) -> Self {
        let server = Server::with_options(options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let app = std::sync::Arc::clone(&server.app);
        let task = tokio::spawn(async move {
            serve(listener, app, async { drop(stopped.await) }).await.unwrap();
        });
        Self {
            server,
            address,
            stop: Some(stop),
            task,
        }
    }

    async fn connect(&self, query: &str) -> WebSocketStream<TcpStream> {
        self.try_connect(query).await.unwrap()
    }

    async fn try_connect(&self, query: &str) -> Result<WebSocketStream<TcpStream>, Error> {
        let socket = TcpStream::connect(self.address).await.unwrap();
        let url = format!("ws://{}/api/v1/ws?{query}", self.address);
        Ok(tokio_tungstenite::client_async(url, socket).await?.0)
    }

    async fn stop(mut self) {
        drop(self.stop.take());
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap();
    }
}

async fn next(socket: &mut WebSocketStream<TcpStream>) -> Value {
    loop {
        let message = tokio::time::timeout(PATIENCE, socket.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn a_client_hears_what_it_asked_for_and_may_ask_for_something_else() {
    let served = Served::start().await;
    let mut socket = served.connect("topics=verdicts").await;
    heartbeats(&served.server, [json!({"agent": "a1", "status": "idle"})]).await;
    let first = next(&mut socket).await;
    let event: swarmpulse_api::StreamEvent = serde_json::from_value(first.clone()).unwrap();
    assert_eq!(
        (event.topic.as_str(), event.data["agent"].as_str()),
        ("verdicts", Some("a1"))
    );
    assert!(event.id.is_some());

    socket
        .send(Message::text(r#"{"topics": ["gossip"]}"#))
        .await
        .unwrap();
    let error = next(&mut socket).await;
    assert!(error["error"].as_str().unwrap().contains("`gossip`"), "{error}");
    socket.send(Message::text("nonsense")).await.unwrap();
    assert!(next(&mut socket).await["error"].is_string());

    socket
        .send(Message::text(
            r#"{"topics": ["tasks", "summary"], "agent": "a2"}"#,
        ))
        .await
        .unwrap();
    let summary = next(&mut socket).await;
    assert_eq!(
        (summary["topic"].as_str(), &summary["id"]),
        (Some("summary"), &Value::Null)
    );
    heartbeats(&served.server, [json!({"agent": "a1", "status": "failed"})]).await;
    for (task, agent) in [("t1", "a1"), ("t2", "a2")] {
        let body = json!({"task": task, "agent": agent, "status": "running"}).to_string();
        served.server.post("/api/v1/tasks", body).await.taken(202, 1);
    }
    loop {
        let message = next(&mut socket).await;
        if message["topic"] != "summary" {
            assert_eq!(
                (message["topic"].as_str(), message["data"]["task"].as_str()),
                (Some("tasks"), Some("t2"))
            );
            break;
        }
    }
    drop(socket);
    served.stop().await;
}

#[tokio::test]
async fn it_goes_on_after_the_last_id_or_says_that_it_cannot() {
    let served = Served::start().await;
    let mut socket = served.connect("topics=verdicts").await;
    for n in 0..3 {
        heartbeats(
            &served.server,
            [json!({"agent": format!("a{n}"), "status": "idle"})],
        )
        .await;
    }
    let first = next(&mut socket).await;
    drop(socket);
    let id = first["id"].as_str().unwrap();
    let mut again = served
        .connect(&format!("topics=verdicts&last_event_id={id}"))
        .await;
    assert_eq!(next(&mut again).await["data"]["agent"], "a1");
    assert_eq!(next(&mut again).await["data"]["agent"], "a2");
    let mut late = served.connect("topics=verdicts&last_event_id=0-0-0").await;
    let reset = next(&mut late).await;
    assert_eq!(reset["topic"], "reset");
    assert!(reset["data"]["reason"].is_string() && reset["id"].is_string());
    drop((again, late));
    served.stop().await;
}

#[tokio::test]
async fn the_server_says_goodbye_and_pings_are_answered() {
    let served = Served::start().await;
    let mut socket = served.connect("topics=verdicts").await;
    socket.send(Message::Ping("are you there".into())).await.unwrap();
    let answer = tokio::time::timeout(PATIENCE, socket.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(answer, Message::Pong("are you there".into()));
    let stopping = tokio::spawn(served.stop());
    let goodbye = tokio::time::timeout(PATIENCE, socket.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    let Message::Close(Some(frame)) = goodbye else {
        panic!("{goodbye:?}")
    };
    assert_eq!(frame.code, CloseCode::Away);
    // The close is answered as the client is driven on.
    while let Some(Ok(_)) = socket.next().await {}
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_is_no_websocket_or_asks_for_what_cannot_be_is_told() {
    let served = Served::start().await;
    let detail = served
        .server
        .send(request("GET", "/api/v1/ws", ""))
        .await
        .problem(426);
    assert!(detail.contains("/api/v1/stream"), "{detail}");
    let Err(Error::Http(answer)) = served.try_connect("topics=gossip").await else {
        panic!("it was let in")
    };
    assert_eq!(answer.status().as_u16(), 422);
    let mut socket = served.connect("").await;
    socket.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    loop {
        match tokio::time::timeout(PATIENCE, socket.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
        {
            Message::Close(Some(frame)) => {
                assert_eq!(frame.code, CloseCode::Unsupported);
                break;
            }
            _ => continue,
        }
    }
    drop(socket);
    served.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    let options = ServerOptions {
        stream_messages_max: 1000,
        ..ServerOptions::default()
    };
    let served = Served::with(options).await;
    let mut socket = served.connect("topics=verdicts").await;
    let mut batches = 0;
    // What the sockets of both ends hold has to be filled first.
    while served.server.dropped("live_slow_clients") == 0 {
        let agents = (0..500).map(|n| json!({"agent": format!("a-{batches}-{n}"), "status": "idle"}));
        heartbeats(&served.server, agents).await;
        batches += 1;
        assert!(batches < 300, "nobody takes what is sent, and nobody is cut off");
    }
    let end = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, end)
        .await
        .expect("the server ends it");
    assert_eq!(served.server.dropped("live_slow_clients"), 1);
    assert!(
        served
            .server
            .get("/metrics")
            .await
            .text()
            .contains("swarmpulse_stream_clients{transport=\"websocket\"} 0")
    );
    drop(socket);
    served.stop().await;
}
