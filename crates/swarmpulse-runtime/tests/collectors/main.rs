//! What brings samples in by itself, against real sockets: scraping and StatsD.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod endpoints;
mod target;

use std::net::UdpSocket;
use std::sync::Arc;

use swarmpulse_model::series::is_stale;
use swarmpulse_probe::scrape::{FetchOptions, ScrapeAddress, ScrapeCredential, SecretSource};
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_runtime::{Options, Runtime, ScrapeHealth, ScrapeTarget, StatsdOptions, Stores};
use swarmpulse_store::MetricStore;
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal, MemoryMetrics, MemoryState};
use swarmpulse_store::metrics::{Matcher, Points, Selection};
use swarmpulse_wire::exposition::ScrapeRules;
use swarmpulse_wire::statsd::StatsdLimits;
use target::{Answer, Target};

/// What is waited for comes within this, in seconds, even on a busy machine.
const PATIENCE_S: f64 = 30.0;

fn start(metrics: &Arc<MemoryMetrics>, options: Options) -> Runtime {
    let stores = Stores {
        journal: Box::new(MemoryJournal::new(64 << 20)),
        journal_chores: None,
        history: Arc::new(MemoryHistory::new(1000)),
        state: Arc::new(MemoryState::default()),
        metrics: Arc::clone(metrics) as Arc<dyn MetricStore>,
    };
    Runtime::start(stores, options).unwrap()
}

#[track_caller]
fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let watch = Stopwatch::start();
    while !is_there() {
        assert!(watch.seconds() < PATIENCE_S, "{what} did not come");
        std::thread::yield_now();
    }
}

/// The values of one series, oldest first, markers as `stale`; and its labels.
fn values(metrics: &MemoryMetrics, name: &str) -> Option<(String, Vec<String>)> {
    let selection = Selection {
        matchers: vec![Matcher::equal("__name__", name)],
        from_ms: 0,
        to_ms: i64::MAX / 2,
        series_max: 9,
    };
    let selected = metrics.select(&selection).unwrap();
    assert!(selected.len() <= 1, "more than one {name}");
    if selected.is_empty() {
        return None;
    }
    let mut points = Points::default();
    selected.read(0, &mut points).unwrap();
    let shown = points.values.iter().map(|value| {
        if is_stale(*value) {
            "stale".to_owned()
        } else {
            value.to_string()
        }
    });
    Some((selected.labels(0).to_string(), shown.collect()))
}

fn scrape(target: &Target, credential: ScrapeCredential) -> ScrapeTarget {
    let address = ScrapeAddress::parse(&target.address, "http", "/metrics").unwrap();
    ScrapeTarget {
        job: "demo".to_owned(),
        rules: ScrapeRules {
            labels: vec![
                ("instance".to_owned(), "i".to_owned()),
                ("job".to_owned(), "demo".to_owned()),
            ],
            honor_timestamps: true,
            samples_max: 1000,
            ..ScrapeRules::default()
        },
        fetch: FetchOptions {
            address,
            credential,
            timeout_ms: 10_000,
            body_bytes_max: 10_000,
        },
        interval_s: 0.05,
    }
}

