//! Which process is whose child, kept from look to look so that only new processes are read.
//!
//! A directory entry's inode changes when its pid is used again, and a process changes its parent only when the
//! former ends: so an unchanged inode with a living, unchanged parent needs no second read.

use std::collections::HashMap;

use super::machine::Machine;
use crate::ProbeError;

/// The most descendants of one target that are looked at.
pub(super) const DESCENDANTS_MAX: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Seen {
    inode: u64,
    parent: u32,
    /// The look at which it was last listed.
    listed: u64,
    /// The look at which its parent was read.
    read: u64,
}

/// All processes by their parents, as of the last look.
#[derive(Debug, Default)]
pub(super) struct ProcessTree {
    seen: HashMap<u32, Seen>,
    /// (parent, child), sorted.
    children: Vec<(u32, u32)>,
    look: u64,
}

impl ProcessTree {
    /// Lists all processes anew.
    pub(super) fn update(&mut self, machine: &Machine) -> Result<(), ProbeError> {
        self.look += 1;
        let (look, seen) = (self.look, &mut self.seen);
        machine.each_process(|pid, inode| match seen.get_mut(&pid) {
            Some(known) if known.inode == inode => known.listed = look,
            _ => match machine.stat(pid) {
                Ok(stat) => {
                    seen.insert(
                        pid,
                        Seen {
                            inode,
                            parent: stat.parent,
                            listed: look,
                            read: look,
                        },
                    );
                }
                Err(_) => {
                    seen.remove(&pid);
                }
            },
        })?;
        seen.retain(|_, known| known.listed == look);
        let orphans: Vec<u32> = seen
            .iter()
            .filter(|(_, known)| known.read != look && known.parent != 0)
            .filter(|(_, known)| seen.get(&known.parent).is_none_or(|parent| parent.read == look))
            .map(|(pid, _)| *pid)
            .collect();
        for pid in orphans {
            match (machine.stat(pid), seen.get_mut(&pid)) {
                (Ok(stat), Some(known)) => (known.parent, known.read) = (stat.parent, look),
                _ => {
                    seen.remove(&pid);
                }
            }
        }
        self.children.clear();
        self.children
            .extend(seen.iter().map(|(pid, known)| (known.parent, *pid)));
        self.children.sort_unstable();
        Ok(())
    }

    /// Forgets everything, when nobody asks for descendants.
    pub(super) fn clear(&mut self) {
        self.seen.clear();
        self.children.clear();
    }

    /// Whether a process was listed at the last look.
    pub(super) fn contains(&self, pid: u32) -> bool {
        self.seen.contains_key(&pid)
    }

    /// Collects the descendants of a process, without those of `is_apart` and theirs; how many were left out
    /// because there are too many.
    pub(super) fn descendants(&self, pid: u32, is_apart: impl Fn(u32) -> bool, found: &mut Vec<u32>) -> u64 {
        found.clear();
        let mut dropped = 0;
        let mut parent = pid;
        let mut next = 0;
        loop {
            let first = self.children.partition_point(|(of, _)| *of < parent);
            for (_, child) in self.children[first..].iter().take_while(|(of, _)| *of == parent) {
                if is_apart(*child) {
                } else if found.len() < DESCENDANTS_MAX {
                    found.push(*child);
                } else {
                    dropped += 1;
                }
            }
            let Some(descendant) = found.get(next) else {
                return dropped;
            };
            parent = *descendant;
            next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn put(root: &std::path::Path, pid: u32, parent: u32) {
        fs::create_dir_all(root.join(pid.to_string())).unwrap();
        let tail = "1 1 0 1 1 0 0 0 0 0 0 0 0 0 20 0 1 0 50 0 0";
        fs::write(
            root.join(format!("{pid}/stat")),
            format!("{pid} (x) S {parent} {tail}"),
        )
        .unwrap();
    }

    fn descendants(tree: &ProcessTree, pid: u32, apart: &[u32]) -> Vec<u32> {
        let mut found = Vec::new();
        assert_eq!(
            tree.descendants(pid, |child| apart.contains(&child), &mut found),
            0
        );
        found.sort_unstable();
        found
    }

    #[test]
    fn births_deaths_and_adoptions_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::write(root.join("stat"), "btime 1\n").unwrap();
        for (pid, parent) in [(1, 0), (10, 1), (11, 10), (12, 11), (13, 12), (20, 1)] {
            put(root, pid, parent);
        }
        let machine = Machine::at(root).unwrap();
        let mut tree = ProcessTree::default();
        tree.update(&machine).unwrap();
        assert_eq!(descendants(&tree, 10, &[]), [11, 12, 13]);
        assert_eq!(
            descendants(&tree, 10, &[12]),
            [11],
            "a target's own part is its own"
        );
        assert_eq!(descendants(&tree, 20, &[]), []);
        // 11 ends, 12 is adopted by 1; a child of 20 is born.
        fs::remove_dir_all(root.join("11")).unwrap();
        put(root, 12, 1);
        put(root, 21, 20);
        tree.update(&machine).unwrap();
        assert_eq!(descendants(&tree, 10, &[]), []);
        assert_eq!(descendants(&tree, 12, &[]), [13]);
        assert_eq!(descendants(&tree, 20, &[]), [21]);
        assert!(!tree.contains(11) && tree.contains(21));
    }
}
