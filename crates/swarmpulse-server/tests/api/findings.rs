//! Findings over HTTP: from samples to the list, the catalogue, and what is refused. Order and pages are tested beside the
//! lists.

use serde_json::{Value, json};
use swarmpulse_detect::DETECTORS;
use swarmpulse_model::series::SampleBatch;
use swarmpulse_model::{Labels, Sample};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_store::Scope;

use crate::harness::{Answer, REMOTE, Server, request, with};
use crate::world::{PATIENCE, column, get};

/// An agent of that namespace has had nearly all of its descriptors open for an hour.
fn nearly_out_of_descriptors(server: &Server, namespace: &str, agent: &str) {
    let runtime = server.app.runtime();
    let now_ms = runtime.now().unix_ms();
    let mut batch = SampleBatch::default();
    for (name, value) in [
        ("swarmpulse_agent_open_fds", 990.0),
        ("swarmpulse_agent_fd_limit", 1000.0),
    ] {
        let samples: Vec<Sample> = (0..=240)
            .map(|n| Sample {
                at_ms: now_ms - (240 - n) * 15_000,
                value,
            })
            .collect();
        batch.push(
            &Labels::from_pairs([("__name__", name), ("agent", agent)]),
            &samples,
        );
    }
    runtime
        .metrics()
        .append_durably(namespace, runtime.now(), &batch)
        .unwrap();
}

/// The findings, as soon as there are so many.
async fn findings(server: &Server, wanted: usize) -> Vec<Value> {
    let watch = Stopwatch::start();
    loop {
        let page = get(server, "/api/v1/findings").await;
        let items = page["items"].as_array().unwrap();
        if items.len() >= wanted {
            return items.clone();
        }
        assert!(
            watch.seconds() < PATIENCE.as_secs_f64(),
            "waited in vain for {wanted} findings: {page}"
        );
        tokio::task::yield_now().await;
    }
}

async fn ask(server: &Server, secret: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {secret}");
    server
        .send(with(request("GET", path, ""), "authorization", &bearer))
        .await
}

#[tokio::test]
async fn what_is_found_in_samples_is_told_with_its_figures_and_drawn() {
    let server = Server::detecting();
    nearly_out_of_descriptors(&server, "default", "bot 7");
    let found = findings(&server, 1).await.remove(0);
    for (name, expected) in [
        ("detector", "exhaustion"),
        ("condition", "fd_exhaustion"),
        ("subject_kind", "agent"),
        ("subject", "bot 7"),
        ("namespace", "default"),
        ("severity", "critical"),
        ("state", "active"),
    ] {
        assert_eq!(found[name], expected, "{name}");
    }
    assert!(found["sentence"].as_str().unwrap().contains("bot 7"), "{found}");
    assert!(!found["figures"].as_array().unwrap().is_empty(), "{found}");
    assert!(
        found.get("charts").is_none(),
        "charts stand with the finding itself"
    );
    assert_eq!(found["ended_at"], Value::Null);
    let detail = get(&server, found["links"]["self"].as_str().unwrap()).await;
    assert_eq!((&detail["id"], &detail["since"]), (&found["id"], &found["since"]));
    let charts = detail["charts"].as_array().unwrap();
    let points = charts[0]["lines"][0]["points"].as_array().unwrap();
    assert!(!points.is_empty() && points.len() <= 240, "{detail}");
    assert!(points.iter().all(|point| point["at"].is_string()), "{detail}");
    assert_eq!(charts[0]["limit"], 1000.0);
    let none = get(&server, "/api/v1/findings?subject=bot%208").await;
    assert_eq!(none["items"], json!([]));
    let metrics = server.get("/metrics").await;
    let counted =
        "swarmpulse_findings{namespace=\"default\",detector=\"exhaustion\",severity=\"critical\"} 1";
    assert!(
        metrics.text().lines().any(|line| line == counted),
        "{}",
        metrics.text()
    );
    assert!(
        metrics.text().contains("swarmpulse_exhaustion_used_ratio{"),
        "{}",
        metrics.text()
    );
}

#[tokio::test]
async fn a_token_of_a_namespace_sees_the_findings_of_that_alone() {
    let server = Server::detecting();
    nearly_out_of_descriptors(&server, "default", "theirs");
    nearly_out_of_descriptors(&server, "team", "ours");
    let all = findings(&server, 2).await;
    let reader = server.token(Scope::Read, Some("team")).await;
    let page = ask(&server, &reader, "/api/v1/findings?state=all").await.json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(column(items, "subject"), ["ours"]);
    assert_eq!(items[0]["namespace"], "team");
    for finding in &all {
        let path = finding["links"]["self"].as_str().unwrap();
        let answer = ask(&server, &reader, path).await;
        if finding["namespace"] == "team" {
            assert_eq!(answer.json()["subject"], "ours");
        } else {
            answer.problem(404);
        }
    }
    let metrics = ask(&server, &reader, "/metrics").await;
    assert!(metrics.text().contains("ours") && !metrics.text().contains("theirs"));
    let one = get(&server, "/api/v1/findings?namespace=team").await;
    assert_eq!(column(one["items"].as_array().unwrap(), "subject"), ["ours"]);
}

