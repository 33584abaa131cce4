//! Alerts of others, from `amtool` and from a real Prometheus, to what a receiver is told, through kill -9.

mod sender;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use swarmpulse_testkit::clock::wait_for;
use swarmpulse_testkit::server::{Server, Setup};

use crate::alerts::hook::Hook;
use crate::start::setup;
use sender::Sender;

const PATIENCE: Duration = Duration::from_secs(90);

/// A server that tells that hook of every alert, without rules of its own.
fn alerting(folder: &Path, hook: &Hook) -> Setup {
    let routes = format!(
        "route: {{receiver: team, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}}\n\
         receivers: [{{name: team, webhook_configs: [{{url: 'http://{}/hook'}}]}}]\n",
        hook.address()
    );
    std::fs::write(folder.join("alerts.yaml"), routes).unwrap();
    setup(folder)
        .with("alerts.file", &folder.join("alerts.yaml").display().to_string())
        .with("alerts.external_url", "http://monitor.example")
        .with("rules.shipped", "false")
        .with("slo.shipped", "false")
}

/// How many notifications told an alert in that state. One that a crash repeats, before it is on record that it was taken,
/// has the same key.
fn told(hook: &Hook, status: &str, name: &str) -> usize {
    let told = hook.told();
    let of_it = told
        .iter()
        .filter(|told| told.status == status && told.names().iter().any(|known| known == name));
    let keys: std::collections::BTreeSet<&str> = of_it.map(|told| told.key.as_str()).collect();
    keys.len()
}

/// Alerts of that name that fire, by amtool's own interface.
fn firing(server: &Server, name: &str) -> usize {
    let alerts = server.get("/alertmanager/api/v2/alerts").unwrap().json();
    let alerts = alerts.as_array().unwrap().iter();
    alerts
        .filter(|alert| alert["labels"]["alertname"] == name)
        .count()
}

#[test]
fn e2e_amtool_adds_an_alert_that_stands_after_kill_9() {
    if Command::new("amtool").arg("--version").output().is_err() {
        eprintln!("skipped: amtool is not installed (scripts/install-test-packages)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    let setup = alerting(folder.path(), &hook);
    let server = setup.start().unwrap();
    let amtool = |server: &Server, arguments: &[&str]| {
        let url = format!("--alertmanager.url=http://{}/alertmanager", server.address());
        let output = Command::new("amtool")
            .env("HOME", "/nonexistent")
            .args([url.as_str(), "--no-version-check"])
            .args(arguments)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let add = |server: &Server, more: &[&str]| {
        let alert = [
            "alert",
            "add",
            "ByHand",
            "severity=page",
            "rack=r7",
            "--annotation=summary=too hot",
        ];
        amtool(server, &[&alert, more].concat());
    };
    add(&server, &[]);
    let asked = amtool(&server, &["-o", "json", "alert", "query", "rack=r7"]);
    let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked[0]["annotations"]["summary"], "too hot", "{asked}");
    wait_for(PATIENCE, || (told(&hook, "firing", "ByHand") == 1).then_some(()))
        .unwrap_or_else(|| panic!("it is told: {}", server.said()));

    server.kill();
    let server = setup.start().unwrap();
    assert_eq!(firing(&server, "ByHand"), 1, "it stands");
    add(&server, &[]);
    add(
        &server,
        &["--end=2020-01-01T00:00:00Z", "--start=2019-01-01T00:00:00Z"],
    );
    assert_eq!(firing(&server, "ByHand"), 0);
    wait_for(PATIENCE, || {
        (told(&hook, "resolved", "ByHand") == 1).then_some(())
    })
    .unwrap_or_else(|| panic!("its end is told: {}", server.said()));
    let known = server.get("/api/v1/alerts?state=all").unwrap().json();
    let told_once = told(&hook, "firing", "ByHand");
    assert_eq!(told_once, 1, "not once more after the restart: {known:#}");
    server.stop().unwrap();
}

#[test]
fn e2e_a_prometheus_fires_here_through_kill_9_and_resolves() {
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    let setup = alerting(folder.path(), &hook);
    let server = setup.start().unwrap();
    let token = sender::token(&setup.data);
    let Some(prometheus) = Sender::start(folder.path(), server.address(), &token) else {
        eprintln!("skipped: prometheus is not installed (scripts/install-test-packages)");
        return;
    };
    // Prometheus' own word on its configuration is what its rule is about.
    prometheus.spoil();
    let fires = "ConfigurationBroken";
    wait_for(PATIENCE, || (told(&hook, "firing", fires) == 1).then_some(()))
        .unwrap_or_else(|| panic!("it is told: {}\n{}", server.said(), prometheus.said()));

    server.kill();
    let server = setup.start().unwrap();
    prometheus.point_to(server.address());
    prometheus.mend();
    wait_for(PATIENCE, || (told(&hook, "resolved", fires) == 1).then_some(()))
        .unwrap_or_else(|| panic!("its end is told: {}\n{}", server.said(), prometheus.said()));
    assert_eq!(told(&hook, "firing", fires), 1, "told once: {}", server.said());
    server.stop().unwrap();
}
