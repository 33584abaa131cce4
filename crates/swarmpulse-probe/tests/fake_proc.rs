//! A procfs made of plain files: reused pids, garbled files and hostile names.
#![cfg(all(target_os = "linux", not(feature = "portable")))]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

#[path = "support/children.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use support::{exit_of, sample_of, target};
use swarmpulse_model::Timestamp;
use swarmpulse_model::process::{ProcessSeen, ProcessState};
use swarmpulse_model::time::SECOND_NS;
use swarmpulse_probe::{AgentPattern, Machine, ProbeError, ProbeSettings, ProcessTable, discover};

struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        tree.write("stat", "cpu 1 2 3 4\nbtime 1700000000\n");
        tree.write("meminfo", "MemTotal: 4096 kB\n");
        tree.write("uptime", "1000.00 1.0\n");
        tree
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path: PathBuf = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, content).unwrap();
    }

    /// A process of that name, parent, processor time and start, in ticks.
    fn process(&self, pid: u32, name: &str, parent: u32, ticks: u64, start: u64) {
        let tail = format!("1 1 0 -1 4194304 9 9 3 9 {ticks} 0 0 0 20 0 5 0 {start} 8192000 2 1 2 3");
        self.write(
            &format!("{pid}/stat"),
            format!("{pid} ({name}) S {parent} {tail}\n"),
        );
        self.write(&format!("{pid}/io"), "rchar: 10\nwchar: 5\n");
        self.write(&format!("{pid}/cmdline"), format!("{name}\0--flag\0"));
    }

    fn table(&self) -> ProcessTable {
        // Nothing is held: a plain file would not vanish under a held descriptor as procfs's do.
        let settings = ProbeSettings {
            held_fds_max: Some(0),
            ..ProbeSettings::default()
        };
        ProcessTable::new(
            Arc::new(Machine::at(self.0.path()).unwrap()),
            "fake".into(),
            settings,
        )
        .unwrap()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp(second * SECOND_NS)
}

#[test]
fn a_reused_pid_is_never_taken_for_life() {
    let tree = Tree::new();
    tree.process(50, "bot", 1, 100, 2000);
    let mut table = tree.table();
    let started_at = table.watch(target("bot", 50), at(0)).unwrap();
    assert_eq!(started_at, Timestamp(1_700_000_020 * SECOND_NS));
    // Another process, with the same name even, takes the pid between two looks.
    tree.process(50, "bot", 1, 1, 90_000);
    let reports = table.liveness(at(1));
    let exit = exit_of(&reports, "bot").unwrap();
    assert!(exit.pid_reused);
    assert_eq!(
        (exit.exit_code, exit.signal),
        (None, None),
        "nothing is known of the old one"
    );
    assert_eq!(
        reports[0].started_at, started_at,
        "the report names the old process"
    );
    assert!(table.sample(at(2)).is_empty());

    // The same seen by a full sample, and by watching the new process under the same pid.
    let second = table.watch(target("bot", 50), at(3)).unwrap();
    tree.process(50, "bot", 1, 1, 95_000);
    assert!(exit_of(&table.sample(at(4)), "bot").is_some_and(|exit| exit.pid_reused));
    table.watch(target("bot", 50), at(5)).unwrap();
    tree.process(50, "bot", 1, 1, 99_000);
    let third = table.watch(target("bot", 50), at(6)).unwrap();
    assert!(third > second);
    assert!(exit_of(&table.exits(at(6)), "bot").is_some_and(|exit| exit.pid_reused));
    assert!(sample_of(&table.sample(at(7)), "bot").is_some());
    fs::remove_dir_all(tree.0.path().join("50")).unwrap();
    assert!(exit_of(&table.liveness(at(8)), "bot").is_some_and(|exit| !exit.pid_reused));
}

#[test]
fn garbled_files_are_no_deaths() {
    let tree = Tree::new();
    tree.process(50, "bot", 1, 100, 2000);
    let mut table = tree.table();
    table.watch(target("bot", 50), at(0)).unwrap();
    for (content, reason) in [
        ("", "has no name in parentheses"),
        ("50 (bot", "has no name in parentheses"),
        ("50 (bot) S 1 2 3", "lacks the field"),
        (
            "50 (bot) S 1 1 1 0 -1 0 0 0 0 0 99999999999999999999999 0 0 0 20 0 1 0 2000 1 1",
            "utime is no number",
        ),
        ("\u{0}\u{ffff}", "has no name in parentheses"),
    ] {
        tree.write("50/stat", content);
        let reports = table.sample(at(5));
        let ProcessSeen::Unreadable { error } = &reports[0].seen else {
            panic!("{reports:?}")
        };
        assert!(error.contains("50/stat") && error.contains(reason), "{error}");
        assert!(table.liveness(at(5)).is_empty());
    }
    assert_eq!(table.stats().unreadable_total, 5);
    tree.process(50, "bot", 1, 100, 2000);
    assert!(sample_of(&table.sample(at(6)), "bot").is_some(), "it recovers");
}