#[test]
fn a_target_is_followed_until_it_is_gone() {
    let target = Target::start(|n| match n {
        0 => Answer::text("# TYPE a counter\na 1\nb 2\n"),
        1 => Answer::text("a 3\n").packed(),
        _ => Answer::status("500 Internal Server Error"),
    });
    let metrics = Arc::new(MemoryMetrics::default());
    let options = Options {
        scrapes: vec![scrape(
            &target,
            ScrapeCredential::Bearer(SecretSource::Text("hidden".to_owned())),
        )],
        ..Options::default()
    };
    let runtime = start(&metrics, options);
    let handle = runtime.handle();
    wait_for("the failure", || {
        handle.scrape_targets()[0].health == ScrapeHealth::Down
    });
    let status = handle.scrape_targets().remove(0);
    assert_eq!(
        status.last_error,
        "the target answered with HTTP status 500 Internal Server Error"
    );
    assert!(status.last_at.0 > 0 && status.url.ends_with("/metrics"));
    runtime.stop();

    let (labels, a) = values(&metrics, "a").unwrap();
    assert_eq!(labels, r#"a{instance="i", job="demo"}"#);
    assert_eq!(a, ["1", "3", "stale"]);
    assert_eq!(values(&metrics, "b").unwrap().1, ["2", "stale"]);
    let (_, up) = values(&metrics, "up").unwrap();
    assert_eq!(up[..3], ["1", "1", "0"]);
    assert_eq!(
        up.last().map(String::as_str),
        Some("stale"),
        "nobody looks any more"
    );
    assert_eq!(
        values(&metrics, "scrape_series_added").unwrap().1[..2],
        ["2", "0"]
    );
    assert_eq!(
        values(&metrics, "scrape_samples_scraped").unwrap().1[..2],
        ["2", "1"]
    );
    assert_eq!(metrics.metadata(Some("a")).len(), 1);

    let head = target.heads().remove(0);
    for expected in [
        "GET /metrics HTTP/1.1",
        "authorization: Bearer hidden",
        "x-prometheus-scrape-timeout-seconds: 10",
        "accept: application/openmetrics-text",
    ] {
        assert!(head.contains(expected), "{expected} in {head}");
    }
}

#[test]
fn what_cannot_be_read_is_down_with_the_reason() {
    for (answer, says) in [
        (Answer::text("a 1\nb two\n"), "line 2: a value that is no number"),
        (Answer::text(&"a 1\n".repeat(5000)), "more than 10000 bytes"),
        (
            Answer::text(&"a 1\n".repeat(5000)).packed(),
            "more than 10000 bytes",
        ),
        (
            Answer::text("a 1\n").of_type("application/openmetrics-text; version=1.0.0"),
            "ends without `# EOF`",
        ),
        (Answer::cut_off(), "end"),
    ] {
        let target = Target::start(move |_| answer.clone());
        let metrics = Arc::new(MemoryMetrics::default());
        let options = Options {
            scrapes: vec![scrape(&target, ScrapeCredential::None)],
            ..Options::default()
        };
        let runtime = start(&metrics, options);
        let handle = runtime.handle();
        wait_for(says, || {
            handle.scrape_targets()[0].health != ScrapeHealth::Unknown
        });
        let status = handle.scrape_targets().remove(0);
        runtime.stop();
        assert_eq!(status.health, ScrapeHealth::Down, "{says}");
        assert!(status.last_error.contains(says), "{says}: {}", status.last_error);
        assert_eq!(values(&metrics, "up").unwrap().1[0], "0");
        assert_eq!(values(&metrics, "a"), None, "nothing of it is kept");
    }
}

#[test]
fn statsd_packets_become_series() {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
    let address = socket.local_addr().unwrap();
    let metrics = Arc::new(MemoryMetrics::default());
    let options = Options {
        statsd: Some(StatsdOptions {
            socket,
            flush_s: 0.05,
            limits: StatsdLimits::default(),
        }),
        ..Options::default()
    };
    let runtime = start(&metrics, options);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender
        .send_to(b"bot.hits:2|c|#bot:a\nlevel:7|g\nbroken", address)
        .unwrap();
    wait_for("the first flush", || values(&metrics, "bot_hits").is_some());
    sender.send_to(b"bot.hits:3|c|#bot:a", address).unwrap();
    wait_for("the second packet", || {
        values(&metrics, "bot_hits").is_some_and(|(_, values)| values.last().is_some_and(|last| last == "5"))
    });
    let figures = runtime.handle().intake().figures();
    let statsd = figures
        .iter()
        .find(|figures| figures.protocol == "statsd")
        .unwrap();
    assert_eq!(
        (statsd.requests, statsd.rejected.as_slice()),
        (2, &[("no_value", 1)][..])
    );
    runtime.stop();
    let (labels, hits) = values(&metrics, "bot_hits").unwrap();
    assert_eq!(labels, r#"bot_hits{bot="a"}"#);
    assert_eq!(
        (hits[0].as_str(), hits.last().map(String::as_str)),
        ("2", Some("stale"))
    );
    assert_eq!(values(&metrics, "level").unwrap().1[0], "7");
}
