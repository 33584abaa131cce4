//! What is told, to whom, and what became of it: lists, dead letters tried again, channels tried out. No secret is shown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use swarmpulse_alert::Routing;
use swarmpulse_notify::{Message, Notifier, SendError, Sending};
use swarmpulse_runtime::{Load, Loaded, LoadedChannel, LoadedReceiver};
use swarmpulse_store::Scope;

use crate::harness::{Server, request, with};
use crate::world::{column, get, heartbeats, settle, until};

const ROUTES: &str = "
route: {receiver: ops, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers: [{name: ops}, {name: quiet}]
";
const SECRET: &str = "hook-7f3a9c";

/// A channel that takes messages, or refuses every one.
struct Fake {
    refuses: AtomicBool,
    /// The Alertmanagers that it says to forward to.
    forwards_to: &'static [&'static str],
}

impl Notifier for Fake {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    fn send_resolved(&self) -> bool {
        true
    }

    fn alertmanagers(&self) -> Vec<String> {
        self.forwards_to.iter().map(|url| (*url).to_owned()).collect()
    }

    fn send<'a>(&'a self, _: Message<'a>) -> Sending<'a> {
        let refused = self.refuses.load(Ordering::Relaxed);
        Box::pin(async move {
            if refused {
                let detail = "the other side answers 404".to_owned();
                return Err(SendError::Refused { detail });
            }
            Ok(())
        })
    }
}

fn server(refuses: bool) -> (Server, Arc<Fake>) {
    let fake = Arc::new(Fake {
        refuses: AtomicBool::new(refuses),
        forwards_to: &[],
    });
    let held = Arc::clone(&fake);
    let load: Load = Arc::new(move || {
        let routing = Routing::parse(ROUTES, &|_| None).unwrap().routing;
        let channel = LoadedChannel {
            name: "webhook/0".into(),
            notifier: Arc::clone(&held) as Arc<dyn Notifier>,
        };
        let receiver = |name: &str, channels| LoadedReceiver {
            name: name.into(),
            channels,
        };
        Ok(Loaded {
            routing: Arc::new(routing),
            routing_text: format!("url: <secret> # never {}", SECRET.len()),
            receivers: vec![receiver("ops", vec![channel]), receiver("quiet", Vec::new())],
            ..Loaded::default()
        })
    });
    (Server::alerting(load), fake)
}

/// The notifications, once the first has that outcome.
async fn notified(server: &Server, outcome: &str) -> Value {
    let runtime = server.app.runtime();
    until("a channel has done its part", || {
        let outbox = runtime.outbox();
        outbox.channels.iter().any(|channel| match outcome {
            "dead" => !outbox.dead.is_empty(),
            _ => channel.sent > 0,
        })
    })
    .await;
    settle(server).await;
    get(server, &format!("/api/v1/notifications?outcome={outcome}")).await
}