#[test]
fn hostile_names_do_not_shift_the_fields() {
    let tree = Tree::new();
    for (pid, name) in [(50, "a) R 1"), (51, "(((("), (52, ") Z 0 0"), (53, "x\ny")] {
        tree.process(pid, name, 1, 100, 2000);
        let mut table = tree.table();
        table.watch(target("bot", pid), at(0)).unwrap();
        let sample = sample_of(&table.sample(at(5)), "bot").unwrap();
        assert_eq!(
            (sample.state, sample.threads, sample.major_faults),
            (ProcessState::Sleeping, 5, 3),
            "{name}"
        );
        assert!((sample.cpu_seconds - 1.0).abs() < 1e-9, "{name}");
    }
}

#[test]
fn figures_follow_from_the_files() {
    let tree = Tree::new();
    tree.process(50, "bot", 1, 100, 2000);
    tree.write(
        "50/limits",
        "Max open files            1000                 2000                 files\n",
    );
    tree.write("50/fd/0", "");
    tree.write("50/fd/1", "");
    tree.write(
        "50/smaps_rollup",
        "00-ff ---p 0 0 [rollup]\nRss: 9 kB\nPss: 7 kB\n",
    );
    let mut table = tree.table();
    table.watch(target("bot", 50), at(0)).unwrap();
    let first = sample_of(&table.sample_dear(at(5)), "bot").unwrap();
    let two_pages = 2 * rustix::param::page_size() as u64;
    assert_eq!((first.rss_bytes, first.vms_bytes), (two_pages, 8_192_000));
    assert!((first.memory_ratio - two_pages as f64 / (4096.0 * 1024.0)).abs() < 1e-9);
    assert_eq!(
        (first.open_fds, first.fd_limit, first.pss_bytes),
        (Some(2), Some(1000), Some(7 * 1024))
    );
    assert_eq!((first.cpu_ratio, first.progress), (0.0, false));
    assert_eq!((first.read_bytes, first.write_bytes), (Some(10), Some(5)));
    // A child appears, born after the last look, and works 2 s; the parent works 0.5 s: 2.5 s in 5.
    tree.write("uptime", "1005.00 1.0\n");
    tree.process(60, "child", 50, 200, 100_100);
    tree.process(50, "bot", 1, 150, 2000);
    let second = sample_of(&table.sample(at(10)), "bot").unwrap();
    assert!((second.cpu_ratio - 0.5).abs() < 1e-9, "{}", second.cpu_ratio);
    assert_eq!(
        (second.progress, second.children, second.read_bytes),
        (true, 1, Some(20))
    );
    // A second look right after says the same instead of a wild share of a few milliseconds.
    let again = sample_of(&table.sample(Timestamp(at(10).0 + 1_000_000)), "bot").unwrap();
    assert!((again.cpu_ratio - 0.5).abs() < 1e-9);
    let idle = sample_of(&table.sample(at(15)), "bot").unwrap();
    assert_eq!((idle.cpu_ratio, idle.progress), (0.0, false));
}

#[test]
fn a_process_that_is_not_there_cannot_be_watched() {
    let tree = Tree::new();
    let error = tree.table().watch(target("bot", 50), at(0)).unwrap_err();
    assert!(matches!(error, ProbeError::NotFound { pid: 50 }), "{error}");
}

#[test]
fn discovery_survives_hostile_command_lines() {
    let tree = Tree::new();
    tree.process(50, "claude", 1, 1, 10);
    for (pid, line) in [
        (51, &b""[..]),
        (52, b"\0\0\0"),
        (53, b"\xff\xfe\0claude"),
        (54, b"python3\0-m"),
        (55, b"   "),
        (56, b"/"),
    ] {
        tree.process(pid, "x", 1, 1, 10);
        tree.write(&format!("{pid}/cmdline"), line);
    }
    tree.process(57, "x", 1, 1, 10);
    tree.write("57/cmdline", vec![b'a'; 1 << 20]);
    tree.write("not-a-pid/cmdline", "claude\0");
    tree.write("99999999999/cmdline", "claude\0");
    let machine = Machine::at(tree.0.path()).unwrap();
    let found = discover(&machine, &AgentPattern::shipped()).unwrap();
    assert_eq!(found.iter().map(|found| found.pid).collect::<Vec<_>>(), [50]);
    assert_eq!(
        (found[0].agent.as_str(), found[0].cwd.as_ref()),
        ("claude-50", None)
    );
}
