//! Alerts, from what agents say to what a receiver is told, through kill -9 and changes of the files.

pub(crate) mod hook;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use swarmpulse_testkit::clock::{unix_s, wait_for};
use swarmpulse_testkit::server::{Server, Setup};

use crate::start::setup;
use hook::{Hook, Told};

const PATIENCE: Duration = Duration::from_secs(60);

/// A server whose alerts go to that hook, one notification an alert, and whose rules are in `rules.yaml`.
fn alerting(folder: &Path, hook: &Hook) -> Setup {
    let routes = format!(
        "route: {{receiver: team, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 4h}}\n\
         receivers: [{{name: team, webhook_configs: [{{url: 'http://{}/hook'}}]}}]\n",
        hook.address()
    );
    std::fs::write(folder.join("alerts.yaml"), routes).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    setup(folder)
        .with("alerts.file", &path("alerts.yaml"))
        .with("rules.files", &path("rules*.yaml"))
        .with("rules.shipped", "false")
        .with("slo.shipped", "false")
}

fn fail(server: &Server, agents: impl Iterator<Item = usize>) {
    let lines: String = agents
        .map(|agent| format!("{{\"agent\":\"storm-{agent}\",\"status\":\"failed\"}}\n"))
        .collect();
    assert_eq!(server.post("/api/v1/heartbeats", &lines).unwrap().status, 202);
}

fn agents_told(told: &[Told]) -> BTreeSet<String> {
    told.iter().flat_map(Told::agents).collect()
}

#[test]
fn e2e_kill_9_in_a_storm_loses_no_notification_and_repeats_carry_their_key() {
    const AGENTS: usize = 60;
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    let setup = alerting(folder.path(), &hook);
    let mut server = setup.start().unwrap();
    for (round, part) in [(1, 0..20), (2, 20..40), (3, 40..AGENTS)] {
        fail(&server, part);
        // Killed while some are told and some are not.
        wait_for(PATIENCE, || (hook.told().len() >= round * 12).then_some(()))
            .unwrap_or_else(|| panic!("{} told: {}", hook.told().len(), server.said()));
        server.kill();
        server = setup.start().unwrap();
    }
    let all: BTreeSet<String> = (0..AGENTS).map(|agent| format!("storm-{agent}")).collect();
    wait_for(PATIENCE, || {
        agents_told(&hook.told()).is_superset(&all).then_some(())
    })
    .unwrap_or_else(|| {
        let told = agents_told(&hook.told());
        panic!("not told: {:?}", all.difference(&told).collect::<Vec<_>>())
    });
    server.stop().unwrap();
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for told in hook.told() {
        assert!(!told.key.is_empty());
        keys.entry(told.what()).or_default().insert(told.key);
    }
    for (what, keys) in keys {
        assert_eq!(keys.len(), 1, "{what} was told under several keys: {keys:?}");
    }
}

#[test]
fn e2e_a_repeat_after_kill_9_has_the_same_key_on_another_port() {
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    hook.be_silent(true);
    let setup = alerting(folder.path(), &hook);
    let server = setup.start().unwrap();
    fail(&server, 0..1);
    // Killed while the other side has it and has not said so.
    let first = wait_for(PATIENCE, || hook.told().first().cloned())
        .unwrap_or_else(|| panic!("nothing is told: {}", server.said()));
    server.kill();
    hook.be_silent(false);
    let server = setup.start().unwrap();
    let again = wait_for(PATIENCE, || hook.told().get(1).cloned())
        .unwrap_or_else(|| panic!("it is not told again: {}", server.said()));
    assert_eq!(again.what(), first.what());
    assert_ne!(again.teller(), first.teller(), "the port is another");
    assert_eq!(again.key, first.key);
    server.stop().unwrap();
}

