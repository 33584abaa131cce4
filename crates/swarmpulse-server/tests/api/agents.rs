//! Agents: pages, filters, order, one of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::Server;
use crate::world::{after, column, get, heartbeats, pages};

const RANKS: [&str; 10] = [
    "down",
    "stuck",
    "unknown",
    "silent",
    "backing_off",
    "waiting",
    "starting",
    "working",
    "idle",
    "stopped",
];

fn agent(id: impl std::fmt::Display, status: &str) -> Value {
    json!({"agent": id.to_string(), "status": status, "interval_s": 10})
}

fn rank(item: &Value) -> usize {
    RANKS.iter().position(|rank| *rank == item["verdict"]).unwrap()
}

#[tokio::test]
async fn by_id_each_agent_is_on_one_page_while_others_are_added() {
    let server = Server::start();
    heartbeats(&server, (0..250).map(|n| agent(format!("a{n}"), "idle"))).await;
    let (mut seen, mut next, mut page_number) = (BTreeMap::new(), None::<String>, 0);
    loop {
        let page = get(&server, &after("/api/v1/agents?limit=37", next.as_deref())).await;
        for id in column(page["items"].as_array().unwrap(), "agent") {
            *seen.entry(id).or_insert(0) += 1;
        }
        heartbeats(
            &server,
            (0..5).map(|n| agent(format!("new-{page_number}-{n}"), "idle")),
        )
        .await;
        page_number += 1;
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() || page_number > 100 {
            break;
        }
    }
    assert!(seen.values().all(|count| *count == 1));
    assert!((0..250).all(|n| seen.contains_key(&format!("a{n}"))));
    assert!(
        page_number < 12,
        "agents are added faster than they are read, and the list still ends"
    );
}

#[tokio::test]
async fn the_worst_come_first() {
    let server = Server::start();
    let statuses = ["idle", "failed", "working", "stopped", "waiting", "backing_off"];
    heartbeats(&server, (0..90).map(|n| agent(n, statuses[n % 6]))).await;
    for limit in [1, 7, 15, 16, 89, 90, 1000] {
        let pages = pages(&server, &format!("/api/v1/agents?order=severity&limit={limit}")).await;
        let all: Vec<Value> = pages.concat();
        assert!(
            pages.iter().rev().skip(1).all(|page| page.len() == limit),
            "pages are full"
        );
        assert!(all.is_sorted_by_key(rank), "{limit}");
        let ids: BTreeSet<String> = column(&all, "agent").into_iter().collect();
        assert_eq!((all.len(), ids.len()), (90, 90), "{limit}");
    }
}

