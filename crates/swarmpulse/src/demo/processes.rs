//! The demo's processes: this program again, in the hidden mode that plays one part.

use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout_at};

use super::cast::Role;
use crate::connect::ServerArgs;

/// How long processes may take to end by themselves.
const GRACE: Duration = Duration::from_secs(5);

/// The processes that were started.
#[derive(Default)]
pub struct Processes {
    children: Vec<Child>,
}

impl Processes {
    /// Starts one part.
    ///
    /// # Errors
    /// If the process cannot be started.
    pub fn start(&mut self, role: &Role, server: &ServerArgs, remote: u32) -> anyhow::Result<()> {
        let program = std::env::current_exe().context("find this program")?;
        let mut command = Command::new(program);
        command.args(["demo-agent", role.name, "--server", &server.server]);
        command.args([
            "--parent",
            &std::process::id().to_string(),
            "--count",
            &remote.to_string(),
        ]);
        if let Some(file) = &server.token_file {
            command.arg("--token-file").arg(file);
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        self.children.push(child);
        Ok(())
    }

    /// Waits for those that ended by themselves, so that none stays behind as a zombie.
    pub fn reap(&mut self) {
        // What is left are those that run, and those that cannot be asked, which the end asks again.
        self.children
            .retain_mut(|child| !matches!(child.try_wait(), Ok(Some(_))));
    }

    /// Asks each to end by its pid, waits, and kills what is left.
    pub async fn end(mut self) {
        for child in &self.children {
            // A child that was not waited for keeps its pid: no other process can have it.
            let pid = child
                .id()
                .and_then(|pid| i32::try_from(pid).ok())
                .and_then(Pid::from_raw);
            if let Some(pid) = pid {
                let _ = kill_process(pid, Signal::TERM);
                // One that was stopped by hand must run to end.
                let _ = kill_process(pid, Signal::CONT);
            }
        }
        let deadline = Instant::now() + GRACE;
        for child in &mut self.children {
            if timeout_at(deadline, child.wait()).await.is_err() {
                let _ = child.kill().await;
            }
        }
    }
}
