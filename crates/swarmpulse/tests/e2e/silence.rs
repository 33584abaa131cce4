//! Silence on the real clock, with deadlines short enough for a test.

use std::time::Duration;

use swarmpulse_testkit::clock;

use crate::start::setup;

#[test]
fn e2e_a_silent_agent_is_down_at_its_deadline_and_not_before() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path())
        .with("fleet.silence_floor_s", "3")
        .with("fleet.default_interval_s", "1")
        .start()
        .unwrap();
    let sent = clock::now();
    assert_eq!(
        server
            .post("/api/v1/heartbeats", "{\"agent\":\"a1\"}")
            .unwrap()
            .status,
        202
    );
    let agent = server
        .wait_for_verdict("a1", &["down"], Duration::from_secs(20))
        .unwrap();
    assert!(
        sent.elapsed() >= Duration::from_secs(3),
        "not before its deadline"
    );
    assert_eq!(agent["evidence"][0]["claim"], "no_contact");
    assert_eq!(agent["evidence"][0]["class"], 4);
    assert_eq!(server.get("/ping/a1").unwrap().status, 200);
    server
        .wait_for_verdict("a1", &["idle"], Duration::from_secs(20))
        .unwrap();
    // History is written a moment behind.
    let told = clock::wait_for(Duration::from_secs(20), || {
        let timeline = server.get("/api/v1/agents/a1/timeline").ok()?.json();
        timeline["items"]
            .as_array()?
            .iter()
            .any(|entry| entry["kind"] == "verdict" && entry["to"] == "down")
            .then_some(())
    });
    assert!(
        told.is_some(),
        "{:#}",
        server.get("/api/v1/agents/a1/timeline").unwrap().json()
    );
}

#[test]
fn e2e_pings_say_start_failure_and_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path()).start().unwrap();
    for (path, verdict) in [
        ("/ping/job", "idle"),
        ("/ping/job/start", "working"),
        ("/ping/job/fail", "down"),
        ("/ping/job/0", "idle"),
        ("/ping/job/3", "down"),
    ] {
        assert_eq!(server.get(path).unwrap().status, 200, "{path}");
        assert_eq!(server.verdict("job"), verdict, "{path}");
    }
    assert_eq!(server.get("/ping/job/nonsense").unwrap().status, 404);
}

#[test]
fn e2e_much_of_the_fleet_falling_silent_together_is_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let server = setup(folder.path())
        .with("fleet.silence_floor_s", "3")
        .with("fleet.default_interval_s", "1")
        .with("fleet.blind_limit_s", "8")
        .start()
        .unwrap();
    let fleet: String = (0..12)
        .map(|n| {
            format!(
                "{{\"agent\":\"a{n}\",\"host\":\"h{}\",\"status\":\"idle\"}}\n",
                n % 4
            )
        })
        .collect();
    assert_eq!(server.post("/api/v1/heartbeats", &fleet).unwrap().status, 202);
    server
        .wait_for_verdict("a1", &["unknown"], Duration::from_secs(20))
        .unwrap();
    let summary = server.get("/api/v1/summary").unwrap().json();
    assert!(
        summary["monitor_blind"]["reason"]
            .as_str()
            .unwrap()
            .contains("fell silent together"),
        "{summary:#}"
    );
    assert_eq!(summary["verdicts"]["down"], 0);
    server
        .wait_for_verdict("a1", &["down"], Duration::from_secs(30))
        .unwrap();
    // The desk makes an alert of it a moment after the verdict.
    let told = clock::wait_for(Duration::from_secs(10), || {
        let alerts = server.get("/api/observability/alerts").unwrap().json();
        let active = alerts["active"].as_array()?;
        active
            .iter()
            .any(|alert| alert["name"] == "fleet_down_or_blind")
            .then_some(())
    });
    told.unwrap();
}
