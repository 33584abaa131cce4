//! Alertmanager's own `amtool` against this server: alerts, silences, routes.

use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use swarmpulse_testkit::clock::wait_for;
use swarmpulse_testkit::server::Server;

use crate::start::setup;

const PATIENCE: Duration = Duration::from_secs(40);
const ROUTES: &str = "\
route:
  receiver: chat
  group_by: [alertname]
  routes:
    - matchers: [agent=~\"crawler-.*\"]
      receiver: research
receivers:
  - name: chat
    webhook_configs:
      - url: http://127.0.0.1:1/hush-secret
  - name: research
";

struct Amtool {
    url: String,
}

impl Amtool {
    fn of(server: &Server) -> Self {
        let url = format!("--alertmanager.url=http://{}/alertmanager", server.address());
        Self { url }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        // Its own configuration files are none of ours.
        Command::new("amtool")
            .env("HOME", "/nonexistent")
            .args([self.url.as_str(), "--no-version-check"])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What it prints when all is well.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let said = self.said(&[&["-o", "json"], arguments].concat());
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {said}"))
    }

    /// The agents of alerts that a query gives, sorted.
    fn agents(&self, arguments: &[&str]) -> Vec<String> {
        let alerts = self.json(&[&["alert", "query"], arguments].concat());
        let mut agents: Vec<String> = alerts
            .as_array()
            .unwrap()
            .iter()
            .map(|alert| alert["labels"]["agent"].as_str().unwrap_or_default().to_owned())
            .collect();
        agents.sort();
        agents
    }
}

#[test]
fn e2e_amtool_asks_for_alerts_and_silences_them() {
    if Command::new("amtool").arg("--version").output().is_err() {
        eprintln!("skipped: amtool is not installed (scripts/install-test-packages)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alerts.yaml");
    std::fs::write(&file, ROUTES).unwrap();
    let file = file.display().to_string();
    let server = setup(folder.path()).with("alerts.file", &file).start().unwrap();
    let failed =
        "{\"agent\":\"crawler-1\",\"status\":\"failed\"}\n{\"agent\":\"writer-1\",\"status\":\"failed\"}\n";
    assert_eq!(server.post("/api/v1/heartbeats", failed).unwrap().status, 202);
    let amtool = Amtool::of(&server);
    let down = "alertname=agent_down";
    wait_for(PATIENCE, || (amtool.agents(&[down]).len() == 2).then_some(())).unwrap();
    assert_eq!(amtool.agents(&[down, "agent=~craw.*"]), ["crawler-1"]);
    assert_eq!(amtool.agents(&["--receiver=research"]), ["crawler-1"]);
    let table = amtool.said(&["alert", "query", down]);
    assert!(
        table.contains("agent_down") && table.contains("active"),
        "{table}"
    );

    let silence = amtool.said(&[
        "silence",
        "add",
        "--author=ana",
        "--comment=upgrade",
        "--duration=1h",
        "agent=crawler-1",
    ]);
    assert_eq!(silence.len(), 36, "{silence}");
    assert_eq!(
        amtool.agents(&[down]),
        ["writer-1"],
        "silenced ones are left out unless asked for"
    );
    assert_eq!(amtool.agents(&["--silenced", down]), ["crawler-1"]);
    let known = amtool.json(&["silence", "query"]);
    assert_eq!(known[0]["id"], silence.as_str());
    assert_eq!(
        (&known[0]["createdBy"], &known[0]["comment"]),
        (&"ana".into(), &"upgrade".into())
    );
    amtool.said(&["silence", "update", "--duration=2h", &silence]);
    let changed = amtool.json(&["silence", "query"]);
    assert!(
        changed[0]["endsAt"].as_str() > known[0]["endsAt"].as_str(),
        "{changed}"
    );
    let changed = changed[0]["id"].as_str().unwrap();
    assert_eq!(
        amtool.said(&["silence", "query", "-q", "agent=crawler-1"]),
        changed
    );
    amtool.said(&["silence", "expire", changed]);
    assert_eq!(amtool.agents(&[down]), ["crawler-1", "writer-1"]);
    assert_eq!(amtool.json(&["silence", "query"]), Value::Array(Vec::new()));
    let refused = amtool.run(&["silence", "add", "--comment=x", "agent=~.*"]);
    assert!(!refused.status.success(), "a silence of everything is refused");

    let shown = amtool.said(&["config", "show"]);
    assert!(
        shown.contains("receiver: research") && !shown.contains("hush-secret"),
        "{shown}"
    );
    let routes = amtool.said(&["config", "routes", "show"]);
    assert!(routes.contains("receiver: research"), "{routes}");
    assert!(amtool.said(&["check-config", &file]).contains("2 receivers"));
    assert!(amtool.said(&["cluster", "show"]).contains("disabled"));
}
