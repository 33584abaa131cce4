//! The live stream over server-sent events: what it carries, going on after a loss, and clients that are too slow.

use serde_json::json;
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_server::ServerOptions;

use crate::harness::{Server, request, with};
use crate::world::{Events, heartbeats, until};

async fn say(server: &Server, agent: &str, status: &str) {
    heartbeats(server, [json!({"agent": agent, "status": status})]).await;
}

async fn event(server: &Server, id: impl std::fmt::Display, agent: &str) {
    let event = json!({"event": id.to_string(), "type": "x", "agent": agent});
    server
        .post("/api/v1/events", event.to_string())
        .await
        .taken(202, 1);
}

#[tokio::test]
async fn verdicts_carry_the_agent_and_alerts_their_beginning() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=verdicts,alerts").await;
    say(&server, "a1", "idle").await;
    let first = events.next().await.unwrap();
    assert_eq!(
        (first.name.as_str(), first.data["verdict"].as_str()),
        ("verdicts", Some("idle"))
    );
    let agent: swarmpulse_api::Agent = serde_json::from_value(first.data).unwrap();
    assert_eq!((agent.agent.as_str(), agent.evidence.is_empty()), ("a1", false));

    say(&server, "a1", "failed").await;
    let (down, raised) = (events.next().await.unwrap(), events.next().await.unwrap());
    assert_eq!(
        (down.name.as_str(), down.data["verdict"].as_str()),
        ("verdicts", Some("down"))
    );
    assert_eq!(
        (raised.name.as_str(), raised.data["state"].as_str()),
        ("alerts", Some("firing"))
    );
    say(&server, "a1", "idle").await;
    let (back, cleared) = (events.next().await.unwrap(), events.next().await.unwrap());
    assert_eq!(back.data["verdict"], "idle");
    assert_eq!(cleared.data["state"], "resolved");
    assert_eq!(
        (&cleared.data["id"], &cleared.data["started_at"]),
        (&raised.data["id"], &raised.data["started_at"])
    );
    let ids: Vec<String> = [first.id, down.id, raised.id, back.id, cleared.id]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn topics_and_agents_are_filtered() {
    let server = Server::start();
    let mut of_a2 = Events::listen(&server, "topics=events,tasks&agent=a2").await;
    event(&server, 1, "a1").await;
    say(&server, "a2", "idle").await;
    let body = json!({"task": "t1", "agent": "a2", "status": "running"}).to_string();
    server.post("/api/v1/tasks", body).await.taken(202, 1);
    event(&server, 2, "a2").await;
    let (task, seen) = (of_a2.next().await.unwrap(), of_a2.next().await.unwrap());
    assert_eq!(
        (task.name.as_str(), task.data["task"].as_str()),
        ("tasks", Some("t1"))
    );
    assert_eq!(
        (seen.name.as_str(), seen.data["event"].as_str()),
        ("events", Some("2"))
    );
    server
        .get("/api/v1/stream?topics=verdicts,gossip")
        .await
        .problem(422);
}

#[tokio::test]
async fn a_client_that_comes_back_misses_nothing() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=events").await;
    let greeting = events.block().await.unwrap();
    assert!(
        greeting.starts_with("retry: ") && greeting.contains("\nid: "),
        "{greeting}"
    );
    for n in 0..10 {
        event(&server, n, "a1").await;
    }
    let mut last = None;
    for n in 0..4 {
        let event = events.next().await.unwrap();
        assert_eq!(event.data["event"], n.to_string());
        last = event.id;
    }
    drop(events);
    for n in 10..13 {
        event(&server, n, "a1").await;
    }
    let last = last.unwrap();
    let header = with(
        request("GET", "/api/v1/stream?topics=events&last_event_id=0-0-0", ""),
        "last-event-id",
        &last,
    );
    for mut again in [
        Events::of(&server, header).await,
        Events::listen(&server, &format!("topics=events&last_event_id={last}")).await,
    ] {
        for n in 4..13 {
            assert_eq!(again.next().await.unwrap().data["event"], n.to_string());
        }
    }
}

#[tokio::test]
async fn the_greeting_is_where_a_client_that_heard_nothing_goes_on() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=events").await;
    let greeting = events.block().await.unwrap();
    let id = greeting
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap()
        .to_owned();
    drop(events);
    event(&server, 1, "a1").await;
    let mut again = Events::listen(&server, &format!("topics=events&last_event_id={id}")).await;
    assert_eq!(again.next().await.unwrap().data["event"], "1");
}

