//! Samples in over HTTP: every protocol to the store, and what is refused with the rest stored.

use std::io::Write;

use http::StatusCode;
use swarmpulse_model::series::LabelBytes;
use swarmpulse_server::ServerOptions;
use swarmpulse_store::Scope;
use swarmpulse_store::metrics::{MatchOp, Matcher, Points, Selection};

use crate::harness::{Answer, REMOTE, Server, request, with};

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

fn field(into: &mut Vec<u8>, number: u64, inner: &[u8]) {
    varint(into, number << 3 | 2);
    varint(into, inner.len() as u64);
    into.extend_from_slice(inner);
}

fn sample(at_ms: i64, value: f64) -> Vec<u8> {
    let mut bytes = vec![0x09];
    bytes.extend_from_slice(&value.to_le_bytes());
    bytes.push(0x10);
    varint(&mut bytes, at_ms as u64);
    bytes
}

/// A series of `prometheus.WriteRequest`.
fn series(labels: &[(&str, &str)], samples: &[(i64, f64)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in labels {
        LabelBytes::push(&mut bytes, name, value);
    }
    for (at_ms, value) in samples {
        field(&mut bytes, 2, &sample(*at_ms, *value));
    }
    bytes
}

fn write_request(all: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for one in all {
        field(&mut body, 1, one);
    }
    pack(&body)
}

fn pack(body: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(body).unwrap()
}

async fn remote_write(server: &Server, body: Vec<u8>) -> Answer {
    let request = request("POST", "/api/v1/write", body);
    let request = with(request, "content-type", "application/x-protobuf");
    server.send(with(request, "content-encoding", "snappy")).await
}

/// Every sample in the store as `series value@time`, sorted.
fn stored(server: &Server) -> Vec<String> {
    let matcher = Matcher::new("__name__", MatchOp::NotEqual, "").unwrap();
    let selection = Selection {
        matchers: vec![matcher],
        from_ms: i64::MIN / 2,
        to_ms: i64::MAX / 2,
        series_max: usize::MAX,
    };
    let selected = server.app.runtime().metrics().select(&selection).unwrap();
    let mut all = Vec::new();
    for place in 0..selected.len() {
        let labels = selected.labels(place);
        let mut points = Points::default();
        selected.read(place, &mut points).unwrap();
        for (at_ms, value) in points.times_ms.iter().zip(&points.values) {
            all.push(format!("{labels} {value}@{at_ms}"));
        }
    }
    all.sort();
    all
}

fn now_ms(server: &Server) -> i64 {
    server.app.runtime().now().unix_ms()
}

fn figure(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(series));
    let line = line.unwrap_or_else(|| panic!("no {series} in {metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn remote_write_is_stored_when_it_is_answered() {
    let server = Server::start();
    let at_ms = now_ms(&server);
    let body = write_request(&[
        series(
            &[("__name__", "up"), ("job", "a")],
            &[(at_ms - 1000, 1.0), (at_ms, 2.0)],
        ),
        series(&[("__name__", "down")], &[(at_ms, 3.0)]),
    ]);
    let answer = remote_write(&server, body.clone()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    let before = at_ms - 1000;
    let expected = [
        format!("down 3@{at_ms}"),
        format!("up{{job=\"a\"}} 1@{before}"),
        format!("up{{job=\"a\"}} 2@{at_ms}"),
    ];
    assert_eq!(stored(&server), expected);
    let again = server.post("/prometheus/api/v1/write", body).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT, "sending again is no harm");
    assert_eq!(stored(&server), expected);
    let metrics = server.get("/metrics").await;
    let of_it = |name: &str| {
        figure(
            metrics.text(),
            &format!("swarmpulse_intake_{name}{{protocol=\"remote_write\"}}"),
        )
    };
    assert_eq!((of_it("requests_total"), of_it("samples_total")), (2.0, 6.0));
    assert!(of_it("bytes_total") > 100.0 && of_it("decode_seconds_total") > 0.0);
}

#[tokio::test]
async fn what_cannot_be_taken_is_a_400_that_names_it_and_the_rest_is_stored() {
    let good = |at_ms| series(&[("__name__", "good")], &[(at_ms, 7.0)]);
    let mut histogram = series(&[("__name__", "native"), ("job", "x")], &[]);
    field(&mut histogram, 4, b"");
    let flood: Vec<(String, String)> = (0..300).map(|n| (format!("l{n}"), "v".to_owned())).collect();
    let mut flood: Vec<(&str, &str)> = flood.iter().map(|(name, value)| (&**name, &**value)).collect();
    flood.push(("__name__", "flood"));
    for (bad, says) in [
        (
            series(&[("__name__", "m"), ("a", "1"), ("a", "2")], &[(0, 1.0)]),
            "\"a\" is given twice",
        ),
        (series(&[("a", "1")], &[(0, 1.0)]), "without a metric name"),
        (series(&flood, &[(0, 1.0)]), "301 labels"),
        (
            series(&[("__name__", "m"), ("a", &"v".repeat(100_000))], &[(0, 1.0)]),
            "\"a\" is 100000 bytes",
        ),
        (histogram, r#"native{job="x"}"#),
    ] {
        let server = Server::start();
        let at_ms = now_ms(&server);
        let body = write_request(&[bad, good(at_ms)]);
        let answer = remote_write(&server, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{says}");
        assert!(answer.text().contains(says), "{says}: {}", answer.text());
        assert!(
            answer
                .text()
                .starts_with("1 samples refused, the other 1 are stored: "),
            "{}",
            answer.text()
        );
        assert!(
            answer.header("content-type").starts_with("text/plain"),
            "not problem JSON"
        );
        assert_eq!(stored(&server), [format!("good 7@{at_ms}")], "{says}");
    }
}

#[tokio::test]
async fn nan_payloads_keep_their_bits() {
    let server = Server::start();
    let at_ms = now_ms(&server);
    for (place, bits) in [
        0x7ff8_0000_0000_0001,
        0x7ff0_0000_0000_0002,
        0xfff8_dead_beef_0001u64,
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("nan_{place}");
        let body = write_request(&[series(&[("__name__", &name)], &[(at_ms, f64::from_bits(bits))])]);
        assert_eq!(remote_write(&server, body).await.status, StatusCode::NO_CONTENT);
        let selection = Selection {
            matchers: vec![Matcher::equal("__name__", &name)],
            from_ms: at_ms - 1,
            to_ms: at_ms + 1,
            series_max: 9,
        };
        let selected = server.app.runtime().metrics().select(&selection).unwrap();
        let mut points = Points::default();
        selected.read(0, &mut points).unwrap();
        assert_eq!(points.values[0].to_bits(), bits, "{name}");
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_whole_with_the_way_out() {
    let server = Server::start();
    let at_ms = now_ms(&server);
    let whole = write_request(&[series(&[("__name__", "up")], &[(at_ms, 1.0)])]);
    let bomb = vec![0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00];
    for (body, says) in [
        (whole[..whole.len() - 3].to_vec(), "no valid snappy block"),
        (Vec::new(), "no valid snappy block"),
        (b"plain text".to_vec(), "snappy"),
        (bomb, "the limit is 33554432"),
        (
            pack(b"\x0a\x7f\x01"),
            "a field is longer than what holds it at byte 2",
        ),
    ] {
        let answer = remote_write(&server, body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{says}");
        assert!(answer.text().contains(says), "{says}: {}", answer.text());
        assert!(
            answer.text().contains("nothing of this body was kept"),
            "{}",
            answer.text()
        );
    }
    for (name, value, says) in [
        (
            "content-type",
            "application/json",
            "send `application/x-protobuf`",
        ),
        (
            "content-type",
            "application/x-protobuf;proto=io.prometheus.write.v9.Request",
            "io.prometheus.write.v2.Request",
        ),
        ("content-encoding", "gzip", "send `snappy`"),
    ] {
        let answer = server
            .send(with(request("POST", "/api/v1/write", whole.clone()), name, value))
            .await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{value}");
        assert!(answer.text().contains(says), "{}", answer.text());
    }
    assert!(stored(&server).is_empty());
    let metrics = server.get("/metrics").await;
    for (reason, count) in [
        ("snappy", 3.0),
        ("too_large", 1.0),
        ("protobuf", 1.0),
        ("media_type", 3.0),
    ] {
        let series =
            format!("swarmpulse_intake_rejected_total{{protocol=\"remote_write\",reason=\"{reason}\"}}");
        assert_eq!(figure(metrics.text(), &series), count, "{reason}");
    }
}

#[tokio::test]
async fn version_2_says_what_was_written() {
    let server = Server::start();
    let at_ms = now_ms(&server);
    let mut body = Vec::new();
    for symbol in ["", "__name__", "up", "job", "a"] {
        field(&mut body, 4, symbol.as_bytes());
    }
    for references in [&[1u8, 2, 3, 4][..], &[1, 2, 3, 77]] {
        let mut series = Vec::new();
        field(&mut series, 1, references);
        field(&mut series, 2, &sample(at_ms, 1.0));
        field(&mut body, 5, &series);
    }
    let send = |body: Vec<u8>| {
        let request = request("POST", "/api/v1/write", body);
        let kind = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
        server.send(with(request, "content-type", kind))
    };
    let answer = send(pack(&body)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("label reference 77"), "{}", answer.text());
    for (of, count) in [("samples", "1"), ("histograms", "0"), ("exemplars", "0")] {
        let name = format!("x-prometheus-remote-write-{of}-written");
        assert_eq!(answer.header(&name), count, "{name}");
    }
    assert_eq!(stored(&server), [format!("up{{job=\"a\"}} 1@{at_ms}")]);
    let broken = send(b"x".to_vec()).await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    assert_eq!(broken.header("x-prometheus-remote-write-samples-written"), "0");
}

#[tokio::test]
async fn a_stopped_store_asks_senders_to_come_again() {
    let mut server = Server::start();
    let body = write_request(&[series(&[("__name__", "up")], &[(now_ms(&server), 1.0)])]);
    server.stop_runtime();
    let answer = remote_write(&server, body).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "5");
    let answer = server.post("/write", "a v=1").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_full_memory_of_bodies_is_a_503_since_prometheus_drops_after_429() {
    let server = Server::with_options(ServerOptions {
        bodies_max_bytes: 1000,
        ..ServerOptions::default()
    });
    let body = write_request(&[series(&[("__name__", &"n".repeat(4000))], &[(1, 1.0)])]);
    assert!(body.len() < 1000);
    let answer = remote_write(&server, body).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn tokens_decide_who_may_write_and_where_it_goes() {
    let server = Server::start();
    let ingest = server.token(Scope::Ingest, Some("team-a")).await;
    let read = server.token(Scope::Read, None).await;
    let at_ms = now_ms(&server);
    let body = || write_request(&[series(&[("__name__", "up")], &[(at_ms, 1.0)])]);
    let send = |authorization: Option<String>| {
        let mut request = request("POST", "/api/v1/write", body());
        if let Some(value) = authorization {
            request = with(request, "authorization", &value);
        }
        server.send_as(REMOTE, request)
    };
    assert_eq!(send(None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        send(Some(format!("Bearer {read}"))).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        send(Some(format!("Bearer {ingest}"))).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(stored(&server), [format!("up{{namespace=\"team-a\"}} 1@{at_ms}")]);
    let line = request(
        "POST",
        "/api/v2/write?bucket=b&precision=ms",
        format!("m v=2 {at_ms}"),
    );
    let line = with(line, "authorization", &format!("Token {ingest}"));
    assert_eq!(server.send_as(REMOTE, line).await.status, StatusCode::NO_CONTENT);
    assert_eq!(stored(&server).len(), 2);
    let ping = server.send_as(REMOTE, request("GET", "/ping", "")).await;
    assert_eq!(ping.status, StatusCode::NO_CONTENT, "open to all");
    assert!(!ping.header("x-influxdb-version").is_empty());
}

#[tokio::test]
async fn pushed_text_is_stored_line_by_line() {
    let server = Server::start();
    let at_ms = now_ms(&server);
    let path = format!("/api/v1/import/prometheus?extra_label=site=lab&timestamp={at_ms}");
    let answer = server.post(&path, "# TYPE a counter\na{b=\"c\"} 1\nd 2\n").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    let expected = [
        format!("a{{b=\"c\", site=\"lab\"}} 1@{at_ms}"),
        format!("d{{site=\"lab\"}} 2@{at_ms}"),
    ];
    assert_eq!(stored(&server), expected);
    assert_eq!(server.app.runtime().metrics().metadata(Some("a")).len(), 1);
    let answer = server.post(&path, "e 1\nf one\ng 2\n").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let says =
        "1 lines or samples refused, the other 2 are stored: line 2: a value that is no number: \"f one\"\n";
    assert_eq!(answer.text(), says);
    assert_eq!(stored(&server).len(), 4);
    for (path, says) in [
        ("/api/v1/import/prometheus?extra_label=x", "NAME=VALUE"),
        ("/api/v1/import/prometheus?timestamp=now", "Unix milliseconds"),
    ] {
        assert!(server.post(path, "a 1\n").await.problem(400).contains(says));
    }
    let protobuf = with(
        request("POST", "/metrics/job/j", "x"),
        "content-type",
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
    );
    server.send(protobuf).await.problem(415);
}

#[tokio::test]
async fn clients_of_the_pushgateway_push_here() {
    let server = Server::start();
    let job = request("PUT", "/metrics/job/nightly", "done 1\n");
    assert_eq!(server.send(job).await.status, StatusCode::OK);
    let grouped = request(
        "POST",
        "/metrics/job/nightly/instance@base64/YS9i/shard/3",
        "left{job=\"own\"} 2\n",
    );
    assert_eq!(server.send(grouped).await.status, StatusCode::OK);
    let all = stored(&server);
    assert!(all[0].starts_with("done{job=\"nightly\"} 1@"), "{all:?}");
    assert!(
        all[1].starts_with("left{instance=\"a/b\", job=\"nightly\", shard=\"3\"} 2@"),
        "{all:?}"
    );
    let odd = server.post("/metrics/job/nightly/instance", "a 1\n").await;
    assert!(odd.problem(400).contains("pairs"));
}

#[tokio::test]
async fn line_protocol_is_stored_and_answered_in_its_own_shape() {
    let server = Server::start();
    let at_ms = now_ms(&server);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writeln!(packed, "cpu,host=a usage=0.5,name=\"x\",n=3i {at_ms}").unwrap();
    let packed = request(
        "POST",
        "/write?db=telegraf&rp=auto&precision=ms",
        packed.finish().unwrap(),
    );
    let answer = server.send(with(packed, "content-encoding", "gzip")).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    let expected = [
        format!("cpu_n{{db=\"telegraf\", host=\"a\"}} 3@{at_ms}"),
        format!("cpu_usage{{db=\"telegraf\", host=\"a\"}} 0.5@{at_ms}"),
    ];
    assert_eq!(stored(&server), expected);
    let answer = server.post("/write", "a v=1\nb\nc v=2\n").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let error = answer.json()["error"].as_str().unwrap().to_owned();
    assert_eq!(
        error,
        "partial write: 1 lines or samples refused, the other 2 are stored: line 2: no fields: \"b\""
    );
    let answer = server.post("/api/v2/write?bucket=b", "b").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (400, Some("invalid"))
    );
    let answer = server.post("/api/v2/write?precision=week", "a v=1").await;
    assert!(answer.json()["message"].as_str().unwrap().contains("`precision`"));
    let metrics = server.get("/metrics").await;
    for (reason, count) in [("syntax", 2.0), ("text_field", 1.0)] {
        let series = format!("swarmpulse_intake_rejected_total{{protocol=\"influx\",reason=\"{reason}\"}}");
        assert_eq!(figure(metrics.text(), &series), count, "{reason}");
    }
}