#[test]
fn e2e_rules_are_reloaded_on_sighup_and_a_bad_file_keeps_the_old() {
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    let rules = folder.path().join("rules.yaml");
    let rule = |name: &str, expr: &str| {
        format!("groups: [{{name: g, interval: 200ms, rules: [{{alert: {name}, expr: '{expr}'}}]}}]\n")
    };
    std::fs::write(&rules, rule("First", "vector(1) > 0")).unwrap();
    let server = alerting(folder.path(), &hook).start().unwrap();
    let heard = |name: &str| {
        wait_for(PATIENCE, || {
            hook.told()
                .iter()
                .any(|told| told.names().contains(&name.to_owned()))
                .then_some(())
        })
        .unwrap_or_else(|| panic!("{name} is not told: {}", server.said()));
    };
    heard("First");

    std::fs::write(&rules, rule("Second", "vector(1) >")).unwrap();
    hang_up(&server);
    wait_for(PATIENCE, || server.said().contains("rules.yaml:1:").then_some(())).expect("the fault is told");
    heard("rules_invalid");

    std::fs::write(&rules, rule("Second", "vector(2) > 0")).unwrap();
    hang_up(&server);
    heard("Second");
    wait_for(PATIENCE, || {
        let told = hook.told();
        told.iter()
            .any(|told| told.status == "resolved" && told.names() == ["First"])
            .then_some(())
    })
    .expect("an alert whose rule is gone ends");
    server.stop().unwrap();
}

#[test]
fn e2e_what_is_only_kept_firing_is_known_to_be_after_kill_9() {
    const INTERVAL_S: f64 = 5.0;
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    let rules = folder.path().join("rules.yaml");
    let rule = |expr: &str| {
        format!(
            "groups: [{{name: g, interval: {INTERVAL_S}s, rules: [{{alert: Kept, expr: '{expr}', keep_firing_for: 1h}}]}}]\n"
        )
    };
    std::fs::write(&rules, rule("vector(1) > 0")).unwrap();
    let setup = alerting(folder.path(), &hook);
    let server = setup.start().unwrap();
    wait_for(PATIENCE, || hook.told().first().cloned()).expect("it fires");
    std::fs::write(&rules, rule("vector(1) > 2")).unwrap();
    hang_up(&server);
    let kept_since = |server: &Server| {
        let shown = server.get("/prometheus/api/v1/alerts").ok()?.json();
        let alert = &shown["data"]["alerts"][0];
        assert_eq!(
            alert["labels"],
            serde_json::json!({"alertname": "Kept"}),
            "{shown}"
        );
        alert["keepFiringSince"].as_str().map(str::to_owned)
    };
    let before = wait_for(PATIENCE, || kept_since(&server)).expect("it is only kept");
    let (seen_s, told_before) = (unix_s(), hook.told().len());
    server.kill();

    let server = setup.start().unwrap();
    wait_for(PATIENCE, || {
        let rules = server.get("/prometheus/api/v1/rules").ok()?.json();
        let health = rules["data"]["groups"][0]["rules"][0]["health"].as_str()?;
        (health == "ok").then_some(())
    })
    .expect("its rule is evaluated again");
    let evaluated_s = unix_s();
    let after = kept_since(&server).expect("it is still kept");
    // Only time in which nobody looked, more than an interval beyond the usual, may have moved it.
    assert!(
        after == before || evaluated_s - seen_s > INTERVAL_S,
        "it was kept since {before}, and is since {after}"
    );
    assert_eq!(hook.told().len(), told_before, "nobody is told again");
    server.stop().unwrap();
}

#[test]
fn e2e_a_bad_file_at_the_start_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let hook = Hook::start();
    std::fs::write(
        folder.path().join("rules.yaml"),
        "groups:\n- name: g\n  rulez: []\n",
    )
    .unwrap();
    let error = alerting(folder.path(), &hook).start().err().unwrap().to_string();
    assert!(error.contains("rules.yaml:3:"), "{error}");
}

fn hang_up(server: &Server) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
}
