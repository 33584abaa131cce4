//! A real Prometheus scrapes and writes on to the server; both are asked the same and must answer the same.

mod answers;
mod exporter;
mod peer;

use std::time::Duration;

use swarmpulse_testkit::clock;
use swarmpulse_testkit::server::Server;

use self::answers::{Question, difference, escaped, questions};
use self::exporter::Exporter;
use self::peer::Prometheus;

const QUERIES: &str = include_str!("prometheus/queries.txt");

/// The second version of remote write.
const VERSION_2: &str = "io.prometheus.write.v2.Request";

/// Scrapes before anything is asked: as many as the longest window needs, and the exporter's series come and go.
const SCRAPES: u64 = 26;

/// A time between scrapes, all before which has arrived at the server.
fn settled_ms(server: &Server, exporter: &Exporter) -> i64 {
    let seen = clock::wait_for(Duration::from_secs(90), || {
        (exporter.scrapes() >= SCRAPES).then_some(())
    });
    assert!(seen.is_some(), "only {} scrapes", exporter.scrapes());
    let newest = |server: &Server| {
        let path = format!(
            "/prometheus/api/v1/query?query={}",
            escaped("timestamp(test_info{agent=\"a5\"})")
        );
        let answer = server.get(&path).ok()?.json();
        let seconds: f64 = answer["data"]["result"][0]["value"][1].as_str()?.parse().ok()?;
        Some((seconds * 1000.0).round() as i64)
    };
    let first = clock::wait_for(Duration::from_secs(30), || newest(server));
    let first = first.unwrap_or_else(|| panic!("nothing arrives: {}", server.said()));
    // Half a second after a scrape, so that no sample lies at the edge of a window; then two scrapes more, so that
    // everything up to that time was sent: one shard sends in order.
    let later = clock::wait_for(Duration::from_secs(30), || {
        newest(server).filter(|at_ms| *at_ms >= first + 2_000)
    });
    assert!(later.is_some(), "no more arrives: {}", server.said());
    first + 500
}

fn compare(server: &Server, prometheus: &Prometheus, at_ms: i64) {
    let mut differences = Vec::new();
    let all = questions(QUERIES);
    for question in &all {
        let path = question.path(at_ms);
        let wanted = prometheus.get(&path).unwrap();
        let given = server.get(&format!("/prometheus{path}")).unwrap();
        let (Question::Instant(expression)
        | Question::Range { expression, .. }
        | Question::Error(expression)) = question;
        let expected = if matches!(question, Question::Error(_)) {
            "error"
        } else {
            "success"
        };
        assert_eq!(
            wanted.json()["status"],
            expected,
            "{question:?}: {}",
            wanted.text()
        );
        let differs = if wanted.status == given.status {
            difference(expression, &wanted.json(), &given.json())
        } else {
            Some(format!(
                "wanted {}, given {} {}",
                wanted.status,
                given.status,
                given.text()
            ))
        };
        differences.extend(differs.map(|what| format!("{question:?}: {what}")));
    }
    assert!(
        differences.is_empty(),
        "{} of {} answers differ:\n{}",
        differences.len(),
        all.len(),
        differences.join("\n")
    );
}

/// Names and values of labels, and series, are those of Prometheus.
fn compare_names(server: &Server, prometheus: &Prometheus, at_ms: i64) {
    let span = format!("start={}&end={}", at_ms / 1000 - 15, at_ms / 1000);
    let selector = escaped("{__name__=~\"test_.*\"}");
    for path in [
        format!("/api/v1/labels?{span}&match[]={selector}"),
        format!("/api/v1/label/agent/values?{span}&match[]={selector}"),
        format!("/api/v1/label/__name__/values?{span}&match[]={selector}"),
        format!("/api/v1/series?{span}&match[]={selector}"),
    ] {
        let mut both = [
            prometheus.get(&path).unwrap().json(),
            server.get(&format!("/prometheus{path}")).unwrap().json(),
        ];
        for answer in &mut both {
            assert_eq!(answer["status"], "success", "{path}: {answer}");
            let list = answer["data"].as_array_mut().unwrap();
            assert!(!list.is_empty(), "{path}");
            list.sort_by_key(ToString::to_string);
        }
        assert_eq!(both[0]["data"], both[1]["data"], "{path}");
    }
    let metadata = clock::wait_for(Duration::from_secs(20), || {
        let path = "/prometheus/api/v1/metadata?metric=test_requests_total";
        let answer = server.get(path).unwrap().json();
        answer["data"]["test_requests_total"][0]["type"]
            .as_str()
            .map(str::to_owned)
    });
    assert_eq!(
        metadata.as_deref(),
        Some("counter"),
        "what metrics are arrives too"
    );
}

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn run(program: &str, message: Option<&str>) {
    let (folder, server) = crate::start::server();
    let exporter = Exporter::start();
    let targets = [exporter.address(), server.address()];
    let Some(prometheus) =
        Prometheus::start(program, folder.path(), &targets, server.address(), message).unwrap()
    else {
        eprintln!("skipped: there is no {program} here");
        return;
    };
    let at_ms = settled_ms(&server, &exporter);
    compare(&server, &prometheus, at_ms);
    compare(&server, &prometheus, at_ms - 5_000);
    compare_names(&server, &prometheus, at_ms);
    let own = prometheus.get("/metrics").unwrap().text();
    for name in [
        "prometheus_remote_storage_samples_failed_total",
        "prometheus_remote_storage_samples_retried_total",
    ] {
        let refused: f64 = own
            .lines()
            .filter(|line| line.starts_with(name))
            .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        assert_eq!(refused, 0.0, "{name}: {}", server.said());
    }
}

/// A newer Prometheus, where one is named: Debian's stable one does not know the second version of remote write.
#[expect(
    clippy::disallowed_methods,
    reason = "where a newer Prometheus is, only the person who runs the tests knows"
)]
fn newer() -> Option<String> {
    std::env::var("SWARMPULSE_TEST_PROMETHEUS").ok()
}

#[test]
fn e2e_a_real_prometheus_writes_to_us_and_answers_are_equal() {
    run("prometheus", None);
}

#[test]
fn e2e_a_newer_prometheus_writes_by_version_1_and_answers_are_equal() {
    match newer() {
        Some(program) => run(&program, None),
        None => eprintln!("skipped: SWARMPULSE_TEST_PROMETHEUS names no newer Prometheus"),
    }
}

#[test]
fn e2e_a_newer_prometheus_writes_by_version_2_and_answers_are_equal() {
    match newer() {
        Some(program) => run(&program, Some(VERSION_2)),
        None => eprintln!("skipped: SWARMPULSE_TEST_PROMETHEUS names no newer Prometheus"),
    }
}
