//! A full disk, for real: a small file system in memory.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use swarmpulse_testkit::clock;
use swarmpulse_testkit::server::Setup;

use crate::PROGRAM;

/// A file system of its own, unmounted at the end.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        std::fs::create_dir_all(at).ok()?;
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(at)
            .output()
            .ok()?;
        mounted.status.success().then(|| Self(at.into()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).output());
    }
}

#[test]
fn e2e_a_full_disk_is_reported_reads_go_on_and_nothing_is_corrupted() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::mount(&folder.path().join("disk"), 96) else {
        eprintln!("skipped: this user may not mount a file system");
        return;
    };
    let setup = Setup::new(PROGRAM, &disk.0.join("data")).with("data.min_free_bytes", "1MiB");
    let server = setup.start().unwrap();
    assert_eq!(
        server
            .post(
                "/api/v1/heartbeats",
                "{\"agent\":\"a1\",\"status\":\"idle\",\"interval_s\":3600}"
            )
            .unwrap()
            .status,
        202
    );
    let ballast = disk.0.join("ballast");
    let mut filler = std::fs::File::create(&ballast).unwrap();
    let refused = clock::wait_for(Duration::from_secs(60), || {
        // Again and again: a journal file that was being made ahead gives its room back when the disk is full.
        fill(&mut filler);
        let answer = server.post("/api/v1/heartbeats", "{\"agent\":\"a2\"}").ok()?;
        (answer.status != 202).then_some(answer)
    });
    let refused = refused.expect("a full disk refuses");
    assert!(
        matches!(refused.status, 503 | 507),
        "{} {}",
        refused.status,
        refused.text()
    );
    assert!(refused.json()["detail"].as_str().unwrap().len() > 10);
    assert_eq!(server.verdict("a1"), "idle", "reads go on");
    assert_eq!(server.get("/healthz").unwrap().status, 200);
    assert_eq!(server.get("/readyz").unwrap().status, 503);
    drop(filler);
    std::fs::remove_file(&ballast).unwrap();
    let accepted = clock::wait_for(Duration::from_secs(60), || {
        (server
            .post(
                "/api/v1/heartbeats",
                "{\"agent\":\"a3\",\"status\":\"idle\",\"interval_s\":3600}",
            )
            .ok()?
            .status
            == 202)
            .then_some(())
    });
    assert!(
        accepted.is_some(),
        "with space it takes records again: {}",
        server.said()
    );
    server.kill();
    let server = setup.start().unwrap();
    assert_eq!(
        (server.verdict("a1"), server.verdict("a3")),
        ("idle".into(), "idle".into())
    );
    drop(server);
}

fn fill(file: &mut std::fs::File) {
    use std::io::Write as _;
    let block = vec![1_u8; 1 << 16];
    while file.write_all(&block).is_ok() {}
    // The last bytes too.
    while file.write_all(&[1]).is_ok() {}
}
