//! Lines as each provider gets them; failures, limits and the stop.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::listener::{Heard, Listener, Reply};
use crate::settings::Secret;
use crate::ship::{LogLevel, ShipProvider};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn settings(provider: ShipProvider, url: &str) -> ShipSettings {
    let key = match provider {
        ShipProvider::Sentry => format!("{}/7", url.replace("://", &format!("://{KEY}@"))),
        _ => KEY.to_owned(),
    };
    ShipSettings {
        url: Some(url.into()),
        host: "h1".into(),
        environment: "prod".into(),
        level: LogLevel::Info,
        ..ShipSettings::new(provider, Secret::new(key))
    }
}

fn clock() -> Clock {
    Arc::new(|| Timestamp(1_795_344_370_000_000_000))
}

/// A shipper at work, that gathers for no longer than it must.
struct Running {
    queue: ShipQueue,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    fn start(settings: &ShipSettings) -> Self {
        let mut shipper = Shipper::new(settings, clock()).unwrap();
        assert!(!format!("{shipper:?} {settings:?}").contains(KEY));
        shipper.gather = Duration::ZERO;
        let (stop, stopped) = oneshot::channel::<()>();
        Self {
            queue: shipper.queue(),
            stop,
            task: tokio::spawn(shipper.run(async move {
                let _ = stopped.await;
            })),
        }
    }

    async fn stop(self) -> crate::ship::ShipCounts {
        self.stop.send(()).unwrap();
        timeout(Duration::from_secs(60), self.task)
            .await
            .unwrap()
            .unwrap();
        self.queue.counts()
    }
}

fn lines() -> Vec<LogLine> {
    let at = Timestamp(1_795_344_360_250_000_000);
    vec![
        LogLine::new(at, LogLevel::Info, "swarmpulse_runtime", "started")
            .with("partitions", 1_u64)
            .with("recovered_s", 0.25)
            .with("clean", true),
        LogLine::new(
            at,
            LogLevel::Error,
            "swarmpulse_journal",
            "append of 12 bytes failed",
        )
        .with("error", "No space left on device"),
        LogLine::new(
            at,
            LogLevel::Error,
            "swarmpulse_journal",
            "append of 4096 bytes failed",
        )
        .with("error", "No space left on device"),
        LogLine::new(at, LogLevel::Error, "agent.failure", "tool call failed")
            .with("agent", "a1")
            .with("error_type", "ToolTimeout")
            .with("api_key", "sk-proj-abcdefghijklmnopqrstuvwx")
            .with(
                "error",
                "no answer of https://bot:hunter22hunter@host/ within 30 s",
            ),
    ]
}

async fn shipped(provider: ShipProvider) -> Vec<Heard> {
    let listener = Listener::start(vec![Reply::Answer(202, "", "{}")]).await;
    let mut shipper = Shipper::new(&settings(provider, &listener.url()), clock()).unwrap();
    for line in lines() {
        shipper.queue().push(line);
    }
    shipper.flush().await;
    let counts = shipper.queue().counts();
    assert_eq!(
        (counts.taken, counts.shipped, counts.waiting, counts.failures),
        (4, 4, 0, 0)
    );
    let heard = listener.heard();
    for request in &heard {
        let body = String::from_utf8(request.plain_body()).unwrap();
        for secret in ["sk-proj", "hunter22hunter", KEY] {
            assert!(!body.contains(secret), "{body}");
        }
        assert_eq!(
            (request.method.as_str(), request.header("content-encoding")),
            ("POST", Some("gzip"))
        );
        assert!(!request.path.contains(KEY));
    }
    heard
}

#[tokio::test]
async fn datadog_gets_an_array_of_logs() {
    let heard = shipped(ShipProvider::Datadog).await;
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].path, "/api/v2/logs");
    assert_eq!(heard[0].header("dd-api-key"), Some(KEY));
    assert_eq!(heard[0].header("content-type"), Some("application/json"));
    insta::assert_json_snapshot!("datadog", heard[0].json());
}

#[tokio::test]
async fn newrelic_gets_common_attributes_and_logs() {
    let heard = shipped(ShipProvider::NewRelic).await;
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].path, "/log/v1");
    assert_eq!(heard[0].header("api-key"), Some(KEY));
    insta::assert_json_snapshot!("newrelic", heard[0].json());
}

