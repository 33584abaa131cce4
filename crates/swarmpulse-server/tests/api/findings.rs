//! Findings over HTTP: the lists, the catalogue, and what is refused. What the lists hold is tested beside them.

use serde_json::json;
use swarmpulse_detect::DETECTORS;
use swarmpulse_store::Scope;

use crate::harness::{REMOTE, Server, request, with};
use crate::world::{column, get};

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
