//! Real processes, and what full samples say of them.
#![cfg(all(target_os = "linux", not(feature = "portable")))]

#[path = "support/children.rs"]
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
    table.sample(at.plus_s(5.0));
    let later = sample_of(&table.sample(at.plus_s(10.0)), "sleeper").unwrap();
    assert!(!later.progress && later.cpu_ratio < 0.01, "{later:?}");
    kill_process(Pid::from_child(&child.0), Signal::STOP).unwrap();
    until("stopped", || {
        sample_of(&table.sample(at.plus_s(15.0)), "sleeper")
            .filter(|sample| sample.state == ProcessState::Stopped)
    });
}

#[test]
fn the_command_is_told_once() {
    let mut table = table();
    let child = Kept::spawn("sleep", &["1000"]);
    table.watch(target("sleeper", child.pid()), now()).unwrap();
    let mut command = || sample_of(&table.sample(now()), "sleeper").unwrap().command;
    // A process that was started this moment may have no command line yet.
    assert_eq!(until("its command", &mut command), "sleep 1000");
    assert_eq!(command(), None);
}

#[test]
fn a_busy_loop_is_progress_in_a_process_and_in_its_child() {
    let (mut watch, mut table) = (table(), table());
    let busy = Kept::shell("while :; do :; done");
    let parent = Kept::shell("sh -c 'while :; do :; done' & wait");
    let start = now();
    for table in [&mut watch, &mut table] {
        table.watch(target("busy", busy.pid()), start).unwrap();
        table.watch(target("parent", parent.pid()), start).unwrap();
    }
    // A child that is older than the watch counts from the first full look at it on.
    // Looks that follow each other too closely measure nothing.
    until("time to measure over", || {
        let children = sample_of(&watch.sample(now()), "parent")?.children;
        (children == 1 && now().seconds_since(start) > 0.3).then_some(())
    });
    let start = now();
    assert_eq!(table.sample(start).len(), 2);
    // One table waits for the work, the other takes one look over all of it, however long it took.
    let mut spent = |agent| sample_of(&watch.sample(now()), agent).map_or(0.0, |sample| sample.cpu_seconds);
    let before = ["busy", "parent"].map(&mut spent);
    until("0.5 s of work in each", || {
        let worked = ["busy", "parent"].map(&mut spent);
        (worked[0] - before[0] >= 0.5 && worked[1] - before[1] >= 0.5).then_some(())
    });
    let end = now();
    let reports = table.sample(end);
    // The look itself may have had to wait for a processor; the loops went on meanwhile.
    let waited = now().seconds_since(start) / end.seconds_since(start);
    let (one, two) = (
        sample_of(&reports, "busy").unwrap(),
        sample_of(&reports, "parent").unwrap(),
    );
    assert!(one.progress && two.progress, "{one:?} {two:?}");
    // A share of what an ever so busy machine gives; never much more than the one core that a loop can use.
    let least = 0.2 / end.seconds_since(start);
    for ratio in [one.cpu_ratio, two.cpu_ratio] {
        assert!((least..1.3 * waited).contains(&ratio), "{ratio}, waited {waited}");
    }
    assert_eq!(two.children, 1);
}

#[test]
fn children_that_came_and_went_between_two_looks_count() {
    let mut table = table();
    let mut parent =
        Kept::shell("sh -c 'i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done'; echo done; sleep 1000");
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
        sample_of(&table.sample(now()), "parent")
            .filter(|sample| sample.zombie_children == 1 && sample.state == ProcessState::Sleeping)
    });
    assert_eq!(sample.children, 0);
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