#[tokio::test]
async fn who_comes_back_too_late_is_told_to_begin_anew() {
    let options = ServerOptions {
        stream_messages_max: 8,
        ..ServerOptions::default()
    };
    let server = Server::with_options(options);
    let mut events = Events::listen(&server, "topics=events").await;
    event(&server, 0, "a1").await;
    let first = events.next().await.unwrap().id.unwrap();
    for n in 1..30 {
        event(&server, n, "a1").await;
        assert_eq!(
            events.next().await.unwrap().data["event"],
            n.to_string(),
            "who keeps up hears all"
        );
    }
    let mut late = Events::listen(&server, &format!("topics=events&last_event_id={first}")).await;
    let reset = late.next().await.unwrap();
    assert_eq!(reset.name, "reset");
    assert!(reset.data["reason"].as_str().unwrap().contains("no longer held"));
    event(&server, 30, "a1").await;
    assert_eq!(late.next().await.unwrap().data["event"], "30");
    let mut again = Events::listen(
        &server,
        &format!("topics=events&last_event_id={}", reset.id.unwrap()),
    )
    .await;
    assert_eq!(
        again.next().await.unwrap().data["event"],
        "30",
        "the reset is where it goes on"
    );

    for foreign in ["0-99999999-0", "7-0-0"] {
        let mut events = Events::listen(&server, &format!("topics=events&last_event_id={foreign}")).await;
        let reset = events.next().await.unwrap();
        assert!(
            reset.data["reason"]
                .as_str()
                .unwrap()
                .contains("not one of this server"),
            "{foreign}"
        );
    }
    server
        .get("/api/v1/stream?last_event_id=nonsense")
        .await
        .problem(422);
}

#[tokio::test]
async fn after_a_restart_what_nobody_rendered_is_told_as_missed() {
    let server = Server::start();
    say(&server, "a1", "idle").await;
    let mut events = Events::listen(&server, "topics=verdicts&last_event_id=0-0-0").await;
    assert_eq!(events.next().await.unwrap().name, "reset");
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_place_and_delays_nobody() {
    let options = ServerOptions {
        stream_messages_max: 16,
        ..ServerOptions::default()
    };
    let server = Server::with_options(options);
    let mut slow = Events::listen(&server, "topics=events").await;
    let mut good = Events::listen(&server, "topics=events").await;
    for n in 0..100 {
        event(&server, n, "a1").await;
        assert_eq!(good.next().await.unwrap().data["event"], n.to_string());
    }
    until("the slow one has lost its place", || {
        server.dropped("live_slow_clients") == 1
    })
    .await;
    let metrics = server.get("/metrics").await;
    assert!(
        metrics
            .text()
            .contains("swarmpulse_stream_clients{transport=\"sse\"} 1"),
        "{}",
        metrics.text()
    );
    while let Some(block) = slow.block().await {
        assert!(
            !block.contains("data"),
            "it is told nothing out of order: {block}"
        );
    }
    assert_eq!(server.dropped("live_slow_clients"), 1, "counted once");
    drop(good);
    until("both places are free", || {
        server.dropped("live_slow_clients") == 1
    })
    .await;
    assert!(
        server
            .get("/metrics")
            .await
            .text()
            .contains("swarmpulse_stream_clients{transport=\"sse\"} 0")
    );
}

#[tokio::test]
async fn places_are_bounded_and_come_back() {
    let options = ServerOptions {
        stream_clients_max: 2,
        ..ServerOptions::default()
    };
    let server = Server::with_options(options);
    let first = Events::listen(&server, "").await;
    let _second = Events::listen(&server, "").await;
    let answer = server.get("/api/v1/stream").await;
    assert_eq!(answer.header("retry-after"), "10");
    assert!(answer.problem(503).contains("2 clients"));
    assert_eq!(server.dropped("live_clients_limit"), 1);
    drop(first);
    let _third = Events::listen(&server, "").await;
}

#[tokio::test]
async fn the_summary_comes_at_once_and_after_changes() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=summary").await;
    let first = events.next().await.unwrap();
    assert_eq!((first.name.as_str(), first.id), ("summary", None));
    assert_eq!(first.data["sentence"], "No agents yet.");
    say(&server, "a1", "idle").await;
    loop {
        let summary = events.next().await.unwrap();
        if summary.data["agents"] == 1 {
            assert_eq!(summary.data["sentence"], "The only agent is available.");
            break;
        }
    }
}

#[tokio::test]
async fn many_changes_make_few_summaries() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=summary").await;
    let watch = Stopwatch::start();
    for n in 0..50 {
        say(&server, &format!("a{n}"), "idle").await;
    }
    let mut summaries = 0;
    loop {
        summaries += 1;
        if events.next().await.unwrap().data["agents"] == 50 {
            break;
        }
    }
    // The first comes at once, and one more when the first change is seen.
    let most = 2.0 + watch.seconds();
    assert!(
        f64::from(summaries) <= most,
        "{summaries} summaries in {} s",
        watch.seconds()
    );
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_says_that_it_lives() {
    let server = Server::start();
    let mut events = Events::listen(&server, "topics=verdicts").await;
    assert!(events.block().await.unwrap().starts_with("retry: "));
    for _ in 0..3 {
        let before = tokio::time::Instant::now();
        assert_eq!(events.block().await.unwrap(), ": alive");
        assert_eq!(before.elapsed().as_secs(), 15);
    }
}
