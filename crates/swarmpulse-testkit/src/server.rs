//! A real server under test: started on a free port with its own data, and always ended.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;

use crate::http::{self, Answer};

/// How a server is started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The binary.
    pub program: PathBuf,
    /// Its data directory.
    pub data: PathBuf,
    /// Further arguments of `serve`.
    pub arguments: Vec<String>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
}

impl Setup {
    /// A server of that binary with that data directory, not looking for agents on this machine.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, data: &Path) -> Self {
        Self {
            program: program.into(),
            data: data.into(),
            arguments: Vec::new(),
            environment: vec![
                ("SWARMPULSE_PROBE__DISCOVER".into(), "false".into()),
                // Servers of several tests would share the ports.
                ("SWARMPULSE_OTLP__LISTEN".into(), "false".into()),
            ],
        }
    }

    /// With a configured key, as `fleet.silence_floor_s`.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        let name = format!("SWARMPULSE_{}", key.to_uppercase().replace('.', "__"));
        self.environment.push((name, value.into()));
        self
    }

    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// If it does not start, with what it said.
    pub fn start(&self) -> anyhow::Result<Server> {
        let mut child = Command::new(&self.program)
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", "127.0.0.1:0"])
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(self.log())?,
            )
            .spawn()
            .with_context(|| format!("start {}", self.program.display()))?;
        let stdout = child.stdout.take().context("the server has no output")?;
        let mut server = Server {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            log: self.log(),
        };
        let mut lines = BufReader::new(stdout).lines();
        server.address = lines
            .find_map(|line| line.ok()?.split("http://").nth(1)?.trim().parse().ok())
            .with_context(|| format!("the server ended: {}", server.said()))?;
        // What else it prints is read and dropped, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        crate::clock::wait_for(Duration::from_secs(60), || {
            (server.get("/readyz").ok()?.status == 200).then_some(())
        })
        .with_context(|| format!("the server is not ready: {}", server.said()))?;
        Ok(server)
    }

    fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }
}

/// A running server. It is killed when dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
    log: PathBuf,
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it logged, the last lines.
    #[must_use]
    pub fn said(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// Kills it, as a crash would.
    pub fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Asks it to end and waits.
    ///
    /// # Errors
    /// If it does not end within 20 s, or not well.
    pub fn stop(mut self) -> anyhow::Result<()> {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id())?).context("no pid")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let ended = crate::clock::wait_for(Duration::from_secs(20), || self.child.try_wait().ok().flatten());
        let status = ended.with_context(|| format!("the server does not end: {}", self.said()))?;
        anyhow::ensure!(
            status.success(),
            "the server ended with {status}: {}",
            self.said()
        );
        Ok(())
    }

    /// Gets a path.
    ///
    /// # Errors
    /// If nobody listens.
    pub fn get(&self, path: &str) -> std::io::Result<Answer> {
        http::call(self.address, "GET", path, &[])
    }

    /// Posts a body.
    ///
    /// # Errors
    /// If nobody listens.
    pub fn post(&self, path: &str, body: &str) -> std::io::Result<Answer> {
        http::call(self.address, "POST", path, body.as_bytes())
    }

    /// One agent as the API shows it; null if there is none.
    #[must_use]
    pub fn agent(&self, agent: &str) -> serde_json::Value {
        match self.get(&format!("/api/v1/agents/{agent}")) {
            Ok(answer) if answer.status == 200 => answer.json(),
            _ => serde_json::Value::Null,
        }
    }

    /// The verdict on an agent; empty if there is none.
    #[must_use]
    pub fn verdict(&self, agent: &str) -> String {
        self.agent(agent)["verdict"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until an agent has one of these verdicts; gives the agent.
    ///
    /// # Errors
    /// If it has not within the time; the message shows the agent as it is.
    pub fn wait_for_verdict(
        &self,
        agent: &str,
        verdicts: &[&str],
        within: Duration,
    ) -> anyhow::Result<serde_json::Value> {
        crate::clock::wait_for(within, || {
            let seen = self.agent(agent);
            verdicts
                .contains(&seen["verdict"].as_str().unwrap_or_default())
                .then_some(seen)
        })
        .with_context(|| {
            format!(
                "{agent} is not {verdicts:?} within {within:?}: {:#}\n{}",
                self.agent(agent),
                self.said()
            )
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
