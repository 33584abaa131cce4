//! A real Alertmanager: it takes what is forwarded, and what it posts to a webhook is what we post.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use swarmpulse_notify::{Notifier, build};

use crate::case::{Nothing, SECRET, read};
use crate::server::{Reply, Server};
use crate::{examples, schema};

const PROGRAM: &str = "prometheus-alertmanager";
const SKIPPED: &str = "skipped: prometheus-alertmanager is not installed (scripts/install-test-packages)";

/// An Alertmanager that posts to a webhook, and ends when it is dropped.
struct Alertmanager {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Alertmanager {
    /// `None` where it is not installed.
    async fn start(hook: &Server) -> Option<Self> {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("alertmanager-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "route: {{receiver: hook, group_by: [alertname], group_wait: 10ms, group_interval: 100ms}}\n\
             receivers: [{{name: hook, webhook_configs: [{{url: \"http://127.0.0.1:{}/hook\"}}]}}]\n",
            hook.port
        );
        std::fs::write(folder.join("alertmanager.yml"), config).unwrap();
        let child = Command::new(PROGRAM)
            .arg(format!("--config.file={}/alertmanager.yml", folder.display()))
            .arg(format!("--storage.path={}/data", folder.display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .arg("--cluster.listen-address=")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        match child {
            Ok(mut child) => {
                let said = BufReader::new(child.stderr.take().unwrap());
                let mut started = Self {
                    child,
                    port: 0,
                    folder,
                };
                started.port = port(said);
                Some(started)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// What it holds as firing.
    async fn alerts(&self) -> Option<Vec<Value>> {
        let url = format!("http://127.0.0.1:{}/api/v2/alerts", self.port);
        let answer = reqwest::get(url).await.ok()?;
        let body = answer.error_for_status().ok()?.bytes().await.ok()?;
        serde_json::from_slice(&body).ok()
    }

    fn channel(&self) -> Box<dyn Notifier> {
        let file = format!(
            "receivers: [{{name: r, alertmanager_configs: [{{url: \"http://127.0.0.1:{}\"}}]}}]",
            self.port
        );
        build(&read(&file, &Nothing)[0].channels[0]).ok().unwrap()
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where it listens, from its log, which is read on so that it never waits for us.
fn port(said: BufReader<ChildStderr>) -> u16 {
    let mut lines = said.lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .filter(|line| line.contains("Listening on"))
        .find_map(|line| line.rsplit_once(':')?.1.trim_matches('"').parse().ok());
    std::thread::spawn(move || lines.count());
    port.unwrap()
}

/// What comes of asking again and again, for a minute at most.
async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1200 {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it does not come");
}

/// The names of all fields, with those within.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            // Labels and annotations are the alert's, not the format's.
            .map(|(name, value)| match name.as_str() {
                "labels" | "annotations" | "groupLabels" | "commonLabels" | "commonAnnotations" => {
                    (name.clone(), value.clone())
                }
                _ => (name.clone(), shape(value)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_real_one_takes_alerts_and_says_what_we_would_say() {
    // It compares times with its own clock: the examples' are moved to now.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let hook = Server::start(Reply::of(200, "")).await;
    let Some(alertmanager) = Alertmanager::start(&hook).await else {
        println!("{SKIPPED}");
        return;
    };
    until(async || alertmanager.alerts().await).await;
    let channel = alertmanager.channel();
    let now = swarmpulse_model::Timestamp(jiff::Timestamp::now().as_nanosecond() as i64);
    let moved_ns = now.since(examples::NOW);

    let mut notification = examples::storm();
    let alert = &mut notification.alerts[0].alert;
    alert.active_at = alert.active_at.plus_ns(moved_ns);
    let mut message = examples::message(&notification);
    message.now = now;
    assert_eq!(channel.send(message).await, Ok(()));
    let held = until(async || alertmanager.alerts().await.filter(|alerts| !alerts.is_empty())).await;
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["labels"]["alertname"], "host_down");
    assert_eq!(held[0]["annotations"]["symptoms_total"], "200");
    let mut posted = until(async || hook.take().pop()).await.json();
    // What was forwarded says so, that it is known if it comes back.
    for at in ["/alerts/0/annotations", "/commonAnnotations"] {
        let annotations = posted.pointer_mut(at).and_then(Value::as_object_mut).unwrap();
        let by = annotations.remove("swarmpulse_forwarded_by");
        assert_eq!(by, Some("https://pulse.example".into()), "{at}");
    }

    // What we would post of the same.
    let own = Server::start(Reply::of(204, "")).await;
    let file = format!(
        "receivers: [{{name: r, webhook_configs: [{{url: \"http://127.0.0.1:{}/hook?token={SECRET}\"}}]}}]",
        own.port
    );
    let webhook = build(&read(&file, &Nothing)[0].channels[0]).ok().unwrap();
    notification.group_labels = vec![notification.alerts[0].alert.labels[1].clone()];
    notification.group_labels[0].value = "host_down".into();
    let mut message = examples::message(&notification);
    message.now = now;
    assert_eq!(webhook.send(message).await, Ok(()));
    let ours = schema::posted(&own.take());
    assert_eq!(shape(&ours), shape(&posted));
    assert_eq!(
        ours["alerts"][0]["fingerprint"],
        posted["alerts"][0]["fingerprint"]
    );
    assert_eq!(ours["alerts"][0]["endsAt"], posted["alerts"][0]["endsAt"]);
    assert_eq!(ours["status"], posted["status"]);

    let alert = &mut notification.alerts[0].alert;
    alert.state = swarmpulse_model::AlertState::Resolved;
    alert.ended_at = Some(now.plus_s(-1.0));
    let mut message = examples::message(&notification);
    message.now = now;
    assert_eq!(channel.send(message).await, Ok(()));
    until(async || alertmanager.alerts().await.filter(Vec::is_empty)).await;
    let over = until(async || {
        hook.take()
            .into_iter()
            .map(|request| request.json())
            .find(|body| body["status"] == "resolved")
    })
    .await;
    assert_eq!(over["alerts"][0]["status"], "resolved");
}