#[tokio::test]
async fn sentry_gets_an_event_for_each_sort_of_error_and_the_rest_as_logs() {
    let heard = shipped(ShipProvider::Sentry).await;
    let mut events = Vec::new();
    let mut logs = Vec::new();
    for request in &heard {
        assert_eq!(request.path, "/api/7/envelope/");
        assert_eq!(
            request.header("content-type"),
            Some("application/x-sentry-envelope")
        );
        assert!(request.header("x-sentry-auth").unwrap().ends_with(KEY));
        let (header, items) = request.envelope();
        assert_eq!(items.len(), 1, "sorts of data are not mixed");
        let (item, payload) = items[0].clone();
        match item["type"].as_str().unwrap() {
            "event" => {
                assert_eq!(header["event_id"], payload["event_id"]);
                events.push(payload);
            }
            "log" => {
                assert_eq!(item["content_type"], "application/vnd.sentry.items.log+json");
                assert_eq!(item["item_count"], payload["items"].as_array().unwrap().len());
                for log in payload["items"].as_array().unwrap() {
                    check_log(log);
                }
                logs.push(payload);
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!((events.len(), logs.len()), (2, 1));
    insta::assert_json_snapshot!("sentry_events", events);
    insta::assert_json_snapshot!("sentry_logs", logs);
}

/// The rules of Sentry's documentation of logs.
fn check_log(log: &Value) {
    assert!(log["timestamp"].is_f64());
    let trace = log["trace_id"].as_str().unwrap();
    assert!(trace.len() == 32 && trace.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert!(["trace", "debug", "info", "warn", "error", "fatal"].contains(&log["level"].as_str().unwrap()));
    assert!((1..=24).contains(&log["severity_number"].as_u64().unwrap()));
    assert!(log["body"].is_string());
    for attribute in log["attributes"].as_object().unwrap().values() {
        let (kind, value) = (attribute["type"].as_str().unwrap(), &attribute["value"]);
        let fits = match kind {
            "string" => value.is_string(),
            "integer" => value.is_i64(),
            "double" => value.is_f64(),
            "boolean" => value.is_boolean(),
            _ => false,
        };
        assert!(fits, "{attribute}");
    }
}

#[tokio::test]
async fn lines_are_shipped_while_it_runs_and_failures_are_tried_again() {
    let replies = vec![
        Reply::Answer(503, "retry-after: 0\r\n", ""),
        Reply::Answer(202, "", "{}"),
    ];
    let listener = Listener::start(replies).await;
    let running = Running::start(&settings(ShipProvider::NewRelic, &listener.url()));
    running.queue.push(lines().remove(0));
    let heard = listener.asked(2).await;
    assert_eq!(heard[0].body, heard[1].body, "the same lines again");
    let counts = running.stop().await;
    assert_eq!((counts.shipped, counts.failures), (1, 1));
    assert_eq!(
        counts.dropped_full + counts.dropped_refused + counts.dropped_stopped,
        0
    );
}

#[tokio::test]
async fn what_is_refused_is_dropped_and_counted() {
    let replies = vec![
        Reply::Answer(403, "", "bad key 0123456789abcdef0123456789abcdef"),
        Reply::Answer(202, "", "{}"),
    ];
    let listener = Listener::start(replies).await;
    let mut shipper = Shipper::new(&settings(ShipProvider::Datadog, &listener.url()), clock()).unwrap();
    let queue = shipper.queue();
    queue.push(lines().remove(0));
    shipper.flush().await;
    let counts = queue.counts();
    assert_eq!(
        (counts.dropped_refused, counts.failures, counts.waiting),
        (1, 1, 0)
    );
    let told = counts.last_error.unwrap();
    assert!(
        told.contains("403: bad key <secret>") && !told.contains(KEY),
        "{told}"
    );
    // The next ones go through, and nothing is held against them.
    queue.push(lines().remove(0));
    shipper.flush().await;
    let counts = queue.counts();
    assert_eq!((counts.shipped, counts.last_error), (1, None));
    assert_eq!(counts.retries, 0, "each batch was tried once");
}

/// Everything that anybody logs, at every level, while shipping fails and goes well again.
#[tokio::test]
async fn what_is_logged_while_shipping_is_not_shipped() {
    use tracing_subscriber::layer::SubscriberExt as _;

    let replies = vec![
        Reply::HangUp,
        Reply::Answer(500, "", "oops"),
        Reply::Answer(403, "", "no"),
        Reply::Answer(202, "", "{}"),
    ];
    let listener = Listener::start(replies).await;
    let settings = ShipSettings {
        level: LogLevel::Trace,
        ..settings(ShipProvider::Datadog, &listener.url())
    };
    let shipper = Shipper::new(&settings, clock()).unwrap();
    let queue = shipper.queue();
    let tap = crate::ship::ShipTap::new(clock());
    tap.attach(vec![queue.clone()]);
    let subscriber = tracing_subscriber::registry().with(tap.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    tracing::error!(target: "anyone", "the first");
    tracing::error!(target: "anyone", "the second");
    for _ in 0..4 {
        // Each stops at its first failure.
        let again = Shipper {
            queue: queue.clone(),
            ..Shipper::new(&settings, clock()).unwrap()
        };
        again.run(async {}).await;
        tracing::error!(target: "anyone", "between");
    }
    let counts = queue.counts();
    assert_eq!(counts.taken, 6, "the lines above, and none of what ships them");
    let dropped = (counts.dropped_stopped, counts.dropped_refused);
    assert_eq!(
        (counts.failures, dropped, counts.shipped, counts.waiting),
        (3, (3, 1), 1, 1)
    );
}

#[tokio::test]
async fn what_waits_at_the_stop_is_shipped() {
    let listener = Listener::start(vec![Reply::Answer(202, "", "{}")]).await;
    let mut shipper = Shipper::new(&settings(ShipProvider::Datadog, &listener.url()), clock()).unwrap();
    shipper.gather = Duration::from_secs(3600);
    let queue = shipper.queue();
    for line in lines() {
        queue.push(line);
    }
    shipper.run(async {}).await;
    let counts = queue.counts();
    assert_eq!((counts.shipped, counts.dropped_stopped), (4, 0));
}

/// Time is virtual: nobody is there who takes a connection.
#[tokio::test(start_paused = true)]
async fn it_backs_off_and_stops_in_time() {
    let listener = Listener::start(vec![Reply::Silence]).await;
    let url = listener.url();
    drop(listener);
    let running = Running::start(&settings(ShipProvider::Datadog, &url));
    for line in lines() {
        running.queue.push(line);
    }
    sleep(Duration::from_secs(600)).await;
    let counts = running.queue.counts();
    // 1, 2, 4, ... 256 s between attempts.
    assert!((8..=11).contains(&counts.failures), "{counts:?}");
    assert!((counts.failures - 1..=counts.failures).contains(&counts.retries));
    assert_eq!((counts.waiting, counts.shipped), (4, 0), "in a batch or not");
    let began = tokio::time::Instant::now();
    let counts = running.stop().await;
    assert!(
        began.elapsed() <= Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(
        (counts.dropped_stopped, counts.shipped, counts.waiting),
        (4, 0, 0)
    );
}

#[tokio::test]
async fn sentrys_limits_hold_back_what_they_name() {
    let limits = "x-sentry-rate-limits: 60:log_item:organization\r\n";
    let listener = Listener::start(vec![Reply::Answer(200, limits, "{}")]).await;
    let mut shipper = Shipper::new(&settings(ShipProvider::Sentry, &listener.url()), clock()).unwrap();
    for line in lines() {
        shipper.queue().push(line);
    }
    shipper.fill();
    assert_eq!(shipper.pending.len(), 3);
    assert!(shipper.attempt().await);
    assert_eq!(shipper.rest_s, None, "errors are not limited");
    assert!(shipper.attempt().await);
    assert_eq!(shipper.rest_s, Some(60.0), "the next are lines of a log");
}

#[test]
fn settings_that_ship_nothing_are_told_without_the_key() {
    let wrong = |provider, change: fn(&mut ShipSettings)| {
        let mut settings = ShipSettings::new(provider, Secret::new(KEY));
        change(&mut settings);
        Shipper::new(&settings, clock()).unwrap_err().to_string()
    };
    for (error, words) in [
        (wrong(ShipProvider::Sentry, |_| {}), "api_key: not a Sentry DSN"),
        (
            wrong(ShipProvider::Datadog, |s| s.site = "mars".into()),
            "site: \"mars\" is no Datadog site",
        ),
        (
            wrong(ShipProvider::NewRelic, |s| s.site = "mars".into()),
            "site: \"mars\" is no region",
        ),
        (
            wrong(ShipProvider::NewRelic, |s| s.api_key = Secret::new("")),
            "api_key is empty",
        ),
        (
            wrong(ShipProvider::NewRelic, |s| s.api_key = Secret::new("hid\nden")),
            "api_key is empty or",
        ),
        (
            wrong(ShipProvider::Datadog, |s| s.url = Some("hidden".into())),
            "url is no URL",
        ),
    ] {
        assert!(error.starts_with(words), "{error}");
        assert!(!error.contains(KEY) && !error.contains("hid"), "{error}");
    }
}
