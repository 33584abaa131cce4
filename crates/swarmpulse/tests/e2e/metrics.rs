//! Samples and figures: kept over kill -9, asked for by promtool and the command line, as Grafana asks.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::{Value, json};
use swarmpulse_testkit::clock::wait_for;
use swarmpulse_testkit::http::Connection;
use swarmpulse_testkit::server::Server;

use crate::PROGRAM;
use crate::start::setup;

const PATIENCE: Duration = Duration::from_secs(40);

fn push(server: &Server, text: &str) {
    let answer = server.post("/api/v1/import/prometheus", text).unwrap();
    assert_eq!(answer.status, 204, "{}", answer.text());
}

/// The value of an instant query that gives one series or a number.
fn ask(server: &Server, query: &str) -> Option<String> {
    let answer = server
        .get(&format!("/prometheus/api/v1/query?query={query}"))
        .unwrap();
    let result = answer.json()["data"]["result"].take();
    result[0]["value"][1].as_str().map(str::to_owned)
}

fn swarmpulse(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn e2e_samples_and_figures_outlive_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path());
    let mut server = setup.start().unwrap();
    for round in 1..=3 {
        for number in 0..20 {
            push(
                &server,
                &format!("e2e_kept{{round=\"{round}\",number=\"{number}\"}} {number}.5\n"),
            );
        }
        let heartbeat = format!("{{\"agent\":\"a{round}\",\"metrics\":{{\"queue.depth\":{round}}}}}");
        assert_eq!(server.post("/api/v1/heartbeats", &heartbeat).unwrap().status, 202);
        server.kill();
        server = setup.start().unwrap();
        let kept = (20 * round).to_string();
        assert_eq!(ask(&server, "count(e2e_kept)"), Some(kept));
        let sum = (190.0 + 10.0) * f64::from(round);
        assert_eq!(ask(&server, "sum(e2e_kept)"), Some(sum.to_string()));
        assert_eq!(ask(&server, "count(queue_depth)"), Some(round.to_string()));
    }
    let points = |server: &Server| -> Vec<Value> {
        let history = server
            .get("/api/observability/history/fleet?name=agents")
            .unwrap();
        let points = history.json()["series"][0]["points"].take();
        points.as_array().cloned().unwrap_or_default()
    };
    let before = wait_for(PATIENCE, || {
        Some(points(&server)).filter(|points| points.len() >= 2)
    })
    .unwrap();
    server.kill();
    let server = setup.start().unwrap();
    let after = points(&server);
    // The last step may have been under way.
    let settled = &before[..before.len() - 1];
    assert!(after.starts_with(settled), "{before:?} {after:?}");
    server.stop().unwrap();
    let server = setup.start().unwrap();
    assert!(
        points(&server).starts_with(settled),
        "a clean stop keeps them as well"
    );
}

