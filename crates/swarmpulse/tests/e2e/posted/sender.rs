//! A real Prometheus with one rule, about its own configuration, that sends its alerts to us.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use swarmpulse_testkit::clock::wait_for;
use swarmpulse_testkit::http;

use crate::PROGRAM;

const RULES: &str = "groups: [{name: own, rules: [{alert: ConfigurationBroken, \
                     expr: 'prometheus_config_last_reload_successful == 0', labels: {severity: page}, \
                     annotations: {summary: 'the value is {{ $value }}'}}]}]\n";

/// A running Prometheus; killed when dropped.
pub(super) struct Sender {
    child: Child,
    folder: PathBuf,
    configuration: String,
}

/// A token that may send and nothing else.
pub(super) fn token(data: &Path) -> String {
    let made = Command::new(PROGRAM)
        .args(["token", "create", "--scope", "ingest", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

impl Sender {
    /// Starts it; `None` where it is not installed.
    pub(super) fn start(folder: &Path, monitor: SocketAddr, token: &str) -> Option<Self> {
        let known = Command::new("prometheus").arg("--version").output();
        if !known.is_ok_and(|output| output.status.success()) {
            return None;
        }
        let own = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let configuration = format!(
            "global: {{scrape_interval: 500ms, evaluation_interval: 500ms}}\n\
             rule_files: [rules.yml]\n\
             scrape_configs: [{{job_name: own, static_configs: [{{targets: ['{own}']}}]}}]\n\
             alerting:\n  alertmanagers:\n    - path_prefix: /alertmanager\n      api_version: v2\n      authorization: \
             {{credentials: '{token}'}}\n      file_sd_configs: [{{files: [monitor.json], refresh_interval: 1s}}]\n"
        );
        std::fs::write(folder.join("rules.yml"), RULES).unwrap();
        let log = std::fs::File::create(folder.join("prometheus.log")).unwrap();
        let file = folder.join("prometheus.yml");
        std::fs::write(&file, &configuration).unwrap();
        let mut started = Self {
            child: Command::new("prometheus")
                .arg(format!("--config.file={}", file.display()))
                .arg(format!("--storage.tsdb.path={}", folder.join("series").display()))
                .arg(format!("--web.listen-address={own}"))
                // What is known to fire is sent again each second, not each minute.
                .arg("--rules.alert.resend-delay=1s")
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn()
                .unwrap(),
            folder: folder.to_owned(),
            configuration,
        };
        started.point_to(monitor);
        let ready = wait_for(Duration::from_secs(60), || {
            (http::call(own, "GET", "/-/ready", &[]).ok()?.status == 200).then_some(())
        });
        assert!(
            ready.is_some(),
            "{:?}: {}",
            started.child.try_wait(),
            started.said()
        );
        Some(started)
    }

    /// Sends to that address from here on.
    pub(super) fn point_to(&self, monitor: SocketAddr) {
        let (file, next) = (self.folder.join("monitor.json"), self.folder.join("next"));
        std::fs::write(&next, format!("[{{\"targets\": [\"{monitor}\"]}}]")).unwrap();
        std::fs::rename(next, file).unwrap();
    }

    /// Has it read a configuration that is none: it goes on with the old one, and says so.
    pub(super) fn spoil(&self) {
        self.reload("this is none: [");
    }

    /// Has it read a good one again.
    pub(super) fn mend(&self) {
        self.reload(&self.configuration);
    }

    /// What it logged.
    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(self.folder.join("prometheus.log")).unwrap_or_default()
    }

    fn reload(&self, configuration: &str) {
        std::fs::write(self.folder.join("prometheus.yml"), configuration).unwrap();
        let pid = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