#[tokio::test]
async fn a_fleet_without_trouble_has_no_findings() {
    let server = Server::start();
    let page = json!({"items": [], "next": null});
    assert_eq!(get(&server, "/api/v1/findings").await, page);
    assert_eq!(
        get(&server, "/api/v1/findings?state=all&severity=critical,info").await,
        page
    );
}

#[tokio::test]
async fn a_finding_that_is_none_is_404_with_the_way_out() {
    let server = Server::start();
    let detail = server.get("/api/v1/findings/leak-1").await.problem(404);
    assert!(
        detail.contains("`leak-1`") && detail.contains("/api/v1/findings?state=all"),
        "{detail}"
    );
    let detail = server.get("/api/v1/findings/leak-1?x=1").await.problem(422);
    assert!(detail.contains("`x`"), "{detail}");
}

#[tokio::test]
async fn parameters_that_cannot_be_are_refused_by_name() {
    let server = Server::start();
    for (query, needles) in [
        ("?state=open", ["`state`", "active, ended, all"]),
        ("?severity=bad", ["`severity`", "critical, warning, info"]),
        ("?subject_kind=bot", ["`subject_kind`", "agent, process"]),
        ("?detector=oracle", ["`detector`", "/api/v1/detectors"]),
        ("?condition=doom", ["`condition`", "/api/v1/detectors"]),
        ("?limit=5000", ["`limit`", "0 to 1000"]),
        ("?cursor=id-7", ["`cursor`", "`next`"]),
        ("?agent=a1", ["`agent`", "`subject`"]),
        ("/waiting?state=all", ["`state`", "`detector`"]),
        ("/waiting?cursor=find-0-info-0-x", ["`cursor`", "`next`"]),
        ("/waiting?detector=oracle", ["`detector`", "oracle"]),
    ] {
        let detail = server.get(&format!("/api/v1/findings{query}")).await.problem(422);
        assert!(
            needles.iter().all(|needle| detail.contains(needle)),
            "{query}: {detail}"
        );
    }
    let detail = server.get("/api/v1/detectors?limit=1").await.problem(422);
    assert!(detail.contains("takes none"), "{detail}");
}

#[tokio::test]
async fn the_catalogue_is_the_table_of_detectors() {
    let server = Server::start();
    let page = get(&server, "/api/v1/detectors").await;
    let items = page["items"].as_array().unwrap();
    let names: Vec<&str> = DETECTORS.iter().map(|row| row.description.name).collect();
    assert_eq!(column(items, "name"), names);
    for (item, row) in items.iter().zip(DETECTORS) {
        let description = row.description;
        assert_eq!(item["method"], description.method);
        assert_eq!(
            item["sources"].as_array().unwrap().len(),
            description.sources.len()
        );
        let conditions = item["conditions"].as_array().unwrap();
        assert_eq!(
            column(conditions, "name"),
            description
                .conditions
                .iter()
                .map(|one| one.name)
                .collect::<Vec<_>>()
        );
        let series = item["series"].as_array().unwrap();
        assert_eq!(
            column(series, "name"),
            description.series.iter().map(|one| one.name).collect::<Vec<_>>()
        );
    }
    assert_eq!(page["next"], json!(null));
}

#[tokio::test]
async fn findings_need_the_scope_read() {
    let server = Server::start();
    let ingest = format!("Bearer {}", server.token(Scope::Ingest, None).await);
    for path in [
        "/api/v1/findings",
        "/api/v1/findings/x",
        "/api/v1/findings/waiting",
        "/api/v1/detectors",
    ] {
        server
            .send(with(request("GET", path, ""), "authorization", &ingest))
            .await
            .problem(403);
        server
            .send_as(REMOTE, request("GET", path, ""))
            .await
            .problem(401);
    }
}

#[test]
fn the_page_of_documentation_names_every_detector_and_condition() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/detection.md");
    let text = std::fs::read_to_string(path).unwrap();
    let known: Vec<&str> = DETECTORS.iter().map(|row| row.description.name).collect();
    for heading in text.lines().filter_map(|line| line.strip_prefix("### ")) {
        assert!(known.contains(&heading), "`### {heading}` is no detector");
    }
    for row in DETECTORS {
        let name = row.description.name;
        let heading = format!("\n### {name}\n");
        let section = text.split_once(&heading).map(|(_, rest)| rest);
        let section = section.unwrap_or_else(|| panic!("docs/detection.md has no section `### {name}`"));
        let section = section.split("\n#").next().unwrap();
        for condition in row.description.conditions {
            let named = format!("`{}`", condition.name);
            assert!(
                section.contains(&named),
                "{named} is not in the section of {name}"
            );
        }
    }
}
