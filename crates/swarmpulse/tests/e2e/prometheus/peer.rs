//! A real Prometheus that scrapes and writes on.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use swarmpulse_testkit::clock;
use swarmpulse_testkit::http::{self, Answer};

/// A running Prometheus; killed when dropped.
pub(super) struct Prometheus {
    child: Child,
    address: SocketAddr,
}

impl Prometheus {
    /// Starts it: it scrapes the targets each second and writes all on to `write`. `None` where the program is not
    /// installed.
    pub(super) fn start(
        program: &str,
        folder: &Path,
        targets: &[SocketAddr],
        write: SocketAddr,
        message: Option<&str>,
    ) -> anyhow::Result<Option<Self>> {
        let known = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !known.is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        let targets: Vec<String> = targets.iter().map(|target| format!("'{target}'")).collect();
        // What a metric is goes along with its samples in the second version, but only with this switched on.
        let feature = message.map(|_| "--enable-feature=metadata-wal-records");
        let message = message.map_or_else(String::new, |message| {
            format!("    protobuf_message: {message}\n")
        });
        let configuration = format!(
            "global:\n  scrape_interval: 1s\nscrape_configs:\n  - job_name: test\n    static_configs:\n      - targets: [{}]\n\
             remote_write:\n  - url: http://{write}/api/v1/write\n{message}    metadata_config:\n      send_interval: 1s\n\
             \x20   queue_config:\n      min_shards: 1\n      max_shards: 1\n      batch_send_deadline: 200ms\n",
            targets.join(", ")
        );
        let file = folder.join("prometheus.yml");
        std::fs::write(&file, configuration)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = std::fs::File::create(folder.join("prometheus.log"))?;
        let child = Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.join("prometheus").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .args(feature)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {program}"))?;
        let peer = Self { child, address };
        clock::wait_for(Duration::from_secs(30), || {
            (peer.get("/-/ready").ok()?.status == 200).then_some(())
        })
        .with_context(|| {
            let log = std::fs::read_to_string(folder.join("prometheus.log")).unwrap_or_default();
            format!("Prometheus is not ready: {log}")
        })?;
        Ok(Some(peer))
    }

    /// Gets a path.
    pub(super) fn get(&self, path: &str) -> std::io::Result<Answer> {
        http::call(self.address, "GET", path, &[])
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
