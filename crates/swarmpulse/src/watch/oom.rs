//! Whether the kernel killed a process of a control group for want of memory.

use std::path::PathBuf;

/// The count of such kills at the beginning, and where to read it again.
pub struct OomWatch {
    file: Option<PathBuf>,
    before: u64,
}

impl OomWatch {
    /// Watches the control group of a process.
    #[must_use]
    pub fn of(pid: u32) -> Self {
        let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
        let file = counter_files(&groups)
            .into_iter()
            .find(|file| read(file).is_some());
        let before = file.as_ref().and_then(read).unwrap_or(0);
        Self { file, before }
    }

    /// Whether the count rose since.
    #[must_use]
    pub fn happened(&self) -> bool {
        self.file
            .as_ref()
            .and_then(read)
            .is_some_and(|now| now > self.before)
    }
}

fn read(file: &PathBuf) -> Option<u64> {
    count(&std::fs::read_to_string(file).ok()?)
}

/// The files that may hold the count, by the text of `/proc/PID/cgroup`.
fn counter_files(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        if controllers.is_empty() {
            files.push(PathBuf::from(format!("/sys/fs/cgroup{path}/memory.events")));
            // In a container with its own root the group is mounted at the top.
            files.push(PathBuf::from("/sys/fs/cgroup/memory.events"));
        } else if controllers.split(',').any(|controller| controller == "memory") {
            files.push(PathBuf::from(format!(
                "/sys/fs/cgroup/memory{path}/memory.oom_control"
            )));
            files.push(PathBuf::from("/sys/fs/cgroup/memory/memory.oom_control"));
        }
    }
    files
}

fn count(text: &str) -> Option<u64> {
    text.lines()
        .find_map(|line| line.strip_prefix("oom_kill "))
        .and_then(|count| count.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_of_control_groups_are_read() {
        assert_eq!(count("low 0\nhigh 0\noom 3\noom_kill 2\n"), Some(2));
        assert_eq!(count("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"), Some(1));
        assert_eq!(count("low 0\n"), None);
        let files = counter_files("12:cpu,memory:/a\n0::/b\n");
        assert_eq!(
            files[0],
            PathBuf::from("/sys/fs/cgroup/memory/a/memory.oom_control")
        );
        assert_eq!(files[2], PathBuf::from("/sys/fs/cgroup/b/memory.events"));
    }

    #[test]
    fn the_count_must_rise() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "oom_kill 4\n").unwrap();
        let watch = OomWatch {
            file: Some(file.path().to_owned()),
            before: 4,
        };
        assert!(!watch.happened());
        std::fs::write(file.path(), "oom_kill 5\n").unwrap();
        assert!(watch.happened());
    }
}