#[test]
fn e2e_an_agent_that_stops_takes_its_numbers_along() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    let beat = |body: &str| assert_eq!(server.post("/api/v1/heartbeats", body).unwrap().status, 202);
    beat(r#"{"agent":"a1","metrics":{"temperature":21.5}}"#);
    assert_eq!(ask(&server, "temperature").as_deref(), Some("21.5"));
    beat(r#"{"agent":"a1","status":"stopped"}"#);
    wait_for(PATIENCE, || ask(&server, "temperature").is_none().then_some(())).unwrap();
}

#[test]
fn e2e_promtool_asks_as_it_asks_prometheus() {
    if Command::new("promtool").arg("--version").output().is_err() {
        eprintln!("skipped: promtool is not installed (scripts/install-test-packages)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    push(
        &server,
        "# TYPE e2e_temperature gauge\ne2e_temperature{room=\"a\"} 21.5\ne2e_temperature{room=\"b\"} 19\n",
    );
    let url = format!("http://{}/prometheus", server.address());
    let promtool = |arguments: &[&str]| {
        let output = Command::new("promtool")
            .arg("query")
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        text(&output)
    };
    let instant = promtool(&["instant", &url, "sum(e2e_temperature)"]);
    assert!(instant.contains("{} => 40.5 @"), "{instant}");
    let range = promtool(&["range", "--step=1s", &url, "max by(room)(e2e_temperature)"]);
    assert!(range.contains("{room=\"a\"} =>\n21.5 @["), "{range}");
    let series = promtool(&["series", "--match=e2e_temperature", &url]);
    assert!(
        series.contains("{__name__=\"e2e_temperature\", room=\"b\"}"),
        "{series}"
    );
    let labels = promtool(&["labels", &url, "room"]);
    assert_eq!(labels, "a\nb\n");
}

/// What Grafana's data source asks, in its order.
#[test]
fn e2e_grafana_asks_as_it_asks_prometheus() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    push(
        &server,
        "# TYPE e2e_work_total counter\n# HELP e2e_work_total Work.\ne2e_work_total{job=\"a\"} 3\n",
    );
    let mut connection = Connection::open(server.address()).unwrap();
    let mut call = |method: &str, path: &str, body: &str| -> Value {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", "Grafana/12.0.0"),
            ("x-grafana-org-id", "1"),
        ];
        let path = format!("/prometheus/api/v1/{path}");
        let answer = connection.call(method, &path, &headers, body.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/json"));
        answer.json()["data"].take()
    };
    let build = call("GET", "status/buildinfo", "");
    assert!(build["version"].as_str().unwrap() >= "2.24.0", "{build}");
    assert_eq!(
        call("POST", "query", "query=1%2B1&time=4")["result"],
        json!([4, "2"])
    );
    let metadata = call("GET", "metadata?limit=40000", "");
    assert_eq!(metadata["e2e_work_total"][0]["type"], "counter", "{metadata}");
    let now_s = call("POST", "query", "query=time()")["result"][0]
        .as_f64()
        .unwrap();
    let span = format!("start={}&end={}", now_s - 3600.0, now_s + 15.0);
    assert_eq!(
        call("GET", &format!("labels?match%5B%5D=e2e_work_total&{span}"), ""),
        json!(["__name__", "job"])
    );
    assert_eq!(
        call(
            "GET",
            &format!("label/job/values?match%5B%5D=e2e_work_total&{span}"),
            ""
        ),
        json!(["a"])
    );
    let aligned = (now_s / 15.0).ceil() * 15.0;
    let body = format!(
        "query=e2e_work_total&start={}&end={aligned}&step=15&timeout=60s",
        aligned - 600.0
    );
    let range = call("POST", "query_range", &body);
    assert_eq!(range["resultType"], "matrix");
    let values = range["result"][0]["values"].as_array().unwrap();
    assert_eq!(values.last().unwrap(), &json!([aligned as i64, "3"]));
    assert_eq!(
        call(
            "POST",
            "format_query",
            "query=sum(rate(e2e_work_total%5B5m%5D))by(job)"
        ),
        "sum by (job) (rate(e2e_work_total[5m]))"
    );
    // Those that come with the program; Grafana reads their names, states and times.
    let rules = call("GET", "rules", "");
    let groups = rules["groups"].as_array().unwrap();
    let low = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap())
        .find(|rule| rule["name"] == "agents_active_low")
        .unwrap();
    assert_eq!(
        (&low["type"], &low["state"]),
        (&json!("alerting"), &json!("inactive"))
    );
    assert_eq!(low["labels"]["severity"], "critical");
    assert_eq!(
        call("GET", &format!("query_exemplars?query=up&{span}"), ""),
        json!([])
    );
}