#[tokio::test]
async fn by_severity_no_agent_is_missed_whatever_happens_meanwhile() {
    let server = Server::start();
    heartbeats(
        &server,
        (0..60).map(|n| agent(n, if n % 2 == 0 { "idle" } else { "working" })),
    )
    .await;
    let (mut seen, mut next, mut page_number) = (BTreeMap::new(), None::<String>, 0);
    loop {
        let page = get(
            &server,
            &after("/api/v1/agents?order=severity&limit=7", next.as_deref()),
        )
        .await;
        for id in column(page["items"].as_array().unwrap(), "agent") {
            *seen.entry(id).or_insert(0) += 1;
        }
        // One that is not read yet becomes the worst, one that is read the best: both leave their ranks.
        let (worse, better) = (59 - page_number, page_number);
        if page_number < 4 {
            heartbeats(&server, [agent(worse, "failed"), agent(better, "stopped")]).await;
        }
        page_number += 1;
        next = page["next"].as_str().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    for n in 0..60 {
        let moved = !(4..=55).contains(&n);
        let count = seen.get(&n.to_string()).copied().unwrap_or(0);
        assert!(
            if moved {
                (1..=2).contains(&count)
            } else {
                count == 1
            },
            "{n} is met {count} times"
        );
    }
}

#[tokio::test]
async fn filters_keep_what_they_name() {
    let server = Server::start();
    heartbeats(
        &server,
        [
            json!({"agent": "Bot-1", "status": "idle", "kind": "bot", "host": "h1"}),
            json!({"agent": "bot-2", "status": "failed", "kind": "bot", "host": "h2"}),
            json!({"agent": "w-1", "status": "working", "kind": "worker", "host": "h1"}),
            json!({"agent": "w-2", "status": "stopped", "kind": "worker"}),
        ],
    )
    .await;
    for (query, expected) in [
        ("", "Bot-1 bot-2 w-1 w-2"),
        ("verdict=idle,down", "Bot-1 bot-2"),
        ("health=healthy", "Bot-1 w-1"),
        ("health=down", "bot-2 w-2"),
        ("kind=worker", "w-1 w-2"),
        ("host=h1", "Bot-1 w-1"),
        ("q=BOT", "Bot-1 bot-2"),
        ("host=h1&kind=bot", "Bot-1"),
        ("namespace=default&q=-2", "bot-2 w-2"),
        ("namespace=other", ""),
        ("limit=0", ""),
    ] {
        for order in ["id", "severity"] {
            let page = get(&server, &format!("/api/v1/agents?order={order}&{query}")).await;
            let mut ids = column(page["items"].as_array().unwrap(), "agent");
            ids.sort();
            assert_eq!(ids.join(" "), expected, "{order} {query}");
            assert_eq!(page["next"], Value::Null);
        }
    }
}

#[tokio::test]
async fn one_agent_with_its_evidence() {
    let server = Server::start();
    let sent = json!({
        "agent": "a/1 ü", "kind": "bot", "status": "Reading", "interval_s": 20, "host": "h1", "instance": "i1",
        "metrics": {"depth": 3}, "team": "blue", "nested": {"x": [1, 2]},
    });
    heartbeats(&server, [sent]).await;
    let path = "/api/v1/agents/a%2F1%20%C3%BC";
    let agent = get(&server, path).await;
    for (name, expected) in [
        ("agent", json!("a/1 ü")),
        ("namespace", json!("default")),
        ("kind", json!("bot")),
        ("status", json!("Reading")),
        ("interval_s", json!(20.0)),
        ("interval_source", json!("declared")),
        ("deadline_s", json!(40.0)),
        ("host", json!("h1")),
        ("instance", json!("i1")),
        ("metrics", json!({"depth": 3.0})),
        ("attributes", json!({"team": "blue", "nested": {"x": [1, 2]}})),
        ("process", Value::Null),
    ] {
        assert_eq!(agent[name], expected, "{name}");
    }
    let evidence = &agent["evidence"][0];
    assert!(!evidence["text"].as_str().unwrap().is_empty() && evidence["age_s"].as_f64().unwrap() >= 0.0);
    let contact = agent["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .find(|evidence| evidence["claim"] == "contact");
    let record = contact.unwrap()["record"].as_str().unwrap();
    let behind = get(&server, &format!("/api/v1/records/{record}")).await;
    assert_eq!(behind["items"][0]["record"]["agent"], "a/1 ü");

    let detail = server.get("/api/v1/agents/nobody").await.problem(404);
    assert!(
        detail.contains("`nobody`") && detail.contains("/api/v1/agents"),
        "{detail}"
    );
    server.get(&format!("{path}?namespace=other")).await.problem(404);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_way_out() {
    let server = Server::start();
    for (path, needle) in [
        ("/api/v1/agents?limit=1001", "`limit`"),
        ("/api/v1/agents?verdict=dead", "backing_off"),
        ("/api/v1/agents?verdct=down", "did you mean `verdict`?"),
        ("/api/v1/agents?cursor=nonsense", "`cursor`"),
        ("/api/v1/agents?cursor=sev-0-0-0", "`cursor`"),
        ("/api/v1/agents?order=severity&cursor=id-0", "`cursor`"),
        ("/api/v1/agents?order=name", "`order`"),
        ("/api/v1/agents/a1?limit=3", "`limit`"),
        ("/api/v1/summary?x=1", "takes none"),
        ("/api/v1/events?from=yesterday", "`from`"),
        ("/api/v1/events?cursor=nonsense", "`cursor`"),
        ("/api/v1/tasks?stuck=maybe", "`stuck`"),
        ("/api/v1/graph", "`around`"),
        ("/api/v1/graph?around=a1", "kind:id"),
    ] {
        let detail = server.get(path).await.problem(422);
        assert!(detail.contains(needle), "{path}: {detail}");
    }
}

#[tokio::test]
async fn the_health_report_counts_and_judges() {
    let server = Server::start();
    let report = get(&server, "/api/v1/admin/health/agents").await;
    assert_eq!(
        (
            report["status"].as_str(),
            report["items"].as_array().unwrap().len()
        ),
        (Some("healthy"), 0)
    );
    heartbeats(
        &server,
        [
            agent("a", "idle"),
            agent("b", "working"),
            agent("c", "failed"),
            agent("d", "stopped"),
        ],
    )
    .await;
    let report = get(&server, "/api/v1/admin/health/agents?order=severity").await;
    assert_eq!(report["status"], "degraded");
    assert_eq!(
        (&report["counts"]["down"], &report["counts"]["idle"]),
        (&json!(1), &json!(1))
    );
    let first = &report["items"][0];
    assert_eq!(
        (first["agent"].as_str(), first["health"].as_str()),
        (Some("c"), Some("down"))
    );
    assert!(first["reason"].as_str().unwrap().contains("failed"));
    assert_eq!(report["items"].as_array().unwrap().len(), 4);
    heartbeats(&server, [agent("a", "failed"), agent("b", "failed")]).await;
    let report = get(&server, "/api/v1/admin/health/agents?limit=1").await;
    assert_eq!(report["status"], "critical");
    assert!(report["next"].is_string());
}
