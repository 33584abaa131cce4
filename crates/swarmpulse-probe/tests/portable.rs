//! The reduced version through `sysinfo`, on real processes.
//!
//! `cargo test -p swarmpulse-probe --features portable`
#![cfg(feature = "portable")]

use std::process::Command;
use std::sync::Arc;

use swarmpulse_model::Timestamp;
use swarmpulse_model::process::{ProcessOrigin, ProcessSeen};
use swarmpulse_probe::{AgentPattern, Machine, ProbeSettings, ProcessTable, Target, discover};

#[test]
fn a_process_is_found_sampled_and_its_death_seen() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("claude");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let mut child = Command::new(&program).arg("1000").spawn().unwrap();
    let machine = Arc::new(Machine::here().unwrap());
    let found = discover(&machine, &AgentPattern::shipped()).unwrap();
    let found = found.into_iter().find(|found| found.pid == child.id()).unwrap();
    assert_eq!(found.kind, "claude-code");
    let mut table = ProcessTable::new(machine, "here".into(), ProbeSettings::default()).unwrap();
    let target = Target {
        agent: found.agent.clone(),
        kind: Some(found.kind.clone()),
        instance: None,
        pid: found.pid,
        origin: ProcessOrigin::Discovered,
        include_children: true,
        started_at: Some(found.started_at),
    };
    table.watch(target, Timestamp(0)).unwrap();
    let reports = table.sample(Timestamp::from_unix_s(5.0));
    let ProcessSeen::Alive(sample) = &reports[0].seen else {
        panic!("{reports:?}")
    };
    assert!(sample.rss_bytes > 0 && !sample.progress);
    assert!(table.liveness(Timestamp::from_unix_s(6.0)).is_empty());
    child.kill().unwrap();
    child.wait().unwrap();
    let reports = table.liveness(Timestamp::from_unix_s(7.0));
    assert!(matches!(&reports[0].seen, ProcessSeen::Exited(_)), "{reports:?}");
    assert_eq!((table.stats().processes, table.stats().targets), (0, 0));
}
