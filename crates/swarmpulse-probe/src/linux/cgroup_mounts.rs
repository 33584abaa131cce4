//! Where the control group hierarchies are mounted, and which groups a process belongs to.

use std::path::{Path, PathBuf};

/// A mounted hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The group that is shown at the mount point: `/`, or the container's own.
    root: String,
    /// The mount point.
    pub(super) point: PathBuf,
}

impl Mount {
    /// The folder of a group; `None` if it lies outside what is mounted.
    pub(super) fn folder(&self, group: &str) -> Option<PathBuf> {
        let inside = if self.root == "/" {
            group
        } else {
            group.strip_prefix(self.root.as_str()).unwrap_or(group)
        };
        if inside.split('/').any(|part| part == "..") {
            return None;
        }
        Some(self.point.join(inside.trim_start_matches('/')))
    }

    /// The folder and those above it up to the mount point, innermost first.
    pub(super) fn upwards<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = &'a Path> {
        folder
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.point))
    }
}

/// The hierarchies that say something of memory and processes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CgroupMounts {
    pub(super) unified: Option<Mount>,
    pub(super) memory: Option<Mount>,
    pub(super) pids: Option<Mount>,
}

impl CgroupMounts {
    /// Reads `/proc/self/mountinfo`. The last mount of a hierarchy wins: it hides the others.
    pub(super) fn parse(mountinfo: &[u8]) -> Self {
        let mut mounts = Self::default();
        let text = String::from_utf8_lossy(mountinfo);
        for line in text.lines() {
            let Some((place, system)) = line.split_once(" - ") else {
                continue;
            };
            let mut place = place.split(' ').skip(3);
            let mut system = system.split(' ');
            let (Some(root), Some(point)) = (place.next(), place.next()) else {
                continue;
            };
            let (Some(kind), options) = (system.next(), system.nth(1).unwrap_or_default()) else {
                continue;
            };
            let mount = || Mount {
                root: unescape(root),
                point: PathBuf::from(unescape(point)),
            };
            let controls = |name: &str| kind == "cgroup" && options.split(',').any(|option| option == name);
            if kind == "cgroup2" {
                mounts.unified = Some(mount());
            } else if controls("memory") {
                mounts.memory = Some(mount());
            } else if controls("pids") {
                mounts.pids = Some(mount());
            }
        }
        mounts
    }
}

/// The groups of one process, from `/proc/PID/cgroup`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Membership<'a> {
    pub(super) unified: Option<&'a str>,
    pub(super) memory: Option<&'a str>,
    pub(super) pids: Option<&'a str>,
}

impl<'a> Membership<'a> {
    /// Reads the lines `HIERARCHY:CONTROLLERS:PATH`; a path may hold colons.
    pub(super) fn parse(text: &'a str) -> Self {
        let mut membership = Self::default();
        for line in text.lines() {
            let mut parts = line.splitn(3, ':');
            let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if controllers.is_empty() {
                membership.unified = Some(path);
            }
            for controller in controllers.split(',') {
                match controller {
                    "memory" => membership.memory = Some(path),
                    "pids" => membership.pids = Some(path),
                    _ => {}
                }
            }
        }
        membership
    }
}

/// Undoes the octal escapes of mountinfo: `\040` is a blank.
fn unescape(text: &str) -> String {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let octal = (*first == b'\\').then(|| tail.get(..3)).flatten();
        let code = octal.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match code {
            Some(byte) => {
                plain.push(byte);
                rest = &tail[3..];
            }
            None => {
                plain.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_of_both_generations() {
        let mountinfo = b"22 27 0:21 / /proc rw - proc proc rw\n\
            35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n\
            40 31 0:37 /docker/ab\\040c /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n\
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n\
            garbage\n42 31 - x\n";
        let mounts = CgroupMounts::parse(mountinfo);
        assert_eq!(mounts.unified.unwrap().point, Path::new("/sys/fs/cgroup/unified"));
        let memory = mounts.memory.unwrap();
        assert_eq!(memory.folder("/a/b"), Some("/sys/fs/cgroup/memory/a/b".into()));
        assert_eq!(memory.folder("/../other"), None);
        let folder = memory.folder("/a/b").unwrap();
        assert_eq!(memory.upwards(&folder).count(), 3);
        let pids = mounts.pids.unwrap();
        assert_eq!(
            pids.folder("/docker/ab c/x"),
            Some("/sys/fs/cgroup/pids/x".into())
        );
    }

    #[test]
    fn memberships() {
        let text = "8:pids:/p\n4:cpu,memory:/process_api/7:7\n9:name=systemd:/s\n0::/user.slice\nbroken\n";
        let expected = Membership {
            unified: Some("/user.slice"),
            memory: Some("/process_api/7:7"),
            pids: Some("/p"),
        };
        assert_eq!(Membership::parse(text), expected);
        assert_eq!(Membership::parse(""), Membership::default());
    }
}