#[tokio::test]
async fn what_was_told_is_listed_with_what_became_of_it() {
    let (server, _) = server(false);
    heartbeats(&server, [json!({"agent": "a1", "status": "failed"})]).await;
    let told = notified(&server, "delivered").await;
    let one = &told["items"][0];
    for (name, expected) in [
        ("receiver", "ops"),
        ("channel", "webhook/0"),
        ("reason", "fired"),
        ("state", "firing"),
        ("outcome", "delivered"),
    ] {
        assert_eq!(one[name], expected, "{name}: {told}");
    }
    assert_eq!(
        (&one["group_labels"]["alertname"], &one["attempts"]),
        (&json!("agent_down"), &json!(1))
    );
    assert_eq!(one["alerts"][0]["id"], "agent_down/default/agent/a1");
    assert!(one["settled_at"].as_str().unwrap() >= one["at"].as_str().unwrap());
    assert_eq!((&told["waiting"], &told["dead"]), (&json!(0), &json!(0)));
    let alert = get(&server, "/api/v1/alerts/agent_down%2Fdefault%2Fagent%2Fa1").await;
    assert_eq!(alert["receivers"], json!(["ops"]));
    assert_eq!(alert["notifications"][0]["id"], one["id"]);
    let receivers = get(&server, "/api/v1/receivers").await;
    assert_eq!(
        column(receivers["items"].as_array().unwrap(), "name"),
        ["ops", "quiet"]
    );
    let channel = &receivers["items"][0]["channels"][0];
    assert_eq!(
        (&channel["sent"], &channel["failed"], &channel["send_resolved"]),
        (&json!(1), &json!(0), &json!(true))
    );
    let none = get(&server, "/api/v1/notifications?receiver=quiet").await;
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn what_was_given_up_is_seen_and_can_be_tried_again() {
    let (server, fake) = server(true);
    heartbeats(&server, [json!({"agent": "a1", "status": "failed"})]).await;
    let dead = notified(&server, "dead").await;
    let one = &dead["items"][0];
    assert_eq!(
        (&one["outcome"], &one["error"], &dead["dead"]),
        (&json!("dead"), &json!("the other side answers 404"), &json!(1))
    );
    let metrics = server.get("/metrics").await;
    assert!(metrics.text().contains("\nswarmpulse_notifications_dead 1\n"));
    fake.refuses.store(false, Ordering::Relaxed);
    let path = format!("/api/v1/notifications/{}/retry", one["id"].as_str().unwrap());
    assert_eq!(server.post(&path, "").await.status, 202);
    let told = notified(&server, "delivered").await;
    assert_eq!(
        (&told["items"][0]["id"], &told["dead"]),
        (&one["id"], &json!(0)),
        "under the same id"
    );
    let detail = server.post(&path, "").await.problem(404);
    assert!(detail.contains("outcome=dead"), "{detail}");
}

#[tokio::test]
async fn a_receiver_is_tried_and_says_how_each_channel_answered() {
    let (server, fake) = server(false);
    let tried = server.post("/api/v1/receivers/ops/test", "").await.json();
    assert_eq!(
        tried["channels"],
        json!([{"name": "webhook/0", "delivered": true, "error": null, "closed": false}])
    );
    fake.refuses.store(true, Ordering::Relaxed);
    let tried = server.post("/api/v1/receivers/ops/test", "").await.json();
    assert_eq!(
        (&tried["channels"][0]["delivered"], &tried["channels"][0]["error"]),
        (&json!(false), &json!("the other side answers 404"))
    );
    let detail = server
        .post("/api/v1/receivers/nobody/test", "")
        .await
        .problem(404);
    assert!(detail.contains("nobody") && detail.contains("ops"), "{detail}");
}

#[tokio::test]
async fn receivers_are_for_those_who_see_all_and_notifications_for_those_whose_they_are() {
    let (server, _) = server(false);
    heartbeats(&server, [json!({"agent": "a1", "status": "failed"})]).await;
    notified(&server, "delivered").await;
    let ask = async |token: &str, method: &str, path: &str| {
        let bearer = format!("Bearer {token}");
        server
            .send(with(request(method, path, ""), "authorization", &bearer))
            .await
    };
    let (team, own) = (
        server.token(Scope::Admin, Some("team")).await,
        server.token(Scope::Read, Some("default")).await,
    );
    for (method, path) in [
        ("GET", "/api/v1/receivers"),
        ("POST", "/api/v1/receivers/ops/test"),
    ] {
        ask(&team, method, path).await.problem(403);
    }
    let theirs = ask(&team, "GET", "/api/v1/notifications").await.json();
    assert_eq!(theirs["items"], json!([]));
    let mine = ask(&own, "GET", "/api/v1/notifications").await.json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    ask(&own, "POST", "/api/v1/receivers/ops/test").await.problem(403);
    let events = ask(&team, "GET", "/api/v1/events?kind=notification,delivery").await;
    assert_eq!(events.json()["items"], json!([]));
}

#[tokio::test]
async fn alertmanagers_are_listed_as_prometheus_lists_them() {
    let load: Load = Arc::new(|| {
        let channel = |forwards_to| LoadedChannel {
            name: "alertmanager/0".into(),
            notifier: Arc::new(Fake {
                refuses: AtomicBool::new(false),
                forwards_to,
            }),
        };
        let receiver = |name: &str, forwards_to| LoadedReceiver {
            name: name.into(),
            channels: vec![channel(forwards_to)],
        };
        Ok(Loaded {
            routing: Arc::new(Routing::parse(ROUTES, &|_| None).unwrap().routing),
            receivers: vec![
                receiver(
                    "ops",
                    &["http://am-2:9093/api/v2/alerts", "http://am-1:9093/api/v2/alerts"],
                ),
                receiver("quiet", &["http://am-3:9093/api/v2/alerts"]),
            ],
            ..Loaded::default()
        })
    });
    let server = Server::alerting(load);
    let path = "/prometheus/api/v1/alertmanagers";
    let runtime = server.app.runtime();
    until("the channels are there", || runtime.outbox().channels.len() == 2).await;
    let answer = get(&server, path).await;
    assert_eq!(
        answer["data"],
        json!({
            "activeAlertmanagers": [
                {"url": "http://am-1:9093/api/v2/alerts"},
                {"url": "http://am-2:9093/api/v2/alerts"},
            ],
            "droppedAlertmanagers": [{"url": "http://am-3:9093/api/v2/alerts"}],
        })
    );
}
