//! A server over stores in memory, and requests to it.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use swarmpulse_model::Position;
use swarmpulse_model::record::FleetSettings;
use swarmpulse_runtime::clock::Stopwatch;
use swarmpulse_runtime::{DetectionOptions, Load, Options, RulesOptions, Runtime, Stores};
use swarmpulse_server::{App, Peer, ServerOptions, router};
use swarmpulse_store::memory::{MemoryHistory, MemoryJournal, MemoryMetrics, MemoryState};
use swarmpulse_store::{Journal, Scope};
use tower::ServiceExt;

/// A server and what it runs on.
pub(crate) struct Server {
    pub(crate) app: Arc<App>,
    router: Router,
    runtime: Option<Runtime>,
}

/// A finished answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) trailers: HeaderMap,
}

pub(crate) const LOCAL: Peer = Peer {
    address: std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 50_000),
    loopback_listener: true,
};

pub(crate) const REMOTE: Peer = Peer {
    address: std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9)), 50_000),
    loopback_listener: false,
};

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(ServerOptions::default(), settings())
    }

    pub(crate) fn with_options(options: ServerOptions) -> Self {
        Self::with(options, settings())
    }

    pub(crate) fn with(options: ServerOptions, settings: FleetSettings) -> Self {
        Self::over(Box::new(MemoryJournal::new(64 << 20)), options, settings)
    }

    /// A server with rules, routes and receivers, which are loaded anew at a reload.
    pub(crate) fn alerting(load: Load) -> Self {
        let runtime = Options {
            settings: settings(),
            detection: None,
            rules: RulesOptions {
                load,
                default_interval_s: 0.05,
                ..RulesOptions::default()
            },
            ..Options::default()
        };
        let journal = Box::new(MemoryJournal::new(64 << 20));
        Self::running(journal, ServerOptions::default(), runtime)
    }

    /// A server whose detectors are asked all the time.
    pub(crate) fn detecting() -> Self {
        let runtime = Options {
            settings: settings(),
            detection: Some(DetectionOptions {
                round_s: 0.05,
                ..DetectionOptions::default()
            }),
            ..Options::default()
        };
        let journal = Box::new(MemoryJournal::new(64 << 20));
        Self::running(journal, ServerOptions::default(), runtime)
    }

    pub(crate) fn over(journal: Box<dyn Journal>, options: ServerOptions, settings: FleetSettings) -> Self {
        let runtime = Options {
            settings,
            detection: None,
            ..Options::default()
        };
        Self::running(journal, options, runtime)
    }

    fn running(journal: Box<dyn Journal>, options: ServerOptions, runtime: Options) -> Self {
        let stores = Stores {
            journal,
            journal_chores: None,
            history: Arc::new(MemoryHistory::default()),
            state: Arc::new(MemoryState::default()),
            metrics: Arc::new(MemoryMetrics::default()),
        };
        let runtime = Runtime::start(stores, runtime).unwrap();
        let app = App::new(runtime.handle(), options);
        Self {
            router: router(Arc::clone(&app)),
            app,
            runtime: Some(runtime),
        }
    }

    /// Sends a request from this machine to a loopback listener.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        self.send_as(LOCAL, request).await
    }

    pub(crate) async fn send_as(&self, peer: Peer, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(peer);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap();
        Answer {
            trailers: body.trailers().cloned().unwrap_or_default(),
            status: parts.status,
            headers: parts.headers,
            body: body.to_bytes(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path, "")).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(request("POST", path, body)).await
    }

    /// Makes a token over the API and gives its secret.
    pub(crate) async fn token(&self, scope: Scope, namespace: Option<&str>) -> String {
        let wanted = serde_json::json!({"scope": scope.as_str(), "namespace": namespace});
        let made = self.post("/api/v1/admin/tokens", wanted.to_string()).await;
        made.json()["secret"].as_str().unwrap().to_owned()
    }

    /// Waits until history and the desk of alerts have everything that was taken, and what followed from it.
    pub(crate) async fn settle(&self) {
        let runtime = self.app.runtime();
        let watch = Stopwatch::start();
        loop {
            let next = runtime.status().journal_next();
            let Some(offset) = next.checked_sub(1) else {
                return;
            };
            let last = Position { partition: 0, offset };
            // What the desk decides is journaled before it is said to have come so far.
            runtime.alerting_at(last).await;
            while runtime.status().history_next() < next {
                assert!(watch.seconds() < 20.0, "waited in vain for history");
                tokio::task::yield_now().await;
            }
            if runtime.status().journal_next() == next {
                return;
            }
            assert!(watch.seconds() < 20.0, "the journal does not come to rest");
        }
    }

    pub(crate) fn knows_agent(&self, namespace: &str, agent: &str) -> bool {
        self.app
            .runtime()
            .fleet(|fleet| fleet.agent_named(namespace, agent).is_some())
    }

    pub(crate) fn dropped(&self, reason: &str) -> u64 {
        self.app
            .runtime()
            .counters()
            .drops()
            .get(reason)
            .copied()
            .unwrap_or(0)
    }

    pub(crate) fn stop_runtime(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.stop();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop_runtime();
    }
}

pub(crate) fn settings() -> FleetSettings {
    FleetSettings {
        local_host: "this-host".into(),
        ..FleetSettings::default()
    }
}

pub(crate) fn request(method: &str, path: &str, body: impl Into<Body>) -> Request<Body> {
    let builder = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:9870");
    builder.body(body.into()).unwrap()
}

/// The same with another header.
pub(crate) fn with(mut request: Request<Body>, name: &'static str, value: &str) -> Request<Body> {
    request.headers_mut().insert(name, value.parse().unwrap());
    request
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem of that status, whole; gives its detail.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem: swarmpulse_api::Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.status, status);
        assert!(problem.kind.starts_with("urn:swarmpulse:"), "{}", problem.kind);
        assert!(
            !problem.title.is_empty() && !problem.detail.is_empty(),
            "{problem:?}"
        );
        assert_eq!(problem.request_id, self.header("x-request-id"));
        problem.detail
    }

    /// Checks the answer to an ingest; gives the errors.
    #[track_caller]
    pub(crate) fn taken(&self, status: u16, accepted: u64) -> Vec<(u64, String)> {
        assert_eq!(
            self.status.as_u16(),
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        let body: swarmpulse_api::Accepted = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body.accepted, accepted, "{body:?}");
        body.rejected
            .into_iter()
            .map(|rejected| (rejected.index, rejected.error))
            .collect()
    }
}
