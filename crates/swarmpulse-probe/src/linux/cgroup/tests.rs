//! Control groups in trees made for the purpose, of both generations.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    fn new(mounts: &[(&str, &str)]) -> Self {
        let tree = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        tree.write("proc/stat", "btime 1700000000\n");
        tree.write("proc/vmstat", "oom_kill 4\n");
        tree.write("proc/pressure/memory", "some avg10=7.00 avg60=0\n");
        let lines: String = mounts
            .iter()
            .map(|(place, system)| format!("1 1 0:1 / {} rw - {system}\n", tree.path(place).display()))
            .collect();
        tree.write("proc/self/mountinfo", &lines);
        tree
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(path, content).unwrap();
    }

    fn machine(&self) -> Machine {
        Machine::at(&self.path("proc")).unwrap()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp(second * SECOND_NS)
}

fn unified() -> Tree {
    let tree = Tree::new(&[("cg", "cgroup2 cgroup2 rw")]);
    tree.write("cg/pods/memory.max", "1000000\n");
    tree.write("cg/pods/memory.current", "600000\n");
    tree.write("cg/pods/pids.max", "50\n");
    tree.write("cg/pods/bot/memory.max", "max\n");
    tree.write("cg/pods/bot/memory.current", "400000\n");
    tree.write("cg/pods/bot/pids.max", "max\n");
    tree.write(
        "cg/pods/bot/memory.pressure",
        "some avg10=25.00 avg60=0\nfull avg10=1.00 x\n",
    );
    tree.write("cg/pods/bot/memory.events.local", "low 0\noom 0\noom_kill 2\n");
    tree
}

#[test]
fn the_tightest_limit_up_the_tree_counts_with_its_own_use() {
    let tree = unified();
    let (machine, mut cgroups) = (tree.machine(), Cgroups::default());
    let mut budget = FdBudget { left: 100, held: 0 };
    let id = cgroups.join(&machine, "0::/pods/bot\n", &mut budget, at(0));
    assert_eq!(budget.held, 3);
    let expected = GroupReading {
        memory_limit_bytes: Some(1_000_000),
        memory_bytes: Some(600_000),
        pids_max: Some(50),
        memory_pressure_ratio: Some(0.25),
    };
    assert_eq!(cgroups.reading(id), expected);
    tree.write("cg/pods/memory.current", "999000\n");
    tree.write("cg/pods/memory.max", "2000000\n");
    cgroups.mark_all_unused();
    assert_eq!(cgroups.join(&machine, "0::/pods/bot\n", &mut budget, at(60)), id);
    cgroups.update(&machine, at(60));
    assert_eq!(cgroups.reading(id).memory_bytes, Some(999_000));
    assert_eq!(cgroups.reading(id).memory_limit_bytes, Some(2_000_000));
    cgroups.mark_all_unused();
    cgroups.sweep(&mut budget);
    assert_eq!((budget.held, budget.left), (0, 100));
    assert_eq!(cgroups.reading(id), GroupReading::default());
}

#[test]
fn the_old_hierarchies_and_no_descriptors_to_spare() {
    let tree = Tree::new(&[
        ("m", "cgroup cgroup rw,memory"),
        ("p", "cgroup cgroup rw,pids"),
        ("u", "cgroup2 none rw"),
    ]);
    tree.write("m/memory.limit_in_bytes", "9223372036854771712\n");
    tree.write("m/a/memory.limit_in_bytes", "5000\n");
    tree.write("m/a/memory.usage_in_bytes", "4000\n");
    tree.write(
        "m/a/memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n",
    );
    tree.write("p/b/pids.max", "9\n");
    let (machine, mut cgroups) = (tree.machine(), Cgroups::default());
    let mut budget = FdBudget { left: 1, held: 0 };
    let id = cgroups.join(&machine, "4:memory:/a\n8:pids:/b\n0::/\n", &mut budget, at(0));
    assert_eq!(budget.held, 0);
    cgroups.update(&machine, at(1));
    let expected = GroupReading {
        memory_limit_bytes: Some(5000),
        memory_bytes: Some(4000),
        pids_max: Some(9),
        memory_pressure_ratio: Some(0.07),
    };
    assert_eq!(cgroups.reading(id), expected, "pressure is the machine's");
    let outside = cgroups.join(&machine, "4:memory:/../x\n", &mut budget, at(1));
    assert_eq!(cgroups.reading(outside).memory_limit_bytes, None);
}

#[test]
fn each_kill_explains_one_death_and_not_for_ever() {
    let tree = unified();
    let (machine, mut cgroups) = (tree.machine(), Cgroups::default());
    let mut budget = FdBudget { left: 100, held: 0 };
    let id = Some(cgroups.join(&machine, "0::/pods/bot\n", &mut budget, at(0)));
    assert!(
        !cgroups.claim_kill(&machine, id, at(1)),
        "the kills before were others'"
    );
    tree.write("cg/pods/bot/memory.events.local", "oom_kill 4\n");
    cgroups.update(&machine, at(5));
    assert!(
        cgroups.claim_kill(&machine, id, at(8)),
        "a sample in between loses nothing"
    );
    assert!(cgroups.claim_kill(&machine, id, at(8)));
    assert!(!cgroups.claim_kill(&machine, id, at(8)));
    tree.write("cg/pods/bot/memory.events.local", "oom_kill 5\n");
    cgroups.update(&machine, at(10));
    cgroups.update(&machine, at(41));
    assert!(
        !cgroups.claim_kill(&machine, id, at(42)),
        "a kill of another process long ago"
    );
}

#[test]
fn without_a_counting_group_the_machine_s_kills_count() {
    let tree = Tree::new(&[]);
    let (machine, mut cgroups) = (tree.machine(), Cgroups::default());
    let mut budget = FdBudget { left: 100, held: 0 };
    let id = Some(cgroups.join(&machine, "0::/\n", &mut budget, at(0)));
    cgroups.update(&machine, at(1));
    assert!(!cgroups.claim_kill(&machine, id, at(2)));
    tree.write("proc/vmstat", "nr_free 1\noom_kill 5\n");
    assert!(cgroups.claim_kill(&machine, id, at(3)));
    assert!(!cgroups.claim_kill(&machine, None, at(3)));
}
