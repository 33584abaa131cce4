//! Real processes that end, and how that is seen.
#![cfg(all(target_os = "linux", not(feature = "portable")))]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

#[path = "support/children.rs"]
mod support;

use rustix::process::{Pid, Signal, kill_process};
use support::{Kept, await_death, exit_of, now, sample_of, table, table_with, target, until};
use swarmpulse_model::process::{ProcessExit, ProcessState};
use swarmpulse_probe::{ProbeError, ProbeSettings};

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
}

#[test]
fn exit_codes_and_signals_of_our_children_are_seen_at_once() {
    let mut table = table();
    let killed = Kept::spawn("sleep", &["1000"]);
    table.watch(target("killed", killed.pid()), now()).unwrap();
    signal(killed.pid(), Signal::KILL);
    await_death(&table);
    let exit = exit_of(&table.exits(now()), "killed").unwrap();
    assert_eq!(
        exit,
        ProcessExit {
            signal: Some(9),
            ..ProcessExit::default()
        }
    );
    assert_eq!(table.stats().processes, 0);

    let mut waiting = std::process::Command::new("sh")
        .args(["-c", "read line; exit 3"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .map(Kept)
        .unwrap();
    table.watch(target("coded", waiting.pid()), now()).unwrap();
    assert!(table.exits(now()).is_empty());
    drop(waiting.0.stdin.take());
    await_death(&table);
    let exit = exit_of(&table.exits(now()), "coded").unwrap();
    assert_eq!(
        exit,
        ProcessExit {
            exit_code: Some(3),
            ..ProcessExit::default()
        }
    );
    assert!(table.exits(now()).is_empty(), "told once");
    assert_eq!(
        waiting.0.wait().unwrap().code(),
        Some(3),
        "left for its parent to wait for"
    );
}

#[test]
fn how_another_s_child_ended_is_known_after_its_parent_waited() {
    let mut table = table();
    // The shell starts a sleeper, prints its pid and waits for it.
    let mut parent = Kept::shell("sleep 1000 & echo $!; wait $!; echo done; sleep 1000");
    let pid: u32 = {
        use std::io::BufRead;
        let mut output = std::io::BufReader::new(parent.0.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let pid = line.trim().parse().unwrap();
        table.watch(target("grandchild", pid), now()).unwrap();
        signal(pid, Signal::TERM);
        line.clear();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n");
        pid
    };
    assert!(pid > 0);
    await_death(&table);
    let exit = exit_of(&table.exits(now()), "grandchild").unwrap();
    assert!(!exit.out_of_memory && exit.exit_code.is_none());
    // Linux 6.15 tells it for anyone's process; before, it is unknown.
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut version = release.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let tells = (version.next(), version.next()) >= (Some(6), Some(15));
    assert_eq!(exit.signal, tells.then_some(15), "on {release}");
}

#[test]
fn every_agent_of_a_process_is_told_and_unwatched_ones_are_not() {
    let mut table = table();
    let child = Kept::spawn("sleep", &["1000"]);
    for agent in ["a", "b", "c"] {
        table.watch(target(agent, child.pid()), now()).unwrap();
    }
    table.watch(target("a", child.pid()), now()).unwrap();
    assert_eq!((table.stats().processes, table.stats().targets), (1, 3));
    assert_eq!(
        table.unwatch("b", child.pid()).map(|target| target.agent),
        Some("b".into())
    );
    assert_eq!(table.unwatch("b", child.pid()), None);
    signal(child.pid(), Signal::TERM);
    await_death(&table);
    let reports = table.exits(now());
    assert_eq!(
        reports
            .iter()
            .map(|report| report.agent.as_str())
            .collect::<Vec<_>>(),
        ["a", "c"]
    );
    assert_eq!((table.stats().processes, table.stats().targets), (0, 0));
    assert!(table.sample_dear(now()).is_empty());
    assert_eq!(
        table.stats().held_fds,
        0,
        "its control group is let go by the next dear look"
    );
}

#[test]
fn without_pidfds_deaths_and_stops_are_found_by_polling() {
    let mut table = table_with(ProbeSettings {
        held_fds_max: Some(0),
        ..ProbeSettings::default()
    });
    let child = Kept::spawn("sleep", &["1000"]);
    table.watch(target("polled", child.pid()), now()).unwrap();
    assert_eq!((table.stats().held_fds, table.stats().without_pidfd), (0, 1));
    assert!(table.liveness(now()).is_empty(), "no change, no report");
    signal(child.pid(), Signal::STOP);
    let sample = until("stopped", || sample_of(&table.liveness(now()), "polled"));
    assert_eq!(
        (sample.state, sample.liveness_only),
        (ProcessState::Stopped, true)
    );
    assert!(table.liveness(now()).is_empty(), "told once");
    signal(child.pid(), Signal::KILL);
    let exit = until("death", || exit_of(&table.liveness(now()), "polled"));
    assert_eq!((exit.signal, exit.pid_reused), (Some(9), false));
}

#[test]
fn what_cannot_be_watched_is_refused_with_the_reason() {
    let mut table = table_with(ProbeSettings {
        targets_max: 1,
        ..ProbeSettings::default()
    });
    let mut gone = Kept::spawn("true", &[]);
    gone.0.wait().unwrap();
    let error = table.watch(target("x", gone.pid()), now()).unwrap_err();
    assert!(
        matches!(error, ProbeError::NotFound { pid } if pid == gone.pid()),
        "{error}"
    );
    assert!(table.watch(target("x", u32::MAX), now()).is_err());

    let zombie = Kept::spawn("true", &[]);
    until("the end of an unwaited child", || {
        match table.watch(target("x", zombie.pid()), now()) {
            Err(ProbeError::Ended { .. }) => Some(()),
            Ok(_) => table.unwatch("x", zombie.pid()).and(None),
            Err(error) => panic!("{error}"),
        }
    });

    let child = Kept::spawn("sleep", &["1000"]);
    let mut other = target("x", child.pid());
    other.started_at = Some(swarmpulse_model::Timestamp(5));
    assert!(matches!(
        table.watch(other.clone(), now()),
        Err(ProbeError::OtherProcess { .. })
    ));
    let started_at = table.watch(target("x", child.pid()), now()).unwrap();
    assert!(matches!(
        table.watch(other.clone(), now()),
        Err(ProbeError::OtherProcess { .. })
    ));
    other.started_at = Some(started_at);
    assert_eq!(table.watch(other, now()).unwrap(), started_at);
    let error = table
        .watch(target("y", child.pid()), now())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("1 targets are watched already; raise probe.targets_max"),
        "{error}"
    );
    assert_eq!(table.stats().refused_total, 1);
}
