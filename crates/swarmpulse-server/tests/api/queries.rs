//! Prometheus' query API: shapes, errors, and what a token of a namespace sees.

use http::StatusCode;
use serde_json::{Value, json};
use swarmpulse_model::series::{MetricMetadata, MetricType, SampleBatch};
use swarmpulse_model::{Labels, Sample};
use swarmpulse_store::Scope;

use crate::harness::{Answer, Server, request, with};

const API: &str = "/prometheus/api/v1";

/// A server with `up` of two jobs and a counter, every 15 s from 0 s to 600 s.
fn server() -> Server {
    let server = Server::start();
    let mut batch = SampleBatch::default();
    let times = || (0..=40).map(|n| n * 15_000);
    for (job, value) in [("a", 1.0), ("b", 0.0)] {
        let samples: Vec<Sample> = times().map(|at_ms| Sample { at_ms, value }).collect();
        batch.push(&Labels::from_pairs([("__name__", "up"), ("job", job)]), &samples);
    }
    let samples: Vec<Sample> = times()
        .map(|at_ms| Sample {
            at_ms,
            value: at_ms as f64 / 1000.0,
        })
        .collect();
    batch.push(
        &Labels::from_pairs([("__name__", "work_total"), ("job", "a")]),
        &samples,
    );
    batch.metadata.push(MetricMetadata {
        metric: "work_total".into(),
        kind: MetricType::Counter,
        help: "Work.".to_owned(),
        unit: "".into(),
    });
    append(&server, "default", &batch);
    server
}

fn append(server: &Server, namespace: &str, batch: &SampleBatch) {
    let runtime = server.app.runtime();
    runtime
        .metrics()
        .append_durably(namespace, runtime.now(), batch)
        .unwrap();
}

