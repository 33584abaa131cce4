//! kill -9 under load: what was acknowledged is there, and the verdicts are the same.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use swarmpulse_testkit::http::Connection;
use swarmpulse_testkit::server::Server;

use crate::start::setup;

const ROUNDS: usize = 8;
const SENDERS: usize = 3;

/// Sends events one request after the other until the server is gone; gives the ids of those acknowledged.
fn send(server: &Server, round: usize, sender: usize, stop: &AtomicBool) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let Ok(mut connection) = Connection::open(server.address()) else {
        return acknowledged;
    };
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let ids: Vec<String> = (0..7)
            .map(|item| format!("{round}-{sender}-{number}-{item}"))
            .collect();
        let body: String = ids
            .iter()
            .map(|id| {
                format!("{{\"event\":\"{id}\",\"type\":\"crash.test\",\"agent\":\"sender-{sender}\"}}\n")
            })
            .collect();
        match connection.call("POST", "/api/v1/events", &[], body.as_bytes()) {
            Ok(answer) if answer.status == 202 => acknowledged.extend(ids),
            _ => break,
        }
    }
    acknowledged
}

fn stored(server: &Server) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let page = server
            .get(&format!("/api/v1/events?type=crash.test&limit=1000{cursor}"))
            .unwrap()
            .json();
        for event in page["items"].as_array().unwrap_or_else(|| panic!("{page:#}")) {
            let id = event["event"].as_str().unwrap().to_owned();
            assert!(ids.insert(id), "stored twice: {event}");
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[test]
fn e2e_kill_9_in_a_loop_under_load_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path());
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let server = setup.start().unwrap();
        let stop = AtomicBool::new(false);
        let sent: Vec<Vec<String>> = std::thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| {
                    scope.spawn({
                        let (server, stop) = (&server, &stop);
                        move || send(server, round, sender, stop)
                    })
                })
                .collect();
            // Killed in the middle of it, at a place that moves from round to round.
            let wanted = 3 + (round * 37) % 50;
            swarmpulse_testkit::clock::wait_for(std::time::Duration::from_secs(20), || {
                let seen = server.get("/metrics").ok()?.text();
                let envelopes = seen
                    .lines()
                    .find_map(|line| line.strip_prefix("swarmpulse_envelopes_total "))?;
                (envelopes.parse::<f64>().ok()? > wanted as f64).then_some(())
            });
            let _ = rustix::process::kill_process(
                rustix::process::Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap(),
                rustix::process::Signal::KILL,
            );
            stop.store(true, Ordering::SeqCst);
            senders.into_iter().map(|sender| sender.join().unwrap()).collect()
        });
        server.kill();
        acknowledged.extend(sent.into_iter().flatten());
    }
    assert!(
        acknowledged.len() > ROUNDS * SENDERS,
        "there was load: {}",
        acknowledged.len()
    );
    let server = setup.start().unwrap();
    let stored = stored(&server);
    let lost: Vec<&String> = acknowledged.difference(&stored).collect();
    assert!(
        lost.is_empty(),
        "{} of {} acknowledged are lost: {:?}",
        lost.len(),
        acknowledged.len(),
        &lost[..lost.len().min(5)]
    );
}

#[test]
fn e2e_a_restart_says_the_same_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let setup = setup(folder.path());
    let server = setup.start().unwrap();
    let fleet = "{\"agent\":\"worker\",\"status\":\"working\",\"task\":\"t1\",\"interval_s\":60}\n{\"agent\":\"idler\",\"status\":\"idle\",\"interval_s\":60}\n\
                 {\"agent\":\"waiter\",\"status\":\"waiting\",\"interval_s\":60}\n{\"agent\":\"leaver\",\"status\":\"stopped\"}\n{\"agent\":\"failure\",\"status\":\"failed\"}\n";
    assert_eq!(server.post("/api/v1/heartbeats", fleet).unwrap().status, 202);
    let names = ["worker", "idler", "waiter", "leaver", "failure"];
    let before: Vec<(String, String)> = names
        .iter()
        .map(|name| (server.verdict(name), server.agent(name)["since"].to_string()))
        .collect();
    assert_eq!(
        before
            .iter()
            .map(|(verdict, _)| verdict.as_str())
            .collect::<Vec<_>>(),
        ["working", "idle", "waiting", "stopped", "down"]
    );
    server.kill();
    let server = setup.start().unwrap();
    let after: Vec<(String, String)> = names
        .iter()
        .map(|name| (server.verdict(name), server.agent(name)["since"].to_string()))
        .collect();
    assert_eq!(before, after);
    let events = server
        .get("/api/v1/events?kind=verdict&agent=failure")
        .unwrap()
        .json();
    assert_eq!(
        events["items"].as_array().unwrap().len(),
        1,
        "said once: {events:#}"
    );
    server.stop().unwrap();
}
