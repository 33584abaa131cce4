//! Real processes, and what full samples say of them.
#![cfg(all(target_os = "linux", not(feature = "portable")))]

mod support;

use rustix::process::{Pid, Signal, kill_process};
use support::{Kept, now, sample_of, table, table_with, target, until};
use swarmpulse_model::process::ProcessState;
use swarmpulse_probe::ProbeSettings;

#[test]
fn a_sleeper_is_asleep_and_makes_no_progress() {
    let mut table = table();
    let child = Kept::spawn("sleep", &["1000"]);
    let at = now();
    table.watch(target("sleeper", child.pid()), at).unwrap();
    let sample = until("asleep", || {
        sample_of(&table.sample(at), "sleeper").filter(|sample| sample.state == ProcessState::Sleeping)
    });
    assert!(sample.rss_bytes > 0 && sample.vms_bytes > sample.rss_bytes && sample.memory_ratio > 0.0);
    assert_eq!(
        (sample.threads, sample.children, sample.zombie_children),
        (1, 0, 0)
    );
    assert!(
        sample.thread_limit.is_some_and(|limit| limit > 1) && sample.fd_limit.is_some_and(|limit| limit > 3)
    );
    assert!(sample.read_bytes.is_some());
    let later = sample_of(&table.sample(at.plus_s(5.0)), "sleeper").unwrap();
    assert!(!later.progress && later.cpu_ratio < 0.01, "{later:?}");
    kill_process(Pid::from_child(&child.0), Signal::STOP).unwrap();
    until("stopped", || {
        sample_of(&table.sample(at.plus_s(10.0)), "sleeper")
            .filter(|sample| sample.state == ProcessState::Stopped)
    });
}

#[test]
fn the_command_is_told_once() {
    let mut table = table();
    let child = Kept::spawn("sleep", &["1000"]);
    table.watch(target("sleeper", child.pid()), now()).unwrap();
    let command = |table: &mut swarmpulse_probe::ProcessTable| {
        sample_of(&table.sample(now()), "sleeper").unwrap().command
    };
    assert_eq!(command(&mut table).as_deref(), Some("sleep 1000"));
    assert_eq!(command(&mut table), None);
}

#[test]
fn a_busy_loop_is_progress_in_a_process_and_in_its_child() {
    let mut table = table();
    let busy = Kept::shell("while :; do :; done");
    let parent = Kept::shell("sh -c 'while :; do :; done' & wait");
    let start = now();
    table.watch(target("busy", busy.pid()), start).unwrap();
    table.watch(target("parent", parent.pid()), start).unwrap();
    let (one, two) = until("half a second of work in each", || {
        let reports = table.sample(now());
        let seen = |agent| sample_of(&reports, agent).filter(|sample| sample.cpu_seconds >= 0.5);
        seen("busy").zip(seen("parent"))
    });
    assert!(one.progress && two.progress);
    // A share of what an ever so busy machine gives; never much more than the one core that a loop can use.
    for ratio in [one.cpu_ratio, two.cpu_ratio] {
        assert!((0.02..1.3).contains(&ratio), "{ratio}");
    }
    assert_eq!(two.children, 1);
}

#[test]
fn children_that_came_and_went_between_two_looks_count() {
    let mut table = table();
    let mut parent =
        Kept::shell("sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; echo done; sleep 1000");
    let start = now();
    table.watch(target("parent", parent.pid()), start).unwrap();
    parent.ready();
    let sample = sample_of(&table.sample(now()), "parent").unwrap();
    assert!(sample.cpu_seconds >= 0.05, "{sample:?}");
}

#[test]
fn a_zombie_child_is_counted() {
    let mut table = table();
    // `true` ends below `sleep`, which took the shell's place and never waits.
    let parent = Kept::shell("true & exec sleep 1000");
    table.watch(target("parent", parent.pid()), now()).unwrap();
    let sample = until("a zombie child", || {
        sample_of(&table.sample(now()), "parent").filter(|sample| sample.zombie_children == 1)
    });
    assert_eq!(sample.children, 0);
    assert_eq!(sample.state, ProcessState::Sleeping);
}

#[test]
fn a_child_that_is_a_target_itself_counts_for_itself() {
    let mut table = table();
    let mut parent = Kept::shell("sleep 1000 & echo $!; wait");
    let child: u32 = {
        use std::io::BufRead;
        let mut line = String::new();
        std::io::BufReader::new(parent.0.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        line.trim().parse().unwrap()
    };
    table.watch(target("parent", parent.pid()), now()).unwrap();
    assert_eq!(sample_of(&table.sample(now()), "parent").unwrap().children, 1);
    table.watch(target("child", child), now()).unwrap();
    assert_eq!(sample_of(&table.sample(now()), "parent").unwrap().children, 0);
    kill_process(Pid::from_raw(child.cast_signed()).unwrap(), Signal::KILL).unwrap();
}

#[test]
fn every_holding_mode_samples_alike() {
    let child = Kept::spawn("sleep", &["1000"]);
    for held_fds_max in [0, 2, 100] {
        let mut table = table_with(ProbeSettings {
            held_fds_max: Some(held_fds_max),
            ..ProbeSettings::default()
        });
        table.watch(target("sleeper", child.pid()), now()).unwrap();
        assert!(table.stats().held_fds <= held_fds_max);
        let sample = sample_of(&table.sample(now()), "sleeper").unwrap();
        // stdin, stdout, stderr; more where this test process was itself given some to inherit.
        assert!(
            sample.open_fds.is_some_and(|fds| (3..100).contains(&fds)),
            "{sample:?}"
        );
        assert_eq!((sample.threads, sample.read_bytes.is_some()), (1, true));
    }
}