async fn data(server: &Server, path: &str) -> Value {
    let answer = server.get(&format!("{API}/{path}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let mut body = answer.json();
    assert_eq!(body["status"], "success", "{path}");
    body["data"].take()
}

fn error(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    assert_eq!(body["status"], "error");
    let text = |name: &str| body[name].as_str().unwrap().to_owned();
    (answer.status.as_u16(), text("errorType"), text("error"))
}

#[tokio::test]
async fn instant_queries_have_the_shapes_of_prometheus() {
    let server = server();
    assert_eq!(
        data(&server, "query?query=up&time=600").await,
        json!({"resultType": "vector", "result": [
            {"metric": {"__name__": "up", "job": "a"}, "value": [600, "1"]},
            {"metric": {"__name__": "up", "job": "b"}, "value": [600, "0"]},
        ]})
    );
    assert_eq!(
        data(
            &server,
            "query?query=irate(work_total%5B5m%5D)&time=1970-01-01T00:10:00Z"
        )
        .await,
        json!({"resultType": "vector", "result": [{"metric": {"job": "a"}, "value": [600, "1"]}]})
    );
    assert_eq!(
        data(&server, "query?query=1/0&time=12.5").await,
        json!({"resultType": "scalar", "result": [12.5, "+Inf"]})
    );
    assert_eq!(
        data(&server, "query?query=up%5B30s%5D&time=600").await["result"][0],
        json!({"metric": {"__name__": "up", "job": "a"}, "values": [[585, "1"], [600, "1"]]})
    );
    let answer = server
        .get(&format!("{API}/query?query=up&time=600&limit=1&stats=all"))
        .await;
    let body = answer.json();
    assert_eq!(body["data"]["result"].as_array().unwrap().len(), 1);
    assert_eq!(body["warnings"], json!(["results truncated due to limit"]));
    assert!(body["data"]["stats"]["samples"]["totalQueryableSamples"].is_u64());
    assert!(body["data"]["stats"]["timings"]["execTotalTime"].is_f64());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(
        data(&server, "query?query=up&time=1200").await["result"],
        json!([]),
        "older than the look-back"
    );
    assert_eq!(
        data(&server, "query?query=up&time=1200&lookback_delta=15m").await["result"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn range_queries_come_by_url_and_by_form() {
    let server = server();
    let expected = json!({"resultType": "matrix", "result": [
        {"metric": {"job": "a"}, "values": [[60, "60"], [120, "120"], [180, "180"]]},
    ]});
    let by_url = "query_range?query=sum+by(job)(work_total)&start=60&end=180&step=60";
    assert_eq!(data(&server, by_url).await, expected);
    let body = "query=sum+by%28job%29%28work_total%29&start=60&end=1970-01-01T00%3A03%3A00Z&step=1m";
    let answer = server
        .send(with(
            request("POST", &format!("{API}/query_range"), body),
            "content-type",
            "application/x-www-form-urlencoded",
        ))
        .await;
    assert_eq!(answer.json()["data"], expected, "{}", answer.text());
}

#[tokio::test]
async fn wrong_questions_are_told_as_prometheus_tells_them() {
    let server = server();
    for (path, status, kind, message) in [
        (
            "query?query=sum(",
            400,
            "bad_data",
            "invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis",
        ),
        (
            "query?query=up&time=noon",
            400,
            "bad_data",
            "invalid parameter \"time\": invalid time value for 'time': cannot parse \"noon\" to a valid timestamp",
        ),
        (
            "query_range?query=up&start=0&end=600&step=0",
            400,
            "bad_data",
            "invalid parameter \"step\": zero or negative query resolution step widths are not accepted. Try a positive \
             integer",
        ),
        (
            "query_range?query=up&start=600&end=0&step=1",
            400,
            "bad_data",
            "invalid parameter \"end\": end timestamp must not be before start time",
        ),
        (
            "query_range?query=up&start=0&end=11001&step=1",
            400,
            "bad_data",
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
        ),
        (
            "query_range?query=up%5B5m%5D&start=0&end=60&step=15",
            400,
            "bad_data",
            "invalid parameter \"query\": invalid expression type \"range vector\" for range query, must be Scalar or \
             instant Vector",
        ),
        ("series", 400, "bad_data", "no match[] parameter provided"),
        (
            "series?match%5B%5D=%7Bjob%3D~%22.*%22%7D",
            400,
            "bad_data",
            "invalid parameter \"match[]\": match[] must contain at least one non-empty matcher",
        ),
        (
            "query?query=up&limit=-1",
            400,
            "bad_data",
            "invalid parameter \"limit\": limit must be non-negative",
        ),
        (
            "status/tsdb?limit=0",
            400,
            "bad_data",
            "limit must be a positive number",
        ),
    ] {
        let answer = server.get(&format!("{API}/{path}")).await;
        assert_eq!(
            error(&answer),
            (status, kind.to_owned(), message.to_owned()),
            "{path}"
        );
    }
    let path = "query?query=up%20*%20on()%20group_left%20up&time=600";
    let (status, kind, message) = error(&server.get(&format!("{API}/{path}")).await);
    assert_eq!((status, kind.as_str()), (422, "execution"));
    assert!(
        message.starts_with("found duplicate series for the match group"),
        "{message}"
    );
}

#[tokio::test]
async fn what_there_is_to_select_is_listed() {
    let server = server();
    assert_eq!(data(&server, "labels").await, json!(["__name__", "job"]));
    assert_eq!(data(&server, "label/job/values").await, json!(["a", "b"]));
    assert_eq!(data(&server, "label/U__job/values").await, json!(["a", "b"]));
    assert_eq!(
        data(&server, "label/job/values?match%5B%5D=work_total&start=0&end=600").await,
        json!(["a"])
    );
    assert_eq!(
        data(&server, "label/__name__/values").await,
        json!(["up", "work_total"])
    );
    assert_eq!(
        data(
            &server,
            "series?match%5B%5D=up%7Bjob!%3D%22a%22%7D&match%5B%5D=work_total"
        )
        .await,
        json!([{"__name__": "up", "job": "b"}, {"__name__": "work_total", "job": "a"}])
    );
    let cut = server.get(&format!("{API}/labels?limit=1")).await.json();
    assert_eq!(
        (&cut["data"], &cut["warnings"]),
        (&json!(["__name__"]), &json!(["results truncated due to limit"]))
    );
    assert_eq!(
        data(&server, "metadata").await,
        json!({"work_total": [{"type": "counter", "help": "Work.", "unit": ""}]})
    );
    assert_eq!(data(&server, "metadata?metric=up").await, json!({}));
    assert_eq!(data(&server, "metadata?limit=0").await, json!({}));
}

#[tokio::test]
async fn clients_learn_whom_they_talk_to() {
    let server = server();
    let build = data(&server, "status/buildinfo").await;
    assert!(build["version"].as_str().unwrap().starts_with("3."), "{build}");
    for (path, expected) in [
        ("rules", json!({"groups": []})),
        ("alerts", json!({"alerts": []})),
        ("query_exemplars?query=up&start=0&end=1", json!([])),
        ("format_query?query=sum(up)by(job)", json!("sum by (job) (up)")),
        ("status/config", json!({"yaml": ""})),
    ] {
        assert_eq!(data(&server, path).await, expected, "{path}");
    }
    let database = data(&server, "status/tsdb").await;
    assert_eq!(database["headStats"]["numSeries"], 3);
    assert_eq!(
        database["seriesCountByMetricName"][0],
        json!({"name": "up", "value": 2})
    );
    // __name__ up, work_total; job a, b.
    assert_eq!(database["headStats"]["numLabelPairs"], 4);
    assert_eq!(
        database["memoryInBytesByLabelName"],
        json!([{"name": "__name__", "value": 14}, {"name": "job", "value": 3}])
    );
    assert_eq!(
        database["seriesCountByLabelValuePair"],
        json!([
            {"name": "__name__=up", "value": 2}, {"name": "job=a", "value": 2}, {"name": "__name__=work_total", "value": 1},
            {"name": "job=b", "value": 1},
        ])
    );
    let largest = data(&server, "status/tsdb?limit=1").await;
    assert_eq!(
        largest["seriesCountByLabelValuePair"],
        json!([{"name": "__name__=up", "value": 2}])
    );
    assert!(data(&server, "status/runtimeinfo").await["startTime"].is_string());
    assert_eq!(data(&server, "status/flags").await["query.timeout"], "120s");
    assert_eq!(server.get("/prometheus/-/healthy").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_of_a_namespace_sees_its_series_alone() {
    let server = server();
    let mut batch = SampleBatch::default();
    let sample = |value| Sample {
        at_ms: 600_000,
        value,
    };
    batch.push(
        &Labels::from_pairs([("__name__", "up"), ("job", "theirs")]),
        &[sample(7.0)],
    );
    append(&server, "team", &batch);
    let all = data(&server, "query?query=count(up)&time=600").await;
    assert_eq!(all["result"][0]["value"][1], "3");
    for (namespace, jobs) in [("team", json!(["theirs"])), ("default", json!(["a", "b"]))] {
        let token = server.token(Scope::Read, Some(namespace)).await;
        let ask = |path: &str| {
            let authorization = format!("Bearer {token}");
            let asked = request("GET", &format!("{API}/{path}"), "");
            server.send(with(asked, "authorization", &authorization))
        };
        let values = ask("label/job/values").await.json();
        assert_eq!(values["data"], jobs, "{namespace}");
        let counted = ask("query?query=count(%7B__name__%3D%22up%22%7D)&time=600")
            .await
            .json();
        assert_eq!(
            counted["data"]["result"][0]["value"][1],
            json!(jobs.as_array().unwrap().len().to_string())
        );
        let escape =
            ask("query?query=up%7Bnamespace!%3D%22team%22%7D%20or%20up%7Bjob%3D%22a%22%7D&time=600").await;
        let found = escape.json()["data"]["result"].as_array().unwrap().len();
        assert_eq!(
            found,
            if namespace == "team" { 0 } else { 2 },
            "{}",
            escape.text()
        );
        assert_eq!(ask("status/tsdb").await.status, StatusCode::FORBIDDEN);
        let metadata = ask("metadata").await.json();
        assert_eq!(
            metadata["data"].as_object().unwrap().len(),
            usize::from(namespace == "default")
        );
    }
}