#[test]
fn e2e_the_command_line_asks_checks_and_exports() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    push(
        &server,
        "e2e_level{tank=\"north\"} 7\ne2e_level{tank=\"south\"} 9\n",
    );
    let url = format!("http://{}", server.address());
    let query = |arguments: &[&str]| swarmpulse(&[&["query", "--server", &url], arguments].concat());
    let table = query(&["e2e_level"]);
    assert_eq!(
        String::from_utf8_lossy(&table.stdout),
        "VALUE  SERIES\n    7  e2e_level{tank=\"north\"}\n    9  e2e_level{tank=\"south\"}\n"
    );
    let chart = text(&query(&["sum(e2e_level)", "--since", "1m", "--end", "-0s"]));
    assert!(chart.contains("every 1s") && chart.contains("last 16"), "{chart}");
    let as_json: Value =
        serde_json::from_slice(&query(&["scalar(sum(e2e_level))", "--json"]).stdout).unwrap();
    assert_eq!(as_json["resultType"], "scalar");
    let wrong = query(&["sum("]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong).contains("parse error"), "{}", text(&wrong));
    let data = folder.path().join("data").to_string_lossy().into_owned();
    let check = swarmpulse(&["store", "check", "--data", &data]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check));
    let export = swarmpulse(&["store", "export", "--data", &data]);
    assert_eq!(export.status.code(), Some(1), "the server holds the store");
    assert!(text(&export).contains("stop the server"), "{}", text(&export));
    server.stop().unwrap();
    let arguments = [
        "store",
        "export",
        "--data",
        &data,
        "--format",
        "csv",
        "--match",
        "e2e_level",
    ];
    let export = swarmpulse(&arguments);
    assert_eq!(export.status.code(), Some(0), "{}", text(&export));
    let lines = String::from_utf8_lossy(&export.stdout).lines().count();
    assert_eq!(lines, 3, "a head and two samples: {}", text(&export));
    let check: Value =
        serde_json::from_slice(&swarmpulse(&["store", "check", "--json", "--data", &data]).stdout).unwrap();
    assert_eq!(check["sound"], true, "{check}");
    assert!(check["samples"].as_u64().unwrap() > 2, "{check}");
    assert!(check["beside"][0]["series"].as_u64().unwrap() > 2, "{check}");
    assert_eq!(check["journals"][1]["holds"], "records", "{check}");
    assert!(check["journals"][1]["entries"].as_u64().unwrap() > 0, "{check}");
    for journal in ["journal/spare.tmp", "metrics/journal/spare.tmp"] {
        let left = folder.path().join("data").join(journal);
        assert!(!left.exists(), "{journal} is of no use any more");
    }
    let compact = swarmpulse(&["store", "compact", "--data", &data]);
    assert_eq!(compact.status.code(), Some(0), "{}", text(&compact));
    damage_is_named_with_what_to_do(folder.path());
}

/// Flips a byte of the catalogue and one of the journal.
fn damage_is_named_with_what_to_do(folder: &Path) {
    let data = folder.join("data");
    let flip = |path: &Path| {
        let mut bytes = std::fs::read(path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(path, bytes).unwrap();
    };
    flip(&data.join("metrics/series.log"));
    let check = swarmpulse(&["store", "check", "--data", &data.to_string_lossy()]);
    assert_eq!(check.status.code(), Some(1), "{}", text(&check));
    let said = text(&check);
    for needle in [
        "series.log (catalogue: ",
        "DAMAGED: ",
        "of its series are not in the catalogue",
        "- series.log: the next start keeps a copy",
    ] {
        assert!(said.contains(needle), "{needle}: {said}");
    }
    assert!(
        !said.contains("- segments:") && !said.contains("- the journal of"),
        "{said}"
    );
}

#[test]
fn e2e_cases_in_promql_pass_or_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> String {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let good = file(
        "good.test",
        "load 1m\n  x 0+10x10\n\neval instant at 10m rate(x[5m])\n  {} 0.16666666666666666\n",
    );
    let passed = swarmpulse(&["promqltest", &good]);
    assert_eq!(passed.status.code(), Some(0), "{}", text(&passed));
    assert!(text(&passed).contains("1 of 1 cases passed"));
    let bad = file("bad.test", "load 1m\n  x 1\n\neval instant at 0 x\n  x 2\n");
    let failed = swarmpulse(&["promqltest", &good, &bad]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(text(&failed).contains("bad.test:4:"), "{}", text(&failed));
    let as_json: Value = serde_json::from_slice(&swarmpulse(&["promqltest", "--json", &bad]).stdout).unwrap();
    assert_eq!(as_json[0]["cases"][0]["outcome"], "failed", "{as_json}");
    assert_eq!(as_json[0]["file"], json!(Path::new(&bad)));
}
